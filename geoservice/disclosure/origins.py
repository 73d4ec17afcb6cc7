"""Origins of migrants: measured by area and origin on a public list of origins, with their own part of the budget.

A household's path has three steps: its top area by wide origin, the area below that by wide origin, and its top area by fine
origin. A separate noisy count decides whether a wide origin is divided; if not, the remainder is spent on measuring it with
less noise. So every path adds up to the part exactly.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from geoservice.areas import CHINESE_PROVINCES, ancestors, significant_digits
from geoservice.demand import REPLAYS, Flows
from geoservice.disclosure.sampler import Sampler
from geoservice.disclosure.tree import SQUARE, PlaceTree
from geoservice.geo import Bools, Floats, Int32s, Ints, Objects

MIGRANTS_CAP = 6
"""Maximum of migrants counted per household."""
TOP_PART, SECOND_PART, DECISION_PART, FINE_PART = Fraction(25, 100), Fraction(35, 100), Fraction(5, 100), Fraction(35, 100)
CUT_SIGMAS = 6
ELSEWHERE = "elsewhere"
"""Origin of migrants whose home code is not in the list."""
REPLAY_SEED = 20260102


class Origins(NamedTuple):
    """The public list of origins: wide ones, and fine ones with the positions of their wide ones, shape ``(fine,)``."""

    wide: list[str]
    fine: list[str]
    of_fine: Int32s

    def divided(self) -> Bools:
        """Return which wide origins have fine ones; shape ``(wide,)``."""
        return np.asarray(np.bincount(self.of_fine, minlength=len(self.wide)) > 0)


def list_origins(areas: pa.Table, *, chinese: bool) -> Origins:
    """Return the origins: the provinces of China and the loaded counties, or the top areas and those below them; and elsewhere.

    Each wide origin with fine ones also has a fine one for the remainder, named ``code.rest``.
    """
    rows = areas.select(["code", "level", "parent"]).sort_by("code").to_pylist()
    parents = {str(r["code"]): r["parent"] for r in rows}
    if chinese:
        wide = list(CHINESE_PROVINCES)
        below = {p: [str(r["code"]) for r in rows if r["level"] == "county" and str(r["code"])[:2] == p[:2]] for p in wide}
    else:
        wide = [c for c in parents if parents[c] not in parents]
        below = {w: [c for c in parents if parents[c] == w] for w in wide}
    fine = [(i, c) for i, w in enumerate(wide) if below[w] for c in (*below[w], f"{w}.rest")]
    return Origins([*wide, ELSEWHERE], [c for _, c in fine], np.array([i for i, _ in fine], np.int32))


def origins_of(homes: "pa.Array[Any]", origins: Origins, areas: pa.Table, *, chinese: bool) -> tuple[Int32s, Int32s]:
    """Return the wide and fine origin of each home code, -1 for null; shapes ``(n,)``.

    The fine origin is -1 if the wide one has no fine ones.
    """
    parents = dict(zip(*(areas.column(c).to_pylist() for c in ("code", "parent")), strict=True))
    wide_index, fine_index = ({c: i for i, c in enumerate(codes)} for codes in (origins.wide, origins.fine))
    if chinese:  # with any number of trailing zeros
        wide_index, fine_index = (
            {**{significant_digits(c): i for c, i in row.items()}, **row} for row in (wide_index, fine_index)
        )
    encoded = homes.dictionary_encode()
    pairs = [
        _origin_of(str(c), origins, wide_index, fine_index, parents, chinese=chinese) for c in encoded.dictionary.to_pylist()
    ]
    table = np.array([*pairs, (-1, -1)], np.int32)  # the last row is that of null homes
    row = encoded.indices.fill_null(len(pairs)).to_numpy(zero_copy_only=False)
    return table[row, 0], table[row, 1]


def _origin_of(
    home: str,
    origins: Origins,
    wide_index: Mapping[str, int],
    fine_index: Mapping[str, int],
    parents: Mapping[str, str | None],
    *,
    chinese: bool,
) -> tuple[int, int]:
    chain = ancestors(home, parents)
    digits = significant_digits(home)
    codes = [*chain, *([digits[:6], digits[:2]] if chinese else [])]
    wide = wide_index[next((c for c in codes if c in wide_index), ELSEWHERE)]
    fine = next((fine_index[c] for c in codes if c in fine_index), fine_index.get(f"{origins.wide[wide]}.rest", -1))
    return wide, fine


class Migrants(NamedTuple):
    """Households of migrants; arrays of shape ``(n,)``: finest square, wide and fine origin, persons."""

    square: Int32s
    wide: Int32s
    fine: Int32s
    persons: Ints


class Grid(NamedTuple):
    """Areas and origins of counts: nodes of top areas, nodes of those below them, the top of each of the latter, origins."""

    top: Ints
    second: Ints
    of_second: Ints
    origins: Origins

    def below(self) -> Ints:
        """Return the number of areas below each top; shape ``(tops,)``."""
        return np.bincount(self.of_second, minlength=len(self.top))


class Tables(NamedTuple):
    """Counts by top and wide origin, second area and wide origin, top and fine origin; a last axis may be that of replays."""

    top: Floats
    second: Floats
    fine: Floats


def grid_of(tree: PlaceTree, origins: Origins) -> Grid:
    """Return the areas of the first two depths of a tree."""
    area = np.array([level != SQUARE for level in tree.level])
    top, second = (np.flatnonzero(area & (tree.depth == d)) for d in (0, 1))
    return Grid(top, second, np.searchsorted(top, tree.parent[second]), origins)


def count_migrants(tree: PlaceTree, grid: Grid, migrants: Migrants) -> Tables:
    """Return the exact counts of persons, with caps; private."""
    persons = np.minimum(migrants.persons, MIGRANTS_CAP)
    node = tree.base_node[migrants.square].astype(np.int64)
    second = np.full(len(node), -1)
    while (tree.depth[node] > 0).any():
        node = np.where(tree.depth[node] > 0, tree.parent[node], node)
        second = np.where(tree.depth[node] == 1, node, second)
    position = np.full(tree.nodes + 1, -1)
    position[grid.top], position[grid.second] = np.arange(len(grid.top)), np.arange(len(grid.second))
    wide, fine = len(grid.origins.wide), len(grid.origins.fine)
    return Tables(
        _cross_tabulate(position[node], migrants.wide, persons, len(grid.top), wide),
        _cross_tabulate(position[second], migrants.wide, persons, len(grid.second), wide),
        _cross_tabulate(position[node], migrants.fine, persons, len(grid.top), fine),
    )


def _cross_tabulate(row: Ints, column: Int32s, persons: Ints, rows: int, columns: int) -> Floats:
    inside = (row >= 0) & (column >= 0)
    cell = row[inside] * columns + column[inside]
    return np.asarray(np.bincount(cell, persons[inside].astype(float), rows * columns).reshape(rows, columns), float)


class Cost(NamedTuple):
    """Part of the budget of every count, and which wide origins are divided, shape ``(tops, wide)``."""

    top: Objects
    second: Fraction
    fine: Fraction
    cut: Bools


def decide_origins(grid: Grid, counts: Tables, rho: Fraction, sampler: Sampler) -> Cost:
    """Decide with noise which origins of each top are divided, and return the parts of the budget: 1 along every path."""
    divided = np.broadcast_to(grid.origins.divided(), counts.top.shape)
    noisy = np.zeros(counts.top.shape)
    noisy[divided] = sampler.measure(counts.top[divided].astype(np.int64), MIGRANTS_CAP, rho * DECISION_PART)
    cut = divided & (noisy > CUT_SIGMAS * MIGRANTS_CAP / np.sqrt(2 * float(rho * FINE_PART)))
    part = np.empty(cut.shape, object)
    for (top, wide), is_cut in np.ndenumerate(cut):
        part[top, wide] = TOP_PART + (0 if grid.below()[top] else SECOND_PART)
        part[top, wide] += 0 if is_cut else FINE_PART + (0 if divided[top, wide] else DECISION_PART)
    return Cost(part, SECOND_PART, FINE_PART, np.asarray(cut))


def measure_tables(grid: Grid, counts: Tables, cost: Cost, rho: Fraction, sampler: Sampler) -> Tables:
    """Return noisy counts, each measured once; fine origins only if their wide one is divided."""

    def noisy(exact: Floats, part: Fraction) -> Floats:
        return sampler.measure(exact.ravel().astype(np.int64), MIGRANTS_CAP, rho * part).reshape(exact.shape).astype(float)

    top, fine = np.zeros(counts.top.shape), np.zeros(counts.fine.shape)
    for part in sorted(set(cost.top.ravel().tolist())):
        selected = cost.top == part
        top[selected] = noisy(counts.top[selected], part)
    measured = cost.cut[:, grid.origins.of_fine]
    fine[measured] = noisy(counts.fine[measured], cost.fine)
    return Tables(top, noisy(counts.second, cost.second), fine)


def estimate_tables(grid: Grid, measured: Tables, cost: Cost) -> Tables:
    """Return least squares estimates: areas below a top, and fine origins of a wide one, add up to the top's count.

    Parameters
    ----------
    grid : Grid
    measured : Tables
        Arrays with an axis of replays at the end.
    cost : Cost
        The parts of the measurements.
    """
    of_fine = grid.origins.of_fine
    below = grid.below()[:, None, None].astype(float)
    fines = np.bincount(of_fine, minlength=len(grid.origins.wide))[None, :, None].astype(float)
    areas = np.zeros_like(measured.top)
    np.add.at(areas, grid.of_second, measured.second)
    parts = np.zeros_like(measured.top)
    for i, wide in enumerate(of_fine.tolist()):
        parts[:, wide] += measured.fine[:, i]
    cut = cost.cut[:, :, None]
    top_weight = cost.top.astype(float)[:, :, None]
    areas_weight = np.where(below > 0, float(cost.second) / np.maximum(below, 1), 0)
    parts_weight = np.where(cut, float(cost.fine) / np.maximum(fines, 1), 0)
    best = (top_weight * measured.top + areas_weight * areas + parts_weight * parts) / (
        top_weight + areas_weight + parts_weight
    )
    second = measured.second + ((best - areas) / np.maximum(below, 1))[grid.of_second]
    fine = np.where(cut[:, of_fine], measured.fine + ((best - parts) / np.maximum(fines, 1))[:, of_fine], 0)
    return Tables(best, second, fine)


def replay_tables(grid: Grid, cost: Cost, rho: Fraction) -> Tables:
    """Return the estimates of ``REPLAYS`` draws of pure noise."""
    rng = np.random.default_rng(REPLAY_SEED)

    def noise(part: Floats, shape: tuple[int, ...]) -> Floats:
        sigma = MIGRANTS_CAP / np.sqrt(2 * float(rho) * part)
        return rng.standard_normal((*shape, REPLAYS)) * np.broadcast_to(sigma, shape)[..., None]

    top, second = (len(grid.top), len(grid.origins.wide)), (len(grid.second), len(grid.origins.wide))
    fine = noise(np.asarray(float(cost.fine)), (len(grid.top), len(grid.origins.fine)))
    fine[~cost.cut[:, grid.origins.of_fine]] = 0
    measured = Tables(noise(cost.top.astype(float), top), noise(np.asarray(float(cost.second)), second), fine)
    return estimate_tables(grid, measured, cost)


def measure_origins(tree: PlaceTree, origins: Origins, migrants: Migrants, rho: Fraction, sampler: Sampler) -> Flows:
    """Measure and estimate persons by area and origin; in total it costs every household ``rho``.

    Returns
    -------
    Flows
        Every top area and the areas below it by wide origin, and tops by fine origin where the wide one was divided.
    """
    grid = grid_of(tree, origins)
    counts = count_migrants(tree, grid, migrants)
    cost = decide_origins(grid, counts, rho, sampler)
    measured = measure_tables(grid, counts, cost, rho, sampler)
    estimated = estimate_tables(grid, Tables(*(t[..., None] for t in measured)), cost)
    return _flows(tree, grid, cost, estimated, replay_tables(grid, cost, rho))


def _flows(tree: PlaceTree, grid: Grid, cost: Cost, value: Tables, noise: Tables) -> Flows:
    names = np.array(tree.names, object)
    wide, fine = np.array(grid.origins.wide, object), np.array(grid.origins.fine, object)
    fine_rows = cost.cut[:, grid.origins.of_fine].ravel()
    tops = names[grid.top]
    area = [np.repeat(tops, len(wide)), np.repeat(names[grid.second], len(wide)), np.repeat(tops, len(fine))[fine_rows]]
    origin = [np.tile(wide, len(grid.top)), np.tile(wide, len(grid.second)), np.tile(fine, len(grid.top))[fine_rows]]
    all_rows = [np.ones(t.shape[0] * t.shape[1], bool) for t in value[:2]]
    rows = [*all_rows, fine_rows]
    return Flows(
        area=np.concatenate(area).tolist(),
        origin=np.concatenate(origin).tolist(),
        persons=np.concatenate([v.reshape(-1)[k] for v, k in zip(value, rows, strict=True)]),
        noise=np.concatenate([n.reshape(-1, REPLAYS)[k] for n, k in zip(noise, rows, strict=True)]).astype(np.float32),
    )
