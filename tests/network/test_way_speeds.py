"""Speeds of ways: the class is the ceiling; limits, surface, smoothness, grade and kind of a service way lower it."""

import pytest
from passages import tags_of, travel_kmh

from geoservice.network.speeds import read_speeds

TABLE = read_speeds()
MPH = 1.609344

DRIVE = """
highway=motorway                                               110 0
highway=motorway oneway=no                                     110 110
highway=motorway_link                                          60 60
highway=trunk                                                  90 90
highway=primary                                                70 70
highway=secondary                                              60 60
highway=tertiary                                               50 50
highway=unclassified                                           40 40
highway=residential                                            35 35
highway=living_street                                          20 20
highway=service                                                15 15
highway=footway motor_vehicle=yes                              15 15
highway=service maxspeed=50                                    15 15
highway=residential maxspeed=70                                35 35
highway=living_street maxspeed=50                              20 20
highway=living_street maxspeed=10                              10 10
highway=primary maxspeed=70                                    70 70
highway=primary maxspeed=50                                    50 50
highway=primary maxspeed=100                                   70 70
highway=motorway maxspeed=none                                 110 0
highway=motorway maxspeed=80                                   80 0
highway=residential maxspeed=20                                20 20
highway=residential maxspeed=walk                              7 7
highway=residential maxspeed=5                                 5 5
highway=residential maxspeed=0                                 35 35
highway=residential maxspeed=signals                           35 35
highway=primary maxspeed=50;40                                 40 40
highway=primary maxspeed=50;~40                                40 40
highway=primary maxspeed:forward=40                            40 70
highway=primary maxspeed:backward=40                           70 40
highway=primary maxspeed=60 maxspeed:backward=40               60 40
highway=primary maxspeed:forward=30 maxspeed:backward=50       30 50
highway=primary maxspeed:forward=signals maxspeed=50           50 50
highway=primary oneway=yes maxspeed=50                         50 0
highway=primary maxspeed=CN:urban                              50 50
highway=trunk maxspeed=CN:rural                                70 70
highway=trunk maxspeed=DE:rural                                90 90
highway=trunk maxspeed=CH:rural                                80 80
highway=trunk maxspeed=DK:trunk                                80 80
highway=primary maxspeed=ES:urban                              30 30
highway=motorway maxspeed=AU:motorway                          100 0
highway=motorway maxspeed=DE:motorway                          110 0
highway=motorway maxspeed=JP:motorway                          100 0
highway=residential maxspeed=DE:living_street                  7 7
highway=primary maxspeed=DE:zone30                             30 30
highway=primary maxspeed=DE:zone:30                            30 30
highway=primary maxspeed=FR:30                                 30 30
highway=primary maxspeed=XX:urban                              50 50
highway=trunk maxspeed=XX:rural                                90 90
highway=primary maxspeed=XX:odd                                70 70
highway=trunk maxspeed=BE-VLG:rural                            70 70
highway=trunk maxspeed=BE-VLG:urban                            50 50
highway=trunk maxspeed=BE-BRU:urban                            30 30
highway=trunk maxspeed=BE-WAL:rural                            90 90
highway=primary source:maxspeed=DE:urban                       50 50
highway=primary source:maxspeed=sign                           70 70
highway=primary source:maxspeed=sign;DE:urban                  50 50
highway=primary maxspeed=60 source:maxspeed=DE:urban           60 60
highway=primary maxspeed:type=CN:urban                         50 50
highway=primary maxspeed:type=sign source:maxspeed=CN:urban    50 50
highway=primary zone:maxspeed=DE:30                            30 30
highway=primary zone:maxspeed=30                               30 30
highway=primary zone:traffic=DE:urban                          50 50
highway=primary zone:traffic=RU:urban                          60 60
highway=trunk zone:traffic=FR:rural                            80 80
highway=trunk maxspeed=none zone:traffic=FR:rural              90 90
highway=primary maxspeed:type=CN:rural zone:traffic=CN:urban   70 70
highway=primary surface=asphalt                                70 70
highway=primary surface=paving_stones                          60 60
highway=primary surface=gravel                                 20 20
highway=primary surface=Gravel                                 20 20
highway=primary surface=unpaved                                20 20
highway=primary surface=dirt                                   30 30
highway=primary surface=sett                                   40 40
highway=primary surface=cobblestone                            35 35
highway=primary surface=sand                                   15 15
highway=primary surface=asphalt;cobblestone                    35 35
highway=primary surface=unheard_of                             70 70
highway=residential surface=gravel                             20 20
highway=residential surface=sett                               35 35
highway=service surface=gravel                                 15 15
highway=primary maxspeed=50 surface=gravel                     20 20
highway=primary maxspeed=15 surface=gravel                     15 15
highway=primary maxspeed=50 surface=sett                       40 40
highway=primary maxspeed=30 surface=sett                       30 30
highway=primary smoothness=good                                70 70
highway=trunk smoothness=intermediate                          80 80
highway=primary smoothness=bad                                 40 40
highway=primary smoothness=very_bad                            20 20
highway=primary smoothness=horrible                            10 10
highway=primary smoothness=impassable                          0 0
highway=primary surface=gravel smoothness=bad                  20 20
highway=primary surface=sett smoothness=very_bad               20 20
highway=unclassified tracktype=grade1                          40 40
highway=unclassified tracktype=grade3                          30 30
highway=unclassified tracktype=grade5                          15 15
highway=track motor_vehicle=yes tracktype=grade2               15 15
highway=service service=driveway                               12 12
highway=service service=alley                                  12 12
highway=service service=parking_aisle                          10 10
highway=service service=drive-through                          8 8
highway=service service=emergency_access                       15 15
"""

