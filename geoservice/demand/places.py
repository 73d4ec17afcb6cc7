"""Assumed locations of people: points on public buildings and streets, and the few of them that represent a leaf."""

from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from geoservice.geo import Bools, Floats, Int32s, Ints, hilbert_index


class Places(NamedTuple):
    """Points of the public map; all arrays have shape ``(n,)``.

    ``weight`` is the number of dwellings relative to other points of the same kind; ``building`` is false for points along
    streets and named places.
    """

    lon: Floats
    lat: Floats
    weight: Floats
    building: Bools

    def take(self, rows: Ints | Bools) -> "Places":
        """Return the points at some positions, or of a mask."""
        return Places(self.lon[rows], self.lat[rows], self.weight[rows], self.building[rows])


class HomeSupports(NamedTuple):
    """Where homes may be of which a public gazetteer knows a road, a hamlet or a village only.

    ``lon`` and ``lat``, shape ``(n,)``, are the positions that the gazetteer gives these places; ``start``, shape
    ``(n + 1,)``, says where the points of each begin; ``point_lon``, ``point_lat`` and ``weight``, shape ``(points,)``, are
    points where homes may be, and homes at them relative to the other points of the place. A village has no points of its own:
    its homes are those ``outside_hamlets``, a mask of the points of the map, shape ``(places,)``.
    """

    lon: Floats
    lat: Floats
    start: Ints
    point_lon: Floats
    point_lat: Floats
    weight: Floats
    outside_hamlets: Bools


NEAR_M = 150.0
"""Streets this near to a point tell whether it is in a settlement."""
LONELY = 0.01
"""Homes by the metre of a road that no other street is near to, relative to a lane of a settlement: one a kilometre if a lane
has one every ten metres."""


def home_weights(x: Floats, y: Floats, weight: Floats, building: Bools) -> Floats:
    """Return homes at points of the map relative to each other: fewer along streets that no other street is near to.

    A road through fields has few homes by the metre, a lane of a settlement has many. A point along a street counts fully if
    there is as much of other streets near to it as of its own.

    Parameters
    ----------
    x, y : float64 arrays, shape (n,), metres
    weight, building : arrays, shape (n,)
        As of :class:`Places`.

    Examples
    --------
    >>> x = np.array([0.0, 900.0, 900.0])
    >>> home_weights(x, np.array([0.0, 0.0, 25.0]), np.array([25.0, 300.0, 600.0]), np.zeros(3, bool)).tolist()
    [0.25, 300.0, 600.0]
    """
    xy = np.column_stack([x, y])
    street = np.flatnonzero(~building)
    homes = weight.astype(float)
    if len(street):
        around = cKDTree(xy[street])
        pairs = around.query_pairs(NEAR_M, output_type="ndarray")
        metres = weight[street].astype(float)
        metres += np.bincount(pairs[:, 0], weight[street][pairs[:, 1]], len(street))
        metres += np.bincount(pairs[:, 1], weight[street][pairs[:, 0]], len(street))
        homes[street] *= np.clip(metres / (2 * NEAR_M) - 1, LONELY, 1)
    return homes


STREET_POINTS_PER_BUILDING = 8
"""Maximum of street points (200 metres) per building of a leaf; with more, its buildings are not fully mapped."""


class RepresentativePoints(NamedTuple):
    """Points that represent leaves: leaf, position among all points, and weight of each; shapes ``(points,)``."""

    leaf: Int32s
    row: Ints
    weight: Floats


def inhabited_points(leaf: Int32s | Ints, building: Bools, leaves: int) -> Bools:
    """Return which points of each leaf are inhabited: its buildings if they are mapped, else its streets and named places.

    A few buildings along many streets show that only these were mapped, not that there are no others.

    Parameters
    ----------
    leaf : int array, shape (n,)
        Leaf of each point, 0 or above.
    building : bool array, shape (n,)
    leaves : int

    Returns
    -------
    bool array, shape (n,)

    Examples
    --------
    >>> leaf, building = np.array([0, 0, 1, 1, 1]), np.array([True, False, False, False, False])
    >>> inhabited_points(leaf, building, 2).tolist()
    [True, False, True, True, True]
    """
    buildings = np.bincount(leaf[building], minlength=leaves)
    streets = np.bincount(leaf[~building], minlength=leaves)
    mapped = (buildings > 0) & (streets <= STREET_POINTS_PER_BUILDING * buildings)
    return np.asarray(building == mapped[leaf], bool)


def representative_points(leaf: Int32s, x: Floats, y: Floats, weight: Floats, max_points: int) -> RepresentativePoints:
    """Return at most ``max_points`` points that represent the points of each leaf.

    A leaf's points are sorted along a Hilbert curve and divided into pieces of equal weight; each piece is represented by its
    middle point.

    Parameters
    ----------
    leaf : int32 array, shape (n,)
        Leaf of each point, -1 for none.
    x, y : float64 arrays, shape (n,), metres
    weight : float64 array, shape (n,)
        Above 0.
    max_points : int
        Maximum of points per leaf.

    Returns
    -------
    Spread
        In order of leaf; the weights of a leaf add up to 1.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> sample = representative_points(np.zeros(4, np.int32), x, np.zeros(4), np.ones(4), 2)
    >>> sorted(x[sample.row].tolist()), sample.weight.tolist()
    ([1.0, 3.0], [0.5, 0.5])
    """
    rows = np.flatnonzero(leaf >= 0)
    curve = hilbert_index(x[rows], y[rows])
    rows = rows[np.lexsort((rows, curve, leaf[rows]))]
    row_leaf, share = leaf[rows].astype(np.int64), weight[rows]
    if not len(rows):
        return RepresentativePoints(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0))
    leaf_start = np.flatnonzero(np.r_[True, row_leaf[1:] != row_leaf[:-1]])
    size = np.diff(np.r_[leaf_start, len(row_leaf)])
    cumulative = np.cumsum(share)
    leaf_offset, leaf_total = (
        np.repeat(cumulative[leaf_start] - share[leaf_start], size),
        np.repeat(np.add.reduceat(share, leaf_start), size),
    )
    pieces = np.repeat(np.minimum(size, max_points), size)
    # the midpoint of a point's weight decides its piece, so that equal weights give equal pieces
    position = (cumulative - share / 2 - leaf_offset) / leaf_total * pieces
    piece = np.minimum(position.astype(np.int64), pieces - 1)
    start = np.flatnonzero(np.r_[True, (piece[1:] != piece[:-1]) | (row_leaf[1:] != row_leaf[:-1])])
    count = np.diff(np.r_[start, len(row_leaf)])
    return RepresentativePoints(
        row_leaf[start].astype(np.int32), rows[start + count // 2], np.add.reduceat(share, start) / leaf_total[start]
    )
