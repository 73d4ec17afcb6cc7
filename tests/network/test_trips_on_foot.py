"""What opens and closes streets: trunk roads, sidewalks, cycle lanes, steps, ramps, piers, platforms and lifts.

A street of 500 m leads to either end of the way in question, which is 100 m long; around it is 1 500 m. On residential streets
500 m are 6 minutes on foot (5 km/h), 2 by bicycle (15 km/h), 1 by car (30 km/h).
"""

import pytest

from geoservice.network.speeds import read_speeds

from .tiny import ROUND_SPEEDS, County, Town, Trip, at, by_mode, trip

TOGETHER = County()
NODES = {"a": (0, 0), "b": (500, 0), "c": (600, 0), "d": (1100, 0), "e": (500, 700), "f": (600, 700)}
TABLE = read_speeds()


def link(tags: str, county: County = TOGETHER) -> Town:
    """Return two streets joined by a way with these tags, and by a street around it."""
    ways = {"ab": "highway=residential", "bc": tags, "cd": "highway=residential", "befc": "highway=residential"}
    return Town(NODES, ways, county=county)


def rows(says: str, tags: str, *kmh: float | None, county: County = TOGETHER) -> list[object]:
    """Return the trips over the way, at its speed for each mode, or around it: None."""
    minutes = [
        2500 * at(street) if speed is None else 1000 * at(street) + 100 * at(speed)
        for speed, street in zip(kmh, (5, 15, 30), strict=True)
    ]
    return by_mode(says, link(tags, county), "a", "d", *minutes)


def kmh(name: str) -> list[float]:
    """Return the speeds of a class in the package's table, for walking, cycling and driving."""
    return [TABLE.of(mode).highway[name] for mode in ("walk", "cycle", "drive")]


WALK_TRUNK, CYCLE_TRUNK, DRIVE_TRUNK = kmh("trunk")
TRUNK = [
    *rows("a trunk road is open to all", "highway=trunk", *kmh("trunk")),
    *rows("a primary road is open to all", "highway=primary", *kmh("primary")),
    *rows("a link of a trunk road is open to all", "highway=trunk_link", *kmh("trunk_link")),
    *rows("a trunk road barred on foot", "highway=trunk foot=no", None, CYCLE_TRUNK, DRIVE_TRUNK),
    *rows("a trunk road barred to bicycles", "highway=trunk bicycle=no", WALK_TRUNK, None, DRIVE_TRUNK),
    *rows("a motorroad", "highway=trunk motorroad=yes", None, None, DRIVE_TRUNK),
    *rows("a primary motorroad", "highway=primary motorroad=yes", None, None, kmh("primary")[2]),
    *rows("a motorroad with a sidewalk", "highway=trunk motorroad=yes sidewalk=right", WALK_TRUNK, None, DRIVE_TRUNK),
    *rows("a motorroad with a cycle track", "highway=trunk motorroad=yes cycleway:left=track", None, CYCLE_TRUNK, DRIVE_TRUNK),
    *rows("a motorroad that says foot=yes", "highway=trunk motorroad=yes foot=yes", WALK_TRUNK, None, DRIVE_TRUNK),
    *rows("a trunk road without a sidewalk", "highway=trunk sidewalk=no", None, CYCLE_TRUNK, DRIVE_TRUNK),
    *rows("a trunk road with no sidewalk on either side", "highway=trunk sidewalk:both=no", None, CYCLE_TRUNK, DRIVE_TRUNK),
    *rows("a trunk road with no sidewalk on one side", "highway=trunk sidewalk:left=no", WALK_TRUNK, CYCLE_TRUNK, DRIVE_TRUNK),
    *rows("a trunk road without a sidewalk, foot=yes", "highway=trunk sidewalk=no foot=yes", *kmh("trunk")),
    *rows("a trunk road whose sidewalk is a way of its own", "highway=trunk sidewalk=separate", *kmh("trunk")),
    *rows("a primary road without a sidewalk", "highway=primary sidewalk=no", *kmh("primary")),
    *rows("a residential street without a sidewalk", "highway=residential sidewalk=no", 5, 15, 30),
    *rows("a motorway", "highway=motorway oneway=no", None, None, kmh_motorway := TABLE.drive.highway["motorway"]),
    *rows("a motorway with foot=yes", "highway=motorway oneway=no foot=yes", TABLE.walk.opened, None, kmh_motorway),
]


def in_country(code: str) -> County:
    """Return a county of a country."""
    return County(f'country = "{code}"\n{ROUND_SPEEDS}')


COUNTRIES = [
    trip(f"a trunk road without a sidewalk in {code}", link("highway=trunk sidewalk=no", in_country(code)), "walk", "a", "d", m)
    for code, m in (("GB", 13.2), ("FI", 13.2), ("DE", 30), ("CN", 30))
]

