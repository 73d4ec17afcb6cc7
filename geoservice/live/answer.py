"""The answer to a live question as JSON: every number with its margin, null where the study hides small counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geoservice.geo import Ints
from geoservice.live.coverage import AreaCoverage, Estimates

DIGITS = 3
"""Decimals of numbers."""
Rows = Sequence[Mapping[str, Any]]


def number(estimates: Estimates, *index: int) -> dict[str, Any]:
    """Return a number and its margin.

    >>> number(Estimates(np.array([1.23456]), np.array([np.nan])), 0)
    {'value': 1.235, 'margin': None}
    """
    value, margin = (float(v[index]) for v in estimates)
    return {name: round(v, DIGITS) if np.isfinite(v) else None for name, v in (("value", value), ("margin", margin))}


@dataclass(frozen=True)
class Counts:
    """Writes numbers of people; those below ``hide_below`` are null with the status ``under``."""

    hide_below: int | None = None

    def __call__(self, estimates: Estimates, *index: int) -> dict[str, Any]:
        """Return a number of people and its margin."""
        if self.hide_below is not None and estimates.value[index] < self.hide_below:
            return {"value": None, "margin": None, "status": "under"}
        return number(estimates, *index)


@dataclass(frozen=True)
class AreaAnswer:
    """The numbers of some areas: positions of the areas, coverage after the edits, people newly covered and no longer covered.

    ``before`` is the coverage of all areas.
    """

    area: Ints
    before: AreaCoverage
    after: AreaCoverage
    gained: Estimates
    lost: Estimates

    def rows(self, areas: Rows, minutes: Sequence[int], count: Counts) -> list[dict[str, Any]]:
        """Return a row for each area; ``areas`` are the names of all areas."""
        return [
            {**areas[area], "persons": count(self.after.total, i), "breaks": self._breaks(i, area, minutes, count)}
            for i, area in enumerate(self.area.tolist())
        ]

    def _breaks(self, i: int, area: int, minutes: Sequence[int], count: Counts) -> list[dict[str, Any]]:
        return [
            {
                "minutes": limit,
                "persons": count(self.after.persons, i, b),
                "persons_before": count(self.before.persons, area, b),
                "share": number(self.after.share, i, b),
                "share_before": number(self.before.share, area, b),
                "gained": count(self.gained, i, b),
                "lost": count(self.lost, i, b),
            }
            for b, limit in enumerate(minutes)
        ]


@dataclass(frozen=True)
class StationAnswer:
    """The people nearest to some stations: positions of the stations, people before and after the edits."""

    station: Ints
    before: Estimates
    after: Estimates

    def rows(self, stations: Rows, count: Counts) -> list[dict[str, Any]]:
        """Return a row for each station."""
        return [
            {
                **{name: stations[position][name] for name in ("id", "name", "capacity")},
                "persons": count(self.after, i),
                "persons_before": count(self.before, i),
            }
            for i, position in enumerate(self.station.tolist())
        ]
