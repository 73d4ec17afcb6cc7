"""Who may use a way by its access tags and class: for walking, cycling and driving, along the way and against it."""

import pytest
from passages import way_letters

from geoservice.network.speeds import read_speeds

TABLE = read_speeds()
MODES = ("walk", "cycle", "drive")

CLASSES = """
residential             oo oo oo
unclassified            oo oo oo
service                 oo oo oo
road                    oo oo oo
living_street           oo oo oo
tertiary                oo oo oo
tertiary_link           oo oo oo
secondary               oo oo oo
secondary_link          oo oo oo
primary                 oo oo oo
primary_link            oo oo oo
trunk                   oo oo oo
trunk_link              oo oo oo
motorway                xx xx ox
motorway_link           xx xx oo
footway                 oo xx xx
pedestrian              oo oo xx
steps                   oo xx xx
path                    oo oo xx
bridleway               oo oo xx
cycleway                oo oo xx
track                   oo oo xx
corridor                oo xx xx
platform                oo xx xx
elevator                oo xx xx
crossing                oo xx xx
busway                  xx xx xx
bus_guideway            xx xx xx
construction            xx xx xx
proposed                xx xx xx
raceway                 xx xx xx
something_new           xx xx xx
Residential             oo oo oo
"""

WITHOUT_HIGHWAY = """
man_made=pier                               oo xx xx
man_made=pier bicycle=yes                   oo oo xx
man_made=pier access=private                ll xx xx
railway=platform                            oo xx xx
public_transport=platform                   oo xx xx
public_transport=platform foot=no           xx xx xx
man_made=breakwater                         xx xx xx
railway=rail                                xx xx xx
barrier=wall                                xx xx xx
"""

VALUES = """
yes                    oo oo oo
designated             oo oo oo
permissive             oo oo oo
official               oo oo oo
public                 oo oo oo
discouraged            oo oo oo
allowed                oo oo oo
shared                 oo oo oo
use_sidepath           oo oo oo
optional_sidepath      oo oo oo
Yes                    oo oo oo
1                      oo oo oo
unknown                oo oo oo
destination            ll ll ll
private                ll ll ll
Private                ll ll ll
permit                 ll ll ll
residents              ll ll ll
customers              ll ll ll
delivery               ll ll ll
gibberish              ll ll ll
no                     xx xx xx
NO                     xx xx xx
agricultural           xx xx xx
forestry               xx xx xx
emergency              xx xx xx
military               xx xx xx
psv                    xx xx xx
bus                    xx xx xx
dismount               xx oo xx
foot                   oo xx xx
bicycle                xx oo xx
motor_vehicle          xx xx oo
vehicle                xx oo oo
agricultural;forestry  xx xx xx
forestry;agricultural  xx xx xx
agricultural;~forestry xx xx xx
agricultural~;forestry xx xx xx
forestry;delivery      ll ll ll
destination;delivery   ll ll ll
customers;private      ll ll ll
destination;yes        oo oo oo
foot;bicycle           oo oo xx
bus;motorcar           xx xx oo
yes;no                 xx xx xx
no;destination         xx xx xx
discouraged;no         xx xx xx
unknown;private        ll ll ll
;                      oo oo oo
"""

HIERARCHY = """
foot=no                                             xx oo oo
foot=private                                        ll oo oo
foot=unknown access=no                              xx xx xx
bicycle=no                                          oo xx oo
bicycle=dismount                                    oo oo oo
bicycle=private                                     oo ll oo
bicycle=use_sidepath                                oo oo oo
foot=use_sidepath                                   oo oo oo
motor_vehicle=no                                    oo oo xx
motor_vehicle=destination                           oo oo ll
motor_vehicle=private                               oo oo ll
motor_vehicle=agricultural;forestry                 oo oo xx
motor_vehicle=forestry;delivery                     oo oo ll
motorcar=no                                         oo oo xx
motorcar=destination                                oo oo ll
vehicle=no                                          oo xx xx
vehicle=destination                                 oo ll ll
vehicle=permit                                      oo ll ll
access=no foot=yes                                  oo xx xx
access=no vehicle=yes                               xx oo oo
access=no bicycle=yes                               xx oo xx
access=no motor_vehicle=destination                 xx xx ll
access=private foot=yes                             oo ll ll
access=private foot=permissive bicycle=permissive   oo oo ll
access=no psv=yes                                   xx xx xx
access=destination bicycle=yes                      ll oo ll
vehicle=no motor_vehicle=yes                        oo xx oo
vehicle=no bicycle=yes                              oo oo xx
motor_vehicle=no motorcar=yes                       oo oo oo
motor_vehicle=yes motorcar=no                       oo oo xx
motor_vehicle=unknown vehicle=no                    oo xx xx
access=customers motor_vehicle=no                   ll ll xx
"""

