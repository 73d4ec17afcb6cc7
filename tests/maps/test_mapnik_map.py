"""Pictures of layers: classes, hatches, seamless tiles and independent threads."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from geoservice.errors import TooLarge
from geoservice.geo import BBox, Tile, tile_at
from geoservice.layer import Label, Layer, LayerColumn, Style
from geoservice.maps import fonts, map_document, map_features
from geoservice.maps.colour import rgb
from geoservice.maps.map_features import tile_features, tile_frame
from geoservice.maps.mapnik_import import mapnik
from geoservice.maps.mapnik_map import MapFrame, Picture, rule, symbol
from geoservice.maps.mapnik_rules import add_layer
from geoservice.maps.symbology import NO_DATA_CLASS, UNCERTAIN_CLASS, hatch_tile
from geoservice.release import Manifest, ReleaseContent, open_store
from geoservice.release.base import TABLE
from geoservice.release.layers import build_layers

COLOURS = ("#440154", "#21918c", "#fde725")
ONE = Label(zh="一", en="one")


def table(values):
    dims = ("", "", "", 0, "", 0)
    rows = [("t", u, "covered_share", *dims, v, m, "nobody" if v is None else "ok") for u, (v, m) in values.items()]
    return pa.Table.from_pylist([dict(zip(TABLE.names, r, strict=True)) for r in rows], TABLE)


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Four squares side by side: 10, 90, uncertain, and one without a row in the table; a point on the edge of two tiles."""
    boxes = [shapely.box(10 + i / 10, 0, 10.1 + i / 10, 0.1) for i in range(4)]
    names = [f"村{i}" for i in range(4)]
    areas = pa.table({"unit": list("abcd"), "name_zh": names, "geometry": pa.array(shapely.to_wkb(boxes), pa.binary())})
    edge = shapely.Point((tile_at(10.15, 0.05, 10).bbox.west), 0.05)
    points = pa.table({"unit": ["p"], "geometry": pa.array([shapely.to_wkb(edge)], pa.binary())})
    value = LayerColumn(name="value", title=ONE, unit="%", measure="covered_share")
    name = LayerColumn(name="name_zh", title=ONE, type="text")
    known = {"title": ONE, "description": ONE, "maxzoom": 11}
    layers = [
        Layer(id="areas", geography=("t",), geometry="polygon", columns=(name, value),
              style=Style(property="value", breaks=(40, 80), colours=COLOURS, opacity=1), **known),
        Layer(id="points", geography=("p",), geometry="point", style=Style(kind="circle", colours=("#d55e00",)), **known),
    ]  # fmt: skip
    numbers = table({"a": (10.0, 1.0), "b": (90.0, 20.0), "c": (50.0, 20.1)})
    built = list(build_layers(layers, {"t": areas, "p": points}, numbers))
    built[0] = replace(built[0], areas=pa.array(["/x/w/", "/x/w/", "/x/e/", None]))
    manifest = Manifest(code_version="0", study={"title": {"zh": "研究", "en": "Study"}}, inputs={}, parameters={},
                        table_digest="", layers=(), disclosure={})  # fmt: skip
    folder = tmp_path_factory.mktemp("drawn")
    open_store(folder, None, "geoservice", read_only=False).write(ReleaseContent(built, numbers, manifest))
    return open_store(folder, None, "geoservice").open()


def pixels(image):
    return np.frombuffer(image.to_string(), np.uint8).reshape(image.height(), image.width(), 4)


def drawn(reader, layer_id, at, ratio=1, variant="day"):
    layer = reader.layer(layer_id)
    picture = Picture(tile_frame(at, ratio))
    add_layer(picture, layer, tile_features(reader, layer, at, None), variant)
    return pixels(picture.draw())


def test_uncertain_and_missing_values_have_classes_of_their_own(reader):
    layer = reader.layer("areas")
    at = tile_at(10.15, 0.05, 6)
    assert [d.class_index for d in tile_features(reader, layer, at, None)] == [0, 2, UNCERTAIN_CLASS, NO_DATA_CLASS]
    box = map_document.frame_box(tile_frame(at, 1))
    assert [d.class_index for d in map_features.box_features(reader, layer, box, 6, None, "zh")] == [
        0,
        2,
        UNCERTAIN_CLASS,
        NO_DATA_CLASS,
    ]


