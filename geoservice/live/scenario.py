"""A scenario while it is being answered: the stations after its edits, and the times that they change."""

from dataclasses import dataclass

import numpy as np

from geoservice.demand import Quantity
from geoservice.geo import Bools, Floats, Int32s, Ints
from geoservice.live.mode_streets import ModeStreets, Rows
from geoservice.live.trip_state import TripState
from geoservice.network.live_times import Change, LiveTimes, PlacedStations


@dataclass(frozen=True)
class PointTimes:
    """Times in ms and stations of points before and after the edits; shapes ``(n,)``."""

    point: Ints
    ms_before: Int32s
    station_before: Int32s
    ms: Int32s
    station: Int32s

    def take(self, index: Ints | Bools) -> "PointTimes":
        """Return some of the points."""
        return PointTimes(*(array[index] for array in vars(self).values()))


def times_of(times: LiveTimes, change: Change, point: Ints) -> PointTimes:
    """Return the times of points, ascending; ``times`` are those after a change."""
    ms, station = times.nearest(point)
    ms_before, station_before = ms.copy(), station.copy()
    place = np.searchsorted(point, change.point)
    known = place < len(point)
    known[known] = point[place[known]] == change.point[known]
    ms_before[place[known]], station_before[place[known]] = change.ms[known], change.station[known]
    return PointTimes(point, ms_before, station_before, ms, station)


@dataclass(frozen=True)
class Stations:
    """Stations: where they are on the streets (nowhere if they do not count for the trip), whether they count, their capacity.

    ``capacity`` is in persons, NaN if a station states none.
    """

    rows: Rows
    placed: PlacedStations
    offered: Bools
    capacity: Floats

    def __len__(self) -> int:
        """Return the number of stations."""
        return len(self.rows)


@dataclass(frozen=True)
class Scenario:
    """The stations before and after the edits, and points with their times.

    ``before`` are those of the release, ``after`` begins with the same; ``edited`` are the positions of those that were edited.
    ``points`` are all points of the leaves with a point whose time or station has changed, and ``is_changed`` marks the latter.
    """

    trip: TripState
    change: Change
    streets: ModeStreets
    quantity: Quantity
    before: Stations
    after: Stations
    edited: Ints
    points: PointTimes
    is_changed: Bools

    def times(self, point: Ints) -> PointTimes:
        """Return the times of points, ascending, before and after the edits."""
        return times_of(self.trip.times, self.change, point)

    @property
    def changed(self) -> PointTimes:
        """The points whose time or station has changed."""
        return self.points.take(self.is_changed)

    @property
    def off_street(self) -> list[str]:
        """Ids of edited stations that would count for the trip but are on no street."""
        off = self.after.offered & (self.after.placed.snapped.edge < 0)
        return [str(self.after.rows[number]["id"]) for number in self.edited[off[self.edited]].tolist()]


def times_between(scenario: Scenario, other: Scenario) -> PointTimes:
    """Return the times of every point that either of two scenarios of one trip changes: before are those of the other one.

    The edits of ``scenario`` are applied, those of ``other`` have been undone.
    """
    moved = other.changed
    times = scenario.times(np.union1d(scenario.changed.point, moved.point))
    ms_before, station_before = times.ms_before.copy(), times.station_before.copy()
    place = np.searchsorted(times.point, moved.point)
    ms_before[place], station_before[place] = moved.ms, moved.station
    return PointTimes(times.point, ms_before, station_before, times.ms, times.station)


def differing_stations(first: Scenario, second: Scenario) -> tuple[Ints, Ints]:
    """Return the stations of each scenario that are not the same in the other one, by their positions in each.

    The stations of the release have the same positions in both; a new one is in a scenario only if it was edited there.
    """
    release, positions = len(first.before), (_edited_positions(first), _edited_positions(second))
    only_in: tuple[list[int], list[int]] = ([], [])
    for station in dict.fromkeys([*positions[0], *positions[1]]):
        own = [position.get(station) for position in positions]
        shared = next((number for number in own if number is not None and number < release), None)
        numbers = [shared if number is None else number for number in own]
        rows = [None if n is None else s.after.rows[n] for s, n in zip((first, second), numbers, strict=True)]
        if rows[0] != rows[1]:
            for listed, number in zip(only_in, numbers, strict=True):
                listed.extend([] if number is None else [number])
    return np.array(only_in[0], np.int64), np.array(only_in[1], np.int64)


def _edited_positions(scenario: Scenario) -> dict[str, int]:
    return {str(scenario.after.rows[number]["id"]): number for number in scenario.edited.tolist()}
