"""Barriers on nodes of streets: who passes them, who has the way around, and who lives behind them.

Walking takes 12 minutes a kilometre (5 km/h), cycling 4 (15 km/h) and driving 2 (30 km/h).
"""

import pytest

from .tiny import LEG, NO_WAY, County, Town, Trip, at, by_mode, trip

TOGETHER = County()
KMH = (5, 15, 30)


def street(tags: str) -> Town:
    """Return a street with a barrier at b, a way around it over d, and a dead end behind another such barrier at y.

    a --500-- b --500-- c; a - d - c is 2 000 m; c --500-- y --500-- z.
    """
    nodes = {"a": (0, 0), "b": (500, 0), "c": (1000, 0), "d": (500, 866.0254), "y": (1000, -500), "z": (1000, -1000)}
    ways = {"abc": "highway=residential", "adc": "highway=residential", "cyz": "highway=residential"}
    return Town(nodes, ways, {"b": tags, "y": tags}, county=TOGETHER)


def rows(says: str, tags: str, letters: str) -> list[object]:
    """Return the trips past a barrier: o passes, l only at an end of the trip, x not at all; for walkers, bicycles, cars."""
    town = street(tags)
    past = [(1000 if letter == "o" else 2000) * at(k) for letter, k in zip(letters, KMH, strict=True)]
    behind = [NO_WAY if letter == "x" else 1000 * at(k) for letter, k in zip(letters, KMH, strict=True)]
    return [*by_mode(f"past {says}", town, "a", "c", *past), *by_mode(f"to a home behind {says}", town, "c", "z", *behind)]


TYPES = [
    *rows("a gate", "barrier=gate", "ooo"),
    *rows("a lift gate", "barrier=lift_gate", "ooo"),
    *rows("a swing gate", "barrier=swing_gate", "ooo"),
    *rows("an entrance", "barrier=entrance", "ooo"),
    *rows("a cattle grid", "barrier=cattle_grid", "ooo"),
    *rows("a toll booth", "barrier=toll_booth", "ooo"),
    *rows("a border control", "barrier=border_control", "ooo"),
    *rows("a kerb", "barrier=kerb", "ooo"),
    *rows("a barrier that is gone", "barrier=no", "ooo"),
    *rows("a bollard", "barrier=bollard", "oox"),
    *rows("a rising bollard", "barrier=bollard bollard=rising", "ool"),
    *rows("a block", "barrier=block", "oox"),
    *rows("a chain", "barrier=chain", "oox"),
    *rows("a cycle barrier", "barrier=cycle_barrier", "oox"),
    *rows("a bus trap", "barrier=bus_trap", "oox"),
    *rows("a jersey barrier", "barrier=jersey_barrier", "oox"),
    *rows("an unheard-of barrier", "barrier=something", "oox"),
    *rows("a kissing gate", "barrier=kissing_gate", "oxx"),
    *rows("a stile", "barrier=stile", "oxx"),
    *rows("a turnstile", "barrier=turnstile", "oxx"),
    *rows("a wall", "barrier=wall", "xxx"),
    *rows("a hedge", "barrier=hedge", "xxx"),
]

TAGS = [
    *rows("a private gate", "barrier=gate access=private", "lll"),
    *rows("a gate for residents", "barrier=gate access=residents", "lll"),
    *rows("a closed gate", "barrier=gate access=no", "xxx"),
    *rows("a gate for farmers", "barrier=gate access=agricultural", "xxx"),
    *rows("a locked gate", "barrier=gate locked=yes", "xxx"),
    *rows("a gate that is not locked", "barrier=gate locked=no", "ooo"),
    *rows("a locked private gate", "barrier=gate locked=yes access=private", "lll"),
    *rows("a locked gate with a door for walkers", "barrier=gate locked=yes foot=yes", "oxx"),
    *rows("a private gate with a door for walkers", "barrier=gate access=private foot=yes", "oll"),
    *rows("a gate private for motor vehicles", "barrier=gate motor_vehicle=private", "ool"),
    *rows("a gate closed to motor vehicles", "barrier=gate motor_vehicle=no", "oox"),
    *rows("a gate closed to vehicles", "barrier=gate vehicle=no", "oxx"),
    *rows("a gate closed on foot", "barrier=gate foot=no", "xoo"),
    *rows("a gate closed to bicycles", "barrier=gate bicycle=no", "oxo"),
    *rows("a gate open to cars alone", "barrier=gate access=no motorcar=yes", "xxo"),
    *rows("a bollard with access for all", "barrier=bollard access=yes", "oox"),
    *rows("a bollard that cars pass", "barrier=bollard motor_vehicle=yes", "ooo"),
    *rows("a bollard that residents lower", "barrier=bollard motor_vehicle=destination", "ool"),
    *rows("a bollard where bicycles are barred", "barrier=bollard bicycle=no", "oxx"),
    *rows("a block that is private", "barrier=block access=private", "llx"),
    *rows("a gate with a condition", "barrier=gate access:conditional=no@(22:00-06:00)", "ooo"),
    *rows("a fence with a gap for walkers", "barrier=fence foot=yes", "oxx"),
]

