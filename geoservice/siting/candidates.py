"""Candidates for new sites: from a table, from the junctions of streets, or from service gaps."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from geoservice.analysis.gaps import inhabited_leaves
from geoservice.analysis.square_cells import make_cells
from geoservice.errors import InputError
from geoservice.geo import Bools, Floats, Ints, Objects
from geoservice.layer import Label
from geoservice.siting.arrays import StudyArrays
from geoservice.siting.request import MAX_CANDIDATES


@dataclass(frozen=True)
class Candidates:
    """Candidates; arrays of shape ``(n,)``.

    ``name`` is empty for those without one, ``capacity`` is NaN if it is not stated, ``forced`` marks those that open in any
    case. Coordinates are degrees.
    """

    id: tuple[str, ...]
    name: tuple[str, ...]
    lon: Floats
    lat: Floats
    cost: Floats
    capacity: Floats
    forced: Bools

    def __len__(self) -> int:
        return len(self.id)

    @classmethod
    def at(cls, ids: list[str], lon: Floats, lat: Floats) -> "Candidates":
        """Return unnamed candidates of equal cost."""
        n = len(ids)
        return cls(tuple(ids), ("",) * n, lon, lat, np.ones(n), np.full(n, np.nan), np.zeros(n, np.bool_))


def from_table(rows: pa.Table) -> Candidates:
    """Return the candidates of a table that was read from a file: id, name, lon, lat, cost, capacity, forced."""
    numbers = {c: rows.column(c).to_numpy(zero_copy_only=False).astype(float) for c in ("lon", "lat", "cost", "capacity")}
    return Candidates(
        tuple(str(i) for i in rows.column("id").to_pylist()),
        tuple(name or "" for name in rows.column("name").to_pylist()),
        **numbers,
        forced=rows.column("forced").to_numpy(zero_copy_only=False).astype(bool),
    )


def from_streets(lon: Floats, lat: Floats, arrays: StudyArrays, spacing: float) -> Candidates:
    """Return the junction nearest to the centre of each square of a grid, within the study's outline.

    Parameters
    ----------
    lon, lat : float64 arrays, shape (junctions,)
    arrays : StudyArrays
    spacing : float
        Side of the squares, metres.
    """
    shapely.prepare(arrays.outline)
    inside = np.flatnonzero(shapely.intersects_xy(arrays.outline, lon, lat))
    x, y = arrays.projection.forward(lon[inside], lat[inside])
    chosen = inside[nearest_to_centres(x, y, spacing)]
    return Candidates.at([f"j{junction}" for junction in chosen], lon[chosen], lat[chosen])


def nearest_to_centres(x: Floats, y: Floats, side: float) -> Ints:
    """Return the position of the point nearest to the centre of each square that has any; of equal ones the first.

    >>> nearest_to_centres(np.array([10.0, 45.0, 120.0]), np.array([10.0, 55.0, 0.0]), 100.0).tolist()
    [1, 2]
    """
    column, row = np.floor(x / side).astype(np.int64), np.floor(y / side).astype(np.int64)
    distance = np.hypot(x - (column + 0.5) * side, y - (row + 0.5) * side).round(3)
    order = np.lexsort((np.arange(len(x)), distance, row, column))
    first = np.ones(len(order), np.bool_)
    first[1:] = (np.diff(column[order]) != 0) | (np.diff(row[order]) != 0)
    return np.sort(order[first])


def from_gaps(arrays: StudyArrays, unreached: Bools, side: float) -> Candidates:
    """Return the centres of the cells with people whom no station reaches in time.

    A leaf of the surface counts if its people are more than their margin, as in the analysis of gaps.

    Parameters
    ----------
    arrays : StudyArrays
    unreached : bool array, shape (points,)
        Points of the surface beyond the time.
    side : float
        Side of the cells, metres.
    """
    surface, projection = arrays.surface, arrays.projection
    cells = make_cells(arrays.outline, projection, side)
    cell = cells.index(*projection.forward(surface.point_lon, surface.point_lat))
    chosen = np.unique(cell[unreached & inhabited_leaves(surface)[surface.point_leaf] & (cell >= 0)])
    ids = cells.units.ids
    return Candidates.at([ids[c] for c in chosen], cells.lon[chosen], cells.lat[chosen])


class NoCandidates(InputError):
    """There are no candidates; ``reason`` says why, in both languages."""

    def __init__(self, message: str, reason: Label) -> None:
        super().__init__(message)
        self.reason = reason


EVERYBODY = Label(zh="已知的居民都已在时间内", en="everybody known to live in the study is reached already")
NONE_INSIDE = Label(zh="研究范围内没有候选点", en="none lies in the study")


def check_candidates(candidates: Candidates, source: str) -> None:
    """Raise :class:`NoCandidates` if there are none, :class:`InputError` if there are too many, or two of one id."""
    if not len(candidates):
        reason = EVERYBODY if source == "gaps" else NONE_INSIDE
        raise NoCandidates(f"candidates: {source} gives none: {reason.en}; allowed are 1 to {MAX_CANDIDATES}", reason)
    if len(candidates) > MAX_CANDIDATES:
        hint = "; a larger spacing gives fewer" if source == "streets" else ""
        raise InputError(f"candidates: {source} gives {len(candidates)}, allowed are 1 to {MAX_CANDIDATES}{hint}")
    ids: Objects = np.array(candidates.id, object)
    names, count = np.unique(ids.astype(str), return_counts=True)
    if (count > 1).any():
        raise InputError(f"candidates: the id {str(names[count > 1][0])!r:.60} occurs more than once, allowed is once")
