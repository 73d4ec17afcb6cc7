"""The geographies that hotspots are sought in: areas, cells and catchments, each with the neighbours of its units."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from scipy import sparse

from geoservice.analysis.base import Context, Trip, Units
from geoservice.analysis.catchments import StationCatchments
from geoservice.analysis.frames import nearest_trips
from geoservice.analysis.spatial_statistics.weights import Weights
from geoservice.geo import Int32s, LocalProjection, Objects

CATCHMENT = "catchment"


class Geography(NamedTuple):
    """A geography: its name, ids, neighbours of its units, and the unit of each point of the surface, -1 for none.

    Rates of people beyond a standard are those of ``trips``; ``detailed`` geographies have more than the classes of Gi*.
    """

    name: str
    ids: Sequence[str]
    weights: Weights
    region: Int32s
    trips: Sequence[Trip]
    detailed: bool


def geographies(context: Context, min_units: int, services: Sequence[str]) -> Iterator[Geography]:
    """Yield the geographies with enough units: levels of areas, cells, and the catchments of each service and mode."""
    trips = list(nearest_trips(context.demand.travel, services))
    cells = contiguity(context.cells, context.projection)
    for level in context.levels:
        units = context.areas[level]
        if len(units.ids) >= min_units:
            weights = contiguity(units, context.projection)
            yield Geography(level, units.ids, weights, context.demand.area[level], trips, detailed=True)
    if cells.n >= min_units:
        yield Geography(context.cells.geography, context.cells.ids, cells, context.demand.cell, trips, detailed=False)
    for trip in trips:
        catchments = StationCatchments.of(context, trip)
        if len(catchments.firsts) >= min_units:
            yield _catchments(context, trip, catchments, cells)


def contiguity(units: Units, projection: LocalProjection) -> Weights:
    """Return the contiguity of units along borders and at corners; islands are joined to their nearest unit."""
    degrees: Objects = np.asarray(shapely.from_wkb(units.table.column("geometry").to_numpy(zero_copy_only=False)))
    shapes = shapely.transform(degrees, lambda p: np.column_stack(projection.forward(p[:, 0], p[:, 1])))
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    return Weights.contiguity(shapes).attach_islands(*centre.T)[0]


def _catchments(context: Context, trip: Trip, catchments: StationCatchments, cells: Weights) -> Geography:
    ids = catchments.unit_ids(trip, [str(i) for i in context.stations.column("id").to_pylist()])
    region = catchments.of_station[context.demand.travel[trip].station]
    lon, lat = (context.stations.column(c).to_numpy()[catchments.stations] for c in ("lon", "lat"))
    label = catchments.of_station[context.cell_travel[trip].station]
    weights = neighbours_by_cell(label, len(ids), cells).attach_islands(*context.projection.forward(lon, lat))[0]
    return Geography(CATCHMENT, ids, weights, region, [trip], detailed=True)


def neighbours_by_cell(label: Int32s, units: int, cells: Weights) -> Weights:
    """Return the contiguity of units made of cells: two are neighbours if a cell of one touches a cell of the other.

    Parameters
    ----------
    label : int32 array, shape (cells,)
        Unit of each cell, -1 for none.
    units : int
    cells : Weights
        Contiguity of the cells.

    Examples
    --------
    >>> line = Weights.distance_band(np.arange(5.0), np.zeros(5), 1.0)
    >>> weights = neighbours_by_cell(np.array([0, 0, 1, -1, 2], np.int32), 3, line)
    >>> weights.indices.tolist(), weights.islands.tolist()
    ([1, 0], [False, False, True])
    """
    first, second = label[cells.rows], label[cells.indices]
    apart = (first >= 0) & (second >= 0) & (first != second)
    pairs = np.unique(np.column_stack([first[apart], second[apart]]), axis=0)
    matrix = sparse.csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(units, units))
    return Weights.from_csr(matrix.indptr, matrix.indices, matrix.data)
