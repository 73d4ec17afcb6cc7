"""Fords, ways under water at high tide and roads of winter: closed, unless the table of speeds opens them.

The way in question is 500 m long, around it is 1 500 m: 6 and 18 minutes on foot (5 km/h), 2 and 6 by bicycle (15 km/h), 1 and
3 by car (30 km/h).
"""

import pytest

from .tiny import NO_WAY, ROUND_SPEEDS, County, Town, Trip, by_mode, trip

TOGETHER = County()
OPEN = {name: County(f'open_hazards = ["{name}"]\n{ROUND_SPEEDS}') for name in ("ford", "tidal", "winter_road")}
SHORT, AROUND = (6, 2, 1), (18, 6, 3)


def way(tags: str, county: County = TOGETHER) -> Town:
    """Return a residential street with these tags and a street around it."""
    nodes = {"a": (0, 0), "m": (250, 0), "b": (500, 0), "c": (500, 500), "d": (0, 500)}
    return Town(nodes, {"amb": f"highway=residential {tags}", "bcda": "highway=residential"}, county=county)


def node(tags: str, county: County = TOGETHER) -> Town:
    """Return a residential street with these tags in its middle and a street around it."""
    town = way("", county)
    return Town(town.nodes, town.ways, {"m": tags}, county=county)


CLOSED = [
    *by_mode("a street without water", way(""), "a", "b", *SHORT),
    *by_mode("a street through a ford", way("ford=yes"), "a", "b", *AROUND),
    *by_mode("a street with a ford on it", node("ford=yes"), "a", "b", *AROUND),
    *by_mode("a ford that boats cross", way("ford=boat"), "a", "b", *AROUND),
    *by_mode("no ford", way("ford=no"), "a", "b", *SHORT),
    *by_mode("stepping stones", way("ford=stepping_stones"), "a", "b", 6, 6, 3),
    *by_mode("stepping stones on a street", node("ford=stepping_stones"), "a", "b", 6, 6, 3),
    *by_mode("a way under water at high tide", way("tidal=yes"), "a", "b", *AROUND),
    *by_mode("a way above high tide", way("tidal=no"), "a", "b", *SHORT),
    *by_mode("a node under water at high tide", node("tidal=yes"), "a", "b", *AROUND),
    *by_mode("a road of winter", way("winter_road=yes"), "a", "b", *AROUND),
    *by_mode("a road of ice", way("ice_road=yes"), "a", "b", *AROUND),
    *by_mode("a road that is open in winter only", way("seasonal=winter"), "a", "b", *AROUND),
    *by_mode("a road that is open in summer", way("seasonal=summer"), "a", "b", *SHORT),
    *by_mode("a ford with access for all", way("ford=yes access=yes"), "a", "b", *AROUND),
    *by_mode("a house beyond the ford of a street", node("ford=yes"), (200, 0), "b", 20.4, 6.8, 3.4),
]

OPENED = [
    *by_mode("a ford that the table opens", way("ford=yes", OPEN["ford"]), "a", "b", *SHORT),
    *by_mode("a ford on a node that the table opens", node("ford=yes", OPEN["ford"]), "a", "b", *SHORT),
    *by_mode("high tide where the table opens fords", way("tidal=yes", OPEN["ford"]), "a", "b", *AROUND),
    *by_mode("high tide that the table opens", way("tidal=yes", OPEN["tidal"]), "a", "b", *SHORT),
    *by_mode(
        "a ford under water at high tide where the table opens tides",
        way("tidal=yes ford=yes", OPEN["tidal"]),
        "a",
        "b",
        *AROUND,
    ),
    *by_mode("a road of winter that the table opens", way("winter_road=yes", OPEN["winter_road"]), "a", "b", *SHORT),
    *by_mode("a road of ice that the table opens", way("ice_road=yes", OPEN["winter_road"]), "a", "b", *SHORT),
    *by_mode("a private ford that the table opens", way("ford=yes access=private", OPEN["ford"]), "a", "b", *SHORT),
    *by_mode("a closed ford that the table opens", way("ford=yes access=no", OPEN["ford"]), "a", "b", *AROUND),
]

ONLY_FORD = Town(
    {"a": (0, 0), "m": (1000, 0), "b": (2000, 0)}, {"amb": "highway=residential"}, {"m": "ford=yes"}, county=TOGETHER
)
OTHERS = [
    *by_mode("a hamlet behind a ford", ONLY_FORD, "a", "b", NO_WAY, NO_WAY, NO_WAY),
    *by_mode("on this side of a ford", ONLY_FORD, "a", (900, 0), 10.8, 3.6, 1.8),
    trip("a ford by e-bike", way("ford=yes"), "ebike", "a", "b", 5),
]


@pytest.mark.parametrize("case", [*CLOSED, *OPENED, *OTHERS])
def test_minutes(case: Trip) -> None:
    case.check()
