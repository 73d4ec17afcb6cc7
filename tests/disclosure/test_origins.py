"""Origins of migrants: every path costs its part once, estimates are unbiased and add up."""

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from tiny_county import areas, tree

from geoservice.disclosure.origins import (
    DECISION_PART,
    ELSEWHERE,
    Migrants,
    Origins,
    decide_origins,
    grid_of,
    list_origins,
    measure_origins,
    origins_of,
)
from geoservice.disclosure.origins import count_migrants as counted
from geoservice.disclosure.sampler import SeededSampler

TREE = tree()
ORIGINS = Origins(["340000", "330000", ELSEWHERE], ["340811", "340000.rest"], np.array([0, 0], np.int32))


def migrants(n: int = 600, seed: int = 1) -> Migrants:
    draw = np.random.default_rng(seed)
    wide = draw.choice([0, 0, 0, 1, 2], n).astype(np.int32)
    fine = np.where(wide == 0, draw.integers(0, 2, n), -1).astype(np.int32)
    return Migrants(draw.integers(0, len(TREE.base_node), n).astype(np.int32), wide, fine, draw.integers(1, 9, n))


def flows(seed: int, rho: str = "1/5") -> dict[tuple[str, str], float]:
    made = measure_origins(TREE, ORIGINS, migrants(), Fraction(rho), SeededSampler(seed))
    return dict(zip(zip(made.area, made.origin, strict=True), made.persons.tolist(), strict=True))


@pytest.mark.parametrize("rho", ["1/5", "1/100000"])
def test_every_path_spends_its_part_once(rho: str) -> None:
    grid = grid_of(TREE, ORIGINS)
    cost = decide_origins(grid, counted(TREE, grid, migrants()), Fraction(rho), SeededSampler(1))
    for top in range(len(grid.top)):
        for wide, divided in enumerate(ORIGINS.divided()):
            path = cost.top[top, wide] + (cost.second if grid.below()[top] else 0)
            path += DECISION_PART if divided else 0
            path += cost.fine if cost.cut[top, wide] else 0
            assert path == 1


def test_exact_counts_cap_households_at_six() -> None:
    grid, people = grid_of(TREE, ORIGINS), migrants()
    exact = counted(TREE, grid, people)
    assert exact.top.sum() == np.minimum(people.persons, 6).sum()
    assert exact.second.sum() == exact.top.sum()
    assert exact.fine.sum() == exact.top[:, 0].sum()


def test_parts_add_up() -> None:
    found = flows(1)
    for origin in ORIGINS.wide:
        assert found["C1", origin] == pytest.approx(found["C", origin])
    assert found["C", "340811"] + found["C", "340000.rest"] == pytest.approx(found["C", "340000"])


def test_estimates_are_unbiased_and_margins_cover() -> None:
    grid = grid_of(TREE, ORIGINS)
    true = float(counted(TREE, grid, migrants()).top[0, 0])
    runs = [measure_origins(TREE, ORIGINS, migrants(), Fraction(1, 5), SeededSampler(s)) for s in range(200)]
    errors = np.array([m.persons[0] - true for m in runs])
    assert abs(errors.mean()) < 4 * errors.std() / np.sqrt(len(errors))
    assert 0.84 <= np.mean(np.abs(errors) <= runs[0].margins()[0]) <= 0.96


def test_a_small_origin_is_not_divided() -> None:
    assert ("C", "340811") not in flows(1, "1/100000")


def homes(*codes: str | None) -> "pa.Array":
    return pa.array(codes, pa.string())


def test_chinese_codes_have_their_province_and_the_county_loaded() -> None:
    table = areas().set_column(1, "code", pa.array(["340811", "340811001", "340811001001", "340811001002"]))
    listed = list_origins(table, chinese=True)
    assert len(listed.wide) == 35
    wide, fine = origins_of(homes("340811001", "340102", "110101", "x", None), listed, table, chinese=True)
    assert [listed.wide[i] for i in wide[:4]] == ["340000", "340000", "110000", ELSEWHERE]
    assert [listed.fine[i] if i >= 0 else None for i in fine[:3]] == ["340811", "340000.rest", None]
    assert (wide[4], fine[4]) == (-1, -1)


def test_zeros_at_the_end_of_a_chinese_code_make_no_difference() -> None:
    table = areas().set_column(1, "code", pa.array(["340811", "340811001", "340811001001", "340811001002"]))
    listed = list_origins(table, chinese=True)
    short = origins_of(homes("340811", "3401", "34", "110101"), listed, table, chinese=True)
    long = origins_of(homes("340811000000", "340100", "340000", "110101000000"), listed, table, chinese=True)
    assert [v.tolist() for v in short] == [v.tolist() for v in long]
    assert [listed.wide[i] for i in short[0]] == ["340000", "340000", "340000", "110000"]


def test_other_codes_go_up_through_the_areas_loaded() -> None:
    listed = list_origins(areas(), chinese=False)
    assert listed.wide == ["C", ELSEWHERE]
    wide, fine = origins_of(homes("C12", "Z"), listed, areas(), chinese=False)
    assert [listed.wide[i] for i in wide] == ["C", ELSEWHERE]
    assert [listed.fine[i] if i >= 0 else None for i in fine] == ["C1", None]
