"""Landing page, headers of all responses, revalidation, and the switch to a new release."""

import subprocess
import sys
import time

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from geoservice.server.app import create_app
from geoservice.server.release_pool import ReleasePool
from geoservice.server.translations import CHINESE
from geoservice.settings import Settings

ROUTES = [
    "/",
    "/conformance",
    "/api",
    "/manifest",
    "/clients",
    "/collections",
    "/collections/coverage",
    "/collections/coverage/schema",
    "/collections/coverage/queryables",
    "/collections/coverage/sortables",
    "/collections/coverage/items",
    "/collections/coverage/items/1",
    "/collections/coverage/tilejson",
    "/collections/coverage/tiles",
    "/collections/coverage/tiles/WebMercatorQuad",
    "/tiles",
    "/tiles/WebMercatorQuad",
    "/tilejson",
    "/tileMatrixSets",
    "/tileMatrixSets/WebMercatorQuad",
    "/styles",
    "/styles/coverage",
    "/styles/coverage/metadata",
    "/styles/coverage/legend",
    "/collections/coverage/styles",
    "/processes",
    "/processes/station-scenario",
    "/processes/siting",
    "/processes/geocode",
    "/search",
    "/collections/coverage/map/tiles",
    "/collections/coverage/map/tiles/WebMercatorQuad",
]
PICTURES = ["/map", "/collections/coverage/map", *(f"/styles/sprite{x}" for x in (".json", ".png", "@2x.json", "@2x.png"))]
MAP_TILES = [
    *(f"/map/coverage/10/583/296{x}.png" for x in ("", "@2x")),
    *(f"/collections/coverage/map/tiles/WebMercatorQuad/10/296/583{x}.png" for x in ("", "@2x")),
]
BARE = [
    "/tiles/coverage/10/583/296.mvt",
    "/tiles/WebMercatorQuad/10/296/583",
    "/collections/coverage/tiles/WebMercatorQuad/10/296/583",
    "/tiles/coverage.pmtiles",
]
GLYPHS = ["/fonts/Noto Sans SC/0-255.pbf"]
EXECUTION = "/processes/station-scenario/execution"
"""It is posted, see test_processes.py."""
JOB = ["/jobs/x", "/jobs/x/results"]
"""There is no such job; see test_jobs.py."""
OTHERS = ["/access", "/jobs", "/health/live", "/health/ready", *BARE, *PICTURES, *GLYPHS, *MAP_TILES]
EXAMPLE = {
    "layer_id": "coverage", "fid": 1, "style_id": "coverage", "tileMatrixSetId": "WebMercatorQuad", "z": 10, "x": 583, "y": 296,
    "tileMatrix": 10, "tileRow": 296, "tileCol": 583, "process_id": "station-scenario",
    "fontstack": "Noto Sans SC", "span": "0-255", "job_id": "x",
}  # fmt: skip


@pytest.mark.parametrize("path", [*ROUTES, *OTHERS, "/nope", "/collections?x=1"])
def test_headers_of_every_response(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["access-control-allow-origin"] == "*"
    assert "'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.parametrize("path", ROUTES)
def test_json_and_html_of_every_route(client, path):
    as_json, as_html = client.get(f"{path}?f=json"), client.get(f"{path}?f=html")
    assert "json" in as_json.headers["content-type"]
    assert isinstance(as_json.json(), dict)
    assert as_html.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ROUTES)
