"""Seconds that cars lose where streets meet: by who gives way, and at traffic lights.

Here giving way takes 6 seconds, 0.1 minutes, and lights take 12, 0.2. Streets of 500 m take 1 minute (residential, 30 km/h) or
half a minute (primary, 60 km/h). Among equal streets half of the drivers give way: 0.05 minutes.
"""

import pytest

from .tiny import LEG, County, Town, Trip, at, trip

TOGETHER = County(
    "[drive]\njunction_seconds = 6\nsignal_seconds = 12\n[drive.highway]\nresidential = 30\nprimary = 60\nsecondary = 60\n"
    "service = 15\n[cycle.highway]\nresidential = 15\n[walk.highway]\nresidential = 5\n"
)
CROSS = {"w": (-500, 0), "m": (0, 0), "e": (500, 0), "n": (0, 500), "s": (0, -500), "x": (20, 0), "y": (45, 0), "z": (-20, 0)}
RESIDENTIAL, PRIMARY, SECONDARY, SERVICE = (f"highway={c}" for c in ("residential", "primary", "secondary", "service"))


def meeting(ways: dict[str, str], lights: str = "") -> Town:
    """Return streets that meet at m, with traffic lights at some nodes."""
    return Town(CROSS, ways, dict.fromkeys(lights, "highway=traffic_signals"), county=TOGETHER)


ROAD = {"wm": RESIDENTIAL, "me": RESIDENTIAL}
EQUAL = meeting(dict.fromkeys(("wm", "me", "mn", "ms"), RESIDENTIAL))
T = meeting(dict.fromkeys(("wm", "me", "mn"), RESIDENTIAL))
MAIN = meeting({**ROAD, "mn": PRIMARY, "ms": PRIMARY})
MAIN_T = meeting({"wm": RESIDENTIAL, "mn": PRIMARY, "ms": PRIMARY})
GIVE_WAY = [
    trip("no junction, no delay", meeting({"wme": RESIDENTIAL}), "drive", "w", "e", 2),
    trip("a street of two ways has no junction", meeting({"wm": RESIDENTIAL, "me": RESIDENTIAL}), "drive", "w", "e", 2),
    trip(
        "a street that changes its class has no junction", meeting({"wm": RESIDENTIAL, "me": PRIMARY}), "drive", "w", "e", 1.5
    ),
    trip("over a crossing of equal streets", EQUAL, "drive", "w", "e", 2.05),
    trip("around the corner of equal streets", EQUAL, "drive", "w", "n", 2.05),
    trip("where three equal streets meet", T, "drive", "n", "e", 2.05),
    trip("straight on where three equal streets meet", T, "drive", "w", "e", 2.05),
    trip("across a main road", MAIN, "drive", "w", "e", 2.1),
    trip("along a main road", MAIN, "drive", "n", "s", 1),
    trip("into a main road one gives way, out of it not", MAIN, "drive", "w", "n", 1.6, 1.5),
    trip("into a main road at its side", MAIN_T, "drive", "w", "n", 1.6, 1.5),
    trip("along a main road past a side street", MAIN_T, "drive", "n", "s", 1),
    trip(
        "a secondary road gives way to a primary one",
        meeting({"wm": SECONDARY, "me": SECONDARY, "mn": PRIMARY}),
        "drive",
        "w",
        "n",
        1.1,
        1,
    ),
    trip(
        "links have the rank of their road",
        meeting({"wm": "highway=primary_link", "mn": PRIMARY, "ms": PRIMARY}),
        "drive",
        "n",
        "s",
        1.05,
    ),
    trip("by bicycle nothing is lost", EQUAL, "cycle", "w", "e", 4),
    trip("on foot nothing is lost", MAIN, "walk", "w", "e", 12),
    trip("by e-bike nothing is lost", EQUAL, "ebike", "w", "e", 1000 * at(18)),
]

COUNTS = [
    trip("a service way makes no junction", meeting({**ROAD, "mn": SERVICE}), "drive", "w", "e", 2),
    trip("out of a service way without a junction", meeting({**ROAD, "mn": SERVICE}), "drive", "n", "e", 3),
    trip(
        "out of a service way into a junction",
        meeting({**ROAD, "mn": RESIDENTIAL, "ms": SERVICE}),
        "drive",
        "s",
        "e",
        3.1,
        3.05,
    ),
    trip("a footway makes no junction", meeting({**ROAD, "mn": "highway=footway"}), "drive", "w", "e", 2),
    trip("a closed street makes no junction", meeting({**ROAD, "mn": RESIDENTIAL + " access=no"}), "drive", "w", "e", 2),
    trip("a track makes no junction", meeting({**ROAD, "mn": "highway=track motor_vehicle=yes"}), "drive", "w", "e", 2),
    trip(
        "a street for residents makes a junction",
        meeting({**ROAD, "mn": RESIDENTIAL + " access=destination"}),
        "drive",
        "w",
        "e",
        2.05,
    ),
    trip("a one-way street makes a junction", meeting({**ROAD, "mn": RESIDENTIAL + " oneway=yes"}), "drive", "w", "e", 2.05),
    trip("a trip that begins at the junction", EQUAL, "drive", "m", "e", 1, 1.05),
    trip("a trip that ends before the junction", EQUAL, "drive", "w", (-50, 0), 0.9),
    trip("a trip that ends behind the junction", EQUAL, "drive", "w", (50, 0), 1.15),
    trip("a house beside the junction's street", EQUAL, "drive", (-100, 20), (0, 400), 0.2 + 0.05 + 0.8 + 20 * LEG),
]

