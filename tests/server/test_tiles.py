"""Vector tiles: their content and their cache headers."""

import gzip

import mapbox_vector_tile

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


def test_gzip_is_sent_as_stored(client):
    compressed, plain = client.get(SHORT, Accept_Encoding="gzip"), client.get(SHORT, Accept_Encoding="identity")
    assert compressed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert compressed.content == plain.content
    assert plain.content[:2] != gzip.compress(b"")[:2]
    assert compressed.headers["etag"] != plain.headers["etag"]
    assert int(plain.headers["content-length"]) == len(plain.content)


def test_a_tile_of_this_release_never_changes(client):
    version = client.json("/manifest")["version"]
    assert client.get(f"{SHORT}?v={version}").headers["cache-control"] == "public, max-age=31536000, immutable"
    for query in ("", "?v=1", "?v=x"):
        assert client.get(SHORT + query).headers["cache-control"] == "no-cache"


def test_304(client):
    etag = client.get(SHORT).headers["etag"]
    assert etag.startswith('"')
    for if_none_match in (etag, f'"other", {etag}', "*", "W/" + etag):
        answer = client.get(SHORT, If_None_Match=if_none_match)
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


def test_tilejson_and_tileset_link_to_the_tiles(client):
    tilejson = client.json("/collections/coverage/tilejson")
    assert tilejson["tilejson"] == "3.0.0"
    assert tilejson["vector_layers"][0]["id"] == "coverage"
    assert tilejson["vector_layers"][0]["fields"]["share_clinic_walk_15"] == "Number"
    url = tilejson["tiles"][0].format(z=10, x=583, y=296)
    assert "immutable" in client.get(url).headers["cache-control"]
    tileset, _ = client.json("/collections/coverage/tiles")["tilesets"]
    template = next(i["href"] for i in tileset["links"] if i["rel"] == "item")
    assert client.get(template.format(tileMatrix=10, tileRow=296, tileCol=583)).status_code == 200
