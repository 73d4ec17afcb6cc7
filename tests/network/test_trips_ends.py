"""The ways between points and their streets are charged at both ends of a trip, in every mode and direction.

On a street of the class residential walking takes 12 minutes a kilometre (5 km/h), cycling 4 (15 km/h), driving 2 (30 km/h); a
straight line of 100 m to the street takes 1.56 minutes in every mode.
"""

import pytest

from .tiny import LEG, NO_NETWORK, TOO_FAR, County, Town, Trip, at, by_mode, trip

STREET = Town({"a": (0, 0), "b": (1000, 0)}, {"ab": "highway=residential"})
UPHILL = Town({"a": (0, 0), "b": (0, 1000)}, {"ab": "highway=residential"})
ONE_WAY = Town(
    {"a": (0, 0), "b": (1000, 0), "c": (1000, 500), "d": (0, 500)},
    {"ab": "highway=residential oneway=yes", "bcda": "highway=residential"},
)
FACING = Town(
    {"a": (0, 0), "b": (1000, 0), "c": (1000, 200), "d": (0, 200)},
    {"abcd": "highway=residential"},
)
SLOW_LEG = Town(
    STREET.nodes, STREET.ways, county=County("[drive]\ndetour = 2.0\naccess_kmh = 4.0\n[drive.highway]\nresidential = 30\n")
)

LEGS = [
    *by_mode("points on the street have no legs", STREET, "a", "b", 12, 4, 2),
    *by_mode("a point in the middle of a street", STREET, (500, 0), "b", 6, 2, 1),
    *by_mode("a house 100 m from the street", STREET, (0, 100), "b", 13.56, 5.56, 3.56),
    *by_mode("both ends 100 m from the street", STREET, (0, 100), (1000, 100), 15.12, 7.12, 5.12),
    *by_mode("house and clinic across the street from each other", STREET, (500, 490), (500, -490), *[15.288] * 3),
    *by_mode("house and clinic on opposite sides, 300 m along", STREET, (400, 50), (700, -50), 5.16, 2.76, 2.16),
    *by_mode("house and clinic on one side, 300 m along", STREET, (400, 50), (700, 50), 5.16, 2.76, 2.16),
    *by_mode("two points of one place go to the street and back", STREET, (500, 80), (500, 80), *[2.496] * 3),
    *by_mode("a point on the street to itself", STREET, (500, 0), (500, 0), 0, 0, 0),
    *by_mode("beyond the end of the street the leg leads to its end", UPHILL, (0, -200), (0, 1200), 18.24, 10.24, 8.24),
    *by_mode("beyond one end and in the middle", UPHILL, (0, -100), (0, 500), 7.56, 3.56, 2.56),
    *by_mode(
        "legs on a one-way street, with it and around",
        ONE_WAY,
        (200, -50),
        (800, -50),
        (8.76, 8.76),
        (3.96, 11.16),
        (2.76, 6.36),
    ),
    *by_mode("a point beside a one-way street to itself", ONE_WAY, (200, 30), (200, 30), *[60 * LEG] * 3),
    *by_mode("of two streets the nearer counts", FACING, (500, 90), "a", 6 + 90 * LEG, 2 + 90 * LEG, 1 + 90 * LEG),
    *by_mode(
        "of two streets the nearer counts, not the quicker",
        FACING,
        (500, 110),
        "a",
        20.4 + 90 * LEG,
        6.8 + 90 * LEG,
        3.4 + 90 * LEG,
    ),
    trip("an e-bike's leg is walked as well", STREET, "ebike", (0, 100), "b", 1000 * at(18) + 1.56),
    trip("the leg is that of the table of speeds", SLOW_LEG, "drive", (0, 100), "b", 2 + 200 * at(4)),
    trip("the table of another mode does not matter", SLOW_LEG, "walk", (0, 100), "b", 13.56),
]

DISTANCE = [
    *by_mode("499 m from the street", STREET, (500, 499), "a", 6 + 499 * LEG, 2 + 499 * LEG, 1 + 499 * LEG),
    *by_mode("501 m from the street is too far", STREET, (500, 501), "a", *[NO_NETWORK] * 3),
    trip("the study's distance counts, below it", STREET, "walk", (500, 99), "a", 6 + 99 * LEG, max_metres=100),
    trip("the study's distance counts, above it", STREET, "walk", (500, 101), "a", NO_NETWORK, max_metres=100),
    trip("within the streets but far from each", ONE_WAY, "walk", (500, 250), "a", TOO_FAR, max_metres=200),
    trip("within the streets and near enough", ONE_WAY, "walk", (500, 240), "a", 6 + 240 * LEG, max_metres=250),
    trip("both ends too far", STREET, "drive", (500, 900), (200, -900), NO_NETWORK),
    trip("a station too far while the house is on the street", STREET, "cycle", "a", (200, -900), NO_NETWORK),
]

