"""Streets for residents: no way through, but homes on them are reached in both directions.

Walking takes 12 minutes a kilometre (5 km/h), cycling 4 (15 km/h) and driving 2 (30 km/h) on residential streets.
"""

import pytest

from .tiny import LEG, NO_NETWORK, County, Town, Trip, at, by_mode, trip

TOGETHER = County()
RESIDENTIAL = "highway=residential "


def block(middle: str, side: str = "highway=residential") -> Town:
    """Return a street of which the 500 m in the middle have these tags, and the way around of 1 500 m.

    a --500-- b --500 (middle)-- c --500-- d, and b - e - f - c, each 500 m.
    """
    nodes = {"a": (0, 0), "b": (500, 0), "c": (1000, 0), "d": (1500, 0), "e": (500, 500), "f": (1000, 500)}
    return Town(nodes, {"ab": "highway=residential", "bc": middle, "cd": "highway=residential", "befc": side}, county=TOGETHER)


def through(says: str, tags: str, *closed: bool) -> list[object]:
    """Return the trips past the middle: straight on 1 500 m, or around 2 500 m."""
    kmh = [5, 15, 30]
    minutes = [(2500 if around else 1500) * at(k) for around, k in zip(closed, kmh, strict=True)]
    return by_mode(says, block("highway=residential " + tags), "a", "d", *minutes)


THROUGH = [
    *through("an open street is the way through", "", False, False, False),
    *through("a permissive street is the way through", "access=permissive", False, False, False),
    *through("a destination street is no way through", "access=destination", True, True, True),
    *through("a private street is no way through", "access=private", True, True, True),
    *through("a street for residents is no way through", "access=residents", True, True, True),
    *through("a street for customers is no way through", "access=customers", True, True, True),
    *through("a street for delivery is no way through", "access=delivery", True, True, True),
    *through("a street with a permit is no way through", "access=permit", True, True, True),
    *through("an unheard-of access is no way through", "access=club_members", True, True, True),
    *through("a street that is a destination for vehicles", "vehicle=destination", False, True, True),
    *through("a street that is a destination for motor vehicles", "motor_vehicle=destination", False, False, True),
    *through("a street that is a destination for cars", "motorcar=destination", False, False, True),
    *through("a street private except on foot", "access=private foot=yes", False, True, True),
    *through(
        "a street private except on foot and by bicycle", "access=private foot=yes bicycle=permissive", False, False, True
    ),
    *through("a street for forestry and delivery", "motor_vehicle=forestry;delivery", False, False, True),
    *through("a closed street", "access=no", True, True, True),
    *through("a street for farmers", "motor_vehicle=agricultural", False, False, True),
    *through("a street for farmers and foresters", "access=agricultural;forestry", True, True, True),
    *through("a bus street", "access=no bus=yes", True, True, True),
]

PRIVATE, DESTINATION = block("highway=residential access=private"), block(RESIDENTIAL + "motor_vehicle=destination")
HOMES = [
    *by_mode("a home on a private street is left at its near end", PRIVATE, (600, 0), "a", 7.2, 2.4, 1.2),
    *by_mode("a home on a private street is reached from its far end", PRIVATE, (900, 0), "d", 7.2, 2.4, 1.2),
    *by_mode(
        "a home beside a private street has its leg", PRIVATE, (600, 50), "a", 7.2 + 50 * LEG, 2.4 + 50 * LEG, 1.2 + 50 * LEG
    ),
    *by_mode("a station in the middle of a private street", PRIVATE, "a", (750, 0), 9, 3, 1.5),
    *by_mode("from one end of a private street to a home at its other", PRIVATE, "b", (950, 0), 5.4, 1.8, 0.9),
    *by_mode("two homes on a private street", PRIVATE, (600, 0), (900, 0), 3.6, 1.2, 0.6),
    *by_mode("a home on a destination street, by any mode", DESTINATION, (600, 0), "a", 7.2, 2.4, 1.2),
    *by_mode("past a destination street on foot, by bicycle and by car", DESTINATION, "a", "d", 18, 6, 5),
    *by_mode("from one end of a private street to the other", PRIVATE, "b", "c", 6, 2, 1),
]

