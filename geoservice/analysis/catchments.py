"""Which station serves whom: ground and people nearest to each station along the streets, and its load."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.base import Context, Findings, Process, Trip, Units
from geoservice.analysis.frames import nearest_trips, stack, table, trip_columns
from geoservice.demand import Quantity, region_sums
from geoservice.geo import Floats, Int32s, Ints, LocalProjection, Objects
from geoservice.measures import NOT_APPLICABLE

PROCESS = Process(
    id="catchments",
    title={"zh": "服务范围", "en": "Catchments"},
    description={
        "zh": "沿路网离每个站点最近的地面（互不重叠）、其中的户数和人数，以及人数与服务能力之比。",
        "en": "The ground nearest to each station along the streets, the people there, and their number against capacity.",
    },
    reference="Okabe and Sugihara (2012), Spatial Analysis along Networks, ch. 4: network Voronoi diagrams",
)
HOUSEHOLDS, PERSONS = Quantity("households"), Quantity("persons")
ATTRIBUTES = ("unit", "name_zh", "name_en", "parent", "service", "mode", "station", "station_name", "tier")


class Params(BaseModel):
    """Services to draw."""

    model_config = ConfigDict(frozen=True)
    services: tuple[str, ...]


def thiessen(x: Floats, y: Floats, outline: shapely.Geometry) -> tuple[Objects, Ints]:
    """Thiessen cells of points, reaching beyond the outline.

    Parameters
    ----------
    x, y : float64 arrays, shape (n,), metres
    outline : polygon
        What the cells must cover, in the same plane.

    Returns
    -------
    (object array of polygons, shape (m,); int64 array, shape (m,))
        Cells of the distinct points, and for each the first point that it is of. They share their edges exactly.

    Examples
    --------
    >>> cells, point = thiessen(np.array([0.0, 2.0, 2.0]), np.zeros(3), shapely.box(-1, -1, 3, 1))
    >>> len(cells), point.tolist()
    (2, [0, 1])
    """
    points, index = np.unique(np.column_stack([x, y]), axis=0, return_index=True)
    first = index.astype(np.int64)
    west, south, east, north = shapely.bounds(outline)
    beyond = shapely.buffer(shapely.box(west, south, east, north), max(east - west, north - south, 1.0), join_style="mitre")
    if len(points) < 2:
        return np.array([beyond] * len(points), dtype=object), first
    cells = shapely.voronoi_polygons(shapely.multipoints(_unaligned(points)), extend_to=beyond, ordered=True)
    return shapely.get_parts(cells), first


def _unaligned(points: "np.ndarray[Any, np.dtype[np.float64]]") -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Move points by up to 2 mm, less than the last digit of OSM, always the same way.

    Where streets form a regular grid, four junctions lie on one circle; GEOS then draws cells that overlap or are invalid.
    The steps are the additive sequence of M. Roberts, "The unreasonable effectiveness of quasirandom sequences" (2018).
    """
    steps = np.arange(1, len(points) + 1)[:, None] * np.array([0.7548776662466927, 0.5698402909980532])
    moved: np.ndarray[Any, np.dtype[np.float64]] = points + 0.004 * (steps % 1 - 0.5)
    return moved


def territories(cells: Objects, label: Int32s, labels: int, outline: shapely.Geometry) -> Objects:
    """Dissolve cells by label and clip them to the outline.

    Parameters
    ----------
    cells : object array of polygons, shape (n,)
        A coverage: no overlaps, shared edges.
    label : int32 array, shape (n,)
        Station of each cell, -1 for none.
    labels : int
        Number of stations.
    outline : polygon

    Returns
    -------
    object array, shape (labels,)
        Polygon or multipolygon of each, None where there is no ground. They do not overlap, and where every cell has a label
        they cover the outline.

    Examples
    --------
    >>> cells = shapely.box([0, 1, 2], [0, 0, 0], [1, 2, 3], [1, 1, 1])
    >>> ground = territories(cells, np.array([0, 0, 1], np.int32), 3, shapely.box(0, 0, 2.5, 1))
    >>> [g if g is None else float(g.area) for g in ground]
    [2.0, 0.5, None]
    """
    order = np.argsort(label, kind="stable")
    bounds = np.searchsorted(label[order], np.arange(labels + 1))
    ground: Objects = np.full(labels, None, object)
    shapely.prepare(outline)
    for i in range(labels):
        if bounds[i + 1] > bounds[i]:
            clipped = shapely.intersection(shapely.coverage_union_all(cells[order[bounds[i] : bounds[i + 1]]]), outline)
            ground[i] = _polygonal(clipped)
    return ground


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Keep polygons only; touching the outline may leave points and lines."""
    parts = [p for p in shapely.get_parts(shape) if shapely.get_type_id(p) == 3 and p.area > 0]
    return None if not parts else parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def study_outline(context: Context) -> shapely.Geometry:
    """Union of the areas of the highest level, in metres of the study's plane."""
    shapes = shapely.from_wkb(np.asarray(context.areas[context.levels[0]].table.column("geometry").to_pylist(), object))
    return shapely.union_all(shapely.transform(shapes, lambda p: np.column_stack(context.projection.forward(p[:, 0], p[:, 1]))))


