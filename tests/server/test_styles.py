"""Styles, hatches and legends: self-contained, valid, and with separate classes for missing values."""

import json
import shutil
import struct
import subprocess
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest
import shapely

from geoservice.layer import Label, Layer, LayerColumn, Style
from geoservice.maps.colour import blend
from geoservice.maps.map_document import legend_groups
from geoservice.number_text import Limits
from geoservice.release.base import TABLE
from geoservice.release.layers import build_layers
from geoservice.server.styles.legends import legend
from geoservice.server.styles.maplibre import draw
from geoservice.server.styles.routes import visible_layers

WEB = Path(__file__).parents[2] / "geoservice" / "web"
IDS = [f"{name}{variant}" for name in ("map", "coverage", "stations") for variant in ("", "-print", "-dark")]
KIND = "application/vnd.mapbox.style+json"
CHECK = """
import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
let text = '';
for await (const part of process.stdin) text += part;
const faults = JSON.parse(text).flatMap((style) => validateStyleMin(style).map((e) => style.name + ': ' + e.message));
console.log(JSON.stringify(faults));
"""


def faults_of(styles):
    """Return the errors that MapLibre's own validator finds in styles."""
    if shutil.which("node") is None or not (WEB / "node_modules/@maplibre/maplibre-gl-style-spec").exists():
        pytest.skip("install node and run npm ci in geoservice/web to run this test")
    done = subprocess.run(
        ["node", "--input-type=module", "-e", CHECK],
        cwd=WEB,
        input=json.dumps(styles),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_every_style_is_valid_and_the_validator_detects_faults(client):
    styles = [client.json(f"/styles/{i}?lang={lang}") for i in IDS for lang in ("zh", "en")]
    assert faults_of(styles) == []
    styles[0]["layers"][0]["paint"]["fill-colour"] = "#000000"
    assert "unknown property" in faults_of(styles[:1])[0]


@pytest.mark.parametrize("name", IDS)
def test_a_style_is_self_contained(client, name):
    answer = client.get(f"/styles/{name}")
    style = answer.json()
    assert answer.headers["content-type"] == KIND
    for source in style["sources"].values():
        assert client.get(source["tiles"][0].format(z=5, x=18, y=9)).status_code in {200, 204}
    for layer in style["layers"]:
        assert layer["type"] == "background" or layer["source"] in style["sources"]
    ids = [layer["id"] for layer in style["layers"]]
    assert len(set(ids)) == len(ids)
    sprite = client.json(f"{style['sprite']}@2x.json")
    assert {i["paint"]["fill-pattern"] for i in style["layers"] if "fill-pattern" in i.get("paint", {})} <= set(sprite)


def layer_of(client, style, name):
    return next(i for i in client.json(f"/styles/{style}")["layers"] if i["id"] == name)


def test_values_are_coloured_uncertain_ones_grey_and_missing_ones_hatched(client):
    share = "share_clinic_walk_15"
    fill, none = (layer_of(client, "map", f"coverage{x}") for x in ("", "-no-data"))
    assert fill["filter"] == ["has", share]
    case, wide, grey, steps = fill["paint"]["fill-color"]
    assert (case, wide, grey) == ("case", ["==", ["get", f"{share}_status"], "uncertain"], "#bcbac6")
    assert steps[2:] == ["#440154", 40.0, "#21918c", 80.0, "#fde725"]
    assert none["filter"] == ["!", ["has", share]]
    assert none["paint"] == {"fill-pattern": "no-data"}


def test_print_has_a_white_background_black_edges_and_no_transparency(client):
    style = client.json("/styles/map-print")
    assert style["layers"][0]["paint"] == {"background-color": "#ffffff"}
    fill, edge, hatch = (layer_of(client, "map-print", f"coverage{x}") for x in ("", "-outline", "-no-data"))
    assert fill["paint"]["fill-opacity"] == 1
    assert edge["paint"]["line-color"] == "#000000"
    assert hatch["paint"]["fill-pattern"] == "no-data-print"


def test_dark_has_a_dark_background_light_text_and_a_matching_legend(client):
    style, legend = client.json("/styles/map-dark"), client.json("/styles/coverage-dark/legend")
    assert style["layers"][0]["paint"] == {"background-color": "#15191d"}
    fill, hatch = (layer_of(client, "map-dark", f"coverage{x}") for x in ("", "-no-data"))
    steps = fill["paint"]["fill-color"][3]
    light = [int(colour[1:3], 16) + int(colour[3:5], 16) + int(colour[5:7], 16) for colour in steps[2::2]]
    assert light == sorted(light, reverse=True), "what is dark on light ground is light on dark ground"
    assert hatch["paint"]["fill-pattern"] == "no-data-dark"
    assert [c["colour"] for c in legend["classes"]] == [blend(colour, 0.7, "#15191d") for colour in steps[2::2]]
    svg = client.get("/styles/coverage-dark/legend?f=svg").text
    assert 'fill="#1b2126"' in svg
    assert 'fill="#e6eaed"' in svg
    assert client.json("/styles/map-dark?lang=zh")["name"].endswith("(深色)")


def test_the_manifest_has_the_colours_of_the_dark_style(client):
    release, legend = client.json("/manifest"), client.json("/styles/coverage-dark/legend")
    style = next(layer["style"] for layer in release["layers"] if layer["id"] == "coverage")
    steps = layer_of(client, "map-dark", "coverage")["paint"]["fill-color"][3][2::2]
    assert (style["dark"]["colours"], style["dark"]["beyond"]) == (steps, None)
    assert style["dark"]["legend"]["colours"] == [c["colour"] for c in legend["classes"]]
    assert style["dark"]["legend"]["uncertain"] == legend["uncertain"]["colour"]
    assert release["darkGround"] == client.json("/styles/map-dark")["layers"][0]["paint"]["background-color"]


def test_the_list_links_to_styles_their_metadata_and_legends(client):
    content = client.json("/styles")
    assert [s["id"] for s in content["styles"]] == IDS
    assert content["default"] == "map"
    for style in content["styles"]:
        links = {i["rel"]: i for i in style["links"]}
        assert client.get(links["stylesheet"]["href"]).headers["content-type"] == links["stylesheet"]["type"] == KIND
        assert client.json(links["describedby"]["href"])["stylesheets"][0]["link"]["href"] == links["stylesheet"]["href"]
        assert client.get(links["preview"]["href"]).headers["content-type"] == "image/svg+xml"
    assert [s["id"] for s in client.json("/collections/stations/styles")["styles"]] == IDS[6:]


@pytest.mark.parametrize(
    "path", ["/styles/secret", "/styles/secret-print/legend", "/collections/secret/styles", "/styles/table"]
)
def test_there_is_no_style_of_layers_that_may_not_be_read_or_drawn(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("ratio", [1, 2])
def test_the_sprite_has_the_hatch_in_every_variant(client, ratio):
    suffix = "@2x" if ratio == 2 else ""
    index, image = client.json(f"/styles/sprite{suffix}.json"), client.get(f"/styles/sprite{suffix}.png")
    assert set(index) == {"no-data", "no-data-print", "no-data-dark"}
    width, height = struct.unpack(">II", image.content[16:24])
    for place in index.values():
        assert place["pixelRatio"] == ratio
        assert place["x"] + place["width"] <= width
        assert place["y"] + place["height"] == height
    assert client.get(f"/styles/sprite{suffix}.png", If_None_Match=image.headers["etag"]).status_code == 304


def test_legend_as_json(client):
    legend = client.json("/styles/coverage/legend")
    assert [c["colour"] for c in legend["classes"]] == ["#794a83", "#61afaa", "#fbeb62"], "as 0.7 of each on #f6f5f1"
    assert legend["classes"][0]["label"] == {"zh": "低于 40", "en": "below 40"}
    assert legend["unit"] == "%"
    assert legend["uncertain"] == {"colour": "#cdccd3", "label": {"zh": "误差大于数值", "en": "margin larger than the number"}}
    assert legend["noData"]["pattern"] == "no-data"
    assert set(legend["noData"]["reasons"]) == {"beyond", "not_applicable", "nobody", "under", "unstable"}
    assert legend["noData"]["reasons"]["nobody"] == {"zh": "无人居住", "en": "nobody lives here"}
    assert [part["layer"] for part in client.json("/styles/map/legend")["legends"]] == ["coverage", "stations"]


@pytest.mark.parametrize(
    ("lang", "texts"),
    [("en", {"below 40", "margin larger than the number", "nobody lives here", "no data"}), ("zh", {"低于 40", "无人居住"})],
)
def test_legend_as_svg(client, lang, texts):
    answer = client.get(f"/styles/coverage/legend?f=svg&lang={lang}")
    root = ET.fromstring(answer.content)
    name = "{http://www.w3.org/2000/svg}"
    assert texts <= {t.text for t in root.iter(f"{name}text")}
    patterns = {p.get("id") for p in root.iter(f"{name}pattern")}
    filled = [r.get("fill") for r in root.iter(f"{name}rect")]
    assert {f"url(#{p})" for p in patterns} <= set(filled)
    assert {"#794a83", "#61afaa", "#fbeb62"} <= set(filled)
    assert len({json.dumps([(e.tag, e.attrib) for e in p.iter()][1:]) for p in root.iter(f"{name}pattern")}) == 1


def test_legend_as_png(client):
    answer = client.get("/styles/coverage/legend?f=png")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")


def test_conformance_lists_styles(client):
    assert any("ogcapi-styles-1" in c for c in client.json("/conformance")["conformsTo"])


@pytest.fixture(scope="module")
def travel_times():
    """Return a published layer of travel times: a cell 12 minutes away, and one beyond the search limit."""
    dims = {"service": "clinic", "tier": "any", "mode": "walk", "nth": 1, "group": "", "minutes": 0}
    values = [("c1", 12.0, "ok"), ("c2", None, "beyond")]
    rows = [
        {"geography": "cell", "unit": u, "measure": "minutes", **dims, "value": v, "margin": None, "status": s}
        for u, v, s in values
    ]
    cells = pa.table(
        {"unit": ["c1", "c2"], "geometry": pa.array(shapely.to_wkb(shapely.box([0, 1], 0, [1, 2], 1)), pa.binary())}
    )
    one = Label(zh="一", en="one")
    style = Style(property="it", breaks=(20,), colours=("#eeeeee", "#888888"), beyond="#222222")
    column = LayerColumn(name="it", title=one, measure="minutes", unit="min")
    layer = Layer(
        id="cells", title=one, description=one, geography=("cell",), geometry="polygon", columns=(column,), style=style
    )
    [layer_content] = build_layers([layer], {"cell": cells}, pa.Table.from_pylist(rows, TABLE))
    return layer_content.layer


def test_places_beyond_the_search_limit_have_a_separate_class(travel_times):
    fill, none, _ = draw(travel_times, "day", visible=True)
    beyond = ["==", ["get", "it_status"], "beyond"]
    assert fill["filter"] == ["any", ["has", "it"], beyond]
    assert none["filter"] == ["!", fill["filter"]]
    grey = ["==", ["get", "it_status"], "uncertain"]
    steps = ["step", ["to-number", ["get", "it"]], "#eeeeee", 20.0, "#888888"]
    assert fill["paint"]["fill-color"] == ["case", grey, "#bcbac6", beyond, "#222222", steps]
    source = {"cells": {"type": "vector", "tiles": ["https://a/{z}/{x}/{y}"]}}
    assert faults_of([{"version": 8, "name": "one", "sources": source, "layers": [fill]}]) == []


def test_the_legend_of_times_shows_the_search_limit(travel_times):
    content = legend(travel_times, "day", Limits(minutes=60))
    assert [c["colour"] for c in content["classes"]] == ["#f0f0ef", "#a9a9a8", "#626160"]
    assert content["classes"][-1] == {
        "from": 60, "to": None, "status": "beyond", "colour": "#626160", "label": {"zh": "> 60 分钟", "en": "> 60 minutes"}
    }  # fmt: skip
    assert "beyond" not in content["noData"]["reasons"]
    texts = [entry.text for entry in legend_groups([travel_times], "day", "en", Limits(minutes=60))[0].entries]
    assert [c["to"] for c in legend(travel_times, "day", Limits(minutes=20))["classes"]] == [20, None], (
        "nothing is 20 and was searched"
    )
    assert texts == ["below 20", "20 and more", "> 60 minutes", "no data"], "an exact time is never uncertain"


def test_a_map_opens_without_layers_that_are_not_to_be_visible():
    def named(name, kind, visible):
        return SimpleNamespace(id=name, style=SimpleNamespace(kind=kind), zooms={}, visible=visible)

    far, areas, stations = named("far", "circle", False), named("areas", "fill", True), named("stations", "circle", True)
    assert visible_layers([far, areas, stations]) == [areas, stations]
    assert visible_layers([far]) == [far]