DIRECTIONAL = """
vehicle:backward=no                                      oo ox ox
vehicle:forward=no                                       oo xo xo
motor_vehicle:backward=no                                oo oo ox
motor_vehicle:forward=no                                 oo oo xo
motor_vehicle:forward=destination                        oo oo lo
motor_vehicle:backward=private                           oo oo ol
motorcar:backward=no                                     oo oo ox
bicycle:backward=no                                      oo ox oo
bicycle:forward=use_sidepath                             oo oo oo
vehicle=no bicycle:forward=use_sidepath                  oo ox xx
foot:backward=no                                         ox oo oo
access:backward=no                                       ox ox ox
vehicle:backward=no bicycle=yes                          oo oo ox
vehicle:backward=no bicycle:backward=yes                 oo oo ox
vehicle=no vehicle:forward=yes                           oo ox ox
motor_vehicle=no motor_vehicle:forward=yes               oo oo ox
motor_vehicle:forward=no motorcar=yes                    oo oo oo
access=no motor_vehicle:backward=delivery                xx xx xl
oneway=yes vehicle:forward=destination                   oo lx lx
oneway=yes bicycle:backward=yes                          oo oo ox
oneway=yes bicycle:backward=no                           oo ox ox
oneway=yes bicycle:backward=dismount                     oo oo ox
oneway=yes vehicle:backward=yes                          oo ox ox
oneway=yes motor_vehicle:backward=destination            oo ox ol
oneway=-1 motorcar:forward=yes                           oo xo oo
oneway=yes motorcar:backward=no motor_vehicle:backward=yes  oo ox ox
"""

OPENING = """
highway=motorway foot=yes                                       oo xx ox
highway=motorway bicycle=yes                                    xx ox ox
highway=trunk foot=no                                           xx oo oo
highway=trunk bicycle=no                                        oo xx oo
highway=trunk motorroad=yes                                     xx xx oo
highway=primary motorroad=yes                                   xx xx oo
highway=primary motorroad=no                                    oo oo oo
highway=trunk motorroad=yes foot=yes                            oo xx oo
highway=trunk motorroad=yes bicycle=designated                  xx oo oo
highway=trunk motorroad=yes sidewalk=both                       oo xx oo
highway=trunk motorroad=yes sidewalk:right=yes                  oo xx oo
highway=trunk motorroad=yes sidewalk=separate                   xx xx oo
highway=trunk motorroad=yes cycleway=lane                       xx oo oo
highway=trunk motorroad=yes cycleway:right=track                xx oo oo
highway=trunk motorroad=yes cycleway=no                         xx xx oo
highway=trunk motorroad=yes access=yes                          xx xx oo
highway=trunk sidewalk=no                                       xx oo oo
highway=trunk sidewalk=none                                     xx oo oo
highway=trunk_link sidewalk=no                                  xx oo oo
highway=trunk sidewalk:both=no                                  xx oo oo
highway=trunk sidewalk:left=no sidewalk:right=no                xx oo oo
highway=trunk sidewalk:left=no                                  oo oo oo
highway=trunk sidewalk:left=no sidewalk:right=yes               oo oo oo
highway=trunk sidewalk=no foot=yes                              oo oo oo
highway=trunk sidewalk=right                                    oo oo oo
highway=trunk sidewalk=separate                                 oo oo oo
highway=primary sidewalk=no                                     oo oo oo
highway=residential sidewalk=no                                 oo oo oo
highway=primary foot=no sidewalk=both                           xx oo oo
highway=primary foot=use_sidepath sidewalk=both                 oo oo oo
highway=secondary bicycle=use_sidepath cycleway=track           oo oo oo
highway=secondary bicycle=use_sidepath cycleway:left=lane       oo oo oo
highway=secondary bicycle=use_sidepath cycleway=separate        oo oo oo
highway=primary motorroad=yes bicycle=use_sidepath              xx xx oo
highway=motorway bicycle=use_sidepath                           xx xx ox
highway=secondary bicycle=no cycleway=track                     oo xx oo
highway=footway bicycle=yes                                     oo oo xx
highway=footway bicycle=dismount                                oo oo xx
highway=footway bicycle=private                                 oo ll xx
highway=footway access=yes                                      oo xx xx
highway=footway motor_vehicle=destination                       oo xx ll
highway=pedestrian motor_vehicle=delivery                       oo oo ll
highway=pedestrian vehicle=yes                                  oo oo xx
highway=pedestrian motorcar=yes                                 oo oo oo
highway=track motor_vehicle=yes                                 oo oo oo
highway=track motor_vehicle=private                             oo oo ll
highway=track access=yes                                        oo oo xx
highway=busway bicycle=yes                                      xx oo xx
highway=construction foot=yes                                   xx xx xx
highway=proposed motor_vehicle=yes                              xx xx xx
highway=pedestrian area=yes                                     xx xx xx
highway=steps bicycle=yes                                       oo xx xx
highway=steps ramp=yes                                          oo oo xx
highway=steps ramp=no                                           oo xx xx
highway=steps ramp:bicycle=yes                                  oo oo xx
highway=steps ramp:stroller=yes                                 oo oo xx
highway=steps ramp:wheelchair=yes                               oo oo xx
highway=steps ramp:bicycle=no ramp=no                           oo xx xx
highway=steps ramp=separate                                     oo xx xx
highway=steps ramp=yes bicycle=no                               oo xx xx
highway=steps ramp:bicycle=yes access=private                   ll ll xx
highway=elevator bicycle=yes                                    oo oo xx
"""

