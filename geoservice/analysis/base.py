"""What an analysis is given, what it gives back, and how it is described.

An analysis sees public things only: areas, stations, streets, and the demand surface. What it computes needs no control of its
own; each number it gives carries the margin that follows from the surface.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
from pydantic import BaseModel

from geoservice.demand import DemandSurface
from geoservice.geo import Floats, Int32s, LocalProjection

UNREACHED = np.int32(2**31 - 1)
"""Travel time, in milliseconds, of what cannot be reached within the search limit."""


class Trip(NamedTuple):
    """A way of asking "how far is it": service, tier (or ``any``), mode, rank of the station (1 = nearest)."""

    service: str
    tier: str
    mode: str
    nth: int = 1


@dataclass(frozen=True)
class Times:
    """Travel time in int32 ms (``UNREACHED`` where none) and index of the station (-1 where none); shapes ``(n,)``."""

    ms: Int32s
    station: Int32s


@dataclass(frozen=True)
class Units:
    """Regions of one geography.

    Columns ``unit``, ``name_zh``, ``name_en``, ``parent``, ``geometry`` (WKB), and further attributes.
    """

    geography: str
    table: pa.Table

    @property
    def ids(self) -> list[str]:
        """Return the unit ids in order; positions in this list are what ``Demand.area`` and ``cell`` hold."""
        return [str(v) for v in self.table.column("unit").to_pylist()]


@dataclass(frozen=True)
class StreetPlaces:
    """One mode's network: positions of its junctions, shapes ``(n,)``, and their times for each trip of the mode.

    ``station_place``, shape ``(stations,)``, numbers the places of the network that stations are at: two of one number are at
    one place, -1 is at none.
    """

    lon: Floats
    lat: Floats
    travel: Mapping[Trip, Times]
    station_place: Int32s


@dataclass(frozen=True)
class Demand:
    """The demand surface and where its points lie; arrays of shape ``(points,)``.

    ``area[level]`` and ``cell`` are positions in the context's units, -1 for points outside them. ``travel`` has the times of
    every trip.
    """

    surface: DemandSurface
    area: Mapping[str, Int32s]
    cell: Int32s
    travel: Mapping[Trip, Times]


@dataclass(frozen=True)
class Context:
    """Everything an analysis may look at; all of it is public.

    ``reach(mode, lon, lat, minutes)`` returns, for each place, the points of the surface within the time, as pairs
    ``(place, point)`` of int32 arrays.
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
    reach: Callable[[str, Floats, Floats, int], tuple[Int32s, Int32s]]


@dataclass(frozen=True)
class Findings:
    """What an analysis gives back: rows of the release table, and new regions."""

    rows: pa.Table
    units: Sequence[Units] = ()


class Process(BaseModel):
    """Description of an analysis for people and for OGC API Processes."""

    id: str
    title: dict[str, str]
    description: dict[str, str]
    reference: str = ""
    parameters: dict[str, Any] = {}


class Analysis(Protocol):
    """A module of this package: ``PROCESS``, ``Params`` and ``analyse``.

    A field of ``Params`` that has the name of a setting of the study is filled from the study; the others have defaults.
    """

    PROCESS: Process

    @property
    def Params(self) -> type[BaseModel]:  # noqa: N802 - it is a class
        """The parameters' model."""
        ...

    def analyse(self, context: Context, params: Any, results: pa.Table) -> Findings:
        """Answer the question; ``results`` are the rows of the analyses before this one."""
        ...
