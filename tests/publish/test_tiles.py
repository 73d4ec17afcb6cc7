"""Tiles: what is in them, and how they may be kept."""

import gzip

import mapbox_vector_tile
import pytest

SHORT = "/tiles/coverage/10/583/296.mvt"


def test_a_tile_decodes_and_its_features_are_the_items(client):
    answer = client.get(SHORT)
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    layer = mapbox_vector_tile.decode(answer.content)["coverage"]
    assert {f["properties"]["unit"] for f in layer["features"]} <= {"t1", "t2", "t3"}
    items = {f["properties"]["unit"]: f for f in client.json("/collections/coverage/items")["features"]}
    for feature in layer["features"]:
        released = {k: v for k, v in items[feature["properties"]["unit"]]["properties"].items() if v is not None}
        assert feature["properties"] == released
        assert feature["id"] == items[feature["properties"]["unit"]]["id"]


def test_ogc_order_is_row_then_column(client):
    ogc = client.get("/collections/coverage/tiles/WebMercatorQuad/10/296/583")
    assert ogc.status_code == 200
    assert ogc.content == client.get(SHORT).content
    assert ogc.headers["etag"] == client.get(SHORT).headers["etag"]


def test_gzip_goes_out_as_it_was_baked(client):
    packed, plain = client.get(SHORT, Accept_Encoding="gzip"), client.get(SHORT, Accept_Encoding="identity")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert plain.content[:2] != gzip.compress(b"")[:2]
    assert packed.headers["etag"] != plain.headers["etag"]
    assert int(plain.headers["content-length"]) == len(plain.content)


def test_a_tile_of_this_release_never_changes(client):
    version = client.json("/manifest")["version"]
    assert client.get(f"{SHORT}?v={version}").headers["cache-control"] == "public, max-age=31536000, immutable"
    for query in ("", "?v=1", "?v=x"):
        assert client.get(SHORT + query).headers["cache-control"] == "no-cache"


def test_304(client):
    etag = client.get(SHORT).headers["etag"]
    assert etag.startswith('"')
    for given in (etag, f'"other", {etag}', "*", "W/" + etag):
        answer = client.get(SHORT, If_None_Match=given)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
    assert client.get(SHORT, If_None_Match='"other"').status_code == 200


def test_an_empty_tile_is_204(client):
    answer = client.get("/tiles/coverage/10/0/0.mvt")
    assert (answer.status_code, answer.content) == (204, b"")


def test_head_is_get_without_the_body(client):
    head, get = client.request("HEAD", SHORT), client.get(SHORT)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


def test_tilejson_and_tileset_lead_to_the_tiles(client):
    tilejson = client.json("/collections/coverage/tilejson")
    assert tilejson["tilejson"] == "3.0.0"
    assert tilejson["vector_layers"][0]["id"] == "coverage"
    assert tilejson["vector_layers"][0]["fields"]["share_clinic_walk_15"] == "Number"
    url = tilejson["tiles"][0].format(z=10, x=583, y=296)
    assert "immutable" in client.get(url).headers["cache-control"]
    tileset, _ = client.json("/collections/coverage/tiles")["tilesets"]
    template = next(i["href"] for i in tileset["links"] if i["rel"] == "item")
    assert client.get(template.format(tileMatrix=10, tileRow=296, tileCol=583)).status_code == 200


@pytest.mark.parametrize("path", ["/styles/map", "/styles/coverage", "/styles/stations"])
def test_every_source_of_a_style_has_tiles(client, path):
    answer = client.get(path)
    assert answer.headers["content-type"] == "application/vnd.mapbox.style+json"
    style = answer.json()
    assert style["version"] == 8
    assert "glyphs" not in style
    for source in style["sources"].values():
        assert client.get(source["tiles"][0].format(z=5, x=18, y=9)).status_code in {200, 204}
    for layer in style["layers"]:
        assert layer["type"] == "background" or layer["source"] in style["sources"]
    assert len({layer["id"] for layer in style["layers"]}) == len(style["layers"])


def test_style_colours_by_the_first_property_and_marks_suppressed(client):
    fill = next(i for i in client.json("/styles/map")["layers"] if i["id"] == "coverage")
    case = fill["paint"]["fill-color"]
    assert case[-1] == "#cfcfcf"
    assert case[2][2:] == ["#440154", 40.0, "#21918c", 80.0, "#fde725"]
    assert case[1] == ["==", ["typeof", ["get", "share_clinic_walk_15"]], "number"]


def test_legend(client):
    legend = client.json("/styles/coverage/legend")
    assert [c["colour"] for c in legend["classes"]] == ["#440154", "#21918c", "#fde725"]
    assert legend["unit"] == "%"
