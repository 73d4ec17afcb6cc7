"""Layer files and the release table become features."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import shapely

from geoservice.errors import ReleaseError, StudyError
from geoservice.layer import Label, Layer, LayerColumn, Style, read_layer
from geoservice.release.base import TABLE
from geoservice.release.layers import build_layers, drop_missing_geometries


def label(text: str) -> Label:
    return Label(zh=text, en=text)


def layer(*columns: dict[str, Any], geography: tuple[str, ...] = ("cell",)) -> Layer:
    made = tuple(LayerColumn(**{"title": label("{service} {minutes}"), **c}) for c in columns)
    return Layer(id="it", title=label("t"), description=label("d"), geography=geography, geometry="polygon", columns=made)


def row(unit: str, value: float | None, **dims: Any) -> dict[str, Any]:
    base = {"geography": "cell", "unit": unit, "measure": "covered_share", "service": "a", "tier": "any", "mode": "walk"}
    status = "nobody" if value is None else "ok"
    return {**base, "nth": 1, "group": "all", "minutes": 15, "value": value, "margin": value, "status": status, **dims}


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
SHARE = {"name": "share_{service}_{minutes}", "measure": "covered_share"}


def test_placeholders_take_the_values_there_are_in_sorted_order() -> None:
    rows = table(row("c1", 1.0, minutes=30), row("c2", 2.0, minutes=5), row("c1", None, minutes=5), row("c1", 9.0, service="b"))
    [made] = build_layers([layer(SHARE)], UNITS, rows)
    margins = [n for n in made.features.column_names if n.endswith("_margin")]
    assert made.features.drop_columns(["fid", "geometry", *margins]).to_pylist() == [
        {"geography": "cell", "unit": "c1", "share_a_5": None, "share_a_30": 1.0, "share_b_15": 9.0},
        {"geography": "cell", "unit": "c2", "share_a_5": 2.0, "share_a_30": None, "share_b_15": None},
    ]
    first = made.layer.columns[0]
    assert first.dimensions == {"service": "a", "minutes": 5}
    assert first.title.en == "a 5"


def test_texts_of_the_table_may_be_dictionary_encoded() -> None:
    rows = table(row("c1", 1.0, minutes=30), row("c2", 2.0), row("c2", 3.0, service="b"), row("c1", None, service="b"))
    columns = dict(zip(rows.column_names, rows.columns, strict=True))
    encoded = pa.table({n: c.dictionary_encode() if pa.types.is_string(c.type) else c for n, c in columns.items()})
    part = [0, 1]  # the dictionary keeps the service b, of which there is no row
    [plain], [made] = (build_layers([layer(SHARE)], UNITS, t.take(part)) for t in (rows, encoded))
    assert made.layer == plain.layer
    assert made.features.equals(plain.features)
    assert "share_b_15" not in made.features.column_names


def test_a_column_may_say_why_its_numbers_are_missing() -> None:
    """Behind each number and its margin; null is that nothing was measured."""
    rows = table(row("c1", None, status="not_applicable"), row("c2", 2.0), row("c2", 30.0, service="b"))
    [made] = build_layers([layer({**SHARE, "status": True}, {"name": "name", "type": "text"})], UNITS, rows)
    names = [f"share_{s}_15{end}" for s in "ab" for end in ("", "_margin", "_status")]
    assert [c.name for c in made.layer.columns] == [*names, "name"]
    assert made.features["share_a_15_status"].to_pylist() == ["not_applicable", "ok"]
    assert made.features["share_b_15_status"].to_pylist() == [None, "uncertain"]


def test_the_status_of_the_styled_property_is_there_once() -> None:
    plain = layer({**SHARE, "status": True})
    styled = plain.model_copy(
        update={"style": Style(property="share_{service}_{minutes}", breaks=(1,), colours=("#000000",) * 2)}
    )
    [made] = build_layers([styled], UNITS, table(row("c1", 1.0)))
    assert [c.name for c in made.layer.columns] == ["share_a_15", "share_a_15_margin", "share_a_15_status"]
    assert made.layer.style.status == "share_a_15_status"


def test_a_unit_without_geometry_is_no_feature_of_what_is_published() -> None:
    units = {"cell": UNITS["cell"].append_column("area_path", pa.array(["/2/", "/1/"]))}
    [built] = build_layers([layer(SHARE)], units, table(row("c1", 1.0), row("c2", 2.0)))
    made = drop_missing_geometries(built)
    assert made.features.select(["fid", "unit", "share_a_15"]).to_pylist() == [{"fid": 1, "unit": "c2", "share_a_15": 2.0}]
    assert (made.layer.features, made.unplaced) == (1, 1)
    assert made.areas is not None
    assert made.areas.to_pylist() == ["/2/"]
    assert drop_missing_geometries(made) is made


def test_an_empty_geometry_is_none() -> None:
    shapes = pa.array([shapely.Polygon().wkb, shapely.box(0, 0, 1, 1).wkb], pa.binary())
    units = {"cell": UNITS["cell"].set_column(3, "geometry", shapes)}
    [built] = build_layers([layer(SHARE)], units, table(row("c1", 1.0), row("c2", 2.0)))
    assert drop_missing_geometries(built).features["unit"].to_pylist() == ["c1"]


def test_rows_of_a_table_need_no_geometry() -> None:
    whole = Layer(id="it", title=label("t"), description=label("d"), geography=(), geometry="none", style=Style(kind="none"))
    [built] = build_layers([whole], UNITS, table(row("c1", 1.0)))
    assert drop_missing_geometries(built).features.num_rows == 1


def test_where_fixes_the_rest() -> None:
    rows = table(row("c1", 1.0), row("c1", 2.0, mode="drive"))
    [made] = build_layers([layer({**SHARE, "where": {"mode": "drive"}})], UNITS, rows)
    assert made.features["share_a_15"].to_pylist() == [2.0, None]


def test_two_values_of_one_property_are_refused() -> None:
    rows = table(row("c1", 1.0), row("c1", 2.0, mode="drive"))
    with pytest.raises(StudyError, match=r"differ in \['mode'\]"):
        list(build_layers([layer(SHARE)], UNITS, rows))


def test_a_measure_without_rows() -> None:
    [made] = build_layers([layer(SHARE, {"name": "load", "measure": "load"})], UNITS, table())
    assert made.features["load"].to_pylist() == [None, None]
    assert [c.name for c in made.layer.columns] == ["load", "load_margin"]


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
        ([{"name": "a_{colour}", "measure": "covered_share"}], "placeholder"),
        ([{"name": "share", "measure": "covered_share", "type": "text"}], "a measure is a number"),
        ([{"name": "beds"}, {"name": "beds"}], "occur twice"),
        ([{"name": "unit", "type": "text"}], "occur twice"),
    ],
)
def test_what_a_layer_file_may_not_ask(columns: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        list(build_layers([layer(*columns)], UNITS, table(row("c1", 1.0))))


def test_a_row_about_no_unit_is_refused() -> None:
    with pytest.raises(ReleaseError, match="unit c9 of cell"):
        list(build_layers([layer(SHARE)], UNITS, table(row("c9", 1.0))))


def test_a_unit_twice_is_refused() -> None:
    with pytest.raises(ReleaseError, match="unit c1 of cell occurs twice"):
        list(build_layers([layer()], {"cell": pa.concat_tables([UNITS["cell"]] * 2)}, table()))


def test_no_units_no_features() -> None:
    [made] = build_layers([layer(SHARE, {"name": "name", "type": "text"})], {}, table())
    assert made.features.num_rows == 0
    assert made.layer.bbox is None


def test_the_table_itself() -> None:
    rows = table(row("c2", 2.0), row("c1", None))
    [made] = build_layers([layer(geography=())], UNITS, rows)
    assert made.features["unit"].to_pylist() == ["c1", "c2"]
    assert made.features["status"].to_pylist() == ["nobody", "ok"]
    assert made.features["geometry"].null_count == 2


def test_a_margin_stands_behind_its_number_and_names_it() -> None:
    count = {"name": "persons", "measure": "persons", "type": "integer", "unit": "person"}
    times = {"name": "minutes", "measure": "minutes"}
    rows = table(
        row("c1", 12.6, measure="persons", margin=3.25),
        row("c2", None, measure="persons", status="under"),
        row("c1", 7.5, measure="minutes", margin=None),
    )
    [made] = build_layers([layer(count, times)], UNITS, rows)
    assert [c.name for c in made.layer.columns] == ["persons", "persons_margin", "minutes"]
    assert made.features["persons"].to_pylist() == [13, None]
    assert made.features["persons_margin"].to_pylist() == [3.25, None]
    margin = made.layer.columns[1]
    assert (margin.margin_of, margin.measure, margin.unit, margin.type) == ("persons", None, "person", "number")
    assert margin.title.en.endswith(": margin (90 %)")
    assert margin.title.zh.endswith("：误差范围（90%）")


def styled(measure: str, **style: Any) -> Layer:
    made = layer({"name": "it", "measure": measure})
    known = {"property": "it", "breaks": (40,), "colours": ("#111111", "#eeeeee"), **style}
    return made.model_copy(update={"style": Style(**known)})


def status(measure: str, **of_unit: Any) -> tuple[list[str | None], Style]:
    """Return the status of c1 and c2, and the style that came of it."""
    rows = [row(unit, value, measure=measure, margin=margin, status=s) for unit, (value, margin, s) in of_unit.items()]
    [made] = build_layers([styled(measure)], UNITS, table(*rows))
    return made.features["it_status"].to_pylist(), made.layer.style


def test_the_styled_property_says_what_is_uncertain_and_why_a_value_is_missing() -> None:
    told, style = status("covered_share", c1=(0.0, 4.0, "ok"), c2=(50.0, 21.0, "ok"))
    assert told == ["ok", "uncertain"], "nobody served, and that is known well, is no grey place"
    assert (style.status, style.reasons, style.beyond) == ("it_status", (), None)
    told, style = status("persons", c1=(None, None, "under"))
    assert told == ["under", None]
    assert style.reasons == ("under",)


def test_what_is_beyond_the_search_has_the_last_colour_unless_the_file_says_another() -> None:
    told, style = status("minutes", c1=(12.0, None, "ok"), c2=(None, None, "beyond"))
    assert told == ["ok", "beyond"]
    assert (style.beyond, style.reasons) == ("#eeeeee", ("beyond",))
    [made] = build_layers([styled("minutes", beyond="#000000")], UNITS, table(row("c1", 1.0, measure="minutes", margin=None)))
    assert made.layer.style.beyond == "#000000"


def test_a_layer_of_a_geography_that_the_release_has_not_is_empty() -> None:
    demand = read_layer(Path(__file__).parents[2] / "layers" / "demand.toml")
    [made] = build_layers([demand], UNITS, table(row("c1", 1.0)))
    assert made.features.num_rows == 0
    assert made.layer.bbox is None
    assert [c.name for c in made.layer.columns][:4] == ["households", "households_margin", "persons", "persons_margin"]


def test_an_undeclared_measure_is_refused() -> None:
    with pytest.raises(ReleaseError, match="measure 'guess' is not declared"):
        list(build_layers([layer({"name": "guess", "measure": "guess"})], UNITS, table(row("c1", 1.0, measure="guess"))))
