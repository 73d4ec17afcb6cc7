"""Slopes: a street that climbs 10 m in 100 m to the east, or not, by Tobler's curve on foot and those of cycling.

On foot 500 m take 6 minutes on the flat. Tobler: exp(-3.5 (|s + 0.05| - 0.05)) of the speed: up 10 % 0.7047, down 10 % 1.0.
By bicycle: up 10 % 1 - 6.6589 s = 0.3341 of 15 km/h, which is slower than 5.01 km/h of riding but not than pushing; down 10 %
1 + 3.9584 (0.06 - 0.04) = 1.0792.
"""

from math import exp

import pytest

from .tiny import LEG, County, Town, Trip, at, trip

UP = County(climb=0.1)
GENTLE = County(climb=0.03)
FLAT = County(climb=0.0)
LINE = {"a": (0, 0), "b": (500, 0)}
STREET = {"ab": "highway=residential"}
HILL, RISE, PLAIN = (Town(LINE, STREET, county=county) for county in (UP, GENTLE, FLAT))
NORTH = Town({"a": (0, 0), "b": (0, 500)}, STREET, county=County(climb=0.1))
BRIDGE = Town(
    {"a": (0, 0), "p": (100, 0), "q": (400, 0), "b": (500, 0)},
    {"ap": "highway=residential", "pq": "highway=residential bridge=yes", "qb": "highway=residential"},
    county=County(climb=0.1),
)
STEPS = Town(LINE, {"ab": "highway=steps"}, county=County(climb=0.1))
DOWN_STREET = Town(LINE, {"ab": "highway=residential oneway=-1"}, county=County(climb=0.1))


def tobler(slope: float) -> float:
    """Return the share of the speed on the flat."""
    return exp(-3.5 * (abs(slope + 0.05) - 0.05))


CASES = [
    trip("up and down on foot", HILL, "walk", "a", "b", 6 / tobler(0.1), 6 / tobler(-0.1)),
    trip("up and down gently on foot", RISE, "walk", "a", "b", 6 / tobler(0.03), 6 / tobler(-0.03)),
    trip("half of the climb", HILL, "walk", "a", (250, 0), 3 / tobler(0.1), 3 / tobler(-0.1)),
    trip("the leg is as on the flat", HILL, "walk", (0, 100), "b", 6 / tobler(0.1) + 100 * LEG, 6 + 100 * LEG),
    trip("flat ground on foot", PLAIN, "walk", "a", "b", 6),
    trip("along the slope", NORTH, "walk", "a", "b", 6),
    trip("up and down gently by bicycle", RISE, "cycle", "a", "b", 2 / (1 - 6.6589 * 0.03), 2 / (1 + 3.9584 * 0.03)),
    trip("up and down by bicycle", HILL, "cycle", "a", "b", 2 / (1 - 6.6589 * 0.1), 2 / (1 + 3.9584 * 0.02)),
    trip("flat ground by bicycle", PLAIN, "cycle", "a", "b", 2),
    trip("up gently an e-bike keeps its speed", RISE, "ebike", "a", "b", 500 * at(18)),
    trip("cars do not mind", HILL, "drive", "a", "b", 1),
    trip("over a bridge on the slope", BRIDGE, "walk", "a", "b", 6 / tobler(0.1), 6),
    trip("steps have a speed of their own", STEPS, "walk", "a", "b", 500 * at(2.5)),
    trip("a one-way street down", DOWN_STREET, "cycle", "b", "a", 2 / (1 + 3.9584 * 0.02), "no way"),
]


@pytest.mark.parametrize("case", CASES)
def test_minutes(case: Trip) -> None:
    case.check()
