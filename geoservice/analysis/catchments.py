"""Catchments: the area and the people nearest to each station along the streets, and the station's load.

Stations at the same position in the network are equally near to everybody: they share a catchment and divide its people.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.base import Context, Findings, Process, Trip, Units
from geoservice.analysis.frames import nearest_trips, stack, table, trip_columns
from geoservice.analysis.thiessen import territories, thiessen
from geoservice.demand import Quantity, region_sums
from geoservice.geo import Floats, Int32s, Ints, LocalProjection, Objects
from geoservice.measures import NOT_APPLICABLE

PROCESS = Process(
    id="catchments",
    title={"zh": "服务范围", "en": "Catchments"},
    description={
        "zh": "沿路网离每个站点最近的地面（互不重叠）、其中的户数和人数，以及人数与服务能力之比。",
        "en": "The area nearest to each station along the streets, the people in it and their number relative to capacity.",
    },
    reference="Okabe and Sugihara (2012), Spatial Analysis along Networks, ch. 4: network Voronoi diagrams",
)
HOUSEHOLDS, PERSONS = Quantity("households"), Quantity("persons")
STATIONS = "stations"
"""Column of the catchments with the ids of the stations that share each."""
NAME_SEPARATOR = " + "
"""Separator between the names of stations that share a catchment."""
ATTRIBUTES = ("unit", "name_zh", "name_en", "parent", "service", "mode", "station", "station_name", "tier")


class Params(BaseModel):
    """Services whose catchments are drawn."""

    model_config = ConfigDict(frozen=True)
    services: tuple[str, ...]


def study_outline(context: Context) -> shapely.Geometry:
    """Return the union of the areas of the highest level, in metres of the study's projection."""
    shapes = shapely.from_wkb(np.asarray(context.areas[context.levels[0]].table.column("geometry").to_pylist(), object))
    return shapely.union_all(shapely.transform(shapes, lambda p: np.column_stack(context.projection.forward(p[:, 0], p[:, 1]))))


def _degrees(projection: LocalProjection, shapes: Objects) -> list[bytes | None]:
    unprojected = shapely.transform(shapes, lambda p: np.column_stack(projection.inverse(p[:, 0], p[:, 1])))
    wkb: list[bytes | None] = shapely.to_wkb(unprojected).tolist()
    return wkb


def load(persons: Floats, capacity: Floats) -> Floats:
    """Return the persons of stations in percent of their capacity; NaN if it is 0 or not stated.

    Examples
    --------
    >>> load(np.array([300.0, 10.0]), np.array([200.0, np.nan])).tolist()
    [150.0, nan]
    """
    return np.asarray(100 * persons / np.where(capacity > 0, capacity, np.nan), float)


def shared_catchments(place: Int32s, delay: Floats) -> Ints:
    """Return the first of the stations that share a catchment with each: same position in the network, same start delay.

    Parameters
    ----------
    place : int32 array, shape (n,)
        Position of each station in the network; -1 for none, and such a station shares its catchment with no other.
    delay : float64 array, shape (n,), seconds

    Returns
    -------
    int64 array, shape (n,)
        Indices of stations; the first is the one that travel times have for all of them.

    Examples
    --------
    >>> shared_catchments(np.array([4, 7, 4, -1, -1, 4], np.int32), np.array([0.0, 0.0, 0.0, 0.0, 0.0, 60.0])).tolist()
    [0, 1, 0, 3, 4, 5]
    """
    index = np.arange(len(place))
    key = np.column_stack([place, np.where(place < 0, index, np.round(delay * 1000))])
    _, first_index, group = np.unique(key, axis=0, return_index=True, return_inverse=True)
    return first_index[group.ravel()].astype(np.int64)


def capacity_shares(first: Ints, capacity: Floats) -> Floats:
    """Return each station's share of its catchment's people: by capacity if all stations state one, otherwise equal.

    Examples
    --------
    >>> capacity_shares(np.array([0, 0, 2, 2, 4]), np.array([300.0, 100.0, np.nan, 50.0, np.nan])).tolist()
    [0.75, 0.25, 0.5, 0.5, 1.0]
    """
    total, number = np.bincount(first, capacity)[first], np.bincount(first)[first]
    equal = ~(total > 0)
    return np.where(equal, 1 / number, capacity / np.where(equal, 1.0, total))


