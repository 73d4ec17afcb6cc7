"""Speeds: the class of a street is the ceiling, and limits, surface, smoothness, grade and country only lower it.

Every street is 1 000 m long, so a speed of v km/h takes 60 / v minutes. Speeds of classes and surfaces are those of the
package's table, numbers in tags are the limits.
"""

import pytest

from geoservice.network.speeds import read_speeds

from .tiny import County, Town, Trip, trip

TOGETHER = County("")
TABLE = read_speeds()
DRIVE, CYCLE, WALK = TABLE.drive, TABLE.cycle, TABLE.walk
MPH = 1.609344


def street(tags: str, county: County = TOGETHER) -> Town:
    """Return a street of 1 000 m with these tags."""
    return Town({"a": (0, 0), "b": (1000, 0)}, {"ab": tags}, county=county)


def drive(says: str, tags: str, there: float, back: float | None = None, county: County = TOGETHER) -> object:
    """Return a trip by car at these km/h, there and back."""
    return trip(says, street(tags, county), "drive", "a", "b", 60 / there, 60 / (back or there))


def ride(says: str, tags: str, mode: str, kmh: float) -> object:
    """Return a trip of a mode at this speed."""
    return trip(says, street(tags), mode, "a", "b", 60 / kmh)


CLASSES = [
    drive(f"the class {name}", f"highway={name}", DRIVE.highway[name])
    for name in ("trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "service")
] + [
    ride(f"the class {name}", f"highway={name}", mode, TABLE.of(mode).highway[name])
    for mode in ("walk", "cycle", "ebike")
    for name in ("primary", "residential", "living_street", "service", "path", "pedestrian")
]

SERVICE, RESIDENTIAL, PRIMARY, TRUNK = (DRIVE.highway[name] for name in ("service", "residential", "primary", "trunk"))
LIMITS = [
    drive("a service way with a limit of 50 is not driven at 50", "highway=service maxspeed=50", SERVICE),
    drive("a residential street with a limit of 70", "highway=residential maxspeed=70", RESIDENTIAL),
    drive("a residential street with a limit of 20", "highway=residential maxspeed=20", 20),
    drive("a primary road with a limit of 50", "highway=primary maxspeed=50", 50),
    drive("a limit in another unit", "highway=primary maxspeed=30~mph", 30 * MPH),
    drive("a limit with the unit that is meant anyway", "highway=primary maxspeed=50~km/h", 50),
    drive("a limit in one direction", "highway=primary maxspeed:forward=40", 40, PRIMARY),
    drive("a limit in the other direction", "highway=primary maxspeed:backward=40", PRIMARY, 40),
    drive("a limit and another in one direction", "highway=primary maxspeed=60 maxspeed:backward=40", 60, 40),
    drive("two limits in one tag", "highway=primary maxspeed=50;40", 40),
    drive("a limit that is not understood", "highway=primary maxspeed=signals", PRIMARY),
    drive("no limit", "highway=trunk maxspeed=none", TRUNK),
    drive("walking pace", "highway=residential maxspeed=walk", 7),
    drive("a limit with a condition", "highway=primary maxspeed=50 maxspeed:conditional=30@(22:00-06:00)", 50),
    drive("a limit with a condition only", "highway=primary maxspeed:conditional=30@(22:00-06:00)", PRIMARY),
    ride("limits do not bind bicycles", "highway=primary maxspeed=10", "cycle", CYCLE.highway["primary"]),
    ride("limits do not bind walkers", "highway=residential maxspeed=3", "walk", WALK.highway["residential"]),
]

GB = County('country = "GB"\n')
ZONES = [
    drive("in town in China", "highway=primary maxspeed=CN:urban", 50),
    drive("out of town in China", "highway=trunk maxspeed=CN:rural", 70),
    drive("in town in Russia", "highway=primary maxspeed=RU:urban", 60),
    drive("out of town in Switzerland", "highway=trunk maxspeed=CH:rural", 80),
    drive("in a zone of 30", "highway=primary maxspeed=DE:zone30", 30),
    drive("in a zone of 30, written otherwise", "highway=primary zone:maxspeed=DE:30", 30),
    drive("in town by maxspeed:type", "highway=primary maxspeed:type=CN:urban", 50),
    drive("in town by source:maxspeed", "highway=primary source:maxspeed=DE:urban", 50),
    drive("in town by zone:traffic", "highway=primary zone:traffic=DE:urban", 50),
    drive("a sign comes before the zone", "highway=primary maxspeed=60 source:maxspeed=DE:urban", 60),
    drive("a source that is a sign says nothing", "highway=primary source:maxspeed=sign", PRIMARY),
    drive("in a region of a country", "highway=trunk maxspeed=BE-VLG:rural", 70),
    drive("in town in a country that is not listed", "highway=primary maxspeed=XX:urban", 50),
    drive("a zone that is not known", "highway=primary maxspeed=XX:odd", PRIMARY),
    drive("in town in Britain, in miles", "highway=primary maxspeed=GB:nsl_restricted", 30 * MPH),
    drive("a zone of 20 in Britain, in miles", "highway=primary maxspeed=GB:zone20", 20 * MPH),
    drive("a zone of the extract's country, in miles", "highway=primary maxspeed=zone20", 20 * MPH, county=GB),
    drive("a plain number is in km/h in Britain too", "highway=primary maxspeed=30", 30, county=GB),
]

SURFACE = DRIVE.ceilings["surface"]
SURFACES = [
    *(
        drive(f"a road of {name}", f"highway=primary surface={name}", SURFACE[name])
        for name in ("gravel", "dirt", "sett", "sand")
    ),
    drive("a primary road of asphalt", "highway=primary surface=asphalt", PRIMARY),
    drive("a primary road of an unheard-of surface", "highway=primary surface=glass", PRIMARY),
    drive("a primary road of asphalt and cobblestone", "highway=primary surface=asphalt;cobblestone", SURFACE["cobblestone"]),
    drive("a surface and a lower limit", "highway=primary surface=sett maxspeed=20", 20),
    drive("a bad primary road", "highway=primary smoothness=bad", DRIVE.ceilings["smoothness"]["bad"]),
    drive(
        "a very bad primary road of gravel",
        "highway=primary smoothness=horrible surface=gravel",
        DRIVE.ceilings["smoothness"]["horrible"],
    ),
    drive("an unclassified road of grade 5", "highway=unclassified tracktype=grade5", DRIVE.ceilings["tracktype"]["grade5"]),
    drive("a driveway", "highway=service service=driveway", DRIVE.ceilings["service"]["driveway"]),
    drive("an aisle of a car park", "highway=service service=parking_aisle", DRIVE.ceilings["service"]["parking_aisle"]),
    ride("a path of gravel by bicycle", "highway=path surface=gravel", "cycle", CYCLE.ceilings["surface"]["gravel"]),
    ride("a path of mud on foot", "highway=path surface=mud", "walk", WALK.ceilings["surface"]["mud"]),
    ride("a path of gravel on foot", "highway=path surface=gravel", "walk", WALK.highway["path"]),
    ride("a track of grade 4 by bicycle", "highway=track tracktype=grade4", "cycle", CYCLE.ceilings["tracktype"]["grade4"]),
    ride(
        "a very bad street by bicycle",
        "highway=residential smoothness=very_bad",
        "cycle",
        CYCLE.ceilings["smoothness"]["very_bad"],
    ),
    trip(
        "an impassable street by bicycle",
        Town(
            {"a": (0, 0), "b": (1000, 0), "c": (500, 0.5)},
            {"ab": "highway=residential smoothness=impassable", "acb": "highway=path"},
            county=TOGETHER,
        ),
        "cycle",
        "a",
        "b",
        60 / CYCLE.highway["path"],
    ),
]

HALF = County("[drive]\nmaxspeed_share = 0.5\n")
SLOW = County("[walk.highway]\nresidential = 4.0\n[drive.highway]\nresidential = 25.0\n")
TABLES = [
    drive("half of the limit where the table says so", "highway=primary maxspeed=50", 25, county=HALF),
    drive("without a limit the share does not matter", "highway=primary", PRIMARY, county=HALF),
    drive("a speed of the study's own table", "highway=residential", 25, county=SLOW),
    trip("a walking speed of the study's own table", street("highway=residential", SLOW), "walk", "a", "b", 15),
]


@pytest.mark.parametrize("case", [*CLASSES, *LIMITS, *ZONES, *SURFACES, *TABLES])
def test_minutes(case: Trip) -> None:
    case.check()
