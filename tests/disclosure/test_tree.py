"""The tree of places: every square has a path, every household a square, and both depend on public data only."""

import numpy as np
import pyarrow as pa
import pytest
from tiny_county import PLANE, areas, places, tree

from geoservice.demand import Places
from geoservice.disclosure.tree import build_tree
from geoservice.errors import InputError
from geoservice.schema import AREAS


def test_nodes_are_in_order_of_depth_and_children_lie_one_deeper() -> None:
    made = tree()
    assert (np.diff(made.depth) >= 0).all()
    below = made.parent >= 0
    assert (made.depth[below] == made.depth[made.parent[below]] + 1).all()
    assert made.level[:4] == ["county", "township", "village", "village"]


def test_every_finest_square_leads_up_to_the_county_through_its_village() -> None:
    made = tree()
    for node, area in zip(made.base_node, made.base_area, strict=True):
        path, at = [], int(node)
        while at >= 0:
            path.append(made.names[at])
            at = int(made.parent[at])
        assert path[-3:] == [area, "C1", "C"]


def test_squares_halve_from_level_to_level() -> None:
    made = tree()
    side = np.array([float(n.rsplit("/", 1)[1].split(".")[0]) if "/" in n else np.nan for n in made.names])
    squares = np.flatnonzero(np.array(made.level) == "square")
    inner = squares[made.finer[made.parent[squares]] < made.square_levels[made.bottom[squares]]]
    assert (side[made.parent[inner]] == 2 * side[inner]).all()
    assert set(side[squares]) == {100.0, 200.0}


def test_a_square_without_a_point_of_the_map_is_left_out_where_the_map_is_good() -> None:
    every = places()
    x, _ = PLANE.forward(every.lon, every.lat)
    made = build_tree(areas(), every.take(x > 100))
    assert made.base_x.min() == pytest.approx(150)


def test_a_village_with_a_thin_map_keeps_all_its_squares() -> None:
    every = places()
    x, _ = PLANE.forward(every.lon, every.lat)
    made = build_tree(areas(), every.take(x > 420))
    assert sum(a == "C11" for a in made.base_area) == 16  # those whose middle lies in it
    assert build_tree(areas(), None).base_area.count("C11") == 16


def test_ground_beside_the_villages_is_a_bottom_of_its_own() -> None:
    table = areas()
    made = build_tree(table.filter(pa.array([c != "C12" for c in table.column("code").to_pylist()])), places())
    rest = made.names.index("C1.rest")
    assert made.level[rest] == "village"
    assert made.names[made.parent[rest]] == "C1"
    assert "C1" in made.base_area


def test_no_areas_are_refused() -> None:
    with pytest.raises(InputError, match="geoservice import areas"):
        build_tree(AREAS.arrow().empty_table(), None)


def test_points_outside_all_areas_do_not_matter() -> None:
    far = Places(np.array([0.0]), np.array([50.0]), np.ones(1), np.zeros(1, bool))
    both = Places(*(np.concatenate(pair) for pair in zip(places(), far, strict=True)))
    made = build_tree(areas(), both)
    assert made.names == tree().names
    assert made.place_base[-1] == -1
