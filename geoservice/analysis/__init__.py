"""Analyses: pure functions on arrays, one module each. A new analysis is a new file and a line here."""

from geoservice.analysis import catchments, coverage, gaps, origins, quantiles, travel_time
from geoservice.analysis.base import Analysis

ANALYSES: tuple[Analysis, ...] = (travel_time, coverage, quantiles, catchments, gaps, origins)
"""All analyses in running order: later ones read the rows of earlier ones."""
