"""Origins of migrants: every path costs its part once, estimates are unbiased and add up."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_county import tree

from geoservice.disclosure.origins import ELSEWHERE, Migrants, Origins, measure_origins
from geoservice.disclosure.origins.cost import Cost, decide_origins
from geoservice.disclosure.origins.estimate import estimate_tables
from geoservice.disclosure.origins.tables import Tables, count_migrants, grid_of
from geoservice.disclosure.sampler import SeededSampler
from geoservice.schema import ARRIVALS

TREE = tree()
ORIGINS = Origins(["340000", "330000", ELSEWHERE], ["340811", "340000.rest"], np.array([0, 0], np.int32))


def migrants(n: int = 600, seed: int = 1) -> Migrants:
    draw = np.random.default_rng(seed)
    wide = draw.choice([0, 0, 0, 1, 2], n).astype(np.int32)
    fine = np.where(wide == 0, draw.integers(0, 2, n), -1).astype(np.int32)
    square, arrival = draw.integers(0, len(TREE.base_node), n).astype(np.int32), draw.integers(0, 4, n).astype(np.int32)
    return Migrants(square, wide, fine, draw.integers(1, 9, n), arrival)


def flows(seed: int, rho: str = "1/5") -> dict[tuple[str, str, str], float]:
    made = measure_origins(TREE, ORIGINS, migrants(), Fraction(rho), SeededSampler(seed))
    keys = zip(made.area, made.origin, made.arrived, strict=True)
    return dict(zip(keys, made.persons.tolist(), strict=True))


@pytest.mark.parametrize("arrivals", [False, True])
@pytest.mark.parametrize("rho", ["1/5", "1/100000"])
def test_every_path_spends_its_part_once(rho: str, arrivals: bool) -> None:
    grid = grid_of(TREE, ORIGINS)
    cost = decide_origins(grid, counted().top, Fraction(rho), SeededSampler(1), arrivals=arrivals)
    assert cost.cut.any() == (rho == "1/5")
    path = sum(getattr(cost, name) for name in Cost._fields if name != "cut")
    assert np.all(path == 1)


def counted() -> Tables:
    return count_migrants(TREE, grid_of(TREE, ORIGINS), migrants(), len(ARRIVALS))


def test_exact_counts_cap_households_at_six() -> None:
    people, exact = migrants(), counted()
    assert exact.top.sum() == np.minimum(people.persons, 6).sum()
    assert exact.second.sum() == exact.top.sum()
    assert exact.fine.sum() == exact.top[:, 0].sum()


def test_a_household_changes_one_cell_of_each_table() -> None:
    grid, people = grid_of(TREE, ORIGINS), migrants()
    fewer = Migrants(*(getattr(people, f)[1:] for f in Migrants._fields))
    for name in Tables._fields:
        full, without = (getattr(count_migrants(TREE, grid, m, len(ARRIVALS)), name) for m in (people, fewer))
        assert np.count_nonzero(full - without) <= 1
        assert np.abs(full - without).max() <= 6


def test_parts_add_up() -> None:
    found = flows(1)
    for origin in (*ORIGINS.wide, *ORIGINS.fine):
        assert found["C1", origin, ""] == pytest.approx(found["C", origin, ""])
    for area in ("C", "C1"):
        assert found[area, "340811", ""] + found[area, "340000.rest", ""] == pytest.approx(found[area, "340000", ""])
    for origin in ORIGINS.wide:
        assert sum(found["C", origin, a] for a in ARRIVALS) == pytest.approx(found["C", origin, ""])


def test_townships_add_up_to_their_county() -> None:
    origins = Origins(["P", ELSEWHERE], ["T1", "T2", "X", "P.rest"], np.zeros(4, np.int32), ("C", "C", "", ""))
    draw = np.random.default_rng(1)
    square = draw.integers(0, len(TREE.base_node), 900).astype(np.int32)
    people = Migrants(square, np.zeros(900, np.int32), draw.integers(0, 4, 900).astype(np.int32), np.full(900, 3))
    made = measure_origins(TREE, origins, people, Fraction(1), SeededSampler(1))
    found = dict(zip(zip(made.area, made.origin, strict=True), made.persons, strict=True))
    assert found["C1", "C"] == pytest.approx(found["C1", "T1"] + found["C1", "T2"])
    assert ("C1", "P.rest") in found


def test_estimates_are_unbiased_and_margins_cover() -> None:
    exact = counted()
    runs = [measure_origins(TREE, ORIGINS, migrants(), Fraction(1, 5), SeededSampler(s)) for s in range(200)]
    keys = list(zip(runs[0].area, runs[0].origin, runs[0].arrived, strict=True))
    truth = {("C", "340000", ""): exact.top[0, 0], ("C1", "340811", ""): exact.second_fine[0, 0]}
    for key, true in (truth | {("C", "340000", ARRIVALS[1]): exact.arrival[0, 0, 1]}).items():
        row = keys.index(key)
        errors = np.array([m.persons[row] - true for m in runs])
        assert abs(errors.mean()) < 4 * errors.std() / np.sqrt(len(errors))
        assert 0.84 <= np.mean(np.abs(errors) <= runs[0].margins()[row]) <= 0.96


def test_a_small_origin_is_not_divided() -> None:
    assert ("C", "340811", "") not in flows(1, "1/100000")


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(0, 4), st.integers(1, 4), st.booleans(), st.booleans())
def test_the_estimate_is_generalised_least_squares(seed: int, rows: int, fines: int, cut: bool, arrivals: bool) -> None:
    """The closed form equals a dense solution of the whole block, with cells and arrivals as unknowns."""
    draw = np.random.default_rng(seed)
    grid = grid_of(TREE, Origins(["P"], [f"F{i}" for i in range(fines)], np.zeros(fines, np.int32)))
    grid = grid._replace(second=np.arange(rows), of_second=np.zeros(rows, np.int64))
    cost = decide_origins(grid, np.full((1, 1), 1e6 if cut else 0.0), Fraction(1), SeededSampler(seed), arrivals=arrivals)
    cut = bool(cost.cut[0, 0])  # noise decides
    bands = 4 * arrivals
    shapes = Tables((1, 1), (rows, 1), (1, fines), (rows, fines), (1, 1, bands))
    measured = Tables(*(draw.normal(100, 30, (*shape, 1)) for shape in shapes))
    estimated = estimate_tables(grid, measured, cost)
    cells = max(rows, 1) * (fines if cut else 1)
    member = np.arange(cells).reshape(max(rows, 1), -1)
    unknowns = cells * max(bands, 1)
    design, values, weights = [], [], []

    def observe(positions: np.ndarray, value: float, part: Fraction) -> None:
        row = np.zeros(unknowns)
        row[positions] = 1
        design.append(row)
        values.append(value)
        weights.append(float(part))

    def of_cells(chosen: np.ndarray) -> np.ndarray:
        return (chosen.ravel()[:, None] * max(bands, 1) + np.arange(max(bands, 1))).ravel()

    observe(np.arange(unknowns), measured.top[0, 0, 0], cost.top[0, 0])
    for r in range(rows):
        observe(of_cells(member[r]), measured.second[r, 0, 0], cost.second[0, 0])
    for f in range(fines if cut else 0):
        observe(of_cells(member[:, f]), measured.fine[0, f, 0], cost.fine[0, 0])
        for r in range(rows):
            observe(of_cells(member[r, f]), measured.second_fine[r, f, 0], cost.second_fine[0, 0])
    for b in range(bands):
        observe(np.arange(b, unknowns, bands), measured.arrival[0, 0, b, 0], cost.arrival[0, 0])
    root = np.sqrt(np.array(weights))
    solution, *_ = np.linalg.lstsq(np.array(design) * root[:, None], np.array(values) * root, rcond=None)
    assert estimated.top[0, 0, 0] == pytest.approx(solution.sum())
    assert estimated.second[:, 0, 0] == pytest.approx([solution[of_cells(member[r])].sum() for r in range(rows)])
    if cut:
        assert estimated.fine[0, :, 0] == pytest.approx([solution[of_cells(member[:, f])].sum() for f in range(fines)])
    for b in range(bands):
        assert estimated.arrival[0, 0, b, 0] == pytest.approx(solution[b::bands].sum())
