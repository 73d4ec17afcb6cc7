"""Coverage of areas and people of stations after the edits of a scenario, beside those before."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from geoservice.analysis.catchments import load
from geoservice.demand import ChangedSums, region_sums
from geoservice.geo import Bools, Floats, Ints, ranks
from geoservice.live.access import LiveAccess
from geoservice.live.compared import Compared, other_scenario
from geoservice.live.coverage import Coverage, coverage_of
from geoservice.live.coverage_rows import Crossings, Json, break_rows, coverage_rows, covered_after
from geoservice.live.engine import Engine
from geoservice.live.estimates import Estimates, numbers, ratios
from geoservice.live.question import CoverageQuestion
from geoservice.live.scenario import Scenario
from geoservice.live.station_people import Sharing


def coverage_answer(engine: Engine, question: CoverageQuestion, within: Sequence[str] | None = None) -> Json:
    """Return the coverage of areas and the people of stations after the edits, beside those before; JSON.

    ``within`` limits the answer to these areas and those below them, without stations; None is no limit.
    Raises :class:`ParameterError` for a service, mode, tier, group or station that the study does not have.
    """
    access_before = engine.access(question) if question.access else None
    other = other_scenario(engine, question)
    with engine.scenario(question) as scenario:
        compared = None if other is None else Compared.of(scenario, other)
        access = None if access_before is None else _Access.of(access_before, scenario, other)
        areas = _listed(engine, question, scenario if compared is None else compared, access)
        if within is not None:
            areas = areas[engine.areas.inside(within)[areas]]
        return {
            **question.model_dump(include={"service", "mode", "tier", "group"}),
            "minutes": list(engine.parameters.minutes),
            "areas": _areas(engine, scenario, compared, areas, access),
            "stations": _stations(engine, scenario) if within is None else [],
            "off_street": scenario.off_street,
        }


class _Access(NamedTuple):
    """Accessibility of all areas; shapes ``(areas,)``. The last two are of the scenario that this one is compared with."""

    before: Estimates
    after: Estimates
    change: Estimates
    compared: Estimates | None
    difference: Estimates | None

    @classmethod
    def of(cls, live: LiveAccess, scenario: Scenario, other: Scenario | None) -> "_Access":
        """Return the accessibility after the edits of a scenario, beside that before."""
        compared = (None, None) if other is None else live.difference(scenario, other)
        return cls(live.before, *live.after(scenario), *compared)

    @property
    def changed(self) -> Bools:
        """Which areas have another index than before, apart from rounding, after the edits of either scenario."""
        after = (self.after, *((self.compared,) if self.compared is not None else ()))
        changed = np.zeros(len(self.before.value), np.bool_)
        for estimates in after:
            changed |= ~np.isclose(self.before.value, estimates.value, rtol=1e-9, atol=1e-9, equal_nan=True)
        return changed

    def columns(self, areas: Ints) -> dict[str, Json]:
        """Return the numbers of some areas by name."""
        names = ("access_before", "access", "access_change", "access_compared", "access_difference")
        return {n: numbers(e.take(areas)) for n, e in zip(names, self, strict=True) if e is not None}


def _listed(engine: Engine, question: CoverageQuestion, changes: Scenario | Compared, access: _Access | None) -> Ints:
    """Return the areas that an answer lists."""
    if question.areas == "all":
        return np.arange(len(engine.areas))
    areas = engine.areas.of(changes.changed.point)
    return areas if access is None else np.union1d(areas, np.flatnonzero(access.changed))


def _areas(engine: Engine, scenario: Scenario, compared: Compared | None, areas: Ints, access: _Access | None) -> list[Json]:
    minutes, quantity = engine.parameters.minutes, scenario.quantity
    before = scenario.trip.coverage(engine.totals, quantity, minutes).take(areas)
    after = _coverage_after(engine, scenario, areas)
    region, rank = engine.areas.entries(scenario.changed.point, areas)
    crossings = Crossings.of(engine.surface, region, len(areas), scenario.changed, rank, minutes)
    change = crossings.change(engine.totals, areas, quantity, after.share, before.share)
    rows = coverage_rows(before, after, crossings.people(quantity, len(minutes)), change, minutes, engine.counts)
    if compared is not None:
        columns = compared.columns(engine, areas, after, _coverage_after(engine, compared.other, areas))
        for i, row in enumerate(rows):
            row["breaks"] = [{**at, **more} for at, more in zip(row["breaks"], break_rows(columns, i, minutes), strict=True)]
    for name, column in ({} if access is None else access.columns(areas)).items():
        for row, number in zip(rows, column, strict=True):
            row[name] = number
    return [{**engine.areas.rows[area], **row} for area, row in zip(areas.tolist(), rows, strict=True)]


def _coverage_after(engine: Engine, scenario: Scenario, areas: Ints) -> Coverage:
    """Return the coverage of areas after the edits."""
    minutes, points = engine.parameters.minutes, scenario.points
    row = (areas[:, None] * len(minutes) + np.arange(len(minutes))).ravel()
    region, rank = engine.areas.entries(points.point, areas)
    covered = covered_after(engine.surface, scenario.trip.covered, row, region, len(areas), points, rank, minutes)
    return coverage_of(covered, engine.totals, areas, scenario.quantity, minutes)


def _stations(engine: Engine, scenario: Scenario) -> list[Json]:
    """Return people and load of the stations that were edited, and of those whose people change."""
    count, changed = len(scenario.before), scenario.changed
    sharing = Sharing.of(scenario.streets.graph, scenario.after.placed, scenario.after.offered, scenario.after.capacity)
    new = len(scenario.after) - count
    first_before = np.append(scenario.trip.sharing.first, np.full(new, count))
    concerned = np.zeros(len(scenario.after) + 1, np.bool_)  # the last is station -1
    for station in (changed.station_before, changed.station, scenario.edited):
        concerned[station] = True
    listed = np.flatnonzero(concerned[first_before] | concerned[sharing.first] | concerned[:-1])
    share_before, capacity_before = (
        np.append(known, np.full(new, missing))[listed]
        for known, missing in ((scenario.trip.sharing.share, 1.0), (scenario.before.capacity, np.nan))
    )
    before = Estimates.of(scenario.trip.served, scenario.quantity).take(first_before[listed]).scaled(share_before)
    after = _people_after(engine, scenario, sharing.first[listed]).scaled(sharing.share[listed])
    people, people_before = engine.counts(after), engine.counts(before)
    columns = {
        "persons": people,
        "persons_before": people_before,
        "load": ratios(people, _load(after, scenario.after.capacity[listed])),
        "load_before": ratios(people_before, _load(before, capacity_before)),
    }
    return [
        {
            **{name: scenario.after.rows[number][name] for name in ("id", "name", "capacity")},
            **{name: column[i] for name, column in columns.items()},
        }
        for i, number in enumerate(listed.tolist())
    ]


def _load(people: Estimates, capacity: Floats) -> Estimates:
    return Estimates(load(people.value, capacity), load(people.margin, capacity))


def _people_after(engine: Engine, scenario: Scenario, first: Ints) -> Estimates:
    """Return the people whose nearest station is each of ``first`` after the edits."""
    points, stations = scenario.points, np.unique(first)
    number = ranks(stations, len(scenario.after))
    removed, added = (
        region_sums(engine.surface, number[station], len(stations), points.point)
        for station in (points.station_before, points.station)
    )
    row = np.minimum(stations, len(scenario.before))  # new stations have an empty row
    sums = ChangedSums.of(scenario.trip.served, row, removed, added)
    return Estimates.of(sums, scenario.quantity).take(np.searchsorted(stations, first))
