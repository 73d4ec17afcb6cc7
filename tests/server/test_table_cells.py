"""Rows of a layer as cells of an HTML table: a number has its margin, or the reason why it is missing."""

import pyarrow as pa
import shapely

from geoservice.layer import Label, Layer, LayerColumn
from geoservice.number_text import NO_LIMITS
from geoservice.release.base import TABLE
from geoservice.release.layers import build_layers
from geoservice.server.features.table_cells import cells, headings


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
