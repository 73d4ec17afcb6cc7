"""The finest square of each household: the nearest to its point or, if only its area is known, one of the area's squares.

Either way it is a function of the household's own record and of public data, so a household affects no other.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from scipy.spatial import cKDTree

from geoservice.areas import ancestors
from geoservice.demand import Places, inhabited_points
from geoservice.disclosure.squares import SPARSE_POINTS
from geoservice.disclosure.tree import PlaceTree
from geoservice.errors import InputError
from geoservice.geo import Floats, Int32s, Ints
from geoservice.schema import COARSE_PRECISIONS


def squares_of(households: pa.Table, tree: PlaceTree, places: Places | None) -> Int32s:
    """Return the finest square of each household of a register; shape ``(households,)``."""
    area_codes = households.column("residence_area").combine_chunks().dictionary_encode()
    codes = [str(c) for c in area_codes.dictionary.to_pylist()]
    x, y = tree.projection.forward(*(households.column(c).to_numpy() for c in ("lon", "lat")))
    return place(tree, places, codes, area_codes.indices.to_numpy().astype(np.int32), x, y, _draws(households))


def _draws(households: pa.Table) -> Floats:
    """Return a number in [0, 1) from the id of each household located by its area only, NaN for the others."""
    draw = np.full(households.num_rows, np.nan)
    coarse = np.flatnonzero(np.isin(households.column("precision").to_numpy(), COARSE_PRECISIONS))
    ids = households.column("id").take(coarse).to_pylist()
    draw[coarse] = [(int.from_bytes(bytes(i or b"")[:8]) >> 11) / 2**53 for i in ids]
    return draw


def place(
    tree: PlaceTree, places: Places | None, codes: Sequence[str], area: Int32s, x: Floats, y: Floats, draw: Floats
) -> Int32s:
    """Return the finest square of each household: the nearest square of its area, or the one chosen by ``draw``.

    Parameters
    ----------
    tree : PlaceTree
    places : Places or None
        Points of the public map that the tree was built with.
    codes : sequence of str
    area : int32 array, shape (n,)
        Area of each household, a position in ``codes``.
    x, y : float64 arrays, shape (n,), metres
    draw : float64 array, shape (n,)
        In [0, 1): quantile of the area's homes, in the order of its squares, for a household without its own point, else NaN.

    Raises
    ------
    InputError
        If a household's area is not in the tree.
    """
    square = np.full(len(area), -1, np.int32)
    order = np.argsort(area, kind="stable")
    edges = np.searchsorted(area[order], np.arange(len(codes) + 1))
    within = _squares_within(tree, set(codes))
    for i, code in enumerate(codes):
        rows = order[edges[i] : edges[i + 1]]
        if len(rows) and code not in within:
            raise InputError(
                f"households: area {code!r} is not loaded any more; load again the areas that they were located in"
            )
        if len(rows):
            inside, coarse = within[code], rows[np.isfinite(draw[rows])]
            nearest_square = cKDTree(np.column_stack([tree.base_x, tree.base_y])[inside])
            square[rows] = inside[nearest_square.query(np.column_stack([x[rows], y[rows]]), workers=-1)[1]]
            if len(coarse):
                share = np.cumsum(_home_weights(tree, places, inside))
                square[coarse] = inside[np.searchsorted(share / share[-1], draw[coarse], side="right")]
    return square


def _squares_within(tree: PlaceTree, codes: set[str]) -> Mapping[str, Ints]:
    """Return the finest squares within each area, including those of the areas below it."""
    within: dict[str, list[int]] = {}
    chains = {a: [c for c in ancestors(a, tree.parents) if c in codes] for a in set(tree.base_area)}
    for i, a in enumerate(tree.base_area):
        for code in chains[a]:
            within.setdefault(code, []).append(i)
    return {c: np.array(rows, np.int64) for c, rows in within.items()}


def _home_weights(tree: PlaceTree, places: Places | None, squares: Ints) -> Floats:
    """Return weights of homes on an area's squares: by buildings, else by streets; equal if the map is sparse."""
    if places is not None:
        position = np.full(len(tree.base_area) + 1, -1, np.int64)  # the last entry is for points outside the areas
        position[squares] = np.arange(len(squares))
        square = position[tree.place_base]
        inside = np.flatnonzero(square >= 0)
        if len(inside) >= SPARSE_POINTS:
            homes = inside[inhabited_points(np.zeros(len(inside), np.int32), places.building[inside], 1)]
            return np.bincount(square[homes], places.weight[homes], len(squares)).astype(float)
    return np.ones(len(squares))
