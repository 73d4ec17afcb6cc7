"""Exact counts of migrants by area and origin, with caps; private."""

from typing import NamedTuple

import numpy as np

from geoservice.disclosure.origins.origin_list import Origins
from geoservice.disclosure.tree import SQUARE, PlaceTree
from geoservice.geo import Floats, Int32s, Ints

MIGRANTS_CAP = 6
"""Maximum of migrants counted per household."""


class Migrants(NamedTuple):
    """Households of migrants; arrays of shape ``(n,)``: finest square, wide and fine origin, persons, arrival.

    ``arrival`` is a position in :data:`geoservice.schema.ARRIVALS`, None if arrivals are not measured.
    """

    square: Int32s
    wide: Int32s
    fine: Int32s
    persons: Ints
    arrival: Int32s | None = None


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
    """Counts of persons; a last axis may be that of replays.

    ``top`` and ``second`` are by top or second area and wide origin, ``fine`` and ``second_fine`` by fine origin; ``arrival``
    is by top area, wide origin and arrival, with no arrivals if these are not measured.
    """

    top: Floats
    second: Floats
    fine: Floats
    second_fine: Floats
    arrival: Floats


def grid_of(tree: PlaceTree, origins: Origins) -> Grid:
    """Return the areas of the first two depths of a tree."""
    area = np.array([level != SQUARE for level in tree.level])
    top, second = (np.flatnonzero(area & (tree.depth == d)) for d in (0, 1))
    return Grid(top, second, np.searchsorted(top, tree.parent[second]), origins)


def count_migrants(tree: PlaceTree, grid: Grid, migrants: Migrants, arrivals: int = 0) -> Tables:
    """Return the exact counts of persons, with caps, in ``arrivals`` bands of time since arrival; private."""
    persons = np.minimum(migrants.persons, MIGRANTS_CAP)
    node = tree.base_node[migrants.square].astype(np.int64)
    second = np.full(len(node), -1)
    while (tree.depth[node] > 0).any():
        node = np.where(tree.depth[node] > 0, tree.parent[node], node)
        second = np.where(tree.depth[node] == 1, node, second)
    position = np.full(tree.nodes + 1, -1)
    position[grid.top], position[grid.second] = np.arange(len(grid.top)), np.arange(len(grid.second))
    wide, fine = len(grid.origins.wide), len(grid.origins.fine)
    top, second = position[node], position[second]
    by_arrival = np.zeros((len(grid.top), wide, 0))
    if migrants.arrival is not None:
        cell = np.where(migrants.wide >= 0, migrants.wide * arrivals + migrants.arrival, -1)
        by_arrival = _cross_tabulate(top, cell, persons, len(grid.top), wide * arrivals).reshape(-1, wide, arrivals)
    return Tables(
        _cross_tabulate(top, migrants.wide, persons, len(grid.top), wide),
        _cross_tabulate(second, migrants.wide, persons, len(grid.second), wide),
        _cross_tabulate(top, migrants.fine, persons, len(grid.top), fine),
        _cross_tabulate(second, migrants.fine, persons, len(grid.second), fine),
        by_arrival,
    )


def _cross_tabulate(row: Ints, column: Int32s | Ints, persons: Ints, rows: int, columns: int) -> Floats:
    inside = (row >= 0) & (column >= 0)
    cell = row[inside] * columns + column[inside]
    return np.asarray(np.bincount(cell, persons[inside].astype(float), rows * columns).reshape(rows, columns), float)