NO_BARRIERS = [
    *rows("a crossing with tags of its own", "highway=crossing bicycle=no", "ooo"),
    *rows("a crossing where walkers may not cross", "highway=crossing foot=no", "ooo"),
    *rows("a give-way sign", "highway=give_way", "ooo"),
]

CROSSING = {"a": (0, 0), "b": (500, 0), "c": (1000, 0), "d": (500, 500)}
CROSSING_WAYS = {"abc": "highway=residential", "bd": "highway=residential"}


def junction(tags: str) -> Town:
    """Return three streets of 500 m that meet at a node with a barrier."""
    return Town(CROSSING, CROSSING_WAYS, {"b": tags}, county=TOGETHER)


AT_JUNCTIONS = [
    *by_mode("a gate where three streets meet", junction("barrier=gate"), "a", "d", 12, 4, 2),
    *by_mode("a bollard where three streets meet parts all of them", junction("barrier=bollard"), "a", "d", 12, 4, NO_WAY),
    *by_mode(
        "a bollard where three streets meet parts the through street", junction("barrier=bollard"), "a", "c", 12, 4, NO_WAY
    ),
    *by_mode("a wall where three streets meet", junction("barrier=wall"), "c", "d", NO_WAY, NO_WAY, NO_WAY),
    *by_mode("along a street that ends at a wall", junction("barrier=wall"), "a", (400, 0), 4.8, 1.6, 0.8),
    *by_mode("two points on either side of a wall", junction("barrier=wall"), (400, 0), (600, 0), NO_WAY, NO_WAY, NO_WAY),
    *by_mode(
        "two houses on either side of a bollard",
        junction("barrier=bollard"),
        (400, 20),
        (600, 20),
        2.4 + 40 * LEG,
        0.8 + 40 * LEG,
        NO_WAY,
    ),
]

LAST = Town(
    {"a": (0, 0), "b": (500, 0), "c": (500, 500)},
    {"ab": "highway=residential", "bc": "highway=residential"},
    {"c": "barrier=bollard", "a": "barrier=gate access=private"},
)
TWO = Town(
    {"a": (0, 0), "b": (500, 0), "c": (1000, 0), "d": (1500, 0), "e": (750, 968.2458)},
    {"abcd": "highway=residential", "aed": "highway=residential"},
    {"b": "barrier=gate access=private", "c": "barrier=gate access=private"},
    county=TOGETHER,
)
ON_PRIVATE = Town(
    {"a": (0, 0), "b": (500, 0), "c": (1000, 0)},
    {"ab": "highway=residential", "bc": "highway=service access=private"},
    {"b": "barrier=gate access=private"},
    county=TOGETHER,
)
ONE_WAY = Town(
    {"a": (0, 0), "b": (500, 0), "c": (1000, 0), "d": (500, 866.0254)},
    {"abc": "highway=residential oneway=yes", "adc": "highway=residential"},
    {"b": "barrier=lift_gate motor_vehicle=private"},
    county=TOGETHER,
)
AFTER_A, BEFORE_C = (100, 173.2051), (900, 173.2051)
"""Points on the way around, 200 m from a and from c."""
MORE = [
    *by_mode("barriers at the ends of streets stop nobody on them", LAST, (100, 0), (500, 400), 9.6, 3.2, 1.6),
    *by_mode("between two private gates a home is reached from the left", TWO, "a", (600, 0), 7.2, 2.4, 1.2),
    *by_mode("between two private gates a home is reached from the right", TWO, "d", (900, 0), 7.2, 2.4, 1.2),
    *by_mode("through two private gates nobody goes", TWO, "a", "d", 2449.49 * at(5), 2449.49 * at(15), 2449.49 * at(30)),
    *by_mode(
        "from left of one private gate to right of the other",
        TWO,
        (450, 0),
        (1050, 0),
        (900 + 2449.49) * at(5),
        (900 + 2449.49) * at(15),
        (900 + 2449.49) * at(30),
    ),
    *by_mode(
        "a private gate at the beginning of a private drive", ON_PRIVATE, "a", "c", 12, 2 + 500 * at(12), 1 + 500 * at(15)
    ),
    trip("a private gate on a one-way street is no way through", ONE_WAY, "drive", AFTER_A, BEFORE_C, 3.2),
    trip("a home before a private gate on a one-way street is left through it", ONE_WAY, "drive", (400, 0), BEFORE_C, 1.6, 4.4),
    trip("a home behind a private gate on a one-way street", ONE_WAY, "drive", (600, 0), BEFORE_C, 1.2, 4.8),
    trip("a private gate on a one-way street is passed by bicycle", ONE_WAY, "cycle", "a", "c", 4, 8),
]


@pytest.mark.parametrize("case", [*TYPES, *TAGS, *NO_BARRIERS, *AT_JUNCTIONS, *MORE])
def test_minutes(case: Trip) -> None:
    case.check()
