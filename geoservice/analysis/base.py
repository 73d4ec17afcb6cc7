"""Input, output and description of an analysis.

An analysis reads public data only: areas, stations, streets, and the demand surface. Its results need no disclosure control;
each number has the margin that follows from the surface.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
from pydantic import BaseModel

from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.analysis.van_tours.timetable import VanPlan
from geoservice.demand import DemandSurface
from geoservice.geo import Bools, Floats, Int32s, Ints, LocalProjection

UNREACHED = np.int32(2**31 - 1)
"""Travel time, in milliseconds, of points that are not reached within the search limit."""


class Trip(NamedTuple):
    """The dimensions of a travel time: service, tier (or ``any``), mode, rank of the station (1 = nearest)."""

    service: str
    tier: str
    mode: str
    nth: int = 1


def serves(station: Mapping[str, Any], service: str, tier: str) -> bool:
    """Return whether a station counts for trips to a service and tier: it offers the service and is of the tier, or of any.

    >>> serves({"services": ["clinic"], "tier": "village"}, "clinic", "any")
    True
    """
    return service in station["services"] and tier in ("any", station["tier"])


@dataclass(frozen=True)
class Times:
    """Travel times in int32 ms (``UNREACHED`` for none) and indices of stations (-1 for none); shapes ``(n,)``."""

    ms: Int32s
    station: Int32s


_TEXTS = pa.schema([(n, pa.string()) for n in ("unit", "name_zh", "name_en", "parent")])
UNIT_SCHEMA = _TEXTS.append(pa.field("geometry", pa.binary()))
"""The columns that every table of regions has."""


@dataclass(frozen=True)
class Units:
    """Regions of one geography.

    The table has the columns ``unit``, ``name_zh``, ``name_en``, ``parent``, ``geometry`` (WKB), and further attributes.
    """

    geography: str
    table: pa.Table

    @property
    def ids(self) -> list[str]:
        """Return the unit ids in order; ``Demand.area`` and ``cell`` are positions in this list."""
        return [str(v) for v in self.table.column("unit").to_pylist()]


@dataclass(frozen=True)
class StreetPlaces:
    """One mode's network: positions of its junctions, shapes ``(n,)``, and their times for each trip of the mode.

    ``station_place``, shape ``(stations,)``, numbers the positions of stations in the network: stations with the same number
    are at the same position, -1 is not on a street.
    """

    lon: Floats
    lat: Floats
    travel: Mapping[Trip, Times]
    station_place: Int32s


@dataclass(frozen=True)
class Demand:
    """The demand surface and the regions of its points; arrays of shape ``(points,)``.

    ``area[level]`` and ``cell`` are positions in the context's units, -1 for points outside them. ``travel`` has the times of
    every trip. ``off_network[mode]`` marks points without times in a mode: no street is near, or no station is on the part of
    the network that they are on.
    """

    surface: DemandSurface
    area: Mapping[str, Int32s]
    cell: Int32s
    travel: Mapping[Trip, Times]
    off_network: Mapping[str, Bools]


class FlowPlace(NamedTuple):
    """An area or an origin of migrants, anywhere in the country.

    ``lon`` and ``lat`` are degrees, NaN if it has no position. ``parent`` is the listed origin around it, ``county`` and
    ``province`` are those that it is or lies in; "" for none.
    """

    name_zh: str
    name_en: str
    level: str
    lon: float
    lat: float
    parent: str
    county: str
    province: str


class NamedPlaces(NamedTuple):
    """Places with names, to say where something is: degrees, and names in both languages; shapes ``(n,)``."""

    lon: Floats
    lat: Floats
    zh: Sequence[str] = ()
    en: Sequence[str] = ()


NOWHERE = NamedPlaces(np.empty(0), np.empty(0))


@dataclass(frozen=True)
class Context:
    """The input of an analysis; all of it is public.

    Of a mode, ``on_street(mode, lon, lat)`` returns the position on the nearest street of each place, NaN if none is near;
    ``site_pairs(mode, lon, lat, minutes, points)`` the given points of the surface within the time of a station at each place,
    as positions in ``points``, with the times; ``station_pairs(mode, stations, minutes)`` the points within the time of some of
    the stations, given as rows; ``nearest_ms(mode, stations)`` the time of each point to the nearest of them. ``named_places``
    are those of the map, ``flow_places`` the areas and origins of the surface's flows by code; ``uptake`` is the table of
    served and eligible persons, ``pyramids`` that of persons by age, if one was loaded. ``vans`` are the
    tours of vans, if the study has them.
    """

    projection: LocalProjection
    levels: Sequence[str]
    areas: Mapping[str, Units]
    cells: Units
    cell_lon: Floats
    cell_lat: Floats
    cell_travel: Mapping[Trip, Times]
    stations: pa.Table
    streets: Mapping[str, StreetPlaces]
    demand: Demand
    on_street: Callable[[str, Floats, Floats], tuple[Floats, Floats]]
    site_pairs: Callable[[str, Floats, Floats, int, Ints], TravelPairs]
    station_pairs: Callable[[str, Ints, int], TravelPairs]
    nearest_ms: Callable[[str, Ints], Int32s]
    named_places: NamedPlaces = NOWHERE
    flow_places: Mapping[str, FlowPlace] = field(default_factory=dict)
    uptake: pa.Table | None = None
    pyramids: pa.Table | None = None
    vans: VanPlan | None = None


@dataclass(frozen=True)
class Findings:
    """The output of an analysis: rows of the release table, new regions, and notes for the reader in ``zh`` and ``en``."""

    rows: pa.Table
    units: Sequence[Units] = ()
    notes: Sequence[Mapping[str, str]] = ()


class Process(BaseModel):
    """Description of an analysis for people and for OGC API Processes."""

    id: str
    title: dict[str, str]
    description: dict[str, str]
    reference: str = ""
    parameters: dict[str, Any] = {}


class Analysis(Protocol):
    """A module of this package: ``PROCESS``, ``Params`` and ``analyse``.

    A field of ``Params`` with the name of a setting of the study is filled from the study; the others have defaults.
    """

    PROCESS: Process

    @property
    def Params(self) -> type[BaseModel]:  # noqa: N802 - it is a class
        """The model of the parameters."""
        ...

    def analyse(self, context: Context, params: Any, results: pa.Table) -> Findings:
        """Return the results; ``results`` are the rows of the analyses before this one."""
        ...
