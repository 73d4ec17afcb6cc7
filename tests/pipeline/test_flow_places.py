"""Names, positions and hierarchy of the areas and origins of flows."""

import numpy as np
import pyarrow as pa
import pytest
from tiny_county import area

from geoservice.pipeline.flow_places import flow_places
from geoservice.pipeline.public_places import read_places
from geoservice.schema import AREAS

CODES = ["340811", "340811001", "340811.rest", "340000", "340000.rest", "340102", "110000", "elsewhere"]


@pytest.fixture(scope="module")
def found():
    rows = [
        area("340811", "county", None, (0, 0, 840, 420)),
        area("340811001", "township", "340811", (0, 0, 840, 420)),
    ]
    table = pa.Table.from_pylist(rows, schema=AREAS.arrow())
    return flow_places(CODES, table, read_places(table, ("county", "township")), chinese=True)


def test_every_code_has_a_place(found):
    assert list(found) == sorted(CODES)


@pytest.mark.parametrize(
    ("code", "parent", "county", "province"),
    [
        ("340811", "340000", "340811", "340000"),
        ("340811001", "340811", "340811", "340000"),
        ("340811.rest", "340811", "340811", "340000"),
        ("340000", "", "", "340000"),
        ("340000.rest", "340000", "", "340000"),
        ("340102", "340000", "340102", "340000"),
        ("110000", "", "", "110000"),
    ],
)
def test_the_areas_around_a_place(found, code, parent, county, province):
    place = found[code]
    assert (place.parent, place.county, place.province) == (parent, county, province)


def test_loaded_areas_have_their_own_name_and_a_point_inside(found):
    assert found["340811"].name_zh == "340811"
    assert 100.0 < found["340811"].lon < 100.01


def test_other_divisions_come_from_the_table_of_the_country(found):
    assert (found["340102"].name_en, found["340102"].level) == ("Yaohai District", "county")
    assert found["110000"].name_zh == "北京市"


def test_the_rest_of_an_area_says_so_and_is_at_its_position(found):
    assert found["340000.rest"].name_en == "Anhui, not specified"
    assert found["340000.rest"].lon == found["340000"].lon


def test_an_unknown_origin_has_no_position(found):
    assert np.isnan(found["elsewhere"].lon)


def test_other_countries_use_their_own_hierarchy():
    rows = [area("M", "county", None, (0, 0, 840, 420)), area("M1", "township", "M", (0, 0, 420, 420))]
    table = pa.Table.from_pylist(rows, schema=AREAS.arrow())
    found = flow_places(["M", "M1", "elsewhere"], table, read_places(table, ("county",)), chinese=False)
    assert (found["M1"].parent, found["M1"].county, found["M"].parent) == ("M", "M", "")
