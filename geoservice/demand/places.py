"""Where people may be taken to live: points on public buildings and streets, and the few of them that stand for a leaf."""

from typing import NamedTuple

import numpy as np

from geoservice.geo import Bools, Floats, Int32s, Ints, hilbert_index


class Places(NamedTuple):
    """Points of the public map; all arrays have shape ``(n,)``.

    ``weight`` is a building's or a metre of street's share of dwellings relative to others of its kind; ``building`` tells
    buildings from points along streets and named places.
    """

    lon: Floats
    lat: Floats
    weight: Floats
    building: Bools

    def take(self, rows: Ints | Bools) -> "Places":
        """Return some of the points, by positions or mask."""
        return Places(self.lon[rows], self.lat[rows], self.weight[rows], self.building[rows])


STREET_POINTS_A_BUILDING = 8
"""Most street points of a leaf (200 metres) for each of its buildings; with more, its buildings are not mapped."""


class Spread(NamedTuple):
    """Points that stand for leaves: the leaf, the position among the given points, and the weight of each; ``(points,)``."""

    leaf: Int32s
    row: Ints
    weight: Floats


def home_points(leaf: Int32s | Ints, building: Bools, leaves: int) -> Bools:
    """Say which points of each leaf people live at: its buildings where they are mapped, else its streets and named places.

    A few buildings along many streets say that somebody drew these few, not that the others are not there.

    Parameters
    ----------
    leaf : int array, shape (n,)
        Leaf of each point, none below 0.
    building : bool array, shape (n,)
    leaves : int

    Returns
    -------
    bool array, shape (n,)

    Examples
    --------
    >>> leaf, building = np.array([0, 0, 1, 1, 1]), np.array([True, False, False, False, False])
    >>> home_points(leaf, building, 2).tolist()
    [True, False, True, True, True]
    """
    buildings = np.bincount(leaf[building], minlength=leaves)
    streets = np.bincount(leaf[~building], minlength=leaves)
    mapped = (buildings > 0) & (streets <= STREET_POINTS_A_BUILDING * buildings)
    return np.asarray(building == mapped[leaf], bool)


def spread(leaf: Int32s, x: Floats, y: Floats, weight: Floats, most: int) -> Spread:
    """Choose at most ``most`` points to stand for all the points of each leaf.

    A leaf's points are put in order along a Hilbert curve and cut into pieces of equal weight; the point in the middle of a
    piece stands for it.

    Parameters
    ----------
    leaf : int32 array, shape (n,)
        Leaf of each point, -1 for none.
    x, y : float64 arrays, shape (n,), metres
    weight : float64 array, shape (n,)
        Above 0.
    most : int
        Points of a leaf at most.

    Returns
    -------
    Spread
        In order of leaf; the weights of a leaf add up to 1.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> chosen = spread(np.zeros(4, np.int32), x, np.zeros(4), np.ones(4), 2)
    >>> sorted(x[chosen.row].tolist()), chosen.weight.tolist()
    ([1.0, 3.0], [0.5, 0.5])
    """
    rows = np.flatnonzero(leaf >= 0)
    curve = hilbert_index(x[rows], y[rows])
    rows = rows[np.lexsort((rows, curve, leaf[rows]))]
    of, share = leaf[rows].astype(np.int64), weight[rows]
    if not len(rows):
        return Spread(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0))
    first = np.flatnonzero(np.r_[True, of[1:] != of[:-1]])
    size = np.diff(np.r_[first, len(of)])
    along = np.cumsum(share)
    before, whole = np.repeat(along[first] - share[first], size), np.repeat(np.add.reduceat(share, first), size)
    pieces = np.repeat(np.minimum(size, most), size)
    # the middle of a point's own weight decides its piece, so equal weights fall into equal pieces
    position = (along - share / 2 - before) / whole * pieces
    piece = np.minimum(position.astype(np.int64), pieces - 1)
    start = np.flatnonzero(np.r_[True, (piece[1:] != piece[:-1]) | (of[1:] != of[:-1])])
    count = np.diff(np.r_[start, len(of)])
    return Spread(of[start].astype(np.int32), rows[start + count // 2], np.add.reduceat(share, start) / whole[start])