MIXED = Town(
    {"a": (0, 0), "b": (1000, 0), "c": (0, 100), "d": (1000, 100), "e": (0, 200), "f": (1000, 200)},
    {"ab": "highway=residential", "cd": "highway=footway", "ef": "highway=cycleway", "ace": "highway=residential"},
)
CLOSED_STREETS = [
    *by_mode(
        "each mode snaps to a street of its own",
        MIXED,
        (500, 190),
        "a",
        6 + 2.4 + 10 * LEG,
        500 * at(17) + 0.8 + 10 * LEG,
        1 + 190 * LEG,
    ),
    *by_mode(
        "wheels do not snap to a footway",
        MIXED,
        (500, 110),
        "a",
        6 + 1.2 + 10 * LEG,
        500 * at(17) + 0.8 + 90 * LEG,
        1 + 110 * LEG,
    ),
]


TOGETHER = County()


def beside(tags: str) -> Town:
    """Return a street, and 300 m north of it a way that joins it at both ends."""
    nodes = {"a": (0, 0), "b": (1000, 0), "c": (0, 300), "d": (1000, 300)}
    ways = {"ab": "highway=residential", "ac": "highway=residential", "bd": "highway=residential", "cd": tags}
    return Town(nodes, ways, county=TOGETHER)


def passes_by(says: str, tags: str, walk: bool, cycle: bool, drive: bool, kmh: tuple[float, float, float]) -> list[object]:
    """Return the trips from a house 10 m from a way; 290 m to the street if no door opens to the way."""
    near = [500 * at(k) + 300 * at(street) + 10 * LEG for k, street in zip(kmh, (5, 15, 30), strict=True)]
    far = [500 * at(street) + 290 * LEG for street in (5, 15, 30)]
    minutes = [n if opens else f for opens, n, f in zip((walk, cycle, drive), near, far, strict=True)]
    return by_mode(says, beside(tags), (500, 290), "a", *minutes)


DOORS = [
    *passes_by("a residential street has doors", "highway=residential", True, True, True, (5, 15, 30)),
    *passes_by("a primary road has doors", "highway=primary", True, True, True, (5, 17, 70)),
    *passes_by("a service way has doors", "highway=service", True, True, True, (5, 12, 15)),
    *passes_by("a motorway has none", "highway=motorway oneway=no", False, False, False, (5, 5, 5)),
    *passes_by("a link of a motorway has none", "highway=motorway_link", False, False, False, (5, 5, 5)),
    *passes_by("a motorroad has none", "highway=trunk motorroad=yes", False, False, False, (5, 5, 5)),
    *passes_by("a tunnel has none", "highway=residential tunnel=yes", False, False, False, (5, 5, 5)),
    *passes_by(
        "a covered passage through a building has doors",
        "highway=residential tunnel=building_passage",
        True,
        True,
        True,
        (5, 15, 30),
    ),
    *passes_by("a viaduct has none", "highway=residential bridge=viaduct", False, False, False, (5, 5, 5)),
    *passes_by("a bridge has doors", "highway=residential bridge=yes", True, True, True, (5, 15, 30)),
    *passes_by("a closed street has none", "highway=residential access=no", False, False, False, (5, 5, 5)),
    *passes_by(
        "a street without cars has none for cars", "highway=residential motor_vehicle=no", True, True, False, (5, 15, 5)
    ),
    *passes_by("a street without bicycles has none for them", "highway=residential bicycle=no", True, False, True, (5, 5, 30)),
    *passes_by("a ferry has none", "route=ferry", False, False, False, (5, 5, 5)),
    *passes_by("steps with a ramp have none for bicycles", "highway=steps ramp:bicycle=yes", True, False, False, (2.5, 2, 5)),
    *passes_by("a lift has none", "highway=elevator bicycle=yes", False, False, False, (5, 5, 5)),
    *passes_by("a pier has doors", "man_made=pier", True, False, False, (5, 5, 5)),
    *passes_by("a tunnel on foot has none", "highway=footway tunnel=yes", False, False, False, (5, 5, 5)),
    *passes_by("a street under construction has none", "highway=construction", False, False, False, (5, 5, 5)),
]

MOTORWAY_ONLY = Town(
    {"a": (0, 0), "b": (4000, 0), "c": (0, 1000)},
    {"ab": "highway=motorway oneway=no", "ac": "highway=residential"},
)
MOTORWAYS = [
    trip("beside a motorway and nothing else a house is too far", MOTORWAY_ONLY, "drive", (2000, 10), "c", TOO_FAR),
    trip("a motorway does not bring walkers either", MOTORWAY_ONLY, "walk", (2000, 10), "c", NO_NETWORK),
    trip(
        "a motorway is driven between streets",
        Town(
            {"a": (0, 0), "b": (5500, 0), "c": (0, 500), "d": (5500, 500)},
            {"ab": "highway=motorway oneway=no", "ac": "highway=residential", "bd": "highway=residential"},
        ),
        "drive",
        "c",
        "d",
        1 + 3 + 1,
    ),
]


@pytest.mark.parametrize("case", [*LEGS, *DISTANCE, *CLOSED_STREETS, *DOORS, *MOTORWAYS])
def test_minutes(case: Trip) -> None:
    case.check()
