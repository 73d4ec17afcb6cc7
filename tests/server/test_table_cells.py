"""Rows of a layer as cells of an HTML table: a number has its margin, or the reason why it is missing."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
import shapely

from geoservice.layer import Label, Layer, LayerColumn
from geoservice.number_text import CLASSES, NO_LIMITS
from geoservice.release.base import TABLE
from geoservice.release.layers import build_layers
from geoservice.server.features.table_cells import cells, headings, number


def test_a_number_that_does_not_apply_has_a_text_in_both_languages() -> None:
    title = Label(zh="服务人数", en="Served")
    column = LayerColumn(name="served", title=title, measure="served_persons", status=True)
    layer = Layer(id="s", title=title, description=title, geography=("station",), geometry="point", columns=(column,))
    point = shapely.Point(0, 0).wkb
    dims = {"geography": "station", "measure": "served_persons", "service": "a", "tier": "any", "mode": "walk", "nth": 1}
    rows = [
        {**dims, "group": "all", "minutes": 0, "unit": "A", "value": 1240.0, "margin": 60.0, "status": "ok"},
        {**dims, "group": "all", "minutes": 0, "unit": "B", "value": None, "margin": None, "status": "not_applicable"},
    ]
    units = {"station": pa.table({"unit": ["A", "B"], "geometry": pa.array([point, point], pa.binary())})}
    [made] = build_layers([layer], units, pa.Table.from_pylist(rows, TABLE))
    features = made.features.drop_columns(["fid", "geometry", "geography"])
    assert headings(features, made.layer, "en") == ["unit", "Served"]
    for language, none in (("en", "not applicable"), ("zh", "不适用")):
        texts = [number.text.replace("\u202f", " ") for _, number in cells(features, made.layer, language, NO_LIMITS)]
        assert texts == ["1 240 ± 60", none]


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["more than chance explains, false discovery rate 1 %", "no more and no fewer than chance explains"]),
        ("zh", ["高于偶然水平（错误发现率 1%）", "与偶然水平无差别"]),
    ],
)
def test_a_class_is_written_in_words(language: str, texts: list[str]) -> None:
    assert [number("hotspot_class", v, None, "ok", language, NO_LIMITS).text for v in (3.0, 0.0)] == texts
    assert number("hotspot_class", None, None, "unstable", language, NO_LIMITS).text in {"class not stable", "类别不稳定"}
    assert number("hotspot_z", -2.671, None, "ok", language, NO_LIMITS).text == "\u22122.67"
    assert number("hotspot_p", 0.0364, None, "ok", language, NO_LIMITS).text == "0.036"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_calls_every_class_the_same(language: str) -> None:
    page = json.loads((Path(__file__).parents[2] / f"geoservice/web/src/locales/{language}.json").read_text("utf-8"))["class"]
    server = {m: {str(c): getattr(label, language) for c, label in classes.items()} for m, classes in CLASSES.items()}
    assert {m: page[m] for m in server} == server
