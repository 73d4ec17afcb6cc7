"""One-way streets of every spelling, contraflow cycling, roundabouts, and access by direction.

On the ring a - b - c - d - a of four streets of 500 m only a - b has tags. From a to b it is 500 m along the street and 1 500 m
around: 1 and 3 minutes by car (30 km/h), 2 and 6 by bicycle (15 km/h), 6 and 18 on foot (5 km/h).
"""

import pytest

from .tiny import LEG, County, Town, Trip, at, by_mode, trip

TOGETHER = County()
RING = {"a": (0, 0), "b": (500, 0), "c": (500, 500), "d": (0, 500)}
LETTERS = {"oo": (False, False), "ox": (False, True), "xo": (True, False), "xx": (True, True)}
KMH = (5, 15, 30)


def ring(tags: str) -> Town:
    """Return the ring with these tags on the street a - b."""
    return Town(RING, {"ab": tags, "bcda": "highway=residential"}, county=TOGETHER)


def rows(says: str, tags: str, walk: str, cycle: str, drive: str, highway: str = "residential") -> list[object]:
    """Return the trips from a to b and back: o is open along the street, or against it, x leads around; for each mode."""
    times = [
        tuple((1500 if around else 500) * at(k) for around in LETTERS[letters])
        for letters, k in zip((walk, cycle, drive), KMH, strict=True)
    ]
    return by_mode(says, ring(f"highway={highway} {tags}"), "a", "b", *times)


ONEWAY = [
    *rows("a street without oneway", "", "oo", "oo", "oo"),
    *rows("oneway=yes", "oneway=yes", "oo", "ox", "ox"),
    *rows("oneway=YES", "oneway=YES", "oo", "ox", "ox"),
    *rows("oneway=true", "oneway=true", "oo", "ox", "ox"),
    *rows("oneway=1", "oneway=1", "oo", "ox", "ox"),
    *rows("oneway with a space", "oneway=~yes~", "oo", "ox", "ox"),
    *rows("oneway=-1", "oneway=-1", "oo", "xo", "xo"),
    *rows("oneway=reverse", "oneway=reverse", "oo", "xo", "xo"),
    *rows("oneway=no", "oneway=no", "oo", "oo", "oo"),
    *rows("oneway=0", "oneway=0", "oo", "oo", "oo"),
    *rows("oneway=false", "oneway=false", "oo", "oo", "oo"),
    *rows("oneway=alternating", "oneway=alternating", "oo", "oo", "oo"),
    *rows("oneway=reversible", "oneway=reversible", "oo", "xx", "xx"),
    *rows("oneway=unheard_of", "oneway=unheard_of", "oo", "oo", "oo"),
    *rows("a roundabout", "junction=roundabout", "oo", "ox", "ox"),
    *rows("a circular junction", "junction=circular", "oo", "ox", "ox"),
    *rows("a roundabout that is two-way", "junction=roundabout oneway=no", "oo", "oo", "oo"),
    *rows("a roundabout drawn against its direction", "junction=roundabout oneway=-1", "oo", "xo", "xo"),
    *rows("a one-way street on foot", "oneway=yes oneway:foot=yes", "ox", "ox", "ox"),
    *rows("one-way on foot only", "oneway:foot=-1", "xo", "oo", "oo"),
    *rows("a condition on one-way", "oneway:conditional=yes@(07:00-09:00)", "oo", "oo", "oo"),
]

CONTRAFLOW = [
    *rows("one-way except bicycles", "oneway=yes oneway:bicycle=no", "oo", "oo", "ox"),
    *rows("one-way for bicycles the other way", "oneway=yes oneway:bicycle=-1", "oo", "xo", "ox"),
    *rows("one-way for bicycles only", "oneway:bicycle=yes", "oo", "ox", "oo"),
    *rows("one-way for motor vehicles only", "oneway:motor_vehicle=yes", "oo", "oo", "ox"),
    *rows("one-way for motor cars only", "oneway:motorcar=-1", "oo", "oo", "xo"),
    *rows("one-way for vehicles", "oneway:vehicle=yes", "oo", "ox", "ox"),
    *rows("one-way except motor vehicles", "oneway=yes oneway:motor_vehicle=no", "oo", "ox", "oo"),
    *rows("cycleway=opposite", "oneway=yes cycleway=opposite", "oo", "oo", "ox"),
    *rows("cycleway=opposite_lane", "oneway=yes cycleway=opposite_lane", "oo", "oo", "ox"),
    *rows("cycleway:left=opposite_track", "oneway=yes cycleway:left=opposite_track", "oo", "oo", "ox"),
    *rows(
        "a cycle lane on the left in both directions", "oneway=yes cycleway:left=lane cycleway:left:oneway=no", "oo", "oo", "ox"
    ),
    *rows("a cycle lane on the left against the traffic", "oneway=yes cycleway:left:oneway=-1", "oo", "oo", "ox"),
    *rows("a cycle lane with the traffic", "oneway=yes cycleway=lane", "oo", "ox", "ox"),
    *rows("contraflow on a street drawn backward", "oneway=-1 cycleway=opposite_lane", "oo", "oo", "xo"),
    *rows("bicycles may go backward", "oneway=yes bicycle:backward=yes", "oo", "oo", "ox"),
    *rows("bicycles may not go backward", "oneway=yes bicycle:backward=no", "oo", "ox", "ox"),
]

