"""Every measure of the release table with its kind and unit, and the rule by which a number is uncertain."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from geoservice.errors import ReleaseError
from geoservice.geo import Bools, Floats

Kind = Literal["count", "ratio", "difference", "minutes", "rank"]

OK = "ok"
BEYOND, NOT_APPLICABLE, NOBODY, UNDER = REASONS = ("beyond", "not_applicable", "nobody", "under")
"""Why a value is missing: beyond the search limit; no such ratio; a rate where nobody lives; a count below ``hide_below``."""

UNCERTAIN = "uncertain"
"""Status on a map of a value whose margin is too wide to determine its class. In the release table it is ``ok``."""

WIDE_POINTS = 20.0
"""A ratio or difference with a margin above these percentage points is uncertain."""


@dataclass(frozen=True)
class Measure:
    """A measure of the release table.

    ``exact`` measures depend on public data only (streets, stations), so they have no margin.
    """

    name: str
    kind: Kind
    unit: str
    exact: bool = False

    @property
    def has_margin(self) -> bool:
        """Whether its numbers have a margin: the half-width of a 90 % confidence interval."""
        return self.kind != "rank" and not self.exact


_COUNTED = ("{}", "covered_{}", "uncovered_{}", "catchment_{}")
_MEASURES = (
    *(Measure(name.format("households"), "count", "household") for name in _COUNTED),
    *(Measure(name.format("persons"), "count", "person") for name in (*_COUNTED, "served_{}", "reach_{}", "origin_{}")),
    Measure("covered_share", "ratio", "%"),
    Measure("load", "ratio", "%"),
    Measure("coverage_gap", "difference", "percentage point"),
    Measure("minutes", "minutes", "min", exact=True),
    Measure("nearest_minutes", "minutes", "min", exact=True),
    Measure("median_minutes", "minutes", "min"),
    Measure("p90_minutes", "minutes", "min"),
    Measure("rank", "rank", ""),
)
MEASURES: Mapping[str, Measure] = MappingProxyType({m.name: m for m in _MEASURES})


def measure_of(name: str) -> Measure:
    """Return the measure of a name; raises :class:`ReleaseError` that lists the declared ones.

    >>> measure_of("covered_share").kind, measure_of("minutes").has_margin
    ('ratio', False)
    """
    if name not in MEASURES:
        raise ReleaseError(f"measure {name!r:.60} is not declared; declared are {sorted(MEASURES)}")
    return MEASURES[name]


def uncertain(kind: Kind, value: Floats | float, margin: Floats | float) -> Bools:
    """Return which values have a margin too wide to rely on.

    A count is uncertain if its margin is at least the value itself, a time if the margin is above it, a ratio or a
    difference if the margin is above :data:`WIDE_POINTS`; a rank never is, nor is a value without a margin (NaN or 0).

    Parameters
    ----------
    kind : str
        Kind of the measure.
    value, margin : float64 arrays of one shape, or floats
        In the unit of the measure.

    Returns
    -------
    bool array of that shape

    Examples
    --------
    >>> uncertain("count", np.array([1240.0, 12.0, 0.0]), np.array([60.0, 28.0, np.nan])).tolist()
    [False, True, False]
    >>> bool(uncertain("ratio", 0.0, 3.0))  # a certain zero
    False
    """
    value, margin = np.asarray(value, float), np.asarray(margin, float)
    has_margin = margin > 0
    if kind == "count":
        return np.asarray(has_margin & (margin >= np.abs(value)))
    if kind == "minutes":
        return np.asarray(has_margin & (margin > value))
    if kind == "rank":
        return np.zeros(np.broadcast(value, margin).shape, bool)
    return np.asarray(has_margin & (margin > WIDE_POINTS))
