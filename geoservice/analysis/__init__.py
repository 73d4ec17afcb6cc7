"""One file a question: pure functions on arrays. One more analysis is one more file and one more line here."""

from geoservice.analysis import coverage, travel_time
from geoservice.analysis.base import Analysis

ANALYSES: tuple[Analysis, ...] = (travel_time, coverage)
"""All analyses in running order: later ones read what earlier ones released."""
