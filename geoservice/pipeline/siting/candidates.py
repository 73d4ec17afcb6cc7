"""Candidates for new sites: from a table, from the junctions of streets, or from service gaps."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from geoservice.analysis.gaps import inhabited_leaves
from geoservice.demand import DemandSurface
from geoservice.errors import InputError
from geoservice.geo import Bools, Floats, Ints, Objects
from geoservice.pipeline.public_places import PublicPlaces, make_cells
from geoservice.pipeline.siting.request import MAX_CANDIDATES


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


def from_streets(lon: Floats, lat: Floats, places: PublicPlaces, spacing: float) -> Candidates:
    """Return the junction nearest to the centre of each square of a grid, within the study's outline.

    Parameters
    ----------
    lon, lat : float64 arrays, shape (junctions,)
    places : PublicPlaces
    spacing : float
        Side of the squares, metres.
    """
    shapely.prepare(places.outline)
    inside = np.flatnonzero(shapely.intersects_xy(places.outline, lon, lat))
    x, y = places.projection.forward(lon[inside], lat[inside])
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


def from_gaps(surface: DemandSurface, unreached: Bools, places: PublicPlaces, side: float) -> Candidates:
    """Return the centres of the cells with people whom no station reaches in time.

    A leaf of the surface counts if its people are more than their margin, as in the analysis of gaps.

    Parameters
    ----------
    surface : DemandSurface
    unreached : bool array, shape (points,)
        Points of the surface beyond the time.
    places : PublicPlaces
    side : float
        Side of the cells, metres.
    """
    cells = make_cells(places, side)
    cell = cells.index(*places.projection.forward(surface.point_lon, surface.point_lat))
    chosen = np.unique(cell[unreached & inhabited_leaves(surface)[surface.point_leaf] & (cell >= 0)])
    ids = cells.units.ids
    return Candidates.at([ids[c] for c in chosen], cells.lon[chosen], cells.lat[chosen])


def check_candidates(candidates: Candidates, source: str) -> None:
    """Raise :class:`InputError` if there are none, too many, or two of one id."""
    if not len(candidates):
        nobody = "everybody known to live in the study is reached already" if source == "gaps" else "none lies in the study"
        raise InputError(f"candidates: {source} gives none: {nobody}; allowed are 1 to {MAX_CANDIDATES}")
    if len(candidates) > MAX_CANDIDATES:
        hint = "; a larger spacing gives fewer" if source == "streets" else ""
        raise InputError(f"candidates: {source} gives {len(candidates)}, allowed are 1 to {MAX_CANDIDATES}{hint}")
    ids: Objects = np.array(candidates.id, object)
    names, count = np.unique(ids.astype(str), return_counts=True)
    if (count > 1).any():
        raise InputError(f"candidates: the id {str(names[count > 1][0])!r:.60} occurs more than once, allowed is once")
