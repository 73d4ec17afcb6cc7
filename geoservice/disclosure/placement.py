"""The finest square of each household: the nearest to its point or, if that is not known well, one where its home may be.

Either way it is a function of the household's own record and of public data, so a household affects no other. Which square of
those that are possible is decided by its id, in proportion to homes.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from scipy.spatial import cKDTree

from geoservice.areas import ancestors
from geoservice.demand import HomeSupports, Places, home_weights, inhabited_points
from geoservice.disclosure.squares import SPARSE_POINTS, SQUARE_METRES
from geoservice.disclosure.tree import PlaceTree
from geoservice.errors import InputError
from geoservice.geo import Bools, Floats, Int32s, Ints
from geoservice.schema import COARSE_PRECISIONS

HELD = 0.9
"""Probability that a home is within the uncertainty of its point; see the table of households."""
IN_SQUARE_M = 0.75 * SQUARE_METRES
"""A point this near to the centre of a square belongs to it, since its corners are at 0.71 of its side."""
SAME_POINT_M = 2.0
"""A household is at the position of a place of the gazetteer if it is this near to it."""


class LocatedHomes(NamedTuple):
    """What is known of where households are; arrays of shape ``(n,)``.

    ``area`` is a position in a list of codes, ``x`` and ``y`` are metres. ``draw`` in [0, 1) decides among the possible
    squares, NaN for a household that is at its point. ``radius`` is the uncertainty in metres, NaN if it is not known.
    """

    area: Int32s
    x: Floats
    y: Floats
    draw: Floats
    radius: Floats


def squares_of(households: pa.Table, tree: PlaceTree, places: Places | None, supports: HomeSupports | None = None) -> Int32s:
    """Return the finest square of each household of a register; shape ``(households,)``.

    Households located to their area only, or within more than the side of a finest square, are placed where their homes may be:
    in the points of ``supports`` of the road, hamlet or village whose position they have, else within their uncertainty.
    """
    area_codes = households.column("residence_area").combine_chunks().dictionary_encode()
    codes = [str(c) for c in area_codes.dictionary.to_pylist()]
    x, y = tree.projection.forward(*(households.column(c).to_numpy() for c in ("lon", "lat")))
    radius = households.column("uncertainty_m").to_numpy(zero_copy_only=False).astype(float)
    draw = _draws(households, radius > SQUARE_METRES)
    homes = LocatedHomes(area_codes.indices.to_numpy().astype(np.int32), x, y, draw, radius)
    return place(tree, places, codes, homes, supports)


def _draws(households: pa.Table, uncertain: Bools) -> Floats:
    """Return a number in [0, 1) from the id of each household whose point is not its home, NaN for the others."""
    draw = np.full(households.num_rows, np.nan)
    coarse = np.isin(households.column("precision").to_numpy(), COARSE_PRECISIONS)
    spread = np.flatnonzero(coarse | uncertain)
    ids = households.column("id").take(spread).to_pylist()
    draw[spread] = [(int.from_bytes(bytes(i or b"")[:8]) >> 11) / 2**53 for i in ids]
    return draw


def place(
    tree: PlaceTree, places: Places | None, codes: Sequence[str], homes: LocatedHomes, supports: HomeSupports | None = None
) -> Int32s:
    """Return the finest square of each household: the nearest square of its area, or the one chosen by its draw.

    Parameters
    ----------
    tree : PlaceTree
    places : Places or None
        Points of the public map that the tree was built with.
    codes : sequence of str
        Of areas.
    homes : LocatedHomes
    supports : HomeSupports, optional

    Raises
    ------
    InputError
        If a household's area is not in the tree.
    """
    square = np.full(len(homes.area), -1, np.int32)
    support = _support_of(tree, homes, supports)
    weights = _SquareWeights(tree, places, supports)
    order = np.argsort(homes.area, kind="stable")
    edges = np.searchsorted(homes.area[order], np.arange(len(codes) + 1))
    within = _squares_within(tree, set(codes))
    for i, code in enumerate(codes):
        rows = order[edges[i] : edges[i + 1]]
        if len(rows) and code not in within:
            raise InputError(
                f"households: area {code!r} is not loaded any more; load again the areas that they were located in"
            )
        if len(rows):
            inside = within[code]
            area = _AreaSquares(code, inside, cKDTree(np.column_stack([tree.base_x, tree.base_y])[inside]))
            square[rows] = inside[area.nearest.query(np.column_stack([homes.x[rows], homes.y[rows]]), workers=-1)[1]]
            for members, share in _possible(weights, area, homes, rows[np.isfinite(homes.draw[rows])], support):
                total = np.cumsum(share)
                square[members] = inside[np.searchsorted(total / total[-1], homes.draw[members], side="right")]
    return square


class _AreaSquares(NamedTuple):
    """The finest squares of an area, and the search for the nearest of them."""

    code: str
    inside: Ints
    nearest: cKDTree


def _support_of(tree: PlaceTree, homes: LocatedHomes, supports: HomeSupports | None) -> Ints:
    """Return the support of each household that is spread, by its position; -1 for none.

    A household without an uncertainty may be anywhere in its area: its address states a part of it that is not known.
    """
    support = np.full(len(homes.area), -1, np.int64)
    spread = np.flatnonzero(np.isfinite(homes.draw))
    if supports is not None and len(supports.lon) and len(spread):
        at = cKDTree(np.column_stack(tree.projection.forward(supports.lon, supports.lat)))
        distance, nearest = at.query(np.column_stack([homes.x[spread], homes.y[spread]]), workers=-1)
        known = (distance <= SAME_POINT_M) & np.isfinite(homes.radius[spread])
        support[spread] = np.where(known, nearest, -1)
    return support


def _possible(
    weights: "_SquareWeights", area: _AreaSquares, homes: LocatedHomes, rows: Ints, support: Ints
) -> Iterator[tuple[Ints, Floats]]:
    """Yield households of one area of which the same is known, and the homes in each square of the area."""
    known = np.column_stack([support[rows], homes.x[rows], homes.y[rows], np.nan_to_num(homes.radius[rows], nan=np.inf)])
    evidence, group = np.unique(known, axis=0, return_inverse=True)
    order = np.argsort(group.ravel(), kind="stable")
    edges = np.searchsorted(group.ravel()[order], np.arange(len(evidence) + 1))
    for number, (place, x, y, radius) in enumerate(evidence.tolist()):
        share = weights.of_support(int(place), area) if place >= 0 else None
        if share is None:
            share = weights.within(area, x, y, radius)
        yield rows[order[edges[number] : edges[number + 1]]], share


class _SquareWeights:
    """Homes in the squares of an area, relative to each other; shapes ``(squares of the area,)``."""

    def __init__(self, tree: PlaceTree, places: Places | None, supports: HomeSupports | None) -> None:
        self._tree, self._places, self._supports = tree, places, supports
        self._of_area: dict[tuple[str, bool], Floats] = {}

    @cached_property
    def _homes(self) -> Floats:
        """Homes at each point of the map."""
        places = self._places
        assert places is not None
        x, y = self._tree.projection.forward(np.asarray(places.lon), np.asarray(places.lat))
        return home_weights(x, y, np.asarray(places.weight), np.asarray(places.building))

    def of_support(self, number: int, area: _AreaSquares) -> Floats | None:
        """Return the homes of a support in an area; None if it has none there."""
        supports = self._supports
        assert supports is not None
        points = slice(int(supports.start[number]), int(supports.start[number + 1]))
        if points.start == points.stop:
            return self._in_area(area, outside_hamlets=True)
        x, y = self._tree.projection.forward(supports.point_lon[points], supports.point_lat[points])
        distance, nearest = (np.asarray(a) for a in area.nearest.query(np.column_stack([x, y])))
        near = distance <= IN_SQUARE_M
        share = np.bincount(nearest[near], supports.weight[points][near], len(area.inside)).astype(float)
        return share if share.sum() > 0 else None

    def within(self, area: _AreaSquares, x: float, y: float, radius: float) -> Floats:
        """Return the homes in an area; at least nine of ten of them count within a radius of a point, if any are there."""
        share = self._in_area(area, outside_hamlets=False)
        near = np.hypot(self._tree.base_x[area.inside] - x, self._tree.base_y[area.inside] - y) <= radius
        held = share[near].sum() / share.sum()
        if not 0 < held < HELD:
            return share
        return np.asarray(np.where(near, share * HELD / held, share * (1 - HELD) / (1 - held)), float)

    def _in_area(self, area: _AreaSquares, *, outside_hamlets: bool) -> Floats:
        key = area.code, outside_hamlets
        if key not in self._of_area:
            self._of_area[key] = self._area_weights(area.inside, outside_hamlets=outside_hamlets)
        return self._of_area[key]

    def _area_weights(self, squares: Ints, *, outside_hamlets: bool) -> Floats:
        """Return homes by buildings, else by streets; equal in all squares if the map is sparse."""
        tree, places = self._tree, self._places
        if places is None:
            return np.ones(len(squares))
        position = np.full(len(tree.base_area) + 1, -1, np.int64)  # the last entry is for points outside the areas
        position[squares] = np.arange(len(squares))
        square = position[tree.place_base]
        points = np.flatnonzero(square >= 0)
        if len(points) < SPARSE_POINTS:
            return np.ones(len(squares))
        if outside_hamlets and self._supports is not None and self._supports.outside_hamlets[points].any():
            points = points[self._supports.outside_hamlets[points]]
        homes = points[inhabited_points(np.zeros(len(points), np.int32), np.asarray(places.building[points]), 1)]
        return np.bincount(square[homes], self._homes[homes], len(squares)).astype(float)


def _squares_within(tree: PlaceTree, codes: set[str]) -> Mapping[str, Ints]:
    """Return the finest squares within each area, including those of the areas below it."""
    within: dict[str, list[int]] = {}
    chains = {a: [c for c in ancestors(a, tree.parents) if c in codes] for a in set(tree.base_area)}
    for i, a in enumerate(tree.base_area):
        for code in chains[a]:
            within.setdefault(code, []).append(i)
    return {c: np.array(rows, np.int64) for c, rows in within.items()}
