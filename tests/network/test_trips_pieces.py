"""Pieces of the network: towns and islands that no street joins, stubs of ways, and which of them a point snaps to.

Walking takes 12 minutes a kilometre (5 km/h), cycling 4 (15 km/h) and driving 2 (30 km/h) on residential streets.
"""

import pytest

from .tiny import LEG, NO_NETWORK, NO_WAY, TOO_FAR, County, Town, Trip, by_mode, trip

TWO_TOWNS = Town(
    {"a": (0, 0), "b": (2000, 0), "p": (6000, 0), "q": (7200, 0)},
    {"ab": "highway=residential", "pq": "highway=residential"},
)
THREE_TOWNS = Town(
    {**TWO_TOWNS.nodes, "x": (12000, 0), "y": (13000.5, 0)},
    {**TWO_TOWNS.ways, "xy": "highway=residential"},
)
HAMLET = Town(
    {"a": (0, 0), "b": (3000, 0), "p": (1000, 2000), "q": (1300, 2000)},
    {"ab": "highway=residential", "pq": "highway=residential"},
)
ONLY_SMALL = Town({"a": (0, 0), "b": (300, 0), "p": (900, 0), "q": (1100, 0)}, {"ab": "highway=path", "pq": "highway=path"})

TOWNS = [
    *by_mode("in the large one of two towns", TWO_TOWNS, "a", (1000, 0), 12, 4, 2),
    *by_mode("in the smaller of two towns that no road joins", TWO_TOWNS, "p", (7000, 0), 12, 4, 2),
    *by_mode("between two towns that no road joins", TWO_TOWNS, "a", "p", NO_WAY, NO_WAY, NO_WAY),
    *by_mode("between houses beside two towns that no road joins", TWO_TOWNS, (1000, 80), (7000, 80), *[NO_WAY] * 3),
    *by_mode("in the third of three towns", THREE_TOWNS, "x", (13000, 0), 12, 4, 2),
    *by_mode("from the first of three towns to the third", THREE_TOWNS, "b", "x", NO_WAY, NO_WAY, NO_WAY),
    *by_mode("in a hamlet of 300 m far from the town", HAMLET, "p", "q", 3.6, 1.2, 0.6),
    *by_mode(
        "house and station beside a hamlet of 300 m", HAMLET, (1000, 2100), (1300, 1900), 3.6 + 3.12, 1.2 + 3.12, 0.6 + 3.12
    ),
    *by_mode("from a hamlet of 300 m to the town", HAMLET, "q", "b", NO_WAY, NO_WAY, NO_WAY),
    *by_mode("between a town and a hamlet there is no network", HAMLET, (1000, 1200), "a", *[TOO_FAR] * 3),
    *by_mode("beyond all towns there is no network", TWO_TOWNS, (4000, 510), "a", *[NO_NETWORK] * 3),
    trip("where all pieces are small the nearest counts", ONLY_SMALL, "walk", (0, 50), "b", 300 * 0.06 / 4.5 + 50 * LEG),
    trip("where all pieces are small they stay apart", ONLY_SMALL, "walk", "b", "p", NO_WAY),
]


TOGETHER = County()


def with_stub(south: float, length: float = 100.0) -> Town:
    """Return a long street, and north of it a footway that ends before it."""
    nodes = {"a": (0, 0), "b": (2000, 0), "p": (1000, south), "q": (1000, south + length)}
    return Town(nodes, {"ab": "highway=residential", "pq": "highway=footway"}, county=TOGETHER)


STUBS = [
    trip(
        "a footway that ends 1 m before the street is a gap of the map",
        with_stub(1),
        "walk",
        (1002, 40),
        "a",
        1002 * 0.012 + 40 * LEG,
    ),
    trip("a station on such a footway", with_stub(1), "walk", "a", (1000, 30), 12 + 30 * LEG),
    trip("the end of such a footway 50 m off", with_stub(1, 49), "walk", "q", "a", 12 + 50 * LEG),
    trip("two houses on such a footway go by the street", with_stub(1), "walk", (1000, 20), (1000, 45), 65 * LEG),
    trip("a footway 49 m nearer than the street is passed over", with_stub(30), "walk", (1000, 49), "a", 12 + 49 * LEG),
    trip("a footway 51 m nearer than the street is where the house is", with_stub(30), "walk", (1000, 51), "a", NO_WAY),
    trip("along a footway far from the street", with_stub(200), "walk", (1000, 210), (1000, 290), 80 * 0.012),
    trip("the footway does not matter to cars", with_stub(30), "drive", (1000, 70), "a", 2 + 70 * LEG),
    trip("the footway does not matter to bicycles", with_stub(30), "cycle", (1000, 70), "a", 4 + 70 * LEG),
]


