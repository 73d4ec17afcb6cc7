"""What every task of a regional run needs to know, and the public inputs that it reads from the store."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from geoservice import __version__
from geoservice.analysis.base import Units
from geoservice.demand import DemandSurface, read_surface
from geoservice.geo import BBox, Floats, Int32s, Ints
from geoservice.pipeline.public_places import PublicPlaces, read_places
from geoservice.pipeline.regional.counties import county_outlines, longest_reach, reach_metres
from geoservice.pipeline.regional.store import RunStore
from geoservice.study import Study


@dataclass(frozen=True)
class RegionalJob:
    """A regional run: its stores, its study, and the settings of its analyses.

    ``store`` is that of inputs and results, ``streets`` that of extracts and networks, which further runs may use again.
    ``frames`` are those of the street networks by mode, the same for all counties, ``speeds`` the highest on a segment of each,
    in metres per millisecond. ``outside_m`` is how far people may live outside the outline of their county. ``counties`` are
    those of the release. ``version`` is that of the command.
    """

    store: RunStore
    streets: RunStore
    study: Study
    settings: Mapping[str, Any]
    frames: Mapping[str, BBox]
    speeds: Mapping[str, float]
    outside_m: float
    counties: tuple[str, ...]
    version: str = __version__

    @property
    def reach(self) -> float:
        """How far beyond its border a county's streets and stations count, in metres: as far as the fastest mode may lead."""
        return longest_reach(self.study, self.speeds) + self.outside_m

    def reach_within(self, mode: str, minutes: int) -> float:
        """Return how far beyond its border people of a county get in a mode within minutes, in metres."""
        return reach_metres(self.speeds[mode], minutes, self.study.snap_metres) + self.outside_m

    @property
    def joint(self) -> str:
        """The folder of the results that depend on which counties take part."""
        return f"joint-{hashlib.sha256(' '.join(self.counties).encode()).hexdigest()[:12]}"


class CellPlaces(NamedTuple):
    """Cells of the region: units, centres in degrees, and the county of each as a position in the sorted codes."""

    units: Units
    lon: Floats
    lat: Floats
    county: Int32s


class RegionInputs:
    """The public inputs of a run, read when they are first used."""

    def __init__(self, store: RunStore) -> None:
        self._store = store

    @cached_property
    def places(self) -> PublicPlaces:
        """The areas."""
        return read_places(self.areas, self._store.read_json("inputs/levels.json"))

    @cached_property
    def areas(self) -> pa.Table:
        """The table of areas."""
        return self._store.read_table("inputs/areas")

    @cached_property
    def stations(self) -> pa.Table:
        """The table of stations."""
        return self._store.read_table("inputs/stations")

    @cached_property
    def counties(self) -> dict[str, Any]:
        """The outlines of all counties by code."""
        return county_outlines(self.places)

    @cached_property
    def surface(self) -> DemandSurface:
        """The demand surface of the region."""
        return read_surface(self._store.read_mapped("inputs/surface"))

    @cached_property
    def points(self) -> pa.Table:
        """Degrees, county, cell, and area of each level of every point of the surface; -1 for none."""
        return self._store.read_table("inputs/points")

    @cached_property
    def cells(self) -> CellPlaces:
        """The cells."""
        table = self._store.read_table("inputs/cells")
        lon, lat, county = (table.column(c).to_numpy() for c in ("lon", "lat", "county"))
        return CellPlaces(Units("cell", table.drop_columns(["lon", "lat", "county"])), lon, lat, county)

    def table(self, name: str) -> pa.Table | None:
        """Return a further table of the project, None if it has none."""
        return self._store.read_table(f"inputs/{name}") if self._store.has(f"inputs/{name}.arrow") else None

    def number(self, county: str) -> int:
        """Return the position of a county in :attr:`counties`."""
        return list(self.counties).index(county)

    def points_of(self, county: str) -> Ints:
        """Return the positions of the surface's points in a county; ascending."""
        return np.flatnonzero(self.points.column("county").to_numpy() == self.number(county))


@lru_cache(maxsize=1)
def read_region(store: RunStore) -> RegionInputs:
    """Return the inputs of a run; kept for the next task in the same process."""
    return RegionInputs(store)