def _degrees(projection: LocalProjection, shapes: Objects) -> list[bytes | None]:
    turned = shapely.transform(shapes, lambda p: np.column_stack(projection.inverse(p[:, 0], p[:, 1])))
    wkb: list[bytes | None] = shapely.to_wkb(turned).tolist()
    return wkb


def _unit(trip: Trip, station: Mapping[str, Any]) -> dict[str, Any]:
    name = station["name"]
    return dict(
        zip(
            ATTRIBUTES,
            (
                f"{trip.service}.{trip.mode}.{station['id']}",
                name,
                name,
                None,
                trip.service,
                trip.mode,
                station["id"],
                name,
                station["tier"],
            ),
            strict=True,
        )
    )


def load(persons: Floats, capacity: Floats) -> Floats:
    """Percent of a station's capacity that its persons make up; NaN where it has no capacity, or none is known.

    Examples
    --------
    >>> load(np.array([300.0, 10.0]), np.array([200.0, np.nan])).tolist()
    [150.0, nan]
    """
    return np.asarray(100 * persons / np.where(capacity > 0, capacity, np.nan), float)


def _ground(context: Context, trip: Trip, offering: Ints, cells: tuple[Objects, Ints], outline: shapely.Geometry) -> Objects:
    """Ground of each station that offers the service, in metres."""
    label = _position(context, offering)[context.streets[trip.mode].travel[trip].station[cells[1]]]
    return territories(cells[0], label, len(offering), outline)


def _position(context: Context, offering: Ints) -> Int32s:
    """Position among the offering stations of each station; the last entry answers for station -1."""
    place = np.full(context.stations.num_rows + 1, -1, np.int32)
    place[offering] = np.arange(len(offering))
    return place


def _rows(context: Context, trip: Trip, offering: Ints, names: list[str]) -> Iterator[pa.Table]:
    """Households, persons and load of each catchment, and persons and load again at the station."""
    demand = context.demand
    sums = region_sums(demand.surface, _position(context, offering)[demand.travel[trip].station], len(offering))
    stations = context.stations.take(offering)
    capacity = stations.column("capacity").to_numpy(zero_copy_only=False).astype(float)
    dims: dict[str, Any] = {**trip_columns(trip), "group": "all"}
    catchment: dict[str, Any] = {**dims, "geography": "catchment", "unit": names}
    station: dict[str, Any] = {**dims, "geography": "station", "unit": stations.column("id").to_pylist()}
    if demand.surface.has(HOUSEHOLDS):
        yield table(sums.value(HOUSEHOLDS), sums.margin(HOUSEHOLDS), measure="catchment_households", **catchment)
    persons, margin = sums.value(PERSONS), sums.margin(PERSONS)
    yield table(persons, margin, measure="catchment_persons", **catchment)
    yield table(persons, margin, measure="served_persons", **station)
    for place in (catchment, station):
        yield table(load(persons, capacity), load(margin, capacity), NOT_APPLICABLE, measure="load", **place)


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Draw the ground of every station, and add up the people whose nearest station it is."""
    outline = study_outline(context)
    cells: dict[str, tuple[Objects, Ints]] = {}
    units: list[dict[str, Any]] = []
    rows: list[pa.Table] = []
    stations = context.stations.to_pylist()
    for trip in nearest_trips(context.demand.travel, params.services):
        streets = context.streets[trip.mode]
        if trip.mode not in cells:
            cells[trip.mode] = thiessen(*context.projection.forward(streets.lon, streets.lat), outline)
        offering = np.flatnonzero([s["active"] and trip.service in s["services"] for s in stations])
        made = [_unit(trip, stations[i]) for i in offering]
        ground = _degrees(context.projection, _ground(context, trip, offering, cells[trip.mode], outline))
        units += [u | {"geometry": g} for u, g in zip(made, ground, strict=True)]
        rows += _rows(context, trip, offering, [u["unit"] for u in made])
    schema = pa.schema([pa.field(n, pa.string()) for n in ATTRIBUTES]).append(pa.field("geometry", pa.binary()))
    return Findings(stack(rows), [Units("catchment", pa.Table.from_pylist(units, schema=schema))])