def beside_piece(length: float) -> Town:
    """Return a long street, and 200 m north of it a street of this length."""
    nodes = {"a": (0, 0), "b": (3000, 0), "p": (500, 200), "q": (500 + length, 200)}
    return Town(nodes, {"ab": "highway=residential", "pq": "highway=residential"}, county=TOGETHER)


def comb(teeth: int) -> Town:
    """Return a long street, and 200 m north of it a short one with teeth; 25 of them make 50 junctions."""
    spine = {chr(0x4E00 + i): (1000 + 10 * i, 200) for i in range(teeth + 1)}
    tips = {chr(0x5E00 + i): (1000 + 10 * i, 205) for i in range(teeth + 1)}
    ways = {n + t: "highway=residential" for n, t in zip(spine, tips, strict=True)}
    nodes = {"a": (0, 0), "b": (3000, 0), **spine, **tips}
    return Town(nodes, {"ab": "highway=residential", "".join(spine): "highway=residential", **ways}, county=TOGETHER)


SIZES = [
    trip("a piece of 990 m is a gap where the street is near", beside_piece(990), "walk", (1000, 120), "a", 12 + 120 * LEG),
    trip("a piece of 1010 m is a settlement", beside_piece(1010), "walk", (1000, 120), "a", NO_WAY),
    trip("within a piece of 1010 m beside a street", beside_piece(1010), "walk", (1000, 120), (1500, 120), 6 + 160 * LEG),
    trip("a piece of 990 m is a gap by car", beside_piece(990), "drive", (1000, 120), "a", 2 + 120 * LEG),
    trip("a piece of 1010 m is a settlement by car", beside_piece(1010), "drive", (1000, 120), "a", NO_WAY),
    trip(
        "a piece of 48 junctions is a gap where the street is near",
        comb(24),
        "walk",
        (1005, 120),
        "a",
        1005 * 0.012 + 120 * LEG,
    ),
    trip("a piece of 50 junctions is a settlement", comb(25), "walk", (1005, 120), "a", NO_WAY),
    trip("within a piece of 50 junctions", comb(25), "walk", (1005, 195), (1105, 195), 1.2 + 10 * LEG),
]

OUTWARD = Town(
    {"a": (0, 0), "b": (2000, 0), "c": (1000, 1000)},
    {
        "ab": "highway=residential",
        "cb": "highway=residential oneway=yes",
        "ac": "highway=service foot=no bicycle=no oneway=yes",
    },
)
ENTRY = Town(
    {"a": (0, 0), "b": (2000, 0), "c": (1000, 1000)},
    {"ab": "highway=residential", "ca": "highway=residential oneway=yes"},
)
DIAGONAL = 2**0.5
DIRECTED = [
    trip("from a street that leads only into the town", ENTRY, "drive", "c", "a", DIAGONAL * 2, NO_WAY),
    trip("into the town on foot", ENTRY, "walk", "c", "a", DIAGONAL * 12),
    trip(
        "from the middle of a street that leads only into the town", ENTRY, "cycle", (500, 500), "b", DIAGONAL * 2 + 8, NO_WAY
    ),
    trip("around over one-way streets", OUTWARD, "drive", "a", "c", DIAGONAL * 4, DIAGONAL * 2 + 4),
    trip("against the one-way street around, by bicycle", OUTWARD, "cycle", "c", "a", DIAGONAL * 4 + 8, NO_WAY),
]


@pytest.mark.parametrize("case", [*TOWNS, *STUBS, *SIZES, *DIRECTED])
def test_minutes(case: Trip) -> None:
    case.check()
