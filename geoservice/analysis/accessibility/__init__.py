"""Accessibility: how much of a supply the people at a point reach, given that others need it too.

All functions on arrays take the same sparse pairs of stations and points (:class:`TravelPairs`); none forms a matrix of all
pairs. Those on GeoDataFrames (``frames``), for notebooks, call them.
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
from geoservice.analysis.accessibility.frames import (
    balanced_catchment,
    huff_catchment,
    nth_station_minutes,
    potential_access,
    rational_agent_cost,
    three_step_catchment,
    two_step_catchment,
)
from geoservice.analysis.accessibility.opportunities import cumulative_opportunities, hansen
from geoservice.analysis.accessibility.rational_agent import rational_agent
from geoservice.analysis.accessibility.three_step import huff_three_step, modified_huff_three_step, three_step
from geoservice.analysis.accessibility.two_step import enhanced_two_step, two_step
from geoservice.analysis.travel_pairs import TravelPairs

__all__ = [
    "Decay",
    "TravelPairs",
    "balanced",
    "balanced_catchment",
    "binary",
    "cumulative_opportunities",
    "decay_weights",
    "enhanced_two_step",
    "exponential",
    "gaussian",
    "hansen",
    "huff_catchment",
    "huff_three_step",
    "logistic",
    "minutes_to_nth",
    "modified_huff_three_step",
    "nth_station_minutes",
    "potential_access",
    "power",
    "rational_agent",
    "rational_agent_cost",
    "stepped",
    "three_step",
    "three_step_catchment",
    "two_step",
    "two_step_catchment",
]
