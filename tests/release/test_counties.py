"""The county of features and of rows of the release table."""

import pyarrow as pa

from geoservice.areas import chinese_level
from geoservice.release.base import UNIT_AREAS
from geoservice.release.counties import Counties, county_codes

UNITS = pa.table(
    [
        ["city", "county", "cell", "cell", "flow"],
        ["3408", "340811", "c1", "c2", "f1"],
        ["/34/3408/", "/34/3408/340811/", "/34/3408/340811/340811100/", "/X/X1/", None],
    ],
    schema=UNIT_AREAS,
)


def table(*rows: tuple[str, str]) -> pa.Table:
    return pa.table({"geography": [g for g, _ in rows], "unit": [u for _, u in rows]})


def test_counties_are_units_of_the_table_or_codes_that_tell_it() -> None:
    rows = table(("county", "X1"), ("cell", "c1"))
    codes = county_codes(rows, [UNITS], lambda code: chinese_level(code) == "county")
    assert codes == {"X1", "340811"}
    assert Counties(codes).of_paths(UNITS["area"]).to_pylist() == [None, "340811", "340811", "X1", None]


def test_rows_of_the_table_are_where_their_unit_is() -> None:
    rows = table(("cell", "c2"), ("study", ""), ("county", "340811"), ("flow", "f1"), ("cell", "c1"), ("cell", "c2"))
    counties = Counties({"340811", "X1"}).of_rows(rows, [UNITS, UNITS])
    assert counties.to_pylist() == ["X1", None, "340811", None, "340811", "X1"]
