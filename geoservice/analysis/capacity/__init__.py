"""Limited capacity: people assigned to stations one after the other (as AccessMod does), or in the best way.

The input are pairs of stations and demand points within reach, persons by point and capacity by station.
"""

from geoservice.analysis.capacity.assignment import Assignment, AssignmentDifference, difference
from geoservice.analysis.capacity.optimum import UNIT, minimum_cost_assignment, rounded
from geoservice.analysis.capacity.pairs import nearest_pairs, nearest_station
from geoservice.analysis.capacity.sequential import Order, processing_order, sequential_fill
from geoservice.analysis.travel_pairs import TravelPairs

__all__ = [
    "UNIT",
    "Assignment",
    "AssignmentDifference",
    "Order",
    "TravelPairs",
    "difference",
    "minimum_cost_assignment",
    "nearest_pairs",
    "nearest_station",
    "processing_order",
    "rounded",
    "sequential_fill",
]
