"""In which finest square a household is counted: the nearest to its point, or one of its area where the point says no more.

Either way it is a function of the household's own record and of public data, so one more household moves no other.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from scipy.spatial import cKDTree

from geoservice.areas import ancestors
from geoservice.demand import Places, inhabited_points
from geoservice.disclosure.squares import THIN_POINTS
from geoservice.disclosure.tree import PlaceTree
from geoservice.errors import InputError
from geoservice.geo import Floats, Int32s, Ints
from geoservice.schema import COARSE_PRECISIONS


def squares_of(households: pa.Table, tree: PlaceTree, places: Places | None) -> Int32s:
    """Return the finest square of each household of a register; shape ``(households,)``."""
    here = households.column("residence_area").combine_chunks().dictionary_encode()
    codes = [str(c) for c in here.dictionary.to_pylist()]
    x, y = tree.projection.forward(*(households.column(c).to_numpy() for c in ("lon", "lat")))
    return place(tree, places, codes, here.indices.to_numpy().astype(np.int32), x, y, _draws(households))


def _draws(households: pa.Table) -> Floats:
    """Return a number from 0, below 1, out of the id of each household that is known to its area alone, NaN for the others."""
    draw = np.full(households.num_rows, np.nan)
    coarse = np.flatnonzero(np.isin(households.column("precision").to_numpy(), COARSE_PRECISIONS))
    ids = households.column("id").take(coarse).to_pylist()
    draw[coarse] = [(int.from_bytes(bytes(i or b"")[:8]) >> 11) / 2**53 for i in ids]
    return draw


def place(
    tree: PlaceTree, places: Places | None, codes: Sequence[str], area: Int32s, x: Floats, y: Floats, draw: Floats
) -> Int32s:
    """Return the finest square of each household: of those kept in its area the nearest, or the one that is drawn.

    Parameters
    ----------
    tree : PlaceTree
    places : Places or None
        Points of the public map that the tree was made with.
    codes : sequence of str
    area : int32 array, shape (n,)
        Area of each household, a position in ``codes``.
    x, y : float64 arrays, shape (n,), metres
    draw : float64 array, shape (n,)
        From 0, below 1: which part of the area's homes, in order of its squares, a household is in. NaN: it is at its point.

    Raises
    ------
    InputError
        A household's area is not in the tree.
    """
    square = np.full(len(area), -1, np.int32)
    order = np.argsort(area, kind="stable")
    edges = np.searchsorted(area[order], np.arange(len(codes) + 1))
    within = _squares_within(tree, set(codes))
    for i, code in enumerate(codes):
        rows = order[edges[i] : edges[i + 1]]
        if len(rows) and code not in within:
            raise InputError(f"households: area {code!r} is not loaded any more; load the areas again that they were placed in")
        if len(rows):
            inside, drawn = within[code], rows[np.isfinite(draw[rows])]
            near = cKDTree(np.column_stack([tree.base_x, tree.base_y])[inside])
            square[rows] = inside[near.query(np.column_stack([x[rows], y[rows]]), workers=-1)[1]]
            if len(drawn):
                share = np.cumsum(_home_weights(tree, places, inside))
                square[drawn] = inside[np.searchsorted(share / share[-1], draw[drawn], side="right")]
    return square


def _squares_within(tree: PlaceTree, codes: set[str]) -> Mapping[str, Ints]:
    """Finest squares within each area, those of the areas below it among them."""
    within: dict[str, list[int]] = {}
    chains = {a: [c for c in ancestors(a, tree.parents) if c in codes] for a in set(tree.base_area)}
    for i, a in enumerate(tree.base_area):
        for code in chains[a]:
            within.setdefault(code, []).append(i)
    return {c: np.array(rows, np.int64) for c, rows in within.items()}


def _home_weights(tree: PlaceTree, places: Places | None, squares: Ints) -> Floats:
    """Share of an area's homes on each of its squares: by its buildings, else its streets; equal where the map is thin."""
    if places is not None:
        position = np.full(len(tree.base_area) + 1, -1, np.int64)  # the last entry is for points outside the areas
        position[squares] = np.arange(len(squares))
        at = position[tree.place_base]
        inside = np.flatnonzero(at >= 0)
        if len(inside) >= THIN_POINTS:
            kept = inside[inhabited_points(np.zeros(len(inside), np.int32), places.building[inside], 1)]
            return np.bincount(at[kept], places.weight[kept], len(squares)).astype(float)
    return np.ones(len(squares))
