"""Least squares estimates of the counts of migrants by area and origin."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from geoservice.disclosure.origins.cost import Cost
from geoservice.disclosure.origins.tables import Grid, Tables
from geoservice.geo import Bools, Floats, Ints


class Block(NamedTuple):
    """One top area and one wide origin: positions of the areas below, and of the fine origins if the origin is divided."""

    top: int
    wide: int
    seconds: Ints
    fines: Ints


def blocks(grid: Grid, cut: Bools) -> Iterator[Block]:
    """Yield the blocks of the tables; the counts of different blocks have no person in common."""
    none = np.empty(0, np.int64)
    seconds = [np.flatnonzero(grid.of_second == top) for top in range(len(grid.top))]
    fines = [np.flatnonzero(grid.origins.of_fine == wide) for wide in range(len(grid.origins.wide))]
    for (top, wide), is_cut in np.ndenumerate(cut):
        yield Block(top, wide, seconds[top], fines[wide] if is_cut else none)


def estimate_tables(grid: Grid, measured: Tables, cost: Cost) -> Tables:
    """Return the generalised least squares estimates, in which all tables add up to each other.

    A block has up to five independent measurements: its total, its row sums (areas below), its column sums (fine origins),
    its cells, and its total by arrival. Each splits into a mean, row effects, column effects and interactions, which are
    orthogonal; errors within a measurement are independent with one variance, so each component is the mean of its
    measurements weighted by their inverse variances. This is exact for balanced two-way tables (Scheffe 1959, The Analysis
    of Variance, chapter 4).

    Parameters
    ----------
    grid : Grid
    measured : Tables
        Arrays with an axis of replays at the end.
    cost : Cost
        The parts of the measurements; a variance is proportional to the inverse of a part.
    """
    estimated = Tables(*(np.zeros_like(t) for t in measured))
    for block in blocks(grid, cost.cut):
        top, wide, seconds, fines = block
        parts = {name: getattr(cost, name)[top, wide] for name in Tables._fields}
        total = _total(measured, block, parts)
        estimated.top[top, wide] = total
        rows, columns = len(seconds), len(fines)
        cells = measured.second_fine[np.ix_(seconds, fines)]
        if rows:
            row_sums = {"second": measured.second[seconds, wide], "second_fine": cells.sum(axis=1)}
            row_effect = _effects(row_sums, parts, {"second": 1, "second_fine": max(columns, 1)}, columns)
            estimated.second[seconds, wide] = total / rows + row_effect
        if columns:
            column_sums = {"fine": measured.fine[top, fines], "second_fine": cells.sum(axis=0)}
            column_effect = _effects(column_sums, parts, {"fine": 1, "second_fine": max(rows, 1)}, rows)
            estimated.fine[top, fines] = total / columns + column_effect
        if rows and columns:
            interaction = _centred(_centred(cells, 0), 1)
            effects = row_effect[:, None] / columns + column_effect[None] / rows
            estimated.second_fine[np.ix_(seconds, fines)] = interaction + effects + total / (rows * columns)
        if measured.arrival.shape[2]:
            arrival = measured.arrival[top, wide]
            estimated.arrival[top, wide] = _centred(arrival, 0) + total / len(arrival)
    return estimated


def _total(measured: Tables, block: Block, parts: Mapping[str, Fraction]) -> Floats:
    """Return the total of a block from the total and the sums of the other measurements; shape ``(replays,)``."""
    top, wide, seconds, fines = block
    cells = measured.second_fine[np.ix_(seconds, fines)]
    sums = {
        "top": (measured.top[top, wide], 1),
        "second": (measured.second[seconds, wide].sum(axis=0), len(seconds)),
        "fine": (measured.fine[top, fines].sum(axis=0), len(fines)),
        "second_fine": (cells.sum(axis=(0, 1)), len(seconds) * len(fines)),
        "arrival": (measured.arrival[top, wide].sum(axis=0), measured.arrival.shape[2]),
    }
    weights = {name: float(parts[name]) / count for name, (_, count) in sums.items() if count and parts[name]}
    return np.asarray(sum(w * sums[name][0] for name, w in weights.items()) / sum(weights.values()), float)


def _effects(sums: Mapping[str, Floats], parts: Mapping[str, Fraction], counts: Mapping[str, int], cells: int) -> Floats:
    """Return deviations from the mean of sums over rows or columns, from the sums as measured and from those of cells."""
    weights = {name: float(parts[name]) / counts[name] for name in sums if parts[name] and (name != "second_fine" or cells)}
    return np.asarray(sum(w * _centred(sums[name], 0) for name, w in weights.items()) / sum(weights.values()), float)


def _centred(values: Floats, axis: int) -> Floats:
    return np.asarray(values - values.mean(axis=axis, keepdims=True), float)