IN_MILES = [
    ("highway=primary maxspeed=30~mph", 30 * MPH),
    ("highway=primary maxspeed=30mph", 30 * MPH),
    ("highway=primary maxspeed=20~MPH", 20 * MPH),
    ("highway=primary maxspeed=50~km/h", 50),
    ("highway=primary maxspeed=50~kph", 50),
    ("highway=primary maxspeed=10~knots", 18.52),
    ("highway=primary maxspeed=GB:nsl_restricted", 30 * MPH),
    ("highway=trunk maxspeed:type=GB:nsl_single", 90),
    ("highway=motorway maxspeed:type=UK:nsl_dual", 110),
    ("highway=primary maxspeed=GB:zone20", 20 * MPH),
    ("highway=primary zone:maxspeed=GB:20", 20 * MPH),
    ("highway=primary maxspeed=US:20", 20 * MPH),
]

WALK_AND_CYCLE = """
walk  highway=residential                                  5 5
walk  highway=trunk                                        5 5
walk  highway=living_street                                5 5
walk  highway=path                                         4.5 4.5
walk  highway=steps                                        2.5 2.5
walk  highway=elevator                                     1 1
walk  highway=platform                                     4 4
walk  railway=platform                                     4 4
walk  man_made=pier                                        5 5
walk  highway=busway foot=yes                              5 5
walk  highway=residential maxspeed=walk                    5 5
walk  highway=residential maxspeed=3                       5 5
walk  highway=path surface=mud                             3 3
walk  highway=path surface=sand                            4 4
walk  highway=path surface=gravel                          4.5 4.5
walk  highway=path smoothness=impassable                   4.5 4.5
cycle highway=cycleway                                     17 17
cycle highway=trunk                                        17 17
cycle highway=residential                                  15 15
cycle highway=living_street                                15 15
cycle highway=footway bicycle=yes                          12 12
cycle highway=footway bicycle=dismount                     4.5 4.5
cycle highway=residential bicycle=dismount                 4.5 4.5
cycle highway=residential bicycle:backward=dismount        15 4.5
cycle highway=steps ramp:bicycle=yes                       2 2
cycle highway=steps ramp=yes bicycle=dismount              2 2
cycle highway=primary maxspeed=10                          17 17
cycle highway=path surface=gravel                          8 8
cycle highway=path surface=cobblestone                     12 12
cycle highway=primary surface=cobblestone                  15 15
cycle highway=path surface=sand                            5 5
ebike highway=primary                                      22 22
ebike highway=primary surface=sett                         17 17
ebike highway=service surface=sett                         15 15
cycle highway=track tracktype=grade1                       12 12
cycle highway=track tracktype=grade4                       9 9
cycle highway=track tracktype=grade5 surface=mud           5 5
cycle highway=residential smoothness=very_bad              8 8
cycle highway=residential smoothness=impassable            0 0
cycle highway=footway bicycle=dismount surface=sand        4.5 4.5
"""


@pytest.mark.parametrize(("tags", "along", "against"), [line.rsplit(maxsplit=2) for line in DRIVE.strip().splitlines()])
def test_speed_of_cars(tags: str, along: str, against: str) -> None:
    assert travel_kmh(tags_of(tags), "drive", TABLE) == (float(along), float(against))


@pytest.mark.parametrize(("tags", "kmh"), IN_MILES)
def test_units_of_limits(tags: str, kmh: float) -> None:
    assert travel_kmh(tags_of(tags), "drive", TABLE)[0] == pytest.approx(kmh)


@pytest.mark.parametrize("row", [line.split(maxsplit=1) for line in WALK_AND_CYCLE.strip().splitlines()], ids=" ".join)
def test_speed_on_foot_and_by_bicycle(row: list[str]) -> None:
    tags, along, against = row[1].rsplit(maxsplit=2)
    assert travel_kmh(tags_of(tags), row[0], TABLE) == (float(along), float(against))


@pytest.mark.parametrize(
    ("country", "text", "kmh"),
    [
        ("", "zone30", 30.0),
        ("GB", "zone20", 20 * MPH),
        ("", "urban", None),
        ("", "DE:urban", 50.0),
        ("GB", "30", 30.0),  # a plain number is in km/h everywhere
        ("RU", "walk", 7.0),
    ],
)
def test_a_code_without_a_country(country: str, text: str, kmh: float | None) -> None:
    table = TABLE.model_copy(update={"country": country})
    expected = kmh or 70.0
    assert travel_kmh({"highway": "primary", "maxspeed": text}, "drive", table)[0] == expected
