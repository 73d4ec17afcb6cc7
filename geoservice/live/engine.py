"""The engine of live questions: what becomes of travel times when stations are added, moved, closed or changed.

It keeps the travel times of the release and repairs them for a question, instead of searching again, and undoes the repair
afterwards. Questions are answered one after the other, each by a function of its own module.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property

import numpy as np

from geoservice.analysis.base import serves
from geoservice.demand import Quantity, Sums, region_sums
from geoservice.errors import check_choice
from geoservice.geo import Bools, Floats
from geoservice.live.access import LiveAccess
from geoservice.live.area_index import AreaIndex
from geoservice.live.edited_stations import edited
from geoservice.live.estimates import Counts
from geoservice.live.files import LiveArrays
from geoservice.live.leaf_points import LeafPoints
from geoservice.live.mode_streets import ModeStreets, Rows
from geoservice.live.parameters import Parameters
from geoservice.live.question import ScenarioQuestion
from geoservice.live.scenario import Scenario, Stations, times_of
from geoservice.live.station_people import Sharing
from geoservice.live.station_tree import StationTree
from geoservice.live.trip_state import TripState
from geoservice.network.live_times import LiveTimes

TripKey = tuple[str, str, str]
"""Service, tier and mode."""
MAX_TRIPS = 24
"""Trips whose times are kept; those of the least recent one are searched again when they are needed."""


class Engine:
    """Keeps what live questions about one release need; for use by one thread.

    Parameters
    ----------
    arrays
        The arrays of the release.
    parameters
        The settings of its study.
    """

    def __init__(self, arrays: LiveArrays, parameters: Parameters) -> None:
        self.arrays, self.parameters, self.surface = arrays, parameters, arrays.surface
        self.counts = Counts(parameters.hide_below)
        self._modes: dict[str, ModeStreets] = {}
        self._trips: dict[TripKey, TripState] = {}
        self._access: dict[TripKey, LiveAccess | None] = {}

    @cached_property
    def areas(self) -> AreaIndex:
        """The areas of all levels."""
        return AreaIndex(self.arrays)

    @cached_property
    def totals(self) -> Sums:
        """The sums of all areas."""
        region, point = self.areas.entries(np.arange(len(self.surface.point_leaf)), np.arange(len(self.areas)))
        return region_sums(self.surface, region, len(self.areas), point)

    @cached_property
    def station_rows(self) -> Rows:
        """The stations of the release."""
        return self.arrays.stations.to_pylist()

    @cached_property
    def station_number(self) -> Mapping[str, int]:
        """The positions of the stations by id."""
        return {row["id"]: number for number, row in enumerate(self.station_rows)}

    @cached_property
    def station_tree(self) -> StationTree:
        """The positions of the stations."""
        return StationTree(self.station_rows)

    @cached_property
    def capacity(self) -> Floats:
        """Capacity of each station of the release in persons, NaN if it states none."""
        return _capacities(self.station_rows)

    @cached_property
    def _leaf_points(self) -> LeafPoints:
        return LeafPoints(self.surface)

    @contextmanager
    def scenario(self, question: ScenarioQuestion) -> Iterator[Scenario]:
        """Apply the edits of a question; they are undone at the end.

        Raises :class:`ParameterError` for a service, mode, tier, group or station that the study does not have.
        """
        self._check(question)
        rows, numbers = edited(self.station_rows, question.edits, self.parameters.services)
        streets, trip, number = self.streets(question.mode), self.trip(question), np.array(numbers, np.int64)
        edited_rows = [rows[i] for i in numbers]
        placed, offers = streets.place(edited_rows), _offers(edited_rows, question)
        more = len(rows) - len(self.station_rows)
        offered, capacity = np.append(trip.offered, np.zeros(more, np.bool_)), np.append(self.capacity, np.zeros(more))
        offered[number], capacity[number] = offers, _capacities(edited_rows)
        placed_before = trip.times.stations
        change = trip.times.change(number, placed.closed(~offers))
        try:
            points = times_of(trip.times, change, self._leaf_points.sharing_leaf(change.point))
            is_changed = np.isin(points.point, change.point, assume_unique=True)
            quantity = Quantity("persons", question.group)
            before = Stations(self.station_rows, placed_before, trip.offered, self.capacity)
            after = Stations(rows, trip.times.stations, offered, capacity)
            yield Scenario(trip, change, streets, quantity, before, after, number, points, is_changed)
        finally:
            trip.times.undo()

    def _check(self, question: ScenarioQuestion) -> None:
        choices = {"service": self.parameters.services, "tier": ("any", *self.parameters.tiers)}
        for name, allowed in choices.items():
            check_choice(name, getattr(question, name), allowed)
        self.check_mode(question.mode)
        self.check_group(question.group)

    def check_mode(self, mode: str) -> None:
        """Raise :class:`ParameterError` for a mode that the study does not have."""
        check_choice("mode", mode, self.parameters.modes)

    def check_group(self, group: str) -> None:
        """Raise :class:`ParameterError` for a group that the release does not have."""
        groups = (g for g in self.parameters.groups if self.surface.has(Quantity("persons", g)))
        check_choice("group", group, tuple(groups))

    def streets(self, mode: str) -> ModeStreets:
        """Return the streets of a mode, loaded at first."""
        if mode not in self._modes:
            self._modes[mode] = ModeStreets(self.arrays, self.parameters, mode)
        return self._modes[mode]

    def trip(self, question: ScenarioQuestion) -> TripState:
        """Return the trip of a question with the stations of the release, computed at first."""
        key = _trip_key(question)
        if key not in self._trips:
            streets, offered = self.streets(question.mode), _offers(self.station_rows, question)
            times = LiveTimes(streets.points, streets.stations.closed(~offered), self.parameters.limit_ms)
            sharing = Sharing.of(streets.graph, times.stations, offered, self.capacity)
            self._trips[key] = TripState.of(self.surface, self.areas, times, offered, sharing, self.parameters.minutes)
        self._trips[key] = self._trips.pop(key)
        while len(self._trips) > MAX_TRIPS:
            dropped = next(iter(self._trips))
            self._trips.pop(dropped)
            self._access.pop(dropped, None)
        return self._trips[key]

    def access(self, question: ScenarioQuestion) -> LiveAccess | None:
        """Return the accessibility of a question's trip, computed at first; None if no station states a capacity."""
        self._check(question)
        key = _trip_key(question)
        if key not in self._access:
            trip, standard = self.trip(question), self.parameters.standards[question.service]
            stations = Stations(self.station_rows, trip.times.stations, trip.offered, self.capacity)
            arguments = self.areas, self.streets(question.mode), stations, standard
            stated = (trip.offered & (self.capacity > 0)).any()
            self._access[key] = LiveAccess.of(self.surface, *arguments) if stated else None
        return self._access[key]


def _trip_key(question: ScenarioQuestion) -> TripKey:
    return question.service, question.tier, question.mode


def _offers(rows: Rows, question: ScenarioQuestion) -> Bools:
    """Return which stations count for a question: open ones of its tier that offer its service."""
    matches = (row.get("open", True) and serves(row, question.service, question.tier) for row in rows)
    return np.fromiter(matches, np.bool_, len(rows))


def _capacities(rows: Rows) -> Floats:
    return np.array([np.nan if row["capacity"] is None else row["capacity"] for row in rows], float)
