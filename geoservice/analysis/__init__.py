"""Analyses: pure functions on arrays, one module each. A new analysis is a new file and a line here.

Functions on GeoDataFrames, for notebooks, are imported when they are first used.
"""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from geoservice.analysis import (
    balance,
    catchments,
    clusters,
    coverage,
    equal_services,
    floating_catchments,
    flows,
    gaps,
    hotspots,
    indicators,
    inequality,
    interaction,
    locations,
    projection,
    quantiles,
    readiness,
    station_capacity,
    travel_time,
    van_timetable,
)
from geoservice.analysis.base import Analysis

if TYPE_CHECKING:
    from geoservice.analysis.accessibility.frames import (
        balanced_catchment,
        huff_catchment,
        nth_station_minutes,
        potential_access,
        rational_agent_cost,
        three_step_catchment,
        two_step_catchment,
    )
    from geoservice.analysis.capacity.frames import assign_people
    from geoservice.analysis.inequality_indices.frames import inequality_table
    from geoservice.analysis.siting.frames import best_sites

ANALYSES: tuple[Analysis, ...] = (
    travel_time,
    coverage,
    quantiles,
    catchments,
    station_capacity,
    equal_services,
    floating_catchments,
    inequality,
    gaps,
    readiness,
    flows,
    interaction,
    balance,
    locations,
    hotspots,
    clusters,
    indicators,
    projection,
    van_timetable,
)
"""All analyses in running order: later ones read the rows of earlier ones."""

__all__ = [
    "ANALYSES",
    "assign_people",
    "balanced_catchment",
    "best_sites",
    "huff_catchment",
    "inequality_table",
    "nth_station_minutes",
    "potential_access",
    "rational_agent_cost",
    "three_step_catchment",
    "two_step_catchment",
]
_PACKAGES: Mapping[str, str] = MappingProxyType(
    {"assign_people": "capacity", "best_sites": "siting", "inequality_table": "inequality_indices"}
)


def __getattr__(name: str) -> object:
    """Import a function on frames on first use, since its package may take long."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PACKAGES.get(name, 'accessibility')}.frames"), name)


def __dir__() -> list[str]:
    """Return the names for tab completion."""
    return sorted({*globals(), *__all__})