TWO_PRIVATE = Town(
    {**PRIVATE.nodes, "g": (1000, -500), "h": (500, -500)},
    {
        "ab": "highway=residential",
        "bc": "highway=residential access=private",
        "cd": "highway=residential",
        "befc": "highway=residential",
        "cg": "highway=residential access=private",
        "gh": "highway=residential",
    },
    county=TOGETHER,
)
CHAIN = Town(
    {"a": (0, 0), "b": (500, 0), "c": (1000, 0), "d": (1500, 0), "e": (2000, 0)},
    {
        "ab": "highway=residential",
        "bc": "highway=residential access=private",
        "cd": "highway=residential",
        "de": "highway=residential access=private",
    },
    county=TOGETHER,
)
COMPOUND = Town(
    {"a": (0, 0), "b": (2000, 0), "m": (1000, 0), "g": (1000, 100), "p": (1000, 600), "q": (1500, 600)},
    {"amb": "highway=residential", "mg": "highway=service", "gpq": "highway=residential"},
    {"g": "barrier=gate access=private"},
    county=TOGETHER,
)
TWO_GATES = Town(
    {**COMPOUND.nodes, "h": (2000, 600), "k": (2000, 1000), "l": (0, 1000)},
    {
        "amb": "highway=residential",
        "mg": "highway=service",
        "gpqh": "highway=residential",
        "hklab"[:4]: "highway=residential",
        "la": "highway=residential",
    },
    {"g": "barrier=gate access=private", "h": "barrier=gate access=private"},
    county=TOGETHER,
)
# from the street over 100 m of service way, and the 500 m to p inside
TO_P = (
    1000 * at(5) + 100 * at(5) + 500 * at(5),
    1000 * at(15) + 100 * at(12) + 500 * at(15),
    1000 * at(30) + 100 * at(15) + 500 * at(30),
)
SEVERAL = [
    *by_mode("between homes on two private streets of one junction", TWO_PRIVATE, (900, 0), (1000, -100), 2.4, 0.8, 0.4),
    *by_mode("from a private street through another one", TWO_PRIVATE, (900, 0), "h", 0.1 * 12 + 12, 0.1 * 4 + 4, 0.2 + 2),
    *by_mode("a public street behind a private one is reached", CHAIN, "a", (1400, 0), 16.8, 5.6, 2.8),
    *by_mode("a private street behind a public one behind a private one", CHAIN, "a", (1900, 0), 22.8, 7.6, 3.8),
    *by_mode("between public streets behind a private one", CHAIN, (1100, 0), (1400, 0), 3.6, 1.2, 0.6),
    *by_mode("between two streets inside the same private streets", CHAIN, (1400, 0), (1600, 0), 2.4, 0.8, 0.4),
    *by_mode("a home in a compound behind a gate", COMPOUND, "p", "a", *TO_P),
    *by_mode(
        "a house inside a compound stays inside",
        COMPOUND,
        (1000, 350),
        (1500, 590),
        750 * at(5) + 10 * LEG,
        750 * at(15) + 10 * LEG,
        750 * at(30) + 10 * LEG,
    ),
    *by_mode("two homes in a compound", COMPOUND, "p", "q", 6, 2, 1),
    *by_mode(
        "a house in the compound nearer to the street outside",
        COMPOUND,
        (1300, 280),
        "a",
        1300 * at(5) + 280 * LEG,
        1300 * at(15) + 280 * LEG,
        1300 * at(30) + 280 * LEG,
    ),
]

