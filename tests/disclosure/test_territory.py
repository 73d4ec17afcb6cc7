"""The areas that a surface states."""

import numpy as np
import pyarrow as pa
import pytest
from tiny_county import PLANE, area, areas
from tiny_register import make, register

from geoservice.demand import Places
from geoservice.disclosure.territory import territory
from geoservice.disclosure.tree import build_tree
from geoservice.schema import AREAS

PLACES = Places(*PLANE.inverse(np.array([-100.0, 10.0]), np.full(2, 10.0)), np.ones(2), np.zeros(2, bool))
"""One in the county, one west of it."""


def test_a_surface_states_the_areas_at_the_top_of_its_tree() -> None:
    assert make(register()).surface.description["areas"] == ["C"]


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ([{"code": "P", "level": "province", "geometry": None}], ["C"]),
        ([area("P", "province", None, (0, 0, 840, 420))], ["C"]),
        ([area("P", "province", None, (-420, 0, 840, 420))], ["P"]),
        ([area("P", "province", None, (0, 0, 1680, 420)), area("D", "county", "P", (840, 0, 1680, 420))], ["P"]),
        ([area("D", "county", None, (840, 0, 1680, 420))], ["C", "D"]),
    ],
)
def test_a_province_whose_places_are_all_in_one_county_is_that_county(more: list[dict[str, object]], codes: list[str]) -> None:
    inside = any(row["code"] == "P" for row in more)
    county = [row | ({"parent": "P"} if row["code"] == "C" and inside else {}) for row in areas().to_pylist()]
    names = {"code_system": "local", "name_zh": "P", "name_en": "P"}
    table = pa.Table.from_pylist([names | row for row in (*more, *county)], schema=AREAS.arrow())
    assert territory(build_tree(table, PLACES)) == codes