OWN = [
    *rows("use_sidepath on foot beside a sidewalk", "highway=residential foot=use_sidepath sidewalk=both", 5, 15, 30),
    *rows("use_sidepath by bicycle beside a track", "highway=residential bicycle=use_sidepath cycleway=track", 5, 15, 30),
    *rows("a footway", "highway=footway", 5, None, None),
    *rows("a footway that bicycles may use", "highway=footway bicycle=yes", 5, TABLE.cycle.opened, None),
    *rows("a footway where bicycles are pushed", "highway=footway bicycle=dismount", 5, TABLE.cycle.dismount, None),
    *rows("a footway that is open to everyone", "highway=footway access=yes", 5, None, None),
    *rows("a footway for cars of customers is no way through", "highway=footway motor_vehicle=customers", 5, None, None),
    *rows("a footway that cars may use", "highway=footway motor_vehicle=yes", 5, None, TABLE.drive.opened),
    *rows("a cycleway", "highway=cycleway", 5, TABLE.cycle.highway["cycleway"], None),
    *rows("a cycleway barred on foot", "highway=cycleway foot=no", None, TABLE.cycle.highway["cycleway"], None),
    *rows("a path", "highway=path", 4.5, TABLE.cycle.highway["path"], None),
    *rows("a track", "highway=track", 4.5, TABLE.cycle.highway["track"], None),
    *rows(
        "a track that cars may use", "highway=track motor_vehicle=yes", 4.5, TABLE.cycle.highway["track"], TABLE.drive.opened
    ),
    *rows("a bridleway", "highway=bridleway", 5, TABLE.cycle.highway["bridleway"], None),
    *rows("a corridor", "highway=corridor", 4, None, None),
    *rows("a pedestrian street", "highway=pedestrian", 5, TABLE.cycle.highway["pedestrian"], None),
    *rows(
        "a pedestrian street with deliveries",
        "highway=pedestrian motor_vehicle=delivery",
        5,
        TABLE.cycle.highway["pedestrian"],
        None,
    ),
    *rows("a living street", "highway=living_street", *kmh("living_street")),
    *rows("a busway", "highway=busway", None, None, None),
    *rows("a busway that bicycles may use", "highway=busway bicycle=yes", None, TABLE.cycle.opened, None),
    *rows("a street under construction", "highway=construction foot=yes", None, None, None),
    *rows("a proposed street", "highway=proposed", None, None, None),
    *rows("an unheard-of kind of way", "highway=something", None, None, None),
]

STEPS = [
    *rows("steps", "highway=steps", 2.5, None, None),
    *rows("steps with a ramp", "highway=steps ramp=yes", 2.5, TABLE.cycle.ramp, None),
    *rows("steps with a ramp for bicycles", "highway=steps ramp:bicycle=yes", 2.5, TABLE.cycle.ramp, None),
    *rows("steps with a ramp for wheelchairs", "highway=steps ramp:wheelchair=yes", 2.5, TABLE.cycle.ramp, None),
    *rows("steps without a ramp", "highway=steps ramp=no", 2.5, None, None),
    *rows("steps that say bicycle=yes", "highway=steps bicycle=yes", 2.5, None, None),
    *rows("steps with a ramp, barred to bicycles", "highway=steps ramp=yes bicycle=no", 2.5, None, None),
    *rows("closed steps", "highway=steps access=no", None, None, None),
    trip(
        "steps with a ramp by e-bike",
        link("highway=steps ramp=yes"),
        "ebike",
        "a",
        "d",
        1000 * at(18) + 100 * at(TABLE.ebike.ramp),
    ),
    trip("an escalator upward", link("highway=steps conveying=forward"), "walk", "a", "d", 12 + 100 * at(2.5), 30),
    trip("an escalator downward", link("highway=steps conveying=backward"), "walk", "a", "d", 30, 12 + 100 * at(2.5)),
    *rows("a lift", "highway=elevator", 1, None, None),
    *rows("a lift that takes bicycles", "highway=elevator bicycle=yes", 1, TABLE.cycle.opened, None),
    *rows("a pier", "man_made=pier", 5, None, None),
    *rows("a pier that bicycles may use", "man_made=pier bicycle=yes", 5, TABLE.cycle.opened, None),
    *rows("a pier barred on foot", "man_made=pier foot=no", None, None, None),
    *rows("a platform of a railway", "railway=platform", 4, None, None),
    *rows("a platform", "public_transport=platform", 4, None, None),
    *rows("a platform that is a highway", "highway=platform", 4, None, None),
    *rows("a platform that is a footway", "highway=footway railway=platform", 5, None, None),
    *rows("a crossing of a street", "highway=crossing", 5, None, None),
    *rows("a railway", "railway=rail", None, None, None),
    *rows("a wall", "barrier=wall", None, None, None),
]


@pytest.mark.parametrize("case", [*TRUNK, *COUNTRIES, *OWN, *STEPS])
def test_minutes(case: Trip) -> None:
    case.check()