SIDED = [
    trip(
        "a home on a street that is a destination along",
        block(RESIDENTIAL + "vehicle:forward=destination"),
        "drive",
        (600, 0),
        "a",
        1.2,
    ),
    trip(
        "a home on a street that is a destination against",
        block(RESIDENTIAL + "vehicle:backward=destination"),
        "drive",
        (600, 0),
        "a",
        1.2,
    ),
    trip(
        "a home at the far end of a street that is a destination along",
        block(RESIDENTIAL + "vehicle:forward=destination"),
        "cycle",
        (900, 0),
        "d",
        2.4,
    ),
    trip(
        "two homes on a street that is a destination along",
        block(RESIDENTIAL + "vehicle:forward=destination"),
        "cycle",
        (600, 0),
        (900, 0),
        1.2,
    ),
    trip(
        "past a street that is a destination along, by bicycle",
        block(RESIDENTIAL + "vehicle:forward=destination"),
        "cycle",
        "a",
        "d",
        10,
        6,
    ),
    trip(
        "a destination street in one direction only, along",
        block(RESIDENTIAL + "motor_vehicle:forward=destination"),
        "drive",
        "a",
        "d",
        5,
        3,
    ),
    trip(
        "a destination street in one direction only, against",
        block(RESIDENTIAL + "motor_vehicle:backward=destination"),
        "drive",
        "a",
        "d",
        3,
        5,
    ),
    trip("closed in one direction", block(RESIDENTIAL + "motor_vehicle:forward=no"), "drive", "a", "d", 5, 3),
    trip(
        "a home on a street closed in one direction",
        block(RESIDENTIAL + "motor_vehicle:forward=no"),
        "drive",
        (600, 0),
        "a",
        1.2,
        1 + 3 + 0.8,
    ),
    trip(
        "a home on a street that is one-way for others",
        block("highway=residential vehicle:forward=private oneway=yes"),
        "drive",
        "a",
        (600, 0),
        1.2,
        0.8 + 3 + 1,
    ),
]

ONLY_PRIVATE = Town(
    {"a": (0, 0), "b": (1000, 0), "c": (2000, 0)},
    {"ab": "highway=residential access=private", "bc": "highway=residential access=destination"},
)
CAR_PARK = Town(
    {"a": (0, 0), "b": (500, 0), "c": (1000, 0), "d": (1500, 0), "i": (500, 200), "o": (1000, 200)},
    {
        "abcd": "highway=residential",
        "bi": "highway=residential oneway=yes",
        "io": "highway=residential access=customers",
        "oc": "highway=residential oneway=yes",
    },
    county=TOGETHER,
)
ONE_WAY_DOORS = [
    trip("a car park is reached over its entrance and left over its exit", CAR_PARK, "drive", "a", (750, 200), 1.9, 2.9),
    trip(
        "a house at the entrance of a car park is left through it", CAR_PARK, "drive", (500, 100), "d", 0.2 + 1 + 0.4 + 1, 2.2
    ),
    trip("a house at the exit of a car park is reached through it", CAR_PARK, "drive", (1000, 100), "a", 0.2 + 1 + 1, 2.6),
    trip("nobody drives through a car park", CAR_PARK, "drive", "a", "d", 3),
    trip("a house at the entrance of a car park, on foot", CAR_PARK, "walk", (500, 100), "d", 1.2 + 12, 13.2),
]
DEAD_ENDS = [
    *by_mode("where all streets are private people go through", ONLY_PRIVATE, "a", "c", 24, 8, 4),
    *by_mode(
        "a private drive to a house",
        Town(
            {"a": (0, 0), "m": (500, 0), "b": (1000, 0), "h": (500, 200)},
            {"amb": "highway=residential", "mh": "highway=service service=driveway access=private"},
            county=TOGETHER,
        ),
        (500, 190),
        "a",
        6 + 2.28,
        2 + 190 * at(12),
        1 + 190 * at(12),
    ),
    trip(
        "no way out of a street that is closed to cars",
        Town(
            {"a": (0, 0), "b": (1000, 0), "c": (1000, 700)},
            {"ab": "highway=residential", "bc": "highway=residential motor_vehicle=no"},
        ),
        "drive",
        (1000, 600),
        "a",
        NO_NETWORK,
    ),
    trip(
        "it is left on foot",
        Town(
            {"a": (0, 0), "b": (1000, 0), "c": (1000, 700)},
            {"ab": "highway=residential", "bc": "highway=residential motor_vehicle=no"},
        ),
        "walk",
        (1000, 600),
        "a",
        19.2,
    ),
]


@pytest.mark.parametrize("case", [*THROUGH, *HOMES, *SEVERAL, *SIDED, *ONE_WAY_DOORS, *DEAD_ENDS])
def test_minutes(case: Trip) -> None:
    case.check()
