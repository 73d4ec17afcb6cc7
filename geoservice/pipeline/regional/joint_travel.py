"""Travel times of a whole region, from the results of its counties."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from geoservice.analysis.base import UNREACHED, StreetPlaces, Times, Trip
from geoservice.analysis.frames import nearest_trips
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.geo import Bools, Floats, Int8s, Int32s, Ints
from geoservice.network.graph import release_pages
from geoservice.network.snap import Snapped
from geoservice.pipeline.regional.counties import owners, within_reach
from geoservice.pipeline.regional.county_travel import SNAPPED, network_folder, trip_name
from geoservice.pipeline.regional.job import RegionalJob, RegionInputs
from geoservice.pipeline.travel import ModeTravel, trips
from geoservice.scratch import scratch_folder

Part = Literal["points", "cells"]
KEPT_TRIPS = 12
"""Trips whose times are kept in memory: those to the nearest station, which several analyses read."""


class JointTimes(Mapping[Trip, Times]):
    """The times of points or cells of some counties by trip, read when they are used.

    ``rows`` are the positions of the points or cells in those of the region, ascending.
    """

    def __init__(self, job: RegionalJob, part: Part, rows: Ints, counties: Sequence[str]) -> None:
        self._job, self._part, self._rows, self._counties = job, part, rows, counties
        self._trips = dict.fromkeys(trip for mode in job.study.modes for trip in trips(job.study, mode))
        self._cached = lru_cache(KEPT_TRIPS)(self._read)

    def __getitem__(self, trip: Trip) -> Times:
        """Return times and stations of a trip."""
        return self._cached(trip)

    def __iter__(self) -> Iterator[Trip]:
        """Iterate over the trips of the study."""
        return iter(self._trips)

    def __len__(self) -> int:
        """Return the number of trips."""
        return len(self._trips)

    def _read(self, trip: Trip) -> Times:
        if trip not in self._trips:
            raise KeyError(trip)
        times = Times(np.full(len(self._rows), UNREACHED, np.int32), np.full(len(self._rows), -1, np.int32))
        names = [trip_name(trip, part) for part in ("ms", "station")]
        for county in self._counties:
            table = self._job.store.read_table(f"travel/{county}/{trip.mode}/{self._part}", ["index", *names])
            at = np.searchsorted(self._rows, table.column("index").to_numpy())
            times.ms[at], times.station[at] = (table.column(name).to_numpy() for name in names)
        return times


class CountyTravel:
    """The streets of one county and mode, with its points on them: for searches from places and from stations.

    ``point`` are the points as positions in ``rows``, ``station`` the stations as rows of the region's table.
    """

    def __init__(self, job: RegionalJob, region: RegionInputs, county: str, mode: str, folder: Path, rows: Ints) -> None:
        table = job.store.read_table(f"travel/{county}/{mode}/points", ["index", *SNAPPED])
        stations = job.store.read_table(f"travel/{county}/{mode}/stations", ["index"]).column("index").to_numpy()
        self.mode_travel = ModeTravel.open(job.study, mode, folder, region.stations.take(stations))
        self.points = Snapped(*(table.column(c).to_numpy() for c in SNAPPED))
        self.point = np.searchsorted(rows, table.column("index").to_numpy())
        self.station = stations


class JointTravel:
    """Searches over some counties of a region: the people of each on its own streets.

    ``rows`` are the positions of the context's points in those of the region, ascending.
    """

    def __init__(self, job: RegionalJob, region: RegionInputs, counties: Sequence[str], rows: Ints) -> None:
        self._job, self._region, self._counties, self._rows = job, region, counties, rows
        self._scratch = scratch_folder("region-networks")
        self._opened = lru_cache(len(counties))(self._open)  # one mode at a time: analyses go through the trips by mode

    def _open(self, county: str, mode: str) -> CountyTravel:
        folder = network_folder(self._job.streets, county, Path(self._scratch.name))
        return CountyTravel(self._job, self._region, county, mode, folder, self._rows)

    def _each(self, mode: str, rows_of: Mapping[str, Ints]) -> Iterator[tuple[Ints, CountyTravel]]:
        """Yield the rows and the streets of each county with rows; the memory of the streets is given back after each."""
        for county, rows in rows_of.items():
            if len(rows):
                opened = self._opened(county, mode)
                yield rows, opened
                release_pages(opened.mode_travel.graph)

    def _in_reach(self, mode: str, lon: Floats, lat: Floats, minutes: int) -> dict[str, Ints]:
        """Return for each county the rows of the places from which one may get to its people within minutes."""
        reach, plane = self._job.reach_within(mode, minutes), self._region.places.projection
        return {county: within_reach(self._region.counties[county], plane, lon, lat, reach) for county in self._counties}

    def on_street(self, mode: str, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Return the position on the nearest street of each place, NaN if none is near."""
        x, y = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
        owner = owners(list(self._region.counties.values()), lon, lat)
        rows_of = {county: np.flatnonzero(owner == self._region.number(county)) for county in self._counties}
        for rows, opened in self._each(mode, rows_of):
            x[rows], y[rows] = opened.mode_travel.on_street(lon[rows], lat[rows])
        return x, y

    def site_pairs(self, mode: str, lon: Floats, lat: Floats, minutes: int, points: Ints) -> TravelPairs:
        """Return the points within ``minutes`` of a station at each place, as positions in ``points``, with their times."""
        parts = []
        for rows, opened in self._each(mode, self._in_reach(mode, lon, lat, minutes)):
            _, wanted, own = np.intersect1d(points, opened.point, assume_unique=True, return_indices=True)
            own_points = opened.points.take(own)
            parts.append((rows, wanted, opened.mode_travel.site_pairs(lon[rows], lat[rows], own_points, minutes)))
        return _joined(parts, len(lon))

    def station_pairs(self, mode: str, stations: Ints, minutes: int) -> TravelPairs:
        """Return the points within ``minutes`` of some of the stations, with their times."""
        lon, lat = (self._region.stations.column(c).to_numpy()[stations] for c in ("lon", "lat"))
        parts = []
        for near, opened in self._each(mode, self._in_reach(mode, lon, lat, minutes)):
            _, rows, own = np.intersect1d(stations[near], opened.station, assume_unique=True, return_indices=True)
            if len(rows):
                parts.append((near[rows], opened.point, opened.mode_travel.station_pairs(own, opened.points, minutes)))
        return _joined(parts, len(stations))

    def nearest_ms(self, mode: str, stations: Ints) -> Int32s:
        """Return the time of each point to the nearest of some stations."""
        ms = np.full(len(self._rows), UNREACHED, np.int32)
        for rows, opened in self._each(mode, dict.fromkeys(self._counties, stations)):
            own = np.flatnonzero(np.isin(opened.station, rows))
            if len(own):
                ms[opened.point] = opened.mode_travel.nearest_ms(own, opened.points)
        return ms


