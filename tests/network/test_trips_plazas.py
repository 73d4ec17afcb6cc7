"""Plazas: crossed along straight lines where one entrance sees another, otherwise along their rims.

On foot a plaza is crossed at 5 km/h, 12 minutes a kilometre; streets of 100 m lead to its corners, 1.2 minutes each.
"""

import pytest

from .tiny import LEG, NO_NETWORK, NO_WAY, County, Town, Trip, at, trip

TOGETHER = County()
SIDE = 300.0
DIAGONAL = SIDE * 2**0.5
PLAZA = "highway=pedestrian area=yes"
SQUARE = {"a": (0, 0), "b": (SIDE, 0), "c": (SIDE, SIDE), "d": (0, SIDE)}
HOLE = {"h": (100, 100), "i": (200, 100), "j": (200, 200), "k": (100, 200)}
OUTSIDE = {"w": (-100, 0), "e": (SIDE + 100, SIDE), "s": (SIDE, -100), "n": (0, SIDE + 100)}
STREETS = dict.fromkeys(("wa", "ec", "sb", "nd"), "highway=residential")
MULTIPOLYGON = "type=multipolygon highway=pedestrian"


def foot(metres: float) -> float:
    """Return the minutes of a walk that begins and ends with a street of 100 m."""
    return (200 + metres) * at(5)


def town(ways: dict[str, str], *relations: tuple[str, str], **nodes: tuple[float, float]) -> Town:
    """Return a square with streets to its four corners, and these ways."""
    return Town({**SQUARE, **HOLE, **OUTSIDE, **nodes}, {**STREETS, **ways}, relations=relations, county=TOGETHER)


SIMPLE = town({"abcda": PLAZA})
RIM_ONLY = town({"abcda": "highway=pedestrian"})
AREAS = [
    trip("a plaza is crossed from corner to corner", SIMPLE, "walk", "w", "e", foot(DIAGONAL)),
    trip("a plaza is crossed along its other diagonal", SIMPLE, "walk", "n", "s", foot(DIAGONAL)),
    trip("along one side of a plaza", SIMPLE, "walk", "w", "s", foot(SIDE)),
    trip("a ring that is not a plaza is walked around", RIM_ONLY, "walk", "w", "e", foot(2 * SIDE)),
    trip("a plaza drawn the other way round", town({"adcba": PLAZA}), "walk", "w", "e", foot(DIAGONAL)),
    trip("a plaza of footways", town({"abcda": "highway=footway area=yes"}), "walk", "w", "e", foot(DIAGONAL)),
    trip(
        "a plaza by bicycle",
        town({"abcda": "highway=footway area=yes bicycle=yes"}),
        "cycle",
        "w",
        "e",
        200 * at(15) + DIAGONAL * at(12),
    ),
    trip("a plaza without bicycles", town({"abcda": PLAZA + " bicycle=no"}), "cycle", "w", "e", NO_WAY),
    trip("a plaza without cars", SIMPLE, "drive", "w", "e", NO_WAY),
    trip(
        "a private plaza is crossed by nobody on the way through",
        town({"abcda": PLAZA + " access=private", "wxe": "highway=residential"}, x=(-100, SIDE)),
        "walk",
        "w",
        "e",
        300 * at(5) + 500 * at(5),
    ),
    trip("a closed plaza", town({"abcda": PLAZA + " access=no"}), "walk", "w", "e", NO_WAY),
    trip(
        "a platform that is an area",
        town({"abcda": "railway=platform area=yes"}),
        "walk",
        "w",
        "e",
        200 * at(5) + DIAGONAL * at(4),
    ),
    trip("a house on the rim", SIMPLE, "walk", (150, -10), "s", 150 * at(5) + 100 * at(5) + 10 * LEG),
    trip("a kiosk in the middle snaps to a line across", SIMPLE, "walk", (150, 150), "w", 100 * at(5) + DIAGONAL / 2 * at(5)),
]

WITH_HOLE = town({"abcda": "source=survey", "hijkh": "natural=water"}, (MULTIPOLYGON, "outer:abcda inner:hijkh"))
L_SHAPE = town(
    {"abohgda": PLAZA, "ce": "highway=residential", "co": "highway=residential"}, o=(SIDE, 100), g=(100, SIDE), h=(100, 100)
)
RELATIONS = [
    trip("around the fountain of a plaza", WITH_HOLE, "walk", "w", "e", foot(2 * SIDE)),
    trip("along the side of a plaza with a fountain", WITH_HOLE, "walk", "w", "s", foot(SIDE)),
    trip("a multipolygon without a hole", town({"abcda": ""}, (MULTIPOLYGON, "outer:abcda")), "walk", "w", "e", foot(DIAGONAL)),
    trip(
        "a multipolygon of two ways",
        town({"abc": "", "cda": "barrier=wall"}, (MULTIPOLYGON, "outer:abc outer:cda")),
        "walk",
        "w",
        "e",
        foot(DIAGONAL),
    ),
    trip(
        "members without roles",
        town({"abcda": "", "hijkh": ""}, (MULTIPOLYGON, ":abcda :hijkh")),
        "walk",
        "w",
        "e",
        foot(2 * SIDE),
    ),
    trip(
        "a multipolygon that is no street",
        town({"abcda": ""}, ("type=multipolygon landuse=grass", "outer:abcda")),
        "walk",
        "w",
        "e",
        NO_WAY,
    ),
    trip("around the corner of an L only along its rim", L_SHAPE, "walk", "n", "s", foot(SIDE + SIDE)),
]

ACROSS = town({"abcda": PLAZA, "am": "highway=footway", "mc": "highway=footway"}, m=(200, 100))
CHAIN = Town(
    {**SQUARE, "f": (2 * SIDE, 0), "g": (2 * SIDE, SIDE), "w": (-100, 0), "e": (2 * SIDE + 100, SIDE)},
    {"abcda": PLAZA, "bfgcb": PLAZA, "wa": "highway=residential", "eg": "highway=residential"},
    county=TOGETHER,
)
ONE_DOOR = Town({**SQUARE, "w": (-1200, 0)}, {"wa": "highway=residential", "abcda": PLAZA}, county=TOGETHER)
MORE = [
    trip("a footway across a plaza is longer than the line", ACROSS, "walk", "w", "e", foot(DIAGONAL)),
    trip("two plazas that touch", CHAIN, "walk", "w", "e", foot(SIDE * 2**0.5 + SIDE)),
    trip("a plaza with one entrance has its rim", ONE_DOOR, "walk", "c", "w", 2 * SIDE * at(5) + 1200 * at(5)),
    trip(
        "an open line with area=yes is no street",
        Town({**SQUARE, "w": (-1200, 0)}, {"wa": "highway=residential", "abcd": PLAZA}, county=TOGETHER),
        "walk",
        "d",
        "w",
        14.4 + 300 * LEG,
    ),
    trip(
        "by car a plaza is no street",
        Town({**SQUARE, "w": (-1200, 0)}, {"wa": "highway=residential", "abcda": PLAZA}),
        "drive",
        (SIDE, 600),
        "w",
        NO_NETWORK,
    ),
]


@pytest.mark.parametrize("case", [*AREAS, *RELATIONS, *MORE])
def test_minutes(case: Trip) -> None:
    case.check()