def test_a_view_limited_to_areas_has_no_other_features(reader):
    layer, at = reader.layer("areas"), tile_at(10.15, 0.05, 6)
    box = map_document.frame_box(tile_frame(at, 1))
    for within, seen in ((("w",), [0, 2]), (("e",), [UNCERTAIN_CLASS]), ((), [])):
        assert [d.class_index for d in tile_features(reader, layer, at, within)] == seen
        assert [d.class_index for d in map_features.box_features(reader, layer, box, 6, within, "zh")] == seen


@pytest.mark.parametrize("lon", [10.05, 10.15])
def test_a_class_has_its_colour(reader, lon):
    at = tile_at(lon, 0.05, 11)
    image = drawn(reader, "areas", at)
    b = at.bbox
    x, y = int((lon - b.west) / (b.east - b.west) * 256), int((b.north - 0.05) / (b.north - b.south) * 256)
    assert tuple(image[y, x]) == (*rgb(COLOURS[0 if lon < 10.1 else 2]), 255)


@pytest.mark.parametrize("variant", ["day", "print"])
def test_uncertain_values_are_plain_grey(reader, variant):
    at = tile_at(10.25, 0.05, 12)
    b = at.bbox
    x, y = int((10.25 - b.west) / (b.east - b.west) * 256), int((b.north - 0.05) / (b.north - b.south) * 256)
    part = drawn(reader, "areas", at, variant=variant)[y - 4 : y + 4, x - 4 : x + 4]
    assert {tuple(p) for p in part.reshape(-1, 4)} == {(*rgb(reader.layer("areas").style.uncertain), 255)}


def test_a_hatched_area_shows_its_hatch(reader):
    at = tile_at(10.35, 0.05, 12)
    image = drawn(reader, "areas", at, variant="print")
    b = at.bbox
    x, y = int((10.35 - b.west) / (b.east - b.west) * 256), int((b.north - 0.05) / (b.north - b.south) * 256)
    x, y = x - x % 8, y - y % 8
    assert (image[y : y + 8, x : x + 8] == hatch_tile("no-data", "print")).all(), "the hatch begins at the tile's corner"


@pytest.mark.parametrize("ratio", [1, 2])
@pytest.mark.parametrize("layer_id", ["areas", "points"])
def test_neighbouring_tiles_are_one_picture(reader, layer_id, ratio):
    """Two tiles side by side equal one picture of both, except half a pixel at the corners of rounded lines."""
    right = tile_at(10.15, 0.05, 10)
    left = Tile(right.z, right.x - 1, right.y)
    a, b = (drawn(reader, layer_id, t, ratio) for t in (left, right))
    box = (*tile_frame(left, ratio).box[:2], *tile_frame(right, ratio).box[2:])
    layer, whole = reader.layer(layer_id), Picture(MapFrame(box, 512 * ratio, 256 * ratio, ratio))
    both = [f for t in (left, right) for f in tile_features(reader, layer, t, None)]
    add_layer(whole, layer, list(dict.fromkeys(both)), "day")
    if layer_id == "points":
        assert a[:, -1].any(), "a mark on the edge is in both tiles"
        assert b[:, 0].any(), "a mark on the edge is in both tiles"
        assert (np.abs(np.hstack([a, b]).astype(int) - pixels(whole.draw())) <= 2).all()
    else:
        assert (np.abs(a[:, -1].astype(int) - b[:, 0]).max(axis=1) <= 40).mean() > 0.98


def test_a_tile_without_features_is_transparent(reader):
    assert not drawn(reader, "areas", Tile(10, 0, 0)).any()


def test_a_tile_at_ratio_2_shows_the_same(reader):
    at = tile_at(10.05, 0.05, 11)
    small, large = drawn(reader, "areas", at), drawn(reader, "areas", at, ratio=2)
    assert large.shape == (512, 512, 4)
    halved = large.reshape(256, 2, 256, 2, 4).astype(float).mean(axis=(1, 3))
    assert (np.abs(halved - small).max(axis=2) > 32).mean() < 0.05


