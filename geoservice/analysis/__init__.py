"""Analyses: pure functions on arrays, one module each. A new analysis is a new file and a line here."""

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
    projection,
    quantiles,
    station_capacity,
    travel_time,
)
from geoservice.analysis.base import Analysis

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
    flows,
    interaction,
    balance,
    hotspots,
    clusters,
    indicators,
    projection,
)
"""All analyses in running order: later ones read the rows of earlier ones."""
