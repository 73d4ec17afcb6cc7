"""What an analysis is given, what it gives back, and how it is described.

An analysis never sees a household. It sees *atoms*: unions of at least K households of one population group, made by
:mod:`geoservice.disclosure.atoms`; every region it forms is a union of atoms, so two regions differ by nobody or by K
households at least. It hands back blocks (which atom belongs to which region); the run adds them up, the disclosure control
turns sums into released numbers, and only then may the analysis derive ratios and ranks from what was released.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
from pydantic import BaseModel

from geoservice.geo import Floats, Int32s, Ints, Keys, LocalProjection

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
class Demand:
    """One population group as atoms. Private: exact sums, never to be published but through the disclosure control.

    ``area[level]`` and ``cell`` are positions in the context's units, -1 where the atom lies in no single publishable one.
    An atom's travel time is the median of its households', weighted by households (lower median: always a real value).
    All arrays have shape ``(atoms,)``.
    """

    group: str
    households: Ints
    persons: Ints
    key: Keys
    area: Mapping[str, Int32s]
    cell: Int32s
    lon: Floats
    lat: Floats
    travel: Mapping[Trip, Times]


@dataclass(frozen=True)
class Units:
    """Regions of one geography, all public.

    Columns ``unit``, ``name_zh``, ``name_en``, ``parent``, ``geometry`` (WKB), and further attributes.
    """

    geography: str
    table: pa.Table

    @property
    def ids(self) -> list[str]:
        """Return the unit ids in order; positions in this list are what ``Demand.area`` and ``cell`` hold."""
        return [str(v) for v in self.table.column("unit").to_pylist()]


@dataclass(frozen=True)
class Streets:
    """Junctions of one mode's network, public: positions, shapes ``(n,)``, and their times for each trip of the mode."""

    lon: Floats
    lat: Floats
    travel: Mapping[Trip, Times]


@dataclass(frozen=True)
class Context:
    """Everything an analysis may look at.

    ``cell_travel`` are times of the cells' centres, which depend on streets and stations alone and so are public.
    ``reach(mode, lon, lat, minutes)`` returns, for each point, the set of points of a group's atoms within the time, as pairs
    ``(point, atom)`` of int32 arrays for the demand of group ``all``.
    """

    projection: LocalProjection
    levels: Sequence[str]
    areas: Mapping[str, Units]
    cells: Units
    cell_lon: Floats
    cell_lat: Floats
    cell_travel: Mapping[Trip, Times]
    stations: pa.Table
    streets: Mapping[str, Streets]
    demands: Mapping[str, Demand]
    reach: Callable[[str, Floats, Floats, int], tuple[Int32s, Int32s]]


@dataclass(frozen=True)
class Block:
    """Regions made of atoms, to be added up: ``region[i]`` is the position in ``units`` of ``atom[i]``'s region, -1 for none.

    ``atom`` may name an atom more than once (regions that overlap); None means each atom once, in order. ``households`` and
    ``persons`` name the measures to release, None for neither. The other fields are dimensions of the release table.
    """

    geography: str
    units: Sequence[str]
    region: Int32s
    group: str
    households: str | None
    persons: str | None
    atom: Int32s | None = None
    service: str = ""
    tier: str = ""
    mode: str = ""
    nth: int = 0
    minutes: int = 0


@dataclass(frozen=True)
class Findings:
    """What an analysis gives back before disclosure: new regions, blocks to add up, and rows that were never private."""

    blocks: Sequence[Block] = ()
    units: Sequence[Units] = ()
    public: pd.DataFrame | None = None


class Process(BaseModel):
    """Description of an analysis for people and for OGC API Processes."""

    id: str
    title: dict[str, str]
    description: dict[str, str]
    reference: str = ""
    parameters: dict[str, Any] = {}


class Analysis(Protocol):
    """A module of this package: ``PROCESS``, ``Params`` and the functions below.

    The frame ``released`` has the columns of the release table and holds what was released so far.
    """

    PROCESS: Process

    @property
    def Params(self) -> type[BaseModel]:  # noqa: N802 - it is a class
        """The parameters' model."""
        ...

    def params(self, study: Mapping[str, Any]) -> BaseModel:
        """Parameters for a study (``Study.model_dump()``)."""
        ...

    def analyse(self, context: Context, params: Any, released: pd.DataFrame) -> Findings:
        """Form regions and blocks."""
        ...

    def derive(self, context: Context, params: Any, released: pd.DataFrame) -> pd.DataFrame:
        """Rows computed from released rows alone."""
        ...
