"""Map tiles and maps for documents over HTTP: sizes, caching, bounds and access."""

import struct
from collections import Counter
from contextlib import closing

import pytest

from geoservice.geo import BBox, Tile
from geoservice.maps.drawings import LegendDrawing, MapDrawing, TileDrawing
from geoservice.maps.map_document import MapOptions
from geoservice.maps.mapnik_import import mapnik
from geoservice.server.app import create_app
from geoservice.settings import Settings

TILE = "/map/coverage/10/583/296"
OGC = "/collections/coverage/map/tiles/WebMercatorQuad/10/296/583"


def size_of(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    return struct.unpack(">II", answer.content[16:24])


@pytest.mark.parametrize(
    ("path", "side"), [(f"{TILE}.png", 256), (f"{TILE}@2x.png", 512), (f"{TILE}.png?scale=2", 512), (f"{OGC}@2x.png", 512)]
)
def test_a_map_tile_is_of_256_or_512_pixels(client, path, side):
    assert size_of(client.get(path)) == (side, side)


def test_both_urls_and_scales_return_the_same_picture(client):
    assert client.get(f"{TILE}.png").content == client.get(f"{OGC}.png").content
    assert client.get(f"{TILE}@2x.png").content == client.get(f"{TILE}.png?scale=2").content
    assert client.get(f"{TILE}.png").content != client.get(f"{TILE}.png?style=print").content


def test_a_map_tile_has_a_strong_etag_and_is_immutable_under_its_version(client):
    first = client.get(f"{TILE}.png")
    etag = first.headers["etag"]
    assert not etag.startswith("W/")
    assert first.headers["cache-control"] == "no-cache"
    assert client.get(f"{TILE}.png", If_None_Match=etag).status_code == 304
    assert client.get(f"{TILE}.png?style=print").headers["etag"] != etag
    (tileset,) = client.json("/collections/coverage/map/tiles")["tilesets"]
    template = next(i["href"] for i in tileset["links"] if i["rel"] == "item")
    fixed = client.get(template.format(tileMatrix=10, tileRow=296, tileCol=583))
    assert "immutable" in fixed.headers["cache-control"]
    assert fixed.content == first.content


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/map/nope/1/0/0.png", 404), ("/map/secret/1/0/0.png", 404), ("/map/table/0/0/0.png", 404),
        ("/map/coverage/10/1024/0.png", 404), ("/map/coverage/99/0/0.png", 404), ("/map/coverage/x/0/0.png", 404),
        ("/map/coverage/-1/0/0.png", 404), ("/map/../1/0/0.png", 404),
        ("/collections/coverage/map/tiles/WorldCRS84Quad/1/0/0.png", 404), ("/collections/secret/map", 404),
        (f"{TILE}.png?scale=3", 400), (f"{TILE}.png?style=x", 400), (f"{TILE}.png?y=1", 400), (f"{TILE}.png?v=1&v=2", 400),
        (f"{TILE}.png?v=%00", 400),
        ("/map?width=15", 400), ("/map?width=4096&height=4096", 400), ("/map?width=1e3", 400), ("/map?style=neon", 400),
        ("/map?bbox=1,2,3", 400), ("/map?bbox=170,0,-170,10", 400), ("/map?bbox=nan,0,1,1", 400), ("/map?bbox-crs=x", 400),
        ("/map?collections=nope", 400), ("/map?colour=red", 400), ("/map?f=gif", 400),
        ("/collections/coverage/map?collections=coverage", 400),
    ],
)  # fmt: skip
def test_the_error_names_what_cannot_be_drawn(client, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_map_has_the_requested_size_and_box(client):
    answer = client.get("/collections/coverage/map?bbox=25,60.1,25.3,60.2&width=640&height=400")
    assert size_of(answer) == (640, 400)
    west, south, east, north = map(float, answer.headers["content-bbox"].split(","))
    assert west <= 25
    assert south <= 60.1
    assert east >= 25.3
    assert north >= 60.2


def test_a_box_may_be_in_another_crs(client):
    crs = "http://www.opengis.net/def/crs/EPSG/0/4326"
    one = client.get("/map?bbox=25,60.1,25.3,60.2&width=300&height=300")
    other = client.get(f"/map?bbox=60.1,25,60.2,25.3&bbox-crs={crs}&width=300&height=300")
    assert one.headers["content-bbox"] == other.headers["content-bbox"]
    assert one.content == other.content


def test_options_change_the_picture(client):
    def picture(**options):
        query = "&".join(f"{k}={v}" for k, v in {"width": 500, "height": 500, "lang": "en", **options}.items())
        return client.get(f"/map?{query}").content

    pictures = [
        picture(),
        picture(style="print"),
        picture(legend="false"),
        picture(transparent="true"),
        picture(collections="coverage"),
    ]
    assert len(set(pictures)) == len(pictures)


def test_a_transparent_map_is_transparent_at_its_corner(client):
    clear, paper = (client.get(f"/map?width=64&height=64&transparent={t}").content for t in ("true", "false"))
    assert clear != paper


def drawings(client):
    """Return the number of rendered pictures."""
    lines = client.get("/metrics").text.splitlines()
    return next(float(x.split()[1]) for x in lines if x.startswith("geoservice_drawing_seconds_count"))


@pytest.mark.parametrize(
    "path", ["/map/coverage/9/291/148@2x.png?style=print", "/map?width=80&height=80", "/styles/coverage/legend?f=png"]
)
def test_a_cached_picture_is_not_rendered_again(client_of, published, path):
    client = client_of(create_app(Settings(), published.open()))
    before = drawings(client)
    assert client.get(path).content == client.get(path).content
    assert drawings(client) == before + 1


def test_two_processes_render_the_same_bytes(client, published):
    with closing(published.open()) as store, closing(store.open()) as reader:
        options = MapOptions(BBox(25, 60.1, 25.3, 60.2), 640, 400, language="zh")
        for path, drawing in {
            f"{TILE}.png": TileDrawing("coverage", Tile(10, 583, 296), 1, "day"),
            "/map/stations/5/18/9@2x.png?style=print": TileDrawing("stations", Tile(5, 18, 9), 2, "print"),
            "/map?collections=coverage,stations&bbox=25,60.1,25.3,60.2&width=640&height=400&lang=zh": MapDrawing(
                (("coverage", None), ("stations", None)), options
            ),
            "/styles/map-print/legend?f=png&lang=zh": LegendDrawing(("coverage", "stations"), "print", "zh"),
        }.items():
            assert client.get(path).content == drawing.draw(reader), path


def test_the_collection_links_to_its_maps_and_styles(client):
    rels = {i["rel"].rsplit("/", 1)[-1]: i["href"] for i in client.json("/collections/coverage")["links"]}
    assert size_of(client.get(rels["map"] + "?width=64&height=64")) == (64, 64)
    assert client.json(rels["styles"])["default"] == "coverage"
    assert client.json(rels["tilesets-map"])["tilesets"][0]["dataType"] == "map"


def colours_of(png):
    raw = mapnik.Image.from_string(png).to_string()
    return Counter(tuple(raw[i : i + 3]) for i in range(0, len(raw), 4))


def near(seen, colour):
    """Return the number of pixels of a colour, up to rounding."""
    return sum(n for c, n in seen.items() if max(abs(a - b) for a, b in zip(c, colour, strict=True)) <= 1)


def test_a_map_shows_the_numbers_of_the_selected_minutes(client):
    """The districts have 71.5, no and 33 per cent at 15 minutes, 99, 88 and 77 at 30."""
    box = "/map?collections=coverage&bbox=25,60.1,25.3,60.2&width=300&height=300&legend=false"
    plain, fifteen, thirty = (
        client.get(box + more).content for more in ("", "&service=clinic&mode=walk&minutes=15", "&minutes=30")
    )
    assert plain == fifteen
    images = [colours_of(png) for png in (fifteen, thirty)]
    first, middle, last = (121, 74, 131), (97, 175, 170), (251, 235, 98)
    assert [[near(image, c) > 10_000 for c in (first, middle, last)] for image in images] == [[1, 1, 0], [0, 1, 1]]


def test_a_property_of_the_same_measure_colours_pictures_and_tiles(client):
    thirty = next(c for c in client.get("/collections/coverage/queryables").json()["properties"] if c.endswith("_30"))
    box = "/map?collections=coverage&bbox=25,60.1,25.3,60.2&width=300&height=300&"
    by_property, by_minutes = (client.get(box + more).content for more in (f"property={thirty}", "minutes=30"))
    assert by_property == by_minutes
    plain, other = (client.get(f"{TILE}.png{query}") for query in ("", f"?property={thirty}"))
    assert (plain.status_code, other.status_code) == (200, 200)
    assert plain.content != other.content
    assert plain.headers["etag"] != other.headers["etag"]
    for path in (f"{TILE}.png", "/map", "/collections/coverage/map"):
        refused = client.get(f"{path}?property=name_en")
        assert refused.status_code == 400
        assert thirty in refused.json()["detail"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("minutes=20", "one of 15, 30"),
        ("service=school", "one of clinic"),
        ("mode=fly", "one of walk"),
        ("tier=van", "one of any"),
        ("group=nobody", "one of all"),
        ("level=village", "one of"),
        ("minutes=x", "minutes"),
    ],
)
def test_a_map_of_numbers_that_do_not_exist_is_refused(client, query, message):
    for path in ("/map", "/collections/coverage/map"):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == 400
        assert message in answer.json()["detail"]
