"""Every measure of the release table with its kind and unit, and the rule by which a number is uncertain."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from geoservice.errors import ReleaseError
from geoservice.geo import Bools, Floats

Kind = Literal["count", "ratio", "difference", "minutes", "rank", "rate", "index", "score", "class", "year"]
"""``ratio`` is a percentage, ``rate`` a number per 1 000 people, ``index`` another number with a margin, ``score`` a test
statistic, ``class`` a code of a class, ``year`` a calendar year."""
WITHOUT_MARGIN: tuple[Kind, ...] = ("rank", "score", "class", "year")

OK = "ok"
BEYOND, NOT_APPLICABLE, NOBODY, UNDER, UNSTABLE = REASONS = ("beyond", "not_applicable", "nobody", "under", "unstable")
"""Why a value is missing: beyond the search limit; no such ratio; a rate where nobody lives; a count below ``hide_below``;
a class that the noise of the estimates could change."""

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
        return self.kind not in WITHOUT_MARGIN and not self.exact


_READINESS = ("ready", "unknown", "lacking")
_COVERED_BY = ("stated", "ready", "name_only", "unknown_only")
"""By all stations as they are listed, by those that are ready, by others only, and by such of these as may be ready."""
_LOCATED = ("exactly", "on_street", "in_village", "wider")
_COUNTED = ("{}", "covered_{}", "uncovered_{}", "catchment_{}")
_MEASURES = (
    *(Measure(name.format("households"), "count", "household") for name in _COUNTED),
    *(Measure(name.format("persons"), "count", "person") for name in (*_COUNTED, "served_{}", "new_{}", "flow_{}")),
    Measure("covered_share", "ratio", "%"),
    Measure("off_network_share", "ratio", "%"),
    Measure("load", "ratio", "%"),
    Measure("flow_share", "ratio", "%"),
    Measure("flow_rate", "rate", "per 1000"),
    Measure("flow_expected", "score", "person"),
    Measure("flow_ratio", "index", ""),
    Measure("excess_class", "class", ""),
    Measure("coverage_gap", "difference", "percentage point"),
    Measure("minutes", "minutes", "min", exact=True),
    Measure("longest_minutes", "minutes", "min", exact=True),
    Measure("longest_minutes_after", "minutes", "min", exact=True),
    Measure("median_minutes", "minutes", "min"),
    Measure("p90_minutes", "minutes", "min"),
    Measure("mean_minutes", "minutes", "min"),
    Measure("minutes_gap", "difference", "min"),
    Measure("access_capacity", "rate", "per 1000 persons"),
    *(Measure(f"{name}_persons", "count", "person") for name in ("assigned", "turned_away", "unmet")),
    *(Measure(f"sequential_{name}", "count", "person") for name in ("persons", "turned_away", "unmet")),
    *(Measure(name, "ratio", "%") for name in ("assigned_load", "sequential_load", "unmet_share", "sequential_unmet_share")),
    *(Measure(f"minutes_{name}", "index", "") for name in ("gini", "theil", "theil_between", "palma")),
    Measure("shortfall_share", "ratio", "%"),
    *(Measure(f"shortfall_{name}", "index", "") for name in ("depth", "severity")),
    Measure("met_load", "ratio", "%"),
    Measure("load_gap", "difference", "percentage point"),
    Measure("uptake_share", "ratio", "%"),
    Measure("uptake_gap", "difference", "percentage point"),
    Measure("rank", "rank", ""),
    *(Measure(f"{name}_migrants", "count", "person") for name in ("in", "out", "net", "gross")),
    Measure("migration_effectiveness", "difference", "%"),
    Measure("crude_intensity", "ratio", "%"),
    Measure("system_effectiveness", "ratio", "%"),
    Measure("aggregate_net_rate", "ratio", "%"),
    Measure("connectivity", "index", ""),
    Measure("gini_total", "index", ""),
    Measure("gini_standardised", "index", ""),
    Measure("mean_distance", "index", "km"),
    Measure("median_distance", "index", "km"),
    Measure("gravity_distance", "index", ""),
    Measure("gravity_destination_size", "index", ""),
    Measure("gravity_d2", "score", "%"),
    Measure("gravity_deviance", "score", ""),
    Measure("gravity_degrees", "score", ""),
    Measure("gravity_dispersion", "score", ""),
    Measure("gravity_spread", "score", "%"),
    Measure("gravity_common_part", "score", "%"),
    Measure("radiation_common_part", "score", "%"),
    Measure("served", "count", "person", exact=True),
    Measure("eligible", "count", "person", exact=True),
    Measure("uptake_rate", "ratio", "%"),
    Measure("uptake_rank_low", "rank", ""),
    Measure("uptake_rank_high", "rank", ""),
    Measure("uptake_target", "class", ""),
    Measure("uptake_funnel", "class", ""),
    Measure("uptake_change", "difference", "percentage point", exact=True),
    Measure("uptake_trend", "difference", "percentage point", exact=True),
    Measure("uptake_trend_p", "score", ""),
    Measure("emerging_class", "class", ""),
    Measure("projected_persons", "count", "person"),
    Measure("projected_low", "count", "person", exact=True),
    Measure("projected_high", "count", "person", exact=True),
    Measure("projected_demand", "count", "visit"),
    Measure("projected_visits", "count", "visit"),
    Measure("projected_load", "ratio", "%"),
    *(Measure(name, "year", "") for name in ("overload_year", "overload_earliest", "overload_latest")),
    Measure("persons_at_launch", "count", "person"),
    Measure("stop_persons", "count", "person"),
    *(Measure(f"persons_in_{years}_years", "count", "person") for years in (5, 10)),
    *(Measure(f"change_in_{years}_years", "difference", "%") for years in (5, 10)),
    *(Measure(f"located_{how}_households", "count", "household") for how in _LOCATED),
    Measure("located_share", "ratio", "%"),
    Measure("cluster_households", "count", "household"),
    Measure("cluster_share", "ratio", "%"),
    Measure("expected_households", "score", "household"),
    Measure("relative_risk", "score", ""),
    Measure("cluster_p", "score", ""),
    Measure("hotspot_class", "class", ""),
    Measure("hotspot_z", "score", ""),
    Measure("hotspot_p", "score", ""),
    Measure("moran_class", "class", ""),
    Measure("funnel_class", "class", ""),
    Measure("readiness_class", "class", ""),
    *(Measure(name, "index", "station", exact=True) for name in ("stations", *(f"stations_{s}" for s in _READINESS))),
    *(Measure(f"{name}_persons", "count", "person") for name in _COVERED_BY),
    *(Measure(f"{name}_share", "ratio", "%") for name in _COVERED_BY),
    Measure("smoothed_rate", "ratio", "%"),
    Measure("spatial_rate", "ratio", "%"),
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

    A count, a rate or an index is uncertain if its margin is at least the value itself, a time if the margin is above it, a
    ratio or a difference if the margin is above :data:`WIDE_POINTS`; ranks, scores and classes never are, nor is a value
    without a margin (NaN or 0).

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
    if kind in ("count", "rate", "index"):
        return np.asarray(has_margin & (margin >= np.abs(value)))
    if kind == "minutes":
        return np.asarray(has_margin & (margin > value))
    if kind in WITHOUT_MARGIN:
        return np.zeros(np.broadcast(value, margin).shape, bool)
    return np.asarray(has_margin & (margin > WIDE_POINTS))
