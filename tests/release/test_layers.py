"""Layer files and the release table become features."""

from typing import Any

import pyarrow as pa
import pytest
import shapely

from geoservice.errors import ReleaseError, StudyError
from geoservice.layer import Column, Label, Layer
from geoservice.release.base import TABLE
from geoservice.release.layers import build_layers


def label(text: str) -> Label:
    return Label(zh=text, en=text)


def layer(*columns: dict[str, Any], geography: tuple[str, ...] = ("cell",)) -> Layer:
    made = tuple(Column(**{"title": label("{service} {minutes}"), **c}) for c in columns)
    return Layer(id="it", title=label("t"), description=label("d"), geography=geography, geometry="polygon", columns=made)


def row(unit: str, value: float | None, **dims: Any) -> dict[str, Any]:
    base = {"geography": "cell", "unit": unit, "measure": "share", "service": "a", "tier": "any", "mode": "walk"}
    status = "suppressed" if value is None else "released"
    return {**base, "nth": 1, "group": "all", "minutes": 15, "value": value, "status": status, **dims}


def table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), TABLE)


UNITS = {
    "cell": pa.table(
        {
            "unit": ["c2", "c1"],
            "name": ["乙", "甲"],
            "beds": pa.array([3, None], pa.int32()),
            "geometry": pa.array([shapely.box(0, 0, 1, 1).wkb, None], pa.binary()),
        }
    )
}
SHARE = {"name": "share_{service}_{minutes}", "measure": "share"}


def test_placeholders_take_the_values_there_are_in_sorted_order() -> None:
    rows = table(row("c1", 1.0, minutes=30), row("c2", 2.0, minutes=5), row("c1", None, minutes=5), row("c1", 9.0, service="b"))
    [made] = build_layers([layer(SHARE)], UNITS, rows)
    assert made.features.select(range(1, 6)).to_pylist() == [
        {"geography": "cell", "unit": "c1", "share_a_5": None, "share_a_30": 1.0, "share_b_15": 9.0},
        {"geography": "cell", "unit": "c2", "share_a_5": 2.0, "share_a_30": None, "share_b_15": None},
    ]
    first = made.layer.columns[0]
    assert first.dimensions == {"service": "a", "minutes": 5}
    assert first.title.en == "a 5"


def test_where_fixes_the_rest() -> None:
    rows = table(row("c1", 1.0), row("c1", 2.0, mode="drive"))
    [made] = build_layers([layer({**SHARE, "where": {"mode": "drive"}})], UNITS, rows)
    assert made.features["share_a_15"].to_pylist() == [2.0, None]


def test_two_values_of_one_property_are_refused() -> None:
    rows = table(row("c1", 1.0), row("c1", 2.0, mode="drive"))
    with pytest.raises(StudyError, match=r"differ in \['mode'\]"):
        build_layers([layer(SHARE)], UNITS, rows)


def test_a_measure_without_rows() -> None:
    [made] = build_layers([layer(SHARE, {"name": "load", "measure": "load"})], UNITS, table())
    assert made.features["load"].to_pylist() == [None, None]
    assert [c.name for c in made.layer.columns] == ["load"]


def test_attributes_are_typed_and_sorted_by_unit() -> None:
    [made] = build_layers([layer({"name": "name", "type": "text"}, {"name": "beds", "type": "integer"})], UNITS, table())
    assert made.features.drop_columns(["geometry"]).to_pylist() == [
        {"fid": 1, "geography": "cell", "unit": "c1", "name": "甲", "beds": None},
        {"fid": 2, "geography": "cell", "unit": "c2", "name": "乙", "beds": 3},
    ]
    assert made.layer.bbox == (0, 0, 1, 1)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([{"name": "nothing", "type": "text"}], r"no such attribute, they have \['beds', 'name', 'unit'\]"),
        ([{"name": "name", "type": "integer"}], "are not integer"),
        ([{"name": "a_{colour}", "measure": "share"}], "placeholder"),
        ([{"name": "share", "measure": "share", "type": "text"}], "a measure is a number"),
        ([{"name": "beds"}, {"name": "beds"}], "there twice"),
        ([{"name": "unit", "type": "text"}], "there twice"),
    ],
)
def test_what_a_layer_file_may_not_ask(columns: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        build_layers([layer(*columns)], UNITS, table(row("c1", 1.0)))


def test_a_row_about_no_unit_is_refused() -> None:
    with pytest.raises(ReleaseError, match="unit c9 of cell"):
        build_layers([layer(SHARE)], UNITS, table(row("c9", 1.0)))


def test_a_unit_twice_is_refused() -> None:
    with pytest.raises(ReleaseError, match="unit c1 of cell is there twice"):
        build_layers([layer()], {"cell": pa.concat_tables([UNITS["cell"]] * 2)}, table())


def test_no_units_no_features() -> None:
    [made] = build_layers([layer(SHARE, {"name": "name", "type": "text"})], {}, table())
    assert made.features.num_rows == 0
    assert made.layer.bbox is None


def test_the_table_itself() -> None:
    rows = table(row("c2", 2.0), row("c1", None))
    [made] = build_layers([layer(geography=())], UNITS, rows)
    assert made.features["unit"].to_pylist() == ["c1", "c2"]
    assert made.features["status"].to_pylist() == ["suppressed", "released"]
    assert made.features["geometry"].null_count == 2
