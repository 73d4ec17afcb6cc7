"""Ferries: their duration or speed, the wait, whom they take, and islands that only they serve.

A street of 500 m leads to the quay on either shore: 6 minutes on foot (5 km/h), 2 by bicycle (15 km/h), 1 by car (30 km/h). The
crossing is 1 500 m, 6 minutes at 15 km/h; the wait is 10 minutes.
"""

import pytest

from .tiny import LEG, NO_WAY, ROUND_SPEEDS, County, Town, Trip, at, by_mode, trip

TOGETHER = County()
SHORES = {"a": (0, 0), "p": (500, 0), "q": (2000, 0), "b": (2500, 0)}
STREETS = {"ap": "highway=residential", "qb": "highway=residential"}
WAIT, CROSSING = 10, 6


def strait(tags: str, *relations: tuple[str, str]) -> Town:
    """Return two shores and a ferry between them."""
    return Town(SHORES, {**STREETS, "pq": tags}, relations=relations, county=TOGETHER)


def rows(says: str, tags: str, aboard: float, takes: str) -> list[object]:
    """Return the trips across; ``takes`` has a letter for each mode that the ferry takes: w, c, d."""
    ashore = {"w": 12, "c": 4, "d": 2}
    return by_mode(says, strait(tags), "a", "b", *(m + aboard if x in takes else NO_WAY for x, m in ashore.items()))


DURATIONS = [
    *rows("a ferry without a duration", "route=ferry", WAIT + CROSSING, "wc"),
    *rows("a ferry of 20 minutes", "route=ferry duration=00:20", WAIT + 20, "wc"),
    *rows("a ferry of 5 minutes, written short", "route=ferry duration=0:05", WAIT + 5, "wc"),
    *rows("a ferry of 12 minutes, written as a number", "route=ferry duration=12", WAIT + 12, "wc"),
    *rows("a ferry of an hour and a half", "route=ferry duration=01:30", WAIT + 90, "wc"),
    *rows("a ferry of 90 seconds", "route=ferry duration=00:01:30", WAIT + 1.5, "wc"),
    *rows("a ferry of 25 minutes in ISO 8601", "route=ferry duration=PT25M", WAIT + 25, "wc"),
    *rows("a ferry whose duration is not understood", "route=ferry duration=soon", WAIT + CROSSING, "wc"),
    *rows("a ferry of no time", "route=ferry duration=00:00", WAIT + CROSSING, "wc"),
    *rows("a ferry with a speed limit", "route=ferry maxspeed=50", WAIT + CROSSING, "wc"),
]

TAKES = [
    *rows("a car ferry", "route=ferry motor_vehicle=yes", WAIT + CROSSING, "wcd"),
    *rows("a ferry for motor cars", "route=ferry motorcar=yes duration=00:10", WAIT + 10, "wcd"),
    *rows("a ferry that says vehicles may go", "route=ferry vehicle=yes", WAIT + CROSSING, "wc"),
    *rows("a car ferry without walkers", "route=ferry motor_vehicle=yes foot=no", WAIT + CROSSING, "cd"),
    *rows("a ferry without bicycles", "route=ferry bicycle=no", WAIT + CROSSING, "w"),
    *rows("a ferry for cars only", "route=ferry access=no motor_vehicle=yes", WAIT + CROSSING, "d"),
    *rows("a closed ferry", "route=ferry access=no", WAIT, ""),
    *rows("another kind of route", "route=canoe", WAIT, ""),
    *rows("a ferry of the list", "route=ferry;bus", WAIT + CROSSING, "wc"),
]

ONE_WAY = strait("route=ferry oneway=yes motor_vehicle=yes")
MEMBER = "type=route route=ferry motor_vehicle=yes duration=00:15"
TWO_LEGS = {"a": (0, 0), "p": (500, 0), "r": (1000, 0), "q": (2000, 0), "b": (2500, 0)}
SHAPES = [
    *by_mode("a ferry in one direction binds everyone", ONE_WAY, "a", "b", (28, NO_WAY), (20, NO_WAY), (18, NO_WAY)),
    *by_mode(
        "a route whose way has no tags",
        strait("source=survey", (MEMBER, "stop:p :pq stop:q".replace(" :", " ferry:"))),
        "a",
        "b",
        37,
        29,
        27,
    ),
    trip(
        "a ferry of two ways waits on each",
        Town(TWO_LEGS, {**STREETS, "pr": "route=ferry", "rq": "route=ferry"}, county=TOGETHER),
        "walk",
        "a",
        "b",
        12 + 2 * WAIT + CROSSING,
    ),
    trip(
        "a ferry with a bend has its whole length",
        Town({**SHORES, "r": (1250, 1000)}, {**STREETS, "prq": "route=ferry"}, county=TOGETHER),
        "walk",
        "a",
        "b",
        12 + WAIT + 2 * 1250 * at(15),
    ),
    trip(
        "a bend does not change a duration",
        Town({**SHORES, "r": (1250, 1000)}, {**STREETS, "prq": "route=ferry duration=00:20"}, county=TOGETHER),
        "walk",
        "a",
        "b",
        42,
    ),
    trip("an e-bike goes aboard", strait("route=ferry"), "ebike", "a", "b", 1000 * at(18) + WAIT + CROSSING),
    trip("legs on both shores", strait("route=ferry"), "walk", (0, 100), (2500, -100), 28 + 200 * LEG),
    trip("a house by the sea does not step into the ferry", strait("route=ferry"), "walk", (500, 300), "b", 22 + 300 * LEG),
]

DETOUR = {"a": (0, 0), "p": (500, 0), "q": (2000, 0), "b": (2500, 0), "n": (500, 800), "m": (2000, 800)}
BRIDGE = Town(DETOUR, {**STREETS, "pq": "route=ferry", "pnmq": "highway=residential bridge=yes"}, county=TOGETHER)
ISLANDS = [
    *by_mode(
        "by the ferry or over the bridge, what is quicker", BRIDGE, "a", "b", 12 + 16, 4 + 3100 * at(15), 2 + 3100 * at(30)
    ),
    *by_mode(
        "an island without a ferry for cars", strait("route=ferry"), (0, 50), (2500, 50), 28 + 100 * LEG, 20 + 100 * LEG, NO_WAY
    ),
    *by_mode("on the island itself", strait("route=ferry"), "q", "b", 6, 2, 1),
]
NO_WAIT = Town(SHORES, {**STREETS, "pq": "route=ferry"}, county=County(ROUND_SPEEDS + "[ferry]\nwait_minutes = 0\nkmh = 30\n"))
TABLES = [trip("the table's wait and speed", NO_WAIT, "walk", "a", "b", 15)]


@pytest.mark.parametrize("case", [*DURATIONS, *TAKES, *SHAPES, *ISLANDS, *TABLES])
def test_minutes(case: Trip) -> None:
    case.check()
