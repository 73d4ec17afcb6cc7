"""Maps of one tier or group: numbers read from the release table, and the stations of the selection."""

import numpy as np
import pyarrow as pa
import pytest
import shapely

from geoservice.errors import NotFound
from geoservice.geo import BBox
from geoservice.layer import Label, Layer, LayerColumn, Style
from geoservice.maps.map_document import MapOptions, draw_document, legend_groups
from geoservice.maps.map_features import box_features
from geoservice.maps.mapnik_import import mapnik
from geoservice.maps.offering import with_station_title
from geoservice.maps.selection import Selection, select
from geoservice.maps.symbology import NO_DATA_CLASS, UNCERTAIN_CLASS
from geoservice.release import Manifest, ReleaseContent, open_store
from geoservice.release.base import TABLE
from geoservice.release.layers import build_layers

BOX = BBox(10, 0, 10.3, 0.1)
STUDY = {
    "title": {"zh": "研究", "en": "Study"}, "tiers": ["county", "village"],
    "services": [{"id": "clinic", "title": {"zh": "门诊", "en": "Clinic"}}],
    "groups": [{"id": "old", "title": {"zh": "老年人", "en": "65 and over"}}],
}  # fmt: skip


def label(text):
    return Label(zh=f"{text}中", en=text)


def row(unit, value, margin, status="ok", **of):
    dims = {"service": "clinic", "tier": "any", "mode": "walk", "nth": 1, "group": "all", "minutes": 15, **of}
    return {
        "geography": "t",
        "unit": unit,
        "measure": "covered_share",
        **dims,
        "value": value,
        "margin": margin,
        "status": status,
    }


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Three squares side by side, 90 % covered by all stations for everybody; for migrants by village stations they differ."""
    village = {"tier": "village", "group": "migrant"}
    rows = [row(u, 90.0, 1.0) for u in "abc"]
    rows += [row("a", 10.0, 1.0, **village), row("b", 50.0, 30.0, **village), row("c", None, None, "nobody", **village)]
    table = pa.Table.from_pylist(rows, TABLE)
    boxes = [shapely.box(10 + i / 10, 0, 10.1 + i / 10, 0.1) for i in range(3)]
    areas = pa.table({"unit": list("abc"), "geometry": pa.array(shapely.to_wkb(boxes), pa.binary())})
    places = [shapely.Point(10.05 + i / 10, 0.05) for i in range(3)]
    stations = pa.table({
        "unit": ["s1", "s2", "s3"], "tier": ["county", "village", "village"], "services": ["clinic school", "clinic", "school"],
        "geometry": pa.array(shapely.to_wkb(places), pa.binary()),
    })  # fmt: skip
    share = LayerColumn(name="share_{minutes}", title=label("{minutes} min"), unit="%", measure="covered_share",
                   where={"tier": "any", "group": "all"})  # fmt: skip
    fill = Style(property="share_{minutes}", breaks=(40, 80), colours=("#440154", "#21918c", "#fde725"), opacity=1)
    own = tuple(LayerColumn(name=n, title=label(n), type="text") for n in ("tier", "services"))
    known = {"description": label("d"), "maxzoom": 4}
    layers = [
        Layer(id="coverage", title=label("Coverage"), geography=("t",), geometry="polygon", columns=(share,),
              style=fill, **known),
        Layer(id="stations", title=label("Stations"), geography=("s",), geometry="point", columns=own,
              style=Style(kind="circle", colours=("#d55e00",)), **known),
        Layer(id="table", title=label("Table"), geography=(), geometry="none", style=Style(kind="none"), **known),
    ]  # fmt: skip
    built = list(build_layers(layers, {"t": areas, "s": stations}, table))
    manifest = Manifest(code_version="0", study=STUDY, inputs={}, parameters={}, table_digest="", layers=(), disclosure={})
    folder = tmp_path_factory.mktemp("tiers")
    open_store(folder, None, "geoservice", read_only=False).write(ReleaseContent(built, table, manifest))
    return open_store(folder, None, "geoservice").open()


def test_the_numbers_of_a_tier_and_group_are_those_of_the_release_table(reader):
    chosen = Selection(tier="village", group="migrant")
    layer = select(reader.layer("coverage"), chosen, STUDY)
    drawn = box_features(reader, layer, BOX, 8, None, "en", chosen)
    assert [d.class_index for d in drawn] == [0, UNCERTAIN_CLASS, NO_DATA_CLASS]
    assert [d.class_index for d in box_features(reader, reader.layer("coverage"), BOX, 8, None, "en")] == [2, 2, 2]
    column = layer.columns[-2]
    assert (column.title.zh, column.title.en) == ("15 min中，村级站点，流动人口", "15 min, village stations, migrants")


def test_tier_any_and_group_all_are_the_columns_own(reader):
    layer = reader.layer("coverage")
    assert select(layer, Selection(tier="any", group="all"), STUDY) == layer


def test_a_group_of_the_study_has_its_title(reader):
    layer = select(reader.layer("coverage"), Selection(group="old"), STUDY)
    assert layer.columns[-2].title.en == "15 min, 65 and over"
    with pytest.raises(NotFound, match=r"layer coverage: no numbers for .*group old"):
        box_features(reader, layer, BOX, 8, None, "en", Selection(group="old"))


def test_a_picture_has_the_colours_of_the_group_in_map_and_legend(reader):
    chosen = Selection(tier="village", group="migrant")
    layer = select(reader.layer("coverage"), chosen, STUDY)
    picture = mapnik.Image.from_string(draw_document(reader, [(layer, None)], MapOptions(BOX, 900, 500, selection=chosen)))
    seen = np.frombuffer(picture.to_string(), np.uint8).reshape(-1, 4)[:, :3]

    def count(colour):
        return int((seen == np.array(colour)).all(axis=1).sum())

    assert count((0x44, 0x01, 0x54)) > 5000, "the first class: 10 %"
    assert count((0xBC, 0xBA, 0xC6)) > 5000, "grey: 50 ± 30 %"
    assert count((0xFD, 0xE7, 0x25)) < 500, "the last class is in the legend alone"


def test_only_stations_of_the_selection_are_drawn_and_the_legend_names_it(reader):
    layer = reader.layer("stations")

    def count(selection):
        return len(box_features(reader, layer, BOX, 8, None, "en", selection))

    selections = (
        Selection(service="clinic"),
        Selection(service="clinic", tier="village"),
        Selection(tier="village"),
        Selection(),
    )
    assert [count(s) for s in selections] == [2, 1, 2, 3]
    named = with_station_title(layer, Selection(service="clinic", tier="village"), STUDY)
    assert legend_groups([named], "day", "en")[0].entries[0].text == "Stations: Clinic, village stations"
    assert named.title.zh == "Stations中：门诊，村级站点"
    assert with_station_title(reader.layer("coverage"), Selection(service="clinic"), STUDY) == reader.layer("coverage")