def test_an_unchanged_response_is_304(client, path):
    first = client.get(path, Accept="application/json")
    again = client.get(path, Accept="application/json", If_None_Match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert (
        client.get(path, Accept="application/json", Accept_Language="zh", If_None_Match=first.headers["etag"]).status_code
        == 200
    )


def test_a_304_has_the_vary_of_the_response(client):
    first = client.get("/collections")
    again = client.get("/collections", If_None_Match=first.headers["etag"])
    assert again.status_code == 304
    assert [again.headers[name] for name in ("cache-control", "etag")] == [
        first.headers[name] for name in ("cache-control", "etag")
    ]
    varies = [set(answer.headers["vary"].split(", ")) for answer in (first, again)]
    assert varies[1] == varies[0] | {"Accept-Encoding"}
    assert {"Accept", "Accept-Language", "Authorization"} <= varies[1]


@pytest.mark.parametrize("if_none_match", ["*", "*, *"])
def test_an_if_none_match_of_star_is_not_304(client, if_none_match):
    assert client.get("/collections", If_None_Match=if_none_match).status_code == 200


@pytest.mark.parametrize("path", [*ROUTES, *OTHERS])
def test_head_and_options(client, path):
    head = client.request("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    assert client.request("OPTIONS", path).status_code == 204


def test_every_link_can_be_followed(client):
    visited, todo = set(), ["http://geo.test/?f=json"]
    while todo:
        url = todo.pop()
        if url in visited or "{" in url or not url.startswith("http://geo.test") or url.endswith("/execution"):
            continue
        visited.add(url)
        answer = client.get(url, Accept="application/json")
        assert answer.status_code == 200, url
        if "json" in answer.headers["content-type"]:
            todo += [i["href"] for i in links_in(answer.json())]
    assert len(visited) > 40


def links_in(content):
    if isinstance(content, dict):
        links = [content] if isinstance(content.get("href"), str) else []
        return links + [i for v in content.values() for i in links_in(v)]
    return [i for v in content for i in links_in(v)] if isinstance(content, list) else []


def test_openapi_is_3_0_and_complete(client):
    answer = client.get("/api")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    document = answer.json()
    OpenAPIV30SpecValidator(document).validate()
    assert document["openapi"].startswith("3.0")
    read = {p for p in document["paths"] if not p.startswith("/scenarios")}  # those are for planners, see test_scenarios.py
    assert {p.format(**EXAMPLE) for p in read} == {*ROUTES, *OTHERS, *JOB, EXECUTION} - {
        "/processes/siting",
        "/processes/geocode",
    }
    limit = next(p for p in document["paths"]["/collections/{layer_id}/items"]["get"]["parameters"] if p["name"] == "limit")
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 10}


def test_a_browser_gets_the_map_page_and_a_client_the_landing_page(client):
    assert client.get("/", Accept="text/html,*/*;q=0.8").headers["content-type"].startswith("text/html")
    assert {"self", "service-desc", "conformance", "data"} <= {i["rel"] for i in client.get("/").json()["links"]}


def test_public_url_is_used_in_links(release_store, client):
    client.app = create_app(Settings(url="https://maps.example.org/access/"), release_store)
    assert client.json("/collections")["links"][0]["href"] == "https://maps.example.org/access/collections?f=json"


def test_the_manifest_contains_neither_secrets_nor_inputs(client):
    text = client.get("/manifest").text
    content = client.json("/manifest")
    assert content["disclosure"] == {
        "kind": "register", "rho": 1.0, "levels": [{}], "statement": {"zh": "两句话。", "en": "Two sentences."}
    }  # fmt: skip
    assert "digest-of-input" not in text
    assert "parameters" not in content
    assert [layer["id"] for layer in content["layers"]] == ["coverage", "stations", "table"]
    assert content["layers"][0]["style"]["property"] == "share_clinic_walk_15"
    assert content["study"]["synthetic"] is True


def test_a_new_release_is_served_without_a_restart(changing, release_store, content):
    before = changing.get("/manifest")
    tile = changing.get("/tiles/coverage/10/583/296.mvt").headers["etag"]
    number = release_store.write(content(note="two"))
    time.sleep(0.3)
    after = changing.get("/manifest", If_None_Match=before.headers["etag"])
    assert after.status_code == 200
    assert after.json()["release"] == number > before.json()["release"]
    assert changing.get("/tiles/coverage/10/583/296.mvt", If_None_Match=tile).status_code == 200


def test_a_rollback_is_served_too(changing, release_store, content):
    first = changing.json("/manifest")["release"]
    release_store.write(content(note="two"))
    time.sleep(0.3)
    assert changing.json("/manifest")["release"] != first
    release_store.rollback(first)
    time.sleep(0.3)
    assert changing.json("/manifest")["release"] == first


def test_a_reader_in_use_survives_a_new_release(release_store, content):
    current = ReleasePool(release_store, refresh_s=0)
    with current.lease() as old:
        release_store.write(content(note="two"))
        with current.lease() as new:
            assert new.number == old.number + 1
        assert old.item("coverage", 1).num_rows == 1
    current.close()


def test_the_server_imports_nothing_private():
    private = (
        "vintages",
        "register",
        "project",
        "pipeline",
        "engine",
        "network",
        "analysis",
        "ingest",
        "geocode",
        "disclosure",
        "study",
        "schema",
        "cli",
    )
    code = (
        "import sys, geoservice.server.app, geoservice.server.serve, geoservice.maps.folium_map\n"
        "print(*[m for m in sys.modules if m.startswith('geoservice.')])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "geoservice.server.tiles.route" in loaded
    assert [m for m in loaded if m.split(".")[1] in private] == []


def test_a_page_has_one_policy_and_its_style_is_in_it(client):
    answer = client.get("/collections?f=html")
    assert len(answer.headers.get_list("content-security-policy")) == 1
    assert "style-src 'sha256-" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/collections", "/collections/coverage/items", "/clients"])
def test_a_304_keeps_the_policy_of_the_cached_page(client, path):
    """A browser takes the headers of a 304 over: another policy would take the style away from the page that it has kept."""
    first = client.get(f"{path}?f=html")
    again = client.get(f"{path}?f=html", If_None_Match=first.headers["etag"])
    assert again.status_code == 304
    assert "content-security-policy" not in again.headers
    assert again.headers["x-content-type-options"] == "nosniff"


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("lang", "words"), [("en-GB,en;q=0.9", ("Page not found", "Data")), ("zh-CN,zh;q=0.9,en;q=0.5", ("页面不存在", "数据"))]
)
@pytest.mark.parametrize("path", ["/nope", "/collections/nope", "/nope/<script>"])
def test_a_browser_gets_the_404_page_in_its_language(client, path, lang, words):
    answer = client.get(path, Accept=BROWSER, Accept_Language=lang)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert all(word in answer.text for word in words)
    assert "<script>" not in answer.text
    assert "/collections?f=html" in answer.text
    assert "style-src 'sha256-" in answer.headers["content-security-policy"]


def test_a_program_gets_a_problem_for_a_404(client):
    for headers in ({}, {"Accept": "application/json"}, {"Accept": "*/*"}):
        answer = client.get("/nope", **headers)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert client.get("/collections/nope?f=json", Accept=BROWSER).headers["content-type"] == "application/problem+json"


def test_the_api_description_exists_in_chinese(client):
    summaries = {o["summary"] for path in client.json("/api")["paths"].values() for o in path.values()}
    assert summaries - CHINESE.keys() == set()
    text = client.get("/api?f=html&lang=zh").text
    assert [s for s in summaries if f"<td>{s}</td>" in text] == []
    assert "<th>用途</th>" in text
    for path, title in (("/styles", "样式"), ("/conformance", "符合的标准"), ("/tileMatrixSets", "瓦片矩阵集列表")):
        assert f"<h1>{title}</h1>" in client.get(f"{path}?f=html&lang=zh").text