SIDES = [
    *rows("closed to vehicles backward", "vehicle:backward=no", "oo", "ox", "ox"),
    *rows("closed to vehicles forward", "vehicle:forward=no", "oo", "xo", "xo"),
    *rows("closed to motor vehicles backward", "motor_vehicle:backward=no", "oo", "oo", "ox"),
    *rows("closed to motor vehicles forward", "motor_vehicle:forward=no", "oo", "oo", "xo"),
    *rows("closed to cars forward", "motorcar:forward=no", "oo", "oo", "xo"),
    *rows("closed to bicycles forward", "bicycle:forward=no", "oo", "xo", "oo"),
    *rows("closed on foot backward", "foot:backward=no", "ox", "oo", "oo"),
    *rows("closed to all backward", "access:backward=no", "ox", "ox", "ox"),
    *rows("closed to vehicles backward except bicycles", "vehicle:backward=no bicycle:backward=yes", "oo", "oo", "ox"),
    *rows("closed to vehicles, open forward", "vehicle=no vehicle:forward=yes", "oo", "ox", "ox"),
    *rows("closed to motor vehicles, open backward", "motor_vehicle=no motor_vehicle:backward=yes", "oo", "oo", "xo"),
    *rows("a key of cars comes before a side of vehicles", "motor_vehicle:forward=no motorcar=yes", "oo", "oo", "oo"),
    *rows("closed to vehicles backward on a one-way street", "oneway=yes vehicle:backward=no", "oo", "ox", "ox"),
    *rows("cars let through backward on a one-way street", "oneway=yes motorcar:backward=yes", "oo", "ox", "oo"),
]

ROUNDABOUT = Town(
    {
        "a": (-100, 0),
        "b": (0, -100),
        "c": (100, 0),
        "d": (0, 100),
        "w": (-600, 0),
        "e": (600, 0),
        "n": (0, 600),
        "s": (0, -600),
    },
    {
        "abcda": "highway=residential junction=roundabout",
        **dict.fromkeys(("wa", "ce", "dn", "bs"), "highway=residential"),
    },
    county=TOGETHER,
)
SIDE = 100 * 2**0.5
DUAL = Town(
    {"a": (0, 0), "b": (1000, 0), "c": (0, 40), "d": (1000, 40)},
    {
        "ab": "highway=residential oneway=yes",
        "dc": "highway=residential oneway=yes",
        "ac": "highway=residential",
        "bd": "highway=residential",
    },
    county=TOGETHER,
)
SHAPES = [
    trip("a quarter of a roundabout", ROUNDABOUT, "drive", "w", "s", (1000 + SIDE) * at(30), (1000 + 3 * SIDE) * at(30)),
    trip("half of a roundabout", ROUNDABOUT, "drive", "w", "e", (1000 + 2 * SIDE) * at(30)),
    trip("three quarters of a roundabout", ROUNDABOUT, "drive", "w", "n", (1000 + 3 * SIDE) * at(30), (1000 + SIDE) * at(30)),
    trip("a roundabout by bicycle", ROUNDABOUT, "cycle", "w", "n", (1000 + 3 * SIDE) * at(15), (1000 + SIDE) * at(15)),
    trip("a roundabout on foot, the shorter side", ROUNDABOUT, "walk", "w", "n", (1000 + SIDE) * at(5)),
    trip("a whole turn back into one's own street is not needed", ROUNDABOUT, "drive", "w", (-300, 0), 300 * at(30)),
    trip(
        "a house at a carriageway, back against the traffic",
        DUAL,
        "drive",
        (200, -20),
        (800, -20),
        1.2 + 40 * LEG,
        0.4 + 0.08 + 2 + 0.08 + 0.4 + 40 * LEG,
    ),
    trip("between houses at both carriageways", DUAL, "drive", (500, -20), (500, 60), 1 + 0.08 + 1 + 40 * LEG),
    trip("between houses at both carriageways by bicycle", DUAL, "cycle", (500, -20), (500, 60), 2 + 0.16 + 2 + 40 * LEG),
    trip("between houses at both carriageways on foot", DUAL, "walk", (500, -20), (500, 60), 6 + 0.48 + 6 + 40 * LEG),
]


@pytest.mark.parametrize("case", [*ONEWAY, *CONTRAFLOW, *SIDES, *SHAPES])
def test_minutes(case: Trip) -> None:
    case.check()