ONEWAYS = """
highway=residential oneway=yes                                  oo ox ox
highway=residential oneway=YES                                  oo ox ox
highway=residential oneway=true                                 oo ox ox
highway=residential oneway=1                                    oo ox ox
highway=residential oneway=-1                                   oo xo xo
highway=residential oneway=reverse                              oo xo xo
highway=residential oneway=no                                   oo oo oo
highway=residential oneway=0                                    oo oo oo
highway=residential oneway=alternating                          oo oo oo
highway=residential oneway=reversible                           oo xx xx
highway=residential oneway=perhaps                              oo oo oo
highway=motorway oneway=perhaps                                 xx xx ox
highway=motorway oneway=no                                      xx xx oo
highway=tertiary junction=roundabout                            oo ox ox
highway=tertiary junction=circular                              oo ox ox
highway=tertiary junction=jughandle                             oo oo oo
highway=tertiary junction=roundabout oneway=no                  oo oo oo
highway=tertiary junction=roundabout oneway=-1                  oo xo xo
highway=residential oneway=yes oneway:bicycle=no                oo oo ox
highway=residential oneway=yes oneway:bicycle=-1                oo xo ox
highway=residential oneway:bicycle=yes                          oo ox oo
highway=residential oneway:bicycle=perhaps oneway=yes           oo ox ox
highway=residential oneway:motor_vehicle=yes                    oo oo ox
highway=residential oneway:motorcar=-1                          oo oo xo
highway=residential oneway:vehicle=yes                          oo ox ox
highway=residential oneway=yes oneway:motor_vehicle=no          oo ox oo
highway=residential oneway=yes oneway:motorcar=no               oo ox oo
highway=residential oneway=yes cycleway=opposite                oo oo ox
highway=residential oneway=yes cycleway=opposite_lane           oo oo ox
highway=residential oneway=yes cycleway:left=opposite_track     oo oo ox
highway=residential oneway=yes cycleway:left:oneway=no          oo oo ox
highway=residential oneway=yes cycleway:left:oneway=-1          oo oo ox
highway=residential oneway=yes cycleway:right:oneway=yes        oo ox ox
highway=residential oneway=yes cycleway=lane                    oo ox ox
highway=residential oneway=-1 cycleway=opposite_lane            oo oo xo
highway=footway oneway=yes                                      oo xx xx
highway=footway oneway:foot=yes                                 ox xx xx
highway=footway oneway:foot=-1                                  xo xx xx
highway=steps conveying=forward                                 ox xx xx
highway=steps conveying=backward                                xo xx xx
highway=steps conveying=yes                                     ox xx xx
highway=cycleway oneway=yes                                     oo ox xx
"""


def rows(table: str, tags: str = "{}") -> list[tuple[str, str]]:
    """Return tags and the expected letters of the lines of a table; the first column goes into ``tags``."""
    lines = [line.rsplit(maxsplit=3) for line in table.strip().splitlines()]
    return [(tags.format(first.strip()), " ".join(rest)) for first, *rest in lines]


@pytest.mark.parametrize(
    ("tags", "letters"),
    [
        *rows(CLASSES, "highway={}"),
        *rows(WITHOUT_HIGHWAY),
        *rows(VALUES, "highway=residential access={}"),
        *rows(HIERARCHY, "highway=residential {}"),
        *rows(DIRECTIONAL, "highway=residential {}"),
        *rows(OPENING),
        *rows(ONEWAYS),
    ],
)
def test_who_may_use_a_way(tags: str, letters: str) -> None:
    assert way_letters(tags, TABLE, MODES) == letters


@pytest.mark.parametrize(
    ("country", "walk"),
    [("", "xx"), ("CN", "xx"), ("DE", "xx"), ("GB", "oo"), ("UK", "oo"), ("FI", "oo"), ("gb", "oo"), ("QQ", "xx")],
)
def test_a_trunk_road_without_a_sidewalk_is_closed_on_foot_by_country(country: str, walk: str) -> None:
    table = TABLE.model_copy(update={"country": country})
    assert way_letters("highway=trunk sidewalk=no", table, ("walk",)) == walk
    assert way_letters("highway=trunk", table, ("walk",)) == "oo"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "tags",
    [
        "access:conditional=no@(Mo-Fr)",
        "vehicle:conditional=no@winter",
        "motor_vehicle:conditional=delivery@(06:00-11:00)",
        "oneway:conditional=yes@(07:00-09:00)",
        "maxspeed:conditional=30@(22:00-06:00)",
    ],
)
def test_conditions_are_not_applied(tags: str, mode: str) -> None:
    plain = "highway=residential maxspeed=50"
    assert way_letters(f"{plain} {tags}", TABLE, (mode,)) == way_letters(plain, TABLE, (mode,)) == "oo"