FOUR = dict.fromkeys(("wm", "me", "mn", "ms"), RESIDENTIAL)
STOP = {"wzm": RESIDENTIAL, "mxe": RESIDENTIAL, "mn": RESIDENTIAL, "ms": RESIDENTIAL}
LIGHTS = [
    trip("lights at a crossing", meeting(FOUR, "m"), "drive", "w", "e", 2.2),
    trip("lights take the same on a main road", meeting({**ROAD, "mn": PRIMARY, "ms": PRIMARY}, "m"), "drive", "n", "s", 1.2),
    trip("lights at the stop line", meeting(STOP, "z"), "drive", "w", "e", 2.2),
    trip("lights at the stop line of another street", meeting(STOP, "z"), "drive", "n", "s", 2.2),
    trip("lights at two stop lines are one intersection's", meeting(STOP, "zx"), "drive", "w", "e", 2.2),
    trip(
        "lights 45 m from the crossing are not its lights",
        meeting({"wm": RESIDENTIAL, "mye": RESIDENTIAL, "mn": RESIDENTIAL}, "y"),
        "drive",
        "w",
        "n",
        2.05,
    ),
    trip("lights without a junction", meeting({"wme": RESIDENTIAL}, "m"), "drive", "w", "e", 2),
    trip("lights where a service way comes out", meeting({**ROAD, "mn": SERVICE}, "m"), "drive", "w", "e", 2),
    trip("lights by bicycle", meeting(FOUR, "m"), "cycle", "w", "e", 4),
]

ROW = {"a": (0, 0), "b": (500, 0), "c": (1000, 0), "d": (1500, 0), "p": (500, 300), "q": (1000, 300)}
TWO = Town(ROW, dict.fromkeys(("ab", "bc", "cd", "bp", "cq"), RESIDENTIAL), county=TOGETHER)
NEAR = {
    "a": (0, 0),
    "b": (500, 0),
    "c": (520, 0),
    "d": (1020, 0),
    "p": (500, 300),
    "q": (520, 300),
    "r": (500, -300),
    "s": (520, -300),
}
WIDE = Town(
    NEAR,
    {
        "ab": RESIDENTIAL,
        "bc": RESIDENTIAL,
        "cd": RESIDENTIAL,
        **dict.fromkeys(("pb", "br"), PRIMARY + " oneway=yes"),
        **dict.fromkeys(("sc", "cq"), PRIMARY + " oneway=yes"),
    },
    county=TOGETHER,
)
SPLIT = {"wz": RESIDENTIAL, "me": RESIDENTIAL, "mn": RESIDENTIAL}
DRIVE = Town({**CROSS, "o": (-20, 100)}, {**SPLIT, "zm": RESIDENTIAL, "zo": SERVICE}, county=TOGETHER)
STUB = meeting({"mx": RESIDENTIAL, "wm": RESIDENTIAL, "mn": RESIDENTIAL})
SEVERAL = [
    trip(
        "a street that changes 20 m before the junction",
        meeting({**SPLIT, "zm": "highway=tertiary"}),
        "drive",
        "n",
        "e",
        2.1,
        2.1,
    ),
    trip(
        "a tunnel that ends 20 m before the junction",
        meeting({**SPLIT, "zm": RESIDENTIAL + " tunnel=yes"}),
        "drive",
        "w",
        "e",
        2.05,
    ),
    trip("a service way that comes out 20 m before the junction", DRIVE, "drive", "w", "e", 2.05),
    trip("out of a dead end of 20 m", STUB, "drive", "x", "n", 0.04 + 0.05 + 1),
    trip("two junctions", TWO, "drive", "a", "d", 3 + 0.1),
    trip("one of two junctions", TWO, "drive", "p", (750, 0), 0.6 + 0.05 + 0.5),
    trip("between two junctions", TWO, "drive", (600, 0), (900, 0), 0.6),
    trip("from the side street at one to that at the other", TWO, "drive", "p", "q", 0.6 + 0.05 + 1 + 0.05 + 0.6),
    trip("across two carriageways it is one intersection", WIDE, "drive", "a", "d", 1 + 0.1 + 0.04 + 1),
    trip("along a carriageway", WIDE, "drive", "p", "r", 0.6, "no way"),
]


@pytest.mark.parametrize("case", [*GIVE_WAY, *COUNTS, *LIGHTS, *SEVERAL])
def test_minutes(case: Trip) -> None:
    case.check()
