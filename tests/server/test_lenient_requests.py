"""Accepted variants of requests: shared links, cache busters, trailing slashes, other names of a CRS, paging by offset."""

from urllib.parse import urljoin, urlsplit

import pytest

SHARED = "from=singlemessage&isappinstalled=0&fbclid=x&utm_source=a&utm_source=b&spm=1.2"
PAGES = ["/", "/collections", "/collections/coverage", "/collections/coverage/items", "/collections/coverage/items/1", "/api"]


@pytest.mark.parametrize("path", PAGES)
def test_a_shared_link_opens_its_page_but_is_refused_for_data(client, path):
    assert client.get(f"{path}?{SHARED}", Accept="text/html").status_code == 200
    assert client.get(f"{path}?{SHARED}&f=html").status_code == 200
    assert client.get(f"{path}?{SHARED}", Accept="application/json").status_code == 400
    assert client.get(f"{path}?f=json&{SHARED}", Accept="text/html").status_code == 400


def test_links_of_a_page_omit_ignored_parameters(client):
    text = client.get("/collections/stations/items?limit=5&fbclid=secret&f=html").text
    assert "limit=5&amp;after=" in text
    assert "fbclid" not in text


def test_a_page_still_refuses_invalid_values(client):
    assert client.get("/collections/coverage/items?limit=x&from=a&f=html").status_code == 400
    assert client.get("/collections/coverage/items?limit=1&limit=2&f=html").status_code == 400


@pytest.mark.parametrize(
    "url",
    [
        "/collections?_=1732771200000",
        "/collections/coverage/items?_=1&limit=1",
        "/collections/coverage/items/1?_",
        "/tiles/coverage/9/291/148.mvt?_=7",
        "/tiles/coverage.pmtiles?_=7",
        "/map/coverage/9/291/148.png?_=7",
        "/styles/map?_=7",
        "/styles/sprite.json?_=7",
        "/api?_=7",
        "/map?width=50&height=50&_=7",
    ],
)
def test_a_cache_buster_is_ignored_everywhere(client, url):
    assert client.get(url).status_code == 200


def test_a_cache_buster_changes_neither_links_nor_response(client):
    plain, busted = (client.get(f"/collections/coverage?f=json{more}") for more in ("", "&_=1"))
    assert busted.content == plain.content
    assert busted.headers["etag"] == plain.headers["etag"]


@pytest.mark.parametrize(
    ("url", "to"),
    [
        ("/collections/", "/collections"),
        ("/collections/coverage/?f=json", "/collections/coverage?f=json"),
        ("/collections/coverage/items/?limit=2&_=1", "/collections/coverage/items?limit=2"),
        ("/conformance/", "/conformance"),
        ("/api/", "/api"),
        ("/tiles/", "/tiles"),
        ("/styles/map/", "/styles/map"),
        ("/a%20b/", "/a%20b"),
    ],
)
def test_a_trailing_slash_is_redirected_on_this_host(client, url, to):
    answer = client.get(f"http://geo.test{url}")
    assert answer.status_code == 301
    led = urlsplit(urljoin(f"http://geo.test/prefix{url}", answer.headers["location"]))
    assert (led.netloc, f"{led.path}{'?' if led.query else ''}{led.query}") == ("geo.test", f"/prefix{to}")


def test_a_trailing_slash_never_redirects_to_another_host(client):
    answer = client.get("http://geo.test//evil.test/")
    assert urlsplit(urljoin("http://geo.test//evil.test/", answer.headers["location"])).netloc == "geo.test"


@pytest.mark.parametrize("path", ["/collections//", "//", "/tiles/coverage/9/291/148.mvt//"])
def test_several_slashes_are_404(client, path):
    assert client.get(f"http://geo.test{path}").status_code == 404


@pytest.mark.parametrize(
    ("lang", "title"), [("zh-CN", "Coverage（中）"), ("zh_Hans_CN", "Coverage（中）"), ("EN-gb", "Coverage")]
)
def test_a_language_may_have_a_region(client, lang, title):
    assert client.json(f"/collections/coverage?lang={lang}")["title"] == title


@pytest.mark.parametrize("lang", ["fr", "zhu", "zh-", "zh-CN;", "z", ""])
def test_other_languages_are_refused(client, lang):
    assert client.get(f"/collections?lang={lang}").status_code == 400


@pytest.mark.parametrize(
    "name",
    ["EPSG:4490", "[EPSG:4490]", "epsg:4490", "urn:ogc:def:crs:EPSG::4490", "https://www.opengis.net/def/crs/EPSG/0/4490"],
)
def test_other_names_of_a_crs_are_accepted(client, name):
    answer = client.get(f"/collections/coverage/items?limit=1&crs={name}&bbox-crs={name}&bbox=60.11,25.11,60.12,25.12")
    assert answer.headers["content-crs"] == "<http://www.opengis.net/def/crs/EPSG/0/4490>"
    (feature,) = answer.json()["features"]
    assert feature["properties"]["unit"] == "t2"
    assert feature["geometry"]["coordinates"][0][0][0] > 60


