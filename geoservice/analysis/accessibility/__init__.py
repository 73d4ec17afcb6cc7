"""Accessibility: how much of a supply the people at a point reach, given that others need it too.

All functions take the same sparse pairs of stations and points (:class:`TravelPairs`); none forms a matrix of all pairs.
"""

from geoservice.analysis.accessibility.balanced import balanced
from geoservice.analysis.accessibility.decay import (
    Decay,
    binary,
    decay_weights,
    exponential,
    gaussian,
    logistic,
    power,
    stepped,
)
from geoservice.analysis.accessibility.dual_access import minutes_to_nth
from geoservice.analysis.accessibility.opportunities import cumulative_opportunities, hansen
from geoservice.analysis.accessibility.rational_agent import rational_agent
from geoservice.analysis.accessibility.three_step import huff_three_step, modified_huff_three_step, three_step
from geoservice.analysis.accessibility.travel_pairs import TravelPairs
from geoservice.analysis.accessibility.two_step import enhanced_two_step, two_step

__all__ = [
    "Decay",
    "TravelPairs",
    "balanced",
    "binary",
    "cumulative_opportunities",
    "decay_weights",
    "enhanced_two_step",
    "exponential",
    "gaussian",
    "hansen",
    "huff_three_step",
    "logistic",
    "minutes_to_nth",
    "modified_huff_three_step",
    "power",
    "rational_agent",
    "stepped",
    "three_step",
    "two_step",
]
