"""Ways to which points snap, and the rank of streets at intersections."""

import pytest
from passages import tags_of

from geoservice.network.rules import way_use
from geoservice.network.speeds import read_speeds

TABLE = read_speeds()


@pytest.mark.parametrize(
    ("tags", "entrances"),
    [
        ("highway=residential", "+++"),
        ("highway=service", "+++"),
        ("highway=trunk", "+++"),
        ("highway=trunk_link", "+++"),
        ("highway=living_street", "+++"),
        ("highway=residential access=private", "+++"),
        ("highway=residential oneway=yes", "+++"),
        ("highway=residential access=no", "---"),
        ("highway=residential motor_vehicle=no", "++-"),
        ("highway=residential bicycle=no", "+-+"),
        ("highway=residential oneway=reversible", "+--"),
        ("highway=motorway", "---"),
        ("highway=motorway foot=yes bicycle=yes", "---"),
        ("highway=motorway_link", "---"),
        ("highway=motorway_link bicycle=yes", "---"),
        ("highway=trunk motorroad=yes", "---"),
        ("highway=primary motorroad=yes sidewalk=both", "---"),
        ("highway=residential tunnel=yes", "---"),
        ("highway=secondary tunnel=avalanche_protector", "---"),
        ("highway=residential tunnel=no", "+++"),
        ("highway=service tunnel=building_passage", "+++"),
        ("highway=footway tunnel=yes", "---"),
        ("highway=primary bridge=viaduct", "---"),
        ("highway=primary bridge=yes", "+++"),
        ("highway=footway", "+--"),
        ("highway=steps", "+--"),
        ("highway=steps ramp=yes", "+--"),
        ("highway=elevator", "---"),
        ("highway=elevator bicycle=yes", "---"),
        ("highway=track", "++-"),
        ("man_made=pier", "+--"),
        ("route=ferry motor_vehicle=yes", "---"),
        ("highway=construction", "---"),
        ("barrier=wall", "---"),
    ],
)
def test_where_points_snap(tags: str, entrances: str) -> None:
    assert "".join("-+"[way_use(tags_of(tags), mode, TABLE).entrance] for mode in ("walk", "cycle", "drive")) == entrances


@pytest.mark.parametrize(
    ("tags", "rank"),
    [
        ("highway=trunk", 5),
        ("highway=trunk_link", 5),
        ("highway=primary", 4),
        ("highway=primary_link", 4),
        ("highway=primary motorroad=yes", 4),
        ("highway=secondary", 3),
        ("highway=tertiary", 2),
        ("highway=tertiary_link", 2),
        ("highway=unclassified", 1),
        ("highway=residential", 1),
        ("highway=living_street", 1),
        ("highway=residential access=destination", 1),
        ("highway=residential oneway=-1", 1),
        ("highway=pedestrian motor_vehicle=delivery", 1),
        ("highway=service", 0),
        ("highway=track motor_vehicle=yes", 0),
        ("highway=motorway", 0),
        ("highway=motorway_link", 0),
        ("route=ferry motor_vehicle=yes", 0),
        ("highway=primary access=no", 0),
        ("highway=residential surface=sand smoothness=impassable", 0),
        ("highway=footway", 0),
        ("barrier=wall", 0),
    ],
)
def test_rank_of_a_street_at_intersections(tags: str, rank: int) -> None:
    assert way_use(tags_of(tags), "drive", TABLE).rank == rank