@pytest.mark.parametrize("name", ["EPSG:1", "[EPSG:4490", "EPSG:4490]", "EPSG:４４９０", "4490", "OGC:84"])
def test_unknown_names_of_a_crs_are_refused(client, name):
    assert client.get(f"/collections/coverage/items?crs={name}").status_code == 400


def test_crs84_by_its_short_name(client):
    assert (
        client.get("/collections/coverage/items?crs=OGC:CRS84").json()["features"][0]["geometry"]["coordinates"][0][0][0] < 26
    )


@pytest.mark.parametrize(
    ("query", "least", "last"),
    [("", 1, 121), ("sortby=-unit&", 1, 121), ("bbox=25,60,26,61&", 1, 120), ("filter=name_en LIKE 'S%25'&", 1, 120)],
)
def test_offset_pages_hold_every_feature_once_in_the_order_of_links(client, query, least, last):
    by_number, by_link, url = [], [], f"/collections/stations/items?{query}limit=50"
    for offset in (0, 50, 100, 150):
        page = client.json(f"{url}&offset={offset}")
        assert page["numberMatched"] == last
        by_number += [f["id"] for f in page["features"]]
    while url:
        page = client.json(url)
        by_link += [f["id"] for f in page["features"]]
        url = next((i["href"] for i in page["links"] if i["rel"] == "next"), None)
    assert by_number == by_link
    assert sorted(by_number) == list(range(least, last + 1))


def test_offset_pages_have_next_and_prev_links(client):
    page = client.json("/collections/stations/items?sortby=unit&limit=10&offset=30")
    ways = {i["rel"]: i["href"] for i in page["links"]}
    assert "offset" not in ways["next"] + ways["prev"]
    assert client.json(ways["next"])["features"][0]["properties"]["unit"] == "s040"
    assert client.json(ways["prev"])["features"][-1]["properties"]["unit"] == "s029"


def test_a_file_begins_at_its_offset(client):
    lines = client.get("/collections/stations/items?f=csv&offset=118").text.splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["119", "120", "121"]


def test_offset_is_declared(client):
    parameters = client.json("/api")["paths"]["/collections/{layer_id}/items"]["get"]["parameters"]
    (offset,) = [p for p in parameters if p["name"] == "offset"]
    assert offset["schema"] == {"type": "integer", "minimum": 0, "default": 0}


def test_a_time_with_a_raw_plus_is_the_same_time(yixiu):
    def ids(moment):
        return [f["id"] for f in yixiu.json(f"/collections/clinics/items?limit=100&{moment}")["features"]]

    meant = ids("datetime=2020-01-02T00:00:00%2B08:00/2020-01-04T00:00:00%2B08:00")
    assert ids("datetime=2020-01-02T00:00:00+08:00/2020-01-04T00:00:00+08:00") == meant
    assert meant != ids("datetime=2020-01-02T00:00:00Z/2020-01-09T00:00:00Z")


@pytest.mark.parametrize("number", ["１００", "٥٠", "1_00"])
def test_picture_sizes_have_ascii_digits(client, number):
    assert client.get(f"/map?width={number}&height=50").status_code == 400


def test_the_table_holds_records_and_layers_hold_features(client):
    kinds = {c["id"]: c["itemType"] for c in client.json("/collections")["collections"]}
    assert kinds == {"coverage": "feature", "stations": "feature", "table": "record"}


def test_operations_have_the_names_of_ogc_api_tiles(client):
    names = {path: o["operationId"] for path, methods in client.json("/api")["paths"].items() for o in methods.values()}
    one = "{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
    assert names["/tiles"] == ".dataset.vector.getTileSetsList"
    assert names["/tiles/{tileMatrixSetId}"] == ".dataset.vector.getTileSet"
    assert names[f"/tiles/{one}"] == ".dataset.vector.getTile"
    assert names["/collections/{layer_id}/tiles"] == ".collection.vector.getTileSetsList"
    assert names["/collections/{layer_id}/tiles/{tileMatrixSetId}"] == ".collection.vector.getTileSet"
    assert names[f"/collections/{{layer_id}}/tiles/{one}"] == ".collection.vector.getTile"
    assert names["/collections/{layer_id}/map/tiles"] == ".collection.map.getTileSetsList"
    assert names[f"/collections/{{layer_id}}/map/tiles/{one}.png"] == ".collection.map.getTile"
    assert names["/tileMatrixSets"] == "getTileMatrixSetsList"
    assert len(set(names.values())) == len(names)


def test_a_map_tileset_links_to_our_own_matrix_set(client):
    tileset = client.json("/collections/coverage/map/tiles/WebMercatorQuad")
    (scheme,) = [i["href"] for i in tileset["links"] if i["rel"].endswith("tiling-scheme")]
    assert client.json(scheme)["id"] == tileset["tileMatrixSetId"] == "WebMercatorQuad"
