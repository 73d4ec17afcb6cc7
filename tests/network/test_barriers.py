"""Who passes a barrier on a node: for walking, cycling and driving."""

import pytest
from passages import node_letters

from geoservice.network.barriers import NODE_KEYS
from geoservice.network.speeds import read_speeds

TABLE = read_speeds()

TYPES = """
no ooo
entrance ooo
gate ooo
Gate ooo
lift_gate ooo
swing_gate ooo
sliding_gate ooo
hampshire_gate ooo
bump_gate ooo
cattle_grid ooo
border_control ooo
toll_booth ooo
sally_port ooo
kerb ooo
height_restrictor ooo
bollard oox
block oox
chain oox
cycle_barrier oox
motorcycle_barrier oox
bus_trap oox
sump_buster oox
jersey_barrier oox
planter oox
wicket_gate oox
yes oox
something_new oox
kissing_gate oxx
stile oxx
turnstile oxx
full-height_turnstile oxx
wall xxx
fence xxx
hedge xxx
city_wall xxx
ditch xxx
"""

TAGS = """
highway=crossing                                  ooo
highway=traffic_signals                           ooo
highway=crossing bicycle=no                       ooo
highway=crossing access=no                        ooo
barrier=gate access=yes                           ooo
barrier=gate access=no                            xxx
barrier=gate access=private                       lll
barrier=gate access=destination                   lll
barrier=gate access=customers                     lll
barrier=gate access=residents                     lll
barrier=gate access=permit                        lll
barrier=gate access=agricultural                  xxx
barrier=gate access=forestry;agricultural         xxx
barrier=gate access=no foot=yes                   oxx
barrier=gate access=no foot=yes bicycle=yes       oox
barrier=gate access=private foot=yes              oll
barrier=gate access=private bicycle=no            lxl
barrier=gate foot=no                              xoo
barrier=gate bicycle=dismount                     ooo
barrier=gate vehicle=no                           oxx
barrier=gate vehicle=private                      oll
barrier=gate motor_vehicle=no                     oox
barrier=gate motor_vehicle=private                ool
barrier=gate motorcar=no                          oox
barrier=gate motor_vehicle=no motorcar=yes        ooo
barrier=gate access=unknown                       ooo
barrier=gate access=gibberish                     lll
barrier=gate locked=no                            ooo
barrier=gate locked=yes                           xxx
barrier=gate locked=Yes                           xxx
barrier=gate locked=yes access=yes                xxx
barrier=gate locked=yes access=no                 xxx
barrier=gate locked=yes access=private            lll
barrier=gate locked=yes foot=yes                  oxx
barrier=gate locked=yes foot=yes bicycle=yes      oox
barrier=gate locked=yes motor_vehicle=private     xxl
barrier=lift_gate access=private                  lll
barrier=lift_gate motor_vehicle=permit            ool
barrier=swing_gate locked=yes                     xxx
barrier=bollard access=yes                        oox
barrier=bollard vehicle=yes                       oox
barrier=bollard motor_vehicle=yes                 ooo
barrier=bollard motorcar=yes                      ooo
barrier=bollard motor_vehicle=destination         ool
barrier=bollard access=private                    llx
barrier=bollard access=no                         xxx
barrier=bollard access=no bicycle=yes             xox
barrier=bollard bicycle=no                        oxx
barrier=bollard foot=no                           xox
barrier=bollard bollard=removable                 oox
barrier=bollard bollard=rising                    ool
barrier=bollard bollard=rising motor_vehicle=no   oox
barrier=bollard bollard=rising motor_vehicle=yes  ooo
barrier=block motor_vehicle=yes                   ooo
barrier=cycle_barrier bicycle=no                  oxx
barrier=cycle_barrier bicycle=dismount            oox
barrier=kissing_gate bicycle=yes                  oox
barrier=stile access=private                      lxx
barrier=turnstile access=customers                lxx
barrier=toll_booth access=private                 lll
barrier=border_control access=no                  xxx
barrier=wall foot=yes                             oxx
barrier=wall access=yes                           xxx
barrier=fence access=private                      xxx
barrier=entrance access=private                   lll
barrier=no access=no                              ooo
barrier=gate access:conditional=no                ooo
"""


@pytest.mark.parametrize(("barrier", "letters"), [line.split() for line in TYPES.strip().splitlines()])
def test_who_passes_a_type_of_barrier(barrier: str, letters: str) -> None:
    assert node_letters(f"barrier={barrier}", TABLE) == letters


@pytest.mark.parametrize(("tags", "letters"), [line.rsplit(maxsplit=1) for line in TAGS.strip().splitlines()])
def test_tags_say_who_passes(tags: str, letters: str) -> None:
    assert node_letters(tags, TABLE) == letters


def test_the_reader_keeps_the_tags_of_nodes_that_rules_use() -> None:
    used = {pair.split("=")[0] for line in TAGS.splitlines() for pair in line.split() if "=" in pair}
    assert used | {"ford"} <= set(NODE_KEYS)
