"""The engine of live questions: what coverage becomes when stations are added, moved, closed or changed.

It keeps the travel times of the release and repairs them for a question, instead of searching again, and undoes the repair
afterwards. Questions are answered one after the other.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from geoservice.demand import Quantity, region_sums
from geoservice.errors import ParameterError
from geoservice.geo import Bools, Int32s, Ints
from geoservice.live.coverage import AreaCoverage, Estimates, area_coverage, moved_across
from geoservice.live.edited_stations import edited
from geoservice.live.files import LiveArrays
from geoservice.live.question import CoverageQuestion, Parameters
from geoservice.live.region_points import RegionPoints
from geoservice.network.graph import load_graph
from geoservice.network.live_times import Change, LivePoints, LiveTimes, PlacedStations
from geoservice.network.peak import slowed
from geoservice.network.snap import main_edges, snap

Rows = Sequence[dict[str, Any]]
MAX_TRIPS = 24
"""Trips whose times are kept; those of the least recent one are searched again when they are needed."""


class _Mode:
    """The streets of a mode, the points on them, and the stations of the release."""

    def __init__(self, arrays: LiveArrays, parameters: Parameters, mode: str) -> None:
        self._metres = parameters.snap_metres
        self.graph = slowed(load_graph(arrays.network, mode), parameters.peak_factor.get(mode, 1.0))
        self.stations = self.place(arrays.stations.to_pylist())
        surface, main = arrays.surface, main_edges(self.graph, self.stations.snapped)
        points = snap(self.graph, surface.point_lon, surface.point_lat, self._metres, main)
        self.points = LivePoints.of(self.graph, points, parameters.direction)

    def place(self, rows: Rows) -> PlacedStations:
        """Return stations on the streets of the mode."""
        lon, lat, delay = (np.array([r[name] for r in rows], float) for name in ("lon", "lat", "start_delay_s"))
        return PlacedStations(snap(self.graph, lon, lat, self._metres), np.round(delay * 1000).astype(np.int32))


class _Stations(NamedTuple):
    """The stations whose persons a question changes: positions, and persons before and after."""

    position: Ints
    before: Estimates
    after: Estimates


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
        self._modes: dict[str, _Mode] = {}
        self._trips: dict[tuple[str, str, str], LiveTimes] = {}
        self._baselines: dict[tuple[str, str, str, str], AreaCoverage] = {}

    @cached_property
    def _areas(self) -> RegionPoints:
        return RegionPoints.of(self._arrays.areas.num_rows, list(self._arrays.point_area.values()))

    @cached_property
    def _area_rows(self) -> Rows:
        return self._arrays.areas.drop_columns(["geometry"]).to_pylist()

    def answer(self, question: CoverageQuestion, within: Sequence[str] | None = None) -> dict[str, Any]:
        """Return the coverage of areas and the people of stations after the edits, beside those before; JSON.

        ``within`` limits the answer to these areas and those below them, without stations; None is no limit.
        Raises :class:`ParameterError` for a service, mode, tier, group or station that the study does not have.
        """
        self._check(question)
        rows = edited(self._arrays.stations, question.edits, self.parameters.services)
        times, changed = self._times(question), self._changed(rows)
        quantity, mode = Quantity("persons", question.group), self._mode(question.mode)
        baseline = self._baseline(question, times)
        edited_rows = [rows[i] for i in changed]
        placed, offered = mode.place(edited_rows), _offers(edited_rows, question)
        on_street = placed.snapped.ok
        change = times.change(changed, placed.closed(~offered))
        try:
            areas = self._within(self._affected(change, question), within)
            after = area_coverage(self._arrays.surface, quantity, self._areas, areas, times.ms, self.parameters.minutes)
            moved = self._moved(change, times, areas, quantity)
            stations = self._stations(change, times, quantity, len(rows))
        finally:
            times.undo()
        return {
            **question.model_dump(include={"service", "mode", "tier", "group"}),
            "minutes": list(self.parameters.minutes),
            "areas": self._area_json(areas, baseline, after, moved),
            "stations": self._station_json(stations, rows) if within is None else [],
            "off_street": [rows[i]["id"] for i in changed[offered & ~on_street]],
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

    def _mode(self, mode: str) -> _Mode:
        if mode not in self._modes:
            self._modes[mode] = _Mode(self._arrays, self.parameters, mode)
        return self._modes[mode]

    def _times(self, question: CoverageQuestion) -> LiveTimes:
        """Return the times of a question's trip with the stations of the release."""
        key = (question.service, question.tier, question.mode)
        if key not in self._trips:
            mode = self._mode(question.mode)
            stations = mode.stations.closed(~_offers(self._arrays.stations.to_pylist(), question))
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
            arguments = self._arrays.surface, quantity, self._areas, every, times.ms, self.parameters.minutes
            self._baselines[key] = area_coverage(*arguments)
        return self._baselines[key]

    def _changed(self, rows: Rows) -> Ints:
        """Return the positions of the stations that edits have changed or added."""
        before = self._arrays.stations.to_pylist()
        same = (row == {**old, "open": True} for row, old in zip(rows, before, strict=False))
        changed = [number for number, unchanged in enumerate(same) if not unchanged]
        return np.array([*changed, *range(len(before), len(rows))], np.int64)

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

    def _moved(self, change: Change, times: LiveTimes, areas: Ints, quantity: Quantity) -> tuple[Estimates, Estimates]:
        """Return the people of areas that a change newly covers, and those that it no longer covers."""
        order = np.full(len(self._area_rows) + 1, -1, np.int32)
        order[areas] = np.arange(len(areas))
        region = np.concatenate([order[position[change.point]] for position in self._arrays.point_area.values()])
        levels = len(self._arrays.point_area)
        point, before = np.tile(change.point, levels), np.tile(change.ms, levels)
        after = np.tile(times.ms[change.point], levels)
        arguments = self._arrays.surface, quantity, region, len(areas), point
        minutes = self.parameters.minutes
        return moved_across(*arguments, before, after, minutes), moved_across(*arguments, after, before, minutes)

    def _stations(self, change: Change, times: LiveTimes, quantity: Quantity, count: int) -> _Stations:
        """Return the people whose nearest station is each of those that a change concerns."""
        position = np.unique(np.concatenate([change.station, times.station[change.point]]))
        position = position[position >= 0].astype(np.int64)
        before = times.station.copy()
        before[change.point] = change.station
        return _Stations(
            position, self._nearest(before, position, count, quantity), self._nearest(times.station, position, count, quantity)
        )

    def _nearest(self, station: Int32s, position: Ints, count: int, quantity: Quantity) -> Estimates:
        order = np.full(count + 1, -1, np.int32)
        order[position] = np.arange(len(position))
        sums = region_sums(self._arrays.surface, order[station], len(position))
        return Estimates(sums.value(quantity), sums.margin(quantity))

    def _number(self, estimates: Estimates, *index: int) -> dict[str, Any]:
        """Return a number of people and its margin, null where it has none or the study hides it."""
        value, margin = float(estimates.value[index]), float(estimates.margin[index])
        if self.parameters.hide_below is not None and value < self.parameters.hide_below:
            return {"value": None, "margin": None, "status": "under"}
        return {"value": _json(value), "margin": _json(margin)}

    def _area_json(
        self, areas: Ints, before: AreaCoverage, after: AreaCoverage, moved: tuple[Estimates, Estimates]
    ) -> list[dict[str, Any]]:
        rows = []
        for i, area in enumerate(areas.tolist()):
            row = self._area_rows[area]
            breaks = [
                {
                    "minutes": minutes,
                    "persons": self._number(after.persons, i, b),
                    "persons_before": self._number(before.persons, area, b),
                    "share": {"value": _json(after.share.value[i, b]), "margin": _json(after.share.margin[i, b])},
                    "share_before": {
                        "value": _json(before.share.value[area, b]),
                        "margin": _json(before.share.margin[area, b]),
                    },
                    "gained": self._number(moved[0], i, b),
                    "lost": self._number(moved[1], i, b),
                }
                for b, minutes in enumerate(self.parameters.minutes)
            ]
            rows.append({**row, "persons": self._number(after.total, i), "breaks": breaks})
        return rows

    def _station_json(self, stations: _Stations, rows: Rows) -> list[dict[str, Any]]:
        return [
            {
                "id": rows[position]["id"],
                "name": rows[position]["name"],
                "capacity": rows[position]["capacity"],
                "persons": self._number(stations.after, i),
                "persons_before": self._number(stations.before, i),
            }
            for i, position in enumerate(stations.position.tolist())
        ]


def _offers(rows: Rows, question: CoverageQuestion) -> Bools:
    """Return which stations count for a question: open ones of its tier that offer its service."""
    matches = (
        row.get("open", True) and question.service in row["services"] and question.tier in ("any", row["tier"]) for row in rows
    )
    return np.fromiter(matches, np.bool_, len(rows))


def _json(value: float) -> float | None:
    """Return a number for JSON, null for NaN."""
    return round(float(value), 3) if np.isfinite(value) else None