def test_threads_draw_the_same_as_one_thread(reader):
    at = [tile_at(10.05 + i / 40, 0.05, 11) for i in range(12)]
    alone = [drawn(reader, "areas", t).tobytes() for t in at]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda t: drawn(reader, "areas", t).tobytes(), at)) == alone


def test_a_colour_cannot_break_out_of_a_rule():
    picture = Picture(MapFrame((0, 0, 10, 10), 10, 10))
    evil = '#000"/><Include href="/etc/passwd'
    picture.add([(shapely.to_wkb(shapely.box(0, 0, 9, 9)), {})], rule([symbol("Polygon", fill=evil)]))
    with pytest.raises(RuntimeError, match="Failed to parse"):
        picture.draw()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("variant", ["day", "print"])
def test_a_document_has_the_requested_size_and_depends_on_language_and_variant(reader, language, variant):
    layers = [(reader.layer(i), None) for i in ("areas", "points")]

    def document(**changes):
        options = map_document.MapOptions(
            BBox(10, 0, 10.4, 0.1), 640, 480, 1, **{"variant": variant, "language": language, **changes}
        )
        return map_document.draw_document(reader, layers, options)

    picture = document()
    assert (mapnik.Image.from_string(picture).width(), mapnik.Image.from_string(picture).height()) == (640, 480)
    assert picture == document(), "the same picture twice has the same bytes"
    assert picture != document(legend=False)
    assert (picture != document(language="zh" if language == "en" else "en")) == (fonts.chinese_face() is not None)


@pytest.mark.parametrize("variant", ["day", "print"])
def test_the_legend_of_a_picture_has_the_colours_of_its_map(reader, variant):
    """A large picture of a translucent layer: the middle of each square has the colour of its legend entry."""
    layer = reader.layer("areas")
    layer = layer.model_copy(update={"style": layer.style.model_copy(update={"opacity": 0.6})})
    options = map_document.MapOptions(BBox(10, 0, 10.4, 0.1), 1000, 600, variant=variant)
    image = pixels(mapnik.Image.from_string(map_document.draw_document(reader, [(layer, None)], options)))
    west, south, east, north = map_document.shown_box(reader, [layer], options)
    y = int((north - 0.02) / (north - south) * 600)
    at = [image[y, int((10.02 + i / 10 - west) / (east - west) * 1000)][:3].astype(int) for i in range(3)]
    swatches = [rgb(entry.colour) for entry in map_document.legend_groups([layer], variant, "en")[0].entries if entry.colour]
    assert np.abs(np.array(at) - [swatches[0], swatches[2], swatches[3]]).max() <= 1, "mapnik cuts off what we round"
    assert all((image.reshape(-1, 4)[:, :3] == s).all(axis=1).sum() > 150 for s in swatches), "a swatch is not in the picture"


def test_a_box_with_too_many_features_is_an_error(reader, monkeypatch):
    monkeypatch.setattr(map_features, "MAX_FEATURES", 3)
    with pytest.raises(TooLarge, match="areas: more than 3 features"):
        map_document.draw_document(
            reader, [(reader.layer("areas"), None)], map_document.MapOptions(BBox(10, 0, 10.4, 0.1), 300, 300)
        )


def test_without_a_chinese_font_text_is_english(monkeypatch):
    monkeypatch.setattr(fonts, "FONT_FOLDERS", ())
    fonts.chinese_face.cache_clear()
    assert fonts.picture_language("zh") == "en"
    assert fonts.faces() == [fonts.LATIN_FACE]
    fonts.chinese_face.cache_clear()


def test_the_renderer_leaves_the_environment_alone():
    code = "import os; import geoservice.maps.mapnik_import; print({'PROJ_LIB', 'GDAL_DATA'} & set(os.environ))"
    clean = {k: v for k, v in os.environ.items() if k not in {"PROJ_LIB", "GDAL_DATA"}}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=clean, cwd=Path.cwd())
    assert done.stdout.strip() == "set()"
