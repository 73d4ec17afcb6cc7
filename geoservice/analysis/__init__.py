"""One file a question: pure functions on arrays. One more analysis is one more file and one more line here."""

from geoservice.analysis import catchments, coverage, gaps, origins, quantiles, travel_time
from geoservice.analysis.base import Analysis

ANALYSES: tuple[Analysis, ...] = (travel_time, coverage, quantiles, catchments, gaps, origins)
"""All analyses in running order: later ones read the rows of earlier ones."""