_TOGETHER = 64
"""Stations whose pairs are sorted at one time."""


def _joined(parts: Sequence[tuple[Ints, Ints, TravelPairs]], stations: int) -> TravelPairs:
    """Return the pairs of several searches; of each the rows of its stations, the positions of its points, and its pairs.

    Points of a station are ascending. Stations are joined in blocks: sorted all at once, the pairs would be there many times.
    """
    counts = np.zeros(stations, np.int64)
    for rows, _, pairs in parts:
        counts[rows] += np.diff(pairs.indptr)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    point, ms = (np.empty(indptr[-1], np.int32) for _ in range(2))
    for first in range(0, stations if parts else 0, _TOGETHER):
        last = min(first + _TOGETHER, stations)
        block = slice(indptr[first], indptr[last])
        point[block], ms[block] = _block(parts, first, last)
    return TravelPairs(indptr, point, ms)


def _block(parts: Sequence[tuple[Ints, Ints, TravelPairs]], first: int, last: int) -> tuple[Int32s, Int32s]:
    """Return points and times of the pairs of some stations, ordered by station and point."""
    found = []
    for rows, points, pairs in parts:
        chosen = np.flatnonzero((rows >= first) & (rows < last))
        own = pairs.take(chosen)
        found.append((rows[chosen][own.station], points[own.point].astype(np.int32), own.ms))
    station, point, ms = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((point, station))
    return point[order], ms[order]


def joint_streets(job: RegionalJob, region: RegionInputs, counties: Sequence[str]) -> dict[str, StreetPlaces]:
    """Return the junctions of each mode in the counties, with the trips to the nearest station, and the stations' places."""
    streets = {}
    for mode in job.study.modes:
        every = dict.fromkeys(trips(job.study, mode))
        names = list(nearest_trips(every, [s.id for s in job.study.services]))
        table = pa.concat_tables([job.store.read_table(f"travel/{county}/{mode}/junctions") for county in counties])
        columns = {name: table.column(name).to_numpy() for name in table.column_names}
        travel = {trip: Times(columns[trip_name(trip, "ms")], columns[trip_name(trip, "station")]) for trip in names}
        place = station_column(job, region, mode, counties, "place")
        streets[mode] = StreetPlaces(columns["lon"], columns["lat"], travel, place)
    return streets


def _own_stations(region: RegionInputs, counties: Sequence[str]) -> Ints:
    """Return the county of each station as a position in ``counties``, -1 for others."""
    lon, lat = (region.stations.column(c).to_numpy() for c in ("lon", "lat"))
    codes = list(region.counties)
    position = np.array([counties.index(c) if c in counties else -1 for c in codes])
    return position[owners(list(region.counties.values()), lon, lat)]


def station_column(job: RegionalJob, region: RegionInputs, mode: str, counties: Sequence[str], name: str) -> Int32s:
    """Return ``place`` or ``reason`` of each station in the network of its own county, -1 for stations of other counties.

    Places of counties are distinct.
    """
    owner = _own_stations(region, counties)
    values = np.full(len(owner), -1, np.int64)
    for number, county in enumerate(counties):
        table = job.store.read_table(f"travel/{county}/{mode}/stations", ["index", name])
        index, own = (table.column(c).to_numpy().astype(np.int64) for c in ("index", name))
        if name == "place":
            own = np.where(own < 0, -1, own * len(counties) + number)
        mine = owner[index] == number
        values[index[mine]] = own[mine]
    return values.astype(np.int32)


def point_reasons(job: RegionalJob, mode: str, counties: Sequence[str], rows: Ints) -> tuple[Int8s, Bools]:
    """Return why points are not on a street, and which are joined to a station; ``rows`` are their positions in the region."""
    reason, joined = np.zeros(len(rows), np.int8), np.ones(len(rows), np.bool_)
    for county in counties:
        table = job.store.read_table(f"travel/{county}/{mode}/points", ["index", "reason", "joined"])
        at = np.searchsorted(rows, table.column("index").to_numpy())
        reason[at], joined[at] = table.column("reason").to_numpy(), table.column("joined").to_numpy()
    return reason, joined