@dataclass(frozen=True)
class StationCatchments:
    """Catchments of one trip.

    ``offering`` are the stations that offer the service, with ``capacity``; ``first`` is the first station of their catchment
    as by :func:`shared_catchments`, and ``firsts`` are the distinct ones. ``of_station`` is the catchment of each station of
    the context, -1 for none; its last entry is that of station -1.
    """

    offering: Ints
    first: Ints
    firsts: Ints
    of_station: Int32s
    capacity: Floats

    @classmethod
    def of(cls, context: Context, trip: Trip) -> "StationCatchments":
        """Return the catchments of a trip."""
        stations = context.stations
        offering = np.flatnonzero([trip.service in s["services"] for s in stations.select(["services"]).to_pylist()])
        delay, capacity = (
            stations.column(c).to_numpy(zero_copy_only=False).astype(float)[offering] for c in ("start_delay_s", "capacity")
        )
        first = shared_catchments(context.streets[trip.mode].station_place[offering], delay)
        firsts = np.unique(first)
        of_station = np.full(stations.num_rows + 1, -1, np.int32)
        of_station[offering] = np.searchsorted(firsts, first)
        return cls(offering, first, firsts, of_station, capacity)

    @property
    def stations(self) -> Ints:
        """The first station of each catchment, as a row of the context's stations; shape ``(catchments,)``."""
        return self.offering[self.firsts]

    def unit_ids(self, trip: Trip, station_ids: Sequence[str]) -> list[str]:
        """Return the ids of the catchments as units; ``station_ids`` are those of the context's stations."""
        return [f"{trip.service}.{trip.mode}.{station_ids[row]}" for row in self.stations]

    @property
    def total_capacity(self) -> Floats:
        """Capacity of each catchment's stations together, NaN if one states none; shape ``(catchments,)``."""
        return np.bincount(self.first, self.capacity)[self.firsts].astype(float)


def _units(trip: Trip, catchments: StationCatchments, stations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return name and stations of each catchment."""
    units = []
    unit_ids = catchments.unit_ids(trip, [str(s["id"]) for s in stations])
    for unit, first in zip(unit_ids, catchments.firsts, strict=True):
        members = [stations[i] for i in catchments.offering[catchments.first == first]]
        ids, names, tiers = ([str(s[c]) for s in members] for c in ("id", "name", "tier"))
        station, name, tier = (NAME_SEPARATOR.join(dict.fromkeys(values)) for values in (ids, names, tiers))
        texts = (unit, name, name, None, trip.service, trip.mode, station, name, tier)
        units.append({**dict(zip(ATTRIBUTES, texts, strict=True)), STATIONS: ids})
    return units


def _rows(context: Context, trip: Trip, catchments: StationCatchments, names: list[str]) -> Iterator[pa.Table]:
    """Yield households, persons and load of each catchment, and persons and load of each station."""
    demand = context.demand
    sums = region_sums(demand.surface, catchments.of_station[demand.travel[trip].station], len(catchments.firsts))
    ids = np.asarray(context.stations.column("id").to_pylist(), object)
    dims: dict[str, Any] = {**trip_columns(trip), "group": "all"}
    catchment_dims: dict[str, Any] = {**dims, "geography": "catchment", "unit": names}
    station_dims: dict[str, Any] = {**dims, "geography": "station", "unit": ids[catchments.offering]}
    if demand.surface.has(HOUSEHOLDS):
        yield table(sums.value(HOUSEHOLDS), sums.margin(HOUSEHOLDS), measure="catchment_households", **catchment_dims)
    persons, margin = sums.value(PERSONS), sums.margin(PERSONS)
    yield table(persons, margin, measure="catchment_persons", **catchment_dims)
    capacity = catchments.total_capacity
    yield table(load(persons, capacity), load(margin, capacity), NOT_APPLICABLE, measure="load", **catchment_dims)
    own_catchment, share = catchments.of_station[catchments.offering], capacity_shares(catchments.first, catchments.capacity)
    persons, margin = persons[own_catchment] * share, margin[own_catchment] * share
    yield table(persons, margin, measure="served_persons", **station_dims)
    yield table(
        load(persons, catchments.capacity), load(margin, catchments.capacity), NOT_APPLICABLE, measure="load", **station_dims
    )
    others = np.delete(ids, catchments.offering)
    for measure in ("served_persons", "load"):
        none = np.full(len(others), np.nan)
        yield table(none, None, NOT_APPLICABLE, measure=measure, **{**station_dims, "unit": others})


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return the catchment polygon of every station, and the people whose nearest station it is."""
    outline = study_outline(context)
    cells: dict[str, tuple[Objects, Ints]] = {}
    units: list[dict[str, Any]] = []
    rows: list[pa.Table] = []
    stations = context.stations.to_pylist()
    for trip in nearest_trips(context.demand.travel, params.services):
        streets = context.streets[trip.mode]
        if trip.mode not in cells:
            cells[trip.mode] = thiessen(*context.projection.forward(streets.lon, streets.lat), outline)
        catchments = StationCatchments.of(context, trip)
        catchment_units = _units(trip, catchments, stations)
        shapes, junction = cells[trip.mode]
        label = catchments.of_station[streets.travel[trip].station[junction]]
        polygons = _degrees(context.projection, territories(shapes, label, len(catchment_units), outline))
        units += [u | {"geometry": g} for u, g in zip(catchment_units, polygons, strict=True)]
        rows += _rows(context, trip, catchments, [u["unit"] for u in catchment_units])
    fields: list[pa.Field[Any]] = [pa.field(n, pa.string()) for n in ATTRIBUTES]
    fields += [pa.field(STATIONS, pa.list_(pa.string())), pa.field("geometry", pa.binary())]
    return Findings(stack(rows), [Units("catchment", pa.Table.from_pylist(units, schema=pa.schema(fields)))])
