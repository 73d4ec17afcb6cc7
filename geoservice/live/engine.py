"""The engine of live questions: what coverage becomes when stations are added, moved, closed or changed.

It keeps the travel times of the release and repairs them for a question, instead of searching again, and undoes the repair
afterwards. Questions are answered one after the other.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from geoservice.analysis.base import serves
from geoservice.demand import Quantity, Sums, region_sums
from geoservice.errors import ParameterError
from geoservice.geo import Bools, Int32s, Ints
from geoservice.live.answer import AreaAnswer, Counts, StationAnswer
from geoservice.live.coverage import AreaCoverage, Estimates, area_coverage, moved_across
from geoservice.live.edited_stations import edited
from geoservice.live.files import LiveArrays
from geoservice.live.mode_streets import ModeStreets, Rows
from geoservice.live.question import CoverageQuestion, Parameters
from geoservice.live.region_points import RegionPoints
from geoservice.network.live_times import Change, LiveTimes

MAX_TRIPS = 24
"""Trips whose times are kept; those of the least recent one are searched again when they are needed."""


class Engine:
    """Answers live questions about one release; for use by one thread.

    Parameters
    ----------
    arrays
        The arrays of the release.
    parameters
        The settings of its study.
    """

    def __init__(self, arrays: LiveArrays, parameters: Parameters) -> None:
        self._arrays, self.parameters = arrays, parameters
        self._modes: dict[str, ModeStreets] = {}
        self._trips: dict[tuple[str, str, str], LiveTimes] = {}
        self._baselines: dict[tuple[str, str, str, str], AreaCoverage] = {}

    @cached_property
    def _areas(self) -> RegionPoints:
        return RegionPoints.of(self._arrays.areas.num_rows, list(self._arrays.point_area.values()))

    @cached_property
    def _totals(self) -> Sums:
        """The sums of all areas."""
        areas = np.arange(len(self._area_rows))
        region, point = self._areas.of_regions(areas)
        return region_sums(self._arrays.surface, region, len(areas), point)

    @cached_property
    def _area_rows(self) -> Rows:
        return self._arrays.areas.drop_columns(["geometry"]).to_pylist()

    @cached_property
    def _station_rows(self) -> Rows:
        return self._arrays.stations.to_pylist()

    def answer(self, question: CoverageQuestion, within: Sequence[str] | None = None) -> dict[str, Any]:
        """Return the coverage of areas and the people of stations after the edits, beside those before; JSON.

        ``within`` limits the answer to these areas and those below them, without stations; None is no limit.
        Raises :class:`ParameterError` for a service, mode, tier, group or station that the study does not have.
        """
        self._check(question)
        rows, changed = edited(self._station_rows, question.edits, self.parameters.services)
        times, quantity = self._times(question), Quantity("persons", question.group)
        baseline, edited_rows = self._baseline(question, times), [rows[i] for i in changed]
        placed, offered = self._mode(question.mode).place(edited_rows), _offers(edited_rows, question)
        change = times.change(np.array(changed, np.int64), placed.closed(~offered))
        try:
            areas = self._within(self._affected(change, question), within)
            ms, station = times.nearest()
            area_answer = self._areas_after(areas, baseline, change, ms, quantity)
            station_answer = self._stations_after(change, station, len(rows), quantity)
        finally:
            times.undo()
        minutes, count = self.parameters.minutes, Counts(self.parameters.hide_below)
        off_street = offered & ~placed.snapped.ok
        return {
            **question.model_dump(include={"service", "mode", "tier", "group"}),
            "minutes": list(minutes),
            "areas": area_answer.rows(self._area_rows, minutes, count),
            "stations": station_answer.rows(rows, count) if within is None else [],
            "off_street": [row["id"] for row, off in zip(edited_rows, off_street, strict=True) if off],
        }

    def _check(self, question: CoverageQuestion) -> None:
        allowed = {
            "service": self.parameters.services,
            "mode": self.parameters.modes,
            "tier": ("any", *self.parameters.tiers),
            "group": tuple(g for g in self.parameters.groups if self._arrays.surface.has(Quantity("persons", g))),
        }
        for name, values in allowed.items():
            got = getattr(question, name)
            if got not in values:
                raise ParameterError(f"{name}: got {got!r:.60}, allowed are {', '.join(values)}")

    def _mode(self, mode: str) -> ModeStreets:
        if mode not in self._modes:
            self._modes[mode] = ModeStreets(self._arrays, self.parameters, mode)
        return self._modes[mode]

    def _times(self, question: CoverageQuestion) -> LiveTimes:
        """Return the times of a question's trip with the stations of the release."""
        key = (question.service, question.tier, question.mode)
        if key not in self._trips:
            mode = self._mode(question.mode)
            stations = mode.stations.closed(~_offers(self._station_rows, question))
            self._trips[key] = LiveTimes(mode.points, stations, self.parameters.minutes[-1] * 60_000)
        self._trips[key] = self._trips.pop(key)
        while len(self._trips) > MAX_TRIPS:
            self._trips.pop(next(iter(self._trips)))
        return self._trips[key]

    def _baseline(self, question: CoverageQuestion, times: LiveTimes) -> AreaCoverage:
        """Return the coverage of all areas with the stations of the release."""
        key = (question.service, question.tier, question.mode, question.group)
        if key not in self._baselines:
            every, quantity = np.arange(len(self._area_rows)), Quantity("persons", question.group)
            self._baselines[key] = area_coverage(
                quantity, self._totals, self._areas, every, times.nearest()[0], self.parameters.minutes
            )
        return self._baselines[key]

    def _affected(self, change: Change, question: CoverageQuestion) -> Ints:
        """Return the areas with a point whose time has changed, or all."""
        if question.areas == "all":
            return np.arange(len(self._area_rows))
        found = np.concatenate([position[change.point] for position in self._arrays.point_area.values()])
        return np.unique(found[found >= 0]).astype(np.int64)

    def _within(self, areas: Ints, within: Sequence[str] | None) -> Ints:
        """Return those of the areas that are in ``within`` or below an area in it."""
        if within is None:
            return areas
        inside = set(within)
        for row in self._area_rows:  # from coarse to fine
            if row["parent"] in inside:
                inside.add(row["unit"])
        return areas[[self._area_rows[a]["unit"] in inside for a in areas.tolist()]]

    def _areas_after(self, areas: Ints, before: AreaCoverage, change: Change, ms: Int32s, quantity: Quantity) -> AreaAnswer:
        """Return the coverage of areas after a change, and the people that it newly covers and no longer covers."""
        surface, minutes = self._arrays.surface, self.parameters.minutes
        order = np.full(len(self._area_rows) + 1, -1, np.int32)
        order[areas] = np.arange(len(areas))
        levels = self._arrays.point_area.values()
        region = np.concatenate([order[position[change.point]] for position in levels])
        point, old, new = (np.tile(a, len(levels)) for a in (change.point, change.ms, ms[change.point]))
        after = area_coverage(quantity, self._totals, self._areas, areas, ms, minutes)
        gained = moved_across(surface, quantity, region, len(areas), point, old, new, minutes)
        lost = moved_across(surface, quantity, region, len(areas), point, new, old, minutes)
        return AreaAnswer(areas, before, after, gained, lost)

    def _stations_after(self, change: Change, station: Int32s, count: int, quantity: Quantity) -> StationAnswer:
        """Return the people whose nearest station is each of those that a change concerns; ``station`` is that after it."""
        position = np.unique(np.concatenate([change.station, station[change.point]]))
        position = position[position >= 0].astype(np.int64)
        before = station.copy()
        before[change.point] = change.station
        order = np.full(count + 1, -1, np.int32)
        order[position] = np.arange(len(position))
        sums = (region_sums(self._arrays.surface, order[of_point], len(position)) for of_point in (before, station))
        return StationAnswer(position, *(Estimates(s.value(quantity), s.margin(quantity)) for s in sums))


def _offers(rows: Rows, question: CoverageQuestion) -> Bools:
    """Return which stations count for a question: open ones of its tier that offer its service."""
    matches = (row.get("open", True) and serves(row, question.service, question.tier) for row in rows)
    return np.fromiter(matches, np.bool_, len(rows))
