"""Scenarios over HTTP: who may do what, and the life cycle of a scenario and of its stations (OGC API Features, Part 4)."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import httpx
import pytest
import scenario_release
from asking import Caller, given
from openapi_spec_validator import OpenAPIV30SpecValidator

from geoservice.server.access import AccessStore, open_access
from geoservice.server.app import create_app
from geoservice.server.headers import MERGE_PATCH
from geoservice.settings import Settings

from .conftest import Place

VILLAGE = "v/1 村"
JSON, GEOJSON = "application/json", "application/geo+json"
NEW = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [117.1, 30.5]},
    "properties": {"name": "新站", "tier": "village", "services": ["clinic"], "capacity": 50},
}
CONTENT = {
    "name": "方案一",
    "note": "第一稿\nsecond line",
    "edits": [{"station": VILLAGE, "open": False}, {"station": "c1", "lon": 117.5, "lat": 30.5}],
}


class Planner(Caller):
    """A caller that writes."""

    def send(self, method: str, path: str, content: Any = None, kind: str = JSON, **headers: str) -> httpx.Response:
        if content is not None:
            headers["Content-Type"] = kind
        data = content if isinstance(content, bytes) else None if content is None else json.dumps(content).encode()
        return self.many(path, method=method, content=data, **headers)[0]


class World(NamedTuple):
    """The service and a caller of each kind."""

    callers: dict[str, Planner]
    access: AccessStore


@pytest.fixture(scope="module", params=["duckdb", pytest.param("postgis", marks=pytest.mark.postgis)])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    dsn = request.getfixturevalue("postgis") if request.param == "postgis" else None
    place = Place(tmp_path_factory.mktemp("scenarios"), dsn, "scenarios")
    store = place.open(read_only=False)
    store.write(scenario_release.release_content())
    store.close()
    access = open_access(place.home, None, "scenarios", owner=True)
    tokens = {name: given(access, name, "planner") for name in ("anna", "ben")}
    tokens |= {"steward": given(access, "steward", "steward"), "expired": given(access, "expired", "planner", days=-1)}
    app = create_app(Settings(home=place.home), place.open())
    callers = {"anonymous": Planner(app), **{who: Planner(app, text) for who, text in tokens.items()}}
    yield World(callers, access)
    access.close()


@pytest.fixture
def anna(world: World) -> Planner:
    return world.callers["anna"]


@pytest.fixture
def path(anna: Planner) -> str:
    """Return the path of a scenario of Anna's."""
    made = anna.send("POST", "/scenarios", CONTENT)
    assert made.status_code == 201, made.text
    return urlsplit(made.headers["location"]).path


@pytest.fixture
def items(path: str) -> str:
    """Return the path of the stations of a scenario of Anna's."""
    return f"{path}/collections/stations/items"


def detail(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["detail"])


def station(items: str, station_id: str = VILLAGE) -> str:
    return f"{items}/{quote(station_id, safe='')}"


def test_a_scenario_is_stored_listed_and_read(anna: Planner, path: str) -> None:
    read = anna.get(path)
    content = read.json()
    assert {k: content[k] for k in CONTENT} == CONTENT
    assert (content["owner"], content["writable"], content["revision"], content["unknown"]) == ("anna", True, 1, [])
    assert content["release"].startswith("1-")
    assert read.headers["cache-control"].startswith("private")
    listed = anna.get("/scenarios").json()
    own = next(s for s in listed["scenarios"] if s["id"] == content["id"])
    assert (own["name"], own["edit_count"], "edits" in own) == ("方案一", 2, False)
    assert listed["numberMatched"] >= 1


def test_the_list_has_pages(anna: Planner, path: str) -> None:
    anna.send("POST", "/scenarios", CONTENT)
    seen: list[str] = []
    href: str | None = "/scenarios?limit=1"
    while href:
        page = anna.get(href).json()
        seen += [s["id"] for s in page["scenarios"]]
        href = next((i["href"] for i in page["links"] if i["rel"] == "next"), None)
    assert len(seen) == len(set(seen)) == anna.get("/scenarios").json()["numberMatched"] >= 2
    assert anna.get("/scenarios?limit=0").status_code == 400
    html = anna.get("/scenarios?limit=1&lang=en&f=html").text
    following = re.search(r'href="([^"]+)">Next page<', html)
    assert following is not None
    assert anna.get(unescape(following[1])).headers["content-type"].startswith("text/html")


ROUTES = [
    "",
    "/conformance",
    "/collections",
    "/collections/stations",
    "/collections/stations/schema",
    "/collections/stations/items",
]


@pytest.mark.parametrize("below", ROUTES)
def test_planners_read_what_others_store_and_nobody_else_does(world: World, path: str, below: str) -> None:
    statuses = {who: caller.get(path + below).status_code for who, caller in world.callers.items()}
    assert statuses == {"anonymous": 401, "anna": 200, "ben": 200, "steward": 200, "expired": 401}


WRITES: list[tuple[str, str, Any, str]] = [
    ("POST", "/scenarios", CONTENT, JSON),
    ("PUT", "<path>", CONTENT, JSON),
    ("POST", "<path>/collections/stations/items", NEW, GEOJSON),
    ("PUT", "<path>/collections/stations/items/c1", NEW, GEOJSON),
    ("PATCH", "<path>/collections/stations/items/c1", {"properties": {"capacity": 1}}, MERGE_PATCH),
    ("DELETE", "<path>/collections/stations/items/c1", None, JSON),
    ("DELETE", "<path>", None, JSON),
]


@pytest.mark.parametrize(("method", "where", "content", "kind"), WRITES)
def test_the_owner_and_stewards_write_and_nobody_else_does(
    world: World, path: str, method: str, where: str, content: Any, kind: str
) -> None:
    where, rows = where.replace("<path>", path), world.access.head().n
    for who, status in (("anonymous", 401), ("expired", 401), *((("ben", 403),) if where != "/scenarios" else ())):
        answer = world.callers[who].send(method, where, content, kind, If_Match="*")
        assert (answer.status_code, bool(detail(answer))) == (status, True), who
    assert world.access.head().n == rows, "a refused write left a row"
    assert world.callers["anna"].get(path).json()["revision"] == 1
    done = world.callers["steward"].send(method, where, content, kind, If_Match="*")
    assert done.status_code in {200, 201, 204}, done.text
    entry = list(world.access.rows(rows))[-1].entry
    assert (entry["name"], entry["what"], entry["path"], entry["status"]) == ("steward", method, where, done.status_code)
    assert world.access.verify().n == rows + 1


def test_a_replacement_needs_the_revision_that_it_is_based_on(anna: Planner, path: str) -> None:
    first = anna.get(path).headers["etag"]
    assert anna.send("PUT", path, CONTENT).status_code == 428
    done = anna.send("PUT", path, {"name": "二"}, If_Match=first)
    assert (done.status_code, done.json()["revision"], done.json()["edits"], done.json()["note"]) == (200, 2, [], "")
    assert done.headers["etag"] != first
    lost = anna.send("PUT", path, CONTENT, If_Match=first)
    assert (lost.status_code, "was changed since" in detail(lost)) == (412, True)
    assert anna.send("PUT", path, CONTENT, If_Match=f"W/{done.headers['etag']}").status_code == 412
    assert anna.send("PUT", path, CONTENT, If_Match=f'"x", {done.headers["etag"]}').status_code == 200
    assert anna.send("DELETE", path, If_Match=first).status_code == 412
    assert anna.send("DELETE", path).status_code == 204
    assert [anna.get(path).status_code, anna.send("DELETE", path).status_code] == [404, 404]
    assert anna.send("PUT", path, CONTENT, If_Match="*").status_code == 404


BAD: list[tuple[Any, str]] = [
    ({}, "name: got"),
    ({"name": ""}, "name: got ''"),
    ({"name": "x" * 101}, "name: got"),
    ({"name": "a\nb"}, "control character"),
    ({"name": "a\0b"}, "control character"),
    ({"name": 1}, "name: got '1'"),
    ({"name": "a", "note": "x" * 2001}, "note: got"),
    ({"name": "a", "owner": "ben"}, "owner: got 'ben'"),
    ({"name": "a", "edits": [{"station": "c1", "lon": 200, "lat": 1}]}, "edits.0.lon: got '200'"),
    ({"name": "a", "edits": [{"station": "c1"}, {"station": "c1"}]}, "edited more than once"),
    ({"name": "a", "edits": [{"station": "c1"}, {"station": "b", "lon": 1}]}, "edits.1.lon: a position needs both"),
    ({"name": "a", "edits": [{"station": "c1", "tier": "van"}]}, "edits.0.tier: got 'van', allowed are county, village"),
    (
        {"name": "a", "edits": [{"station": "c1", "services": ["x"]}]},
        "edits.0.services: got 'x', allowed are clinic, maternity",
    ),
    ({"name": "a", "edits": [{"station": "new", "services": ["clinic"]}]}, "edits.0.lon: missing"),
    ({"name": "a", "edits": [{"station": f"s{i}"} for i in range(201)]}, "edits: got"),
    ({"name": "a", "edits": [{"station": "c\0"}]}, "control character"),
    ([], "expected an object"),
    (b"{", "not JSON"),
    (b"", "not JSON"),
    (b'{"name": "\\ud800"}', "not JSON"),
    (b'{"name": NaN}', "not JSON"),
    (b"[" * 100_000, "not JSON"),
    (b" " * 300_000, "larger than"),
]


@pytest.mark.parametrize(("content", "text"), BAD)
def test_bad_scenarios_are_refused_with_the_place(anna: Planner, content: Any, text: str) -> None:
    before = anna.get("/scenarios").json()["numberMatched"]
    answer = anna.send("POST", "/scenarios", content)
    assert (answer.status_code, text in detail(answer)) == (400, True), detail(answer)
    assert anna.get("/scenarios").json()["numberMatched"] == before


def test_a_body_of_another_type_is_refused(anna: Planner, items: str) -> None:
    assert anna.send("POST", "/scenarios", CONTENT, "application/x-www-form-urlencoded").status_code == 415
    assert anna.send("POST", "/scenarios", CONTENT, "text/plain").status_code == 415
    assert anna.send("PATCH", f"{items}/c1", {}, JSON).status_code == 415
    assert anna.send("POST", items, NEW, f"{GEOJSON}; charset=utf-8").status_code == 201


def features(anna: Planner, items: str, query: str = "?limit=100") -> dict[str, dict[str, Any]]:
    return {f["id"]: f for f in anna.get(items + query).json()["features"]}


def test_the_stations_are_those_of_the_release_with_the_edits(anna: Planner, items: str) -> None:
    answer = anna.get(items)
    assert answer.headers["content-type"] == GEOJSON
    assert (answer.json()["numberMatched"], answer.json()["numberReturned"]) == (2, 2)
    found = features(anna, items)
    assert list(found) == ["c1", "n1"], "the third is closed"
    assert found["c1"]["geometry"] == {"type": "Point", "coordinates": [117.5, 30.5]}
    assert found["c1"]["properties"] == {
        "name": "县医院", "tier": "county", "services": ["clinic", "maternity"], "capacity": 500.0, "start_delay_s": None,
        "status": "changed",
    }  # fmt: skip
    assert (found["n1"]["geometry"], found["n1"]["properties"]["status"]) == (None, "release")
    assert list(features(anna, items, "?bbox=117.4,30,118,31")) == ["c1"]
    assert list(features(anna, items, "?bbox=170,30,-170,31")) == []
    assert anna.get(f"{items}?bbox=1").status_code == anna.get(f"{items}?colour=1").status_code == 400
    second = anna.get(f"{items}?limit=1&offset=1").json()
    assert [f["id"] for f in second["features"]] == ["n1"]
    assert {i["rel"] for i in second["links"]} >= {"self", "prev", "collection"}


def test_the_life_of_a_new_station(anna: Planner, path: str, items: str) -> None:
    made = anna.send("POST", items, NEW, GEOJSON)
    assert (made.status_code, made.headers["content-type"]) == (201, GEOJSON)
    where = urlsplit(made.headers["location"]).path
    assert where == f"{items}/new-1"
    read = anna.get(where)
    assert (read.json(), read.headers["etag"]) == (made.json(), made.headers["etag"])
    assert read.json()["properties"] == {**NEW["properties"], "start_delay_s": None, "status": "new"}  # type: ignore[dict-item]
    moved = {**read.json(), "geometry": {"type": "Point", "coordinates": [117.2, 30.6, 40]}}
    replaced = anna.send("PUT", where, moved, GEOJSON, If_Match=read.headers["etag"])
    assert (replaced.status_code, replaced.json()["geometry"]["coordinates"]) == (200, [117.2, 30.6])
    lost = anna.send("PUT", where, moved, GEOJSON, If_Match=read.headers["etag"])
    assert (lost.status_code, "station 'new-1'" in detail(lost)) == (412, True)
    patched = anna.send("PATCH", where, {"properties": {"capacity": None, "name": "改"}}, MERGE_PATCH, If_Match="*")
    assert (patched.json()["properties"]["capacity"], patched.json()["properties"]["name"]) == (None, "改")
    assert anna.get(path).json()["edits"][-1] == {
        "station": "new-1", "name": "改", "lon": 117.2, "lat": 30.6, "tier": "village", "services": ["clinic"],
    }  # fmt: skip
    assert urlsplit(anna.send("POST", items, NEW, GEOJSON).headers["location"]).path == f"{items}/new-2"
    assert anna.send("DELETE", where, If_Match=read.headers["etag"]).status_code == 412
    assert anna.send("DELETE", where, If_Match=patched.headers["etag"]).status_code == 204
    assert [anna.get(where).status_code, anna.send("DELETE", where).status_code] == [404, 404]
    assert anna.send("PUT", where, NEW, GEOJSON).status_code == 404, "a PUT creates no station"
    assert anna.get(path).json()["revision"] == 6


def test_a_station_of_the_release_is_edited_and_never_changed(anna: Planner, path: str, items: str) -> None:
    before = anna.get("/collections/stations/items?f=json").json()["features"]
    where = station(items, "n1")
    patch = {"geometry": {"type": "Point", "coordinates": [117.0, 30.0]}, "properties": {"capacity": 30, "tier": "county"}}
    patched = anna.send("PATCH", where, patch, MERGE_PATCH)
    assert (patched.status_code, patched.json()["properties"]["status"]) == (200, "changed")
    assert anna.get(path).json()["edits"][-1] == {
        "station": "n1",
        "lon": 117.0,
        "lat": 30.0,
        "tier": "county",
        "capacity": 30.0,
    }
    back = anna.send("PATCH", where, {"geometry": None, "properties": {"capacity": None, "tier": None}}, MERGE_PATCH)
    assert back.json()["properties"]["status"] == "release"
    assert [e["station"] for e in anna.get(path).json()["edits"]] == [VILLAGE, "c1"], "an edit that changes nothing is left out"
    assert anna.send("DELETE", where).status_code == 204
    assert (anna.get(where).status_code, "a PUT opens it again" in detail(anna.get(where))) == (404, True)
    assert anna.get("/collections/stations/items?f=json").json()["features"] == before


def test_a_closed_station_is_opened_by_a_put(anna: Planner, items: str) -> None:
    where = station(items)
    assert anna.get(where).status_code == 404
    body: dict[str, Any] = {"type": "Feature", "geometry": None, "properties": {}}
    opened = anna.send("PUT", where, body, GEOJSON)
    assert (opened.status_code, opened.json()["properties"]["status"]) == (201, "release")
    assert urlsplit(opened.headers["location"]).path == where
    assert anna.get(where).json()["properties"]["name"] == "红岭卫生室"


def test_services_that_change_come_with_position_and_tier(anna: Planner, path: str, items: str) -> None:
    anna.send("PATCH", station(items, "c1"), {"properties": {"services": ["maternity"]}}, MERGE_PATCH)
    edit = next(e for e in anna.get(path).json()["edits"] if e["station"] == "c1")
    assert edit == {"station": "c1", "lon": 117.5, "lat": 30.5, "tier": "county", "services": ["maternity"]}


BAD_STATIONS: list[tuple[Any, str]] = [
    ({}, "type: got"),
    ({**NEW, "type": "FeatureCollection"}, "type: got"),
    ({**NEW, "geometry": {"type": "Polygon", "coordinates": []}}, "geometry.type: got"),
    ({**NEW, "geometry": {"type": "Point", "coordinates": [1]}}, "geometry.coordinates"),
    ({**NEW, "geometry": {"type": "Point", "coordinates": ["1", 2]}}, "geometry.coordinates"),
    ({**NEW, "geometry": {"type": "Point", "coordinates": [True, 2]}}, "geometry.coordinates"),
    ({**NEW, "geometry": {"type": "Point", "coordinates": [181, 2]}}, "geometry: got '181"),
    ({**NEW, "geometry": None}, "geometry: missing"),
    ({**NEW, "properties": {"tier": "van", "services": ["clinic"]}}, "properties.tier: got 'van', allowed are county, village"),
    ({**NEW, "properties": {"tier": "village"}}, "properties.services: missing"),
    ({**NEW, "properties": {"tier": "village", "services": []}}, "properties.services: allowed is"),
    ({**NEW, "properties": {"tier": "village", "services": ["clinic", "clinic"]}}, "each once"),
    ({**NEW, "properties": {"tier": "village", "services": "clinic"}}, "properties.services: got 'clinic'"),
    ({**NEW, "properties": {"tier": "village", "services": ["x"]}}, "properties.services: got 'x'"),
    ({**NEW, "properties": {"tier": "village", "services": ["clinic"], "capacity": -1}}, "properties.capacity: got '-1"),
    ({**NEW, "properties": {"tier": "village", "services": ["clinic"], "colour": 1}}, "properties.colour: got '1'"),
    ({**NEW, "properties": {"tier": "village", "services": ["clinic"], "name": "a\0"}}, "control character"),
    ({**NEW, "properties": None}, "properties: got"),
    (b'{"type":"Feature","properties":{"name":' + b"[" * 900 + b"]" * 900 + b"}}", "properties.name: got"),
]


@pytest.mark.parametrize(("content", "text"), BAD_STATIONS)
def test_bad_stations_are_refused_with_the_place(anna: Planner, path: str, items: str, content: Any, text: str) -> None:
    answer = anna.send("POST", items, content, GEOJSON)
    assert (answer.status_code, text in detail(answer)) == (400, True), detail(answer)
    assert anna.get(path).json()["revision"] == 1


@pytest.mark.parametrize(
    "patch",
    [
        b"[]",
        b"{",
        b'{"properties": 1}',
        b'{"geometry": {"type": "Line"}}',
        b'{"type": null}',
        b'{"a":' * 900 + b"1" + b"}" * 900,
    ],
)
def test_bad_patches_are_refused(anna: Planner, path: str, items: str, patch: bytes) -> None:
    assert anna.send("PATCH", f"{items}/c1", patch, MERGE_PATCH).status_code == 400
    assert anna.get(path).json()["revision"] == 1


@pytest.mark.parametrize(
    "odd", ["%00", "..%2f..", "%E6%9D%91", "a" * 500, "%F0%9F%9A%91", "%0a", "'; DROP TABLE scenarios --", "%ff"]
)
def test_hostile_paths_are_not_found(anna: Planner, items: str, odd: str) -> None:
    for where in (f"{items}/{odd}", f"/scenarios/{odd}", f"/scenarios/{odd}/collections/stations/items"):
        for method, content, kind in (("GET", None, JSON), ("DELETE", None, JSON), ("PATCH", {}, MERGE_PATCH)):
            assert anna.send(method, where, content, kind).status_code in {404, 405}, (method, where)
    assert anna.send("PUT", f"/scenarios/{odd}", CONTENT, If_Match="*").status_code in {404, 405}


def test_the_number_of_edits_is_limited(anna: Planner, items: str, path: str) -> None:
    edits = [{"station": f"s{i}", "open": False} for i in range(200)]
    assert anna.send("PUT", path, {"name": "full", "edits": edits}, If_Match="*").status_code == 200
    assert anna.get(path).json()["unknown"] == [f"s{i}" for i in range(200)]
    full = anna.send("POST", items, NEW, GEOJSON)
    assert (full.status_code, "at most 200 edits" in detail(full)) == (409, True)


def test_conformance_is_declared_where_stations_can_be_written(anna: Planner, path: str) -> None:
    classes = anna.get(f"{path}/conformance").json()["conformsTo"]
    part_4 = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf"
    names = ("create-replace-delete", "update", "features", "optimistic-locking-etags")
    assert {f"{part_4}/{name}" for name in names} <= set(classes)
    assert not [c for c in anna.get("/conformance").json()["conformsTo"] if "features-4" in c]
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for where in ("/collections/stations/items", "/collections/stations/items/1"):
            assert anna.send(method, where, NEW).status_code == 405


@pytest.mark.parametrize(
    ("below", "methods"),
    [
        ("", {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}),
        ("/collections/stations/items", {"GET", "HEAD", "POST", "OPTIONS"}),
        ("/collections/stations/items/v%2F1%20%E6%9D%91", {"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"}),
        ("/conformance", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_options_name_the_methods(world: World, path: str, below: str, methods: set[str]) -> None:
    answer = world.callers["anonymous"].send("OPTIONS", path + below, Origin="https://portal.example")
    assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (204, methods)
    assert answer.headers["access-control-allow-methods"] == answer.headers["allow"]
    assert ("accept-patch" in answer.headers) == ("PATCH" in methods)
    assert {"Authorization", "If-Match", "Content-Type"} <= set(answer.headers["access-control-allow-headers"].split(", "))
    refused = world.callers["anna"].send("POST" if "PUT" in methods else "PUT", path + below, {})
    assert (refused.status_code, set(refused.headers["allow"].split(", "))) == (405, methods)


@pytest.mark.parametrize("below", ["", *ROUTES])
def test_every_page_is_there_in_both_languages(anna: Planner, path: str, below: str) -> None:
    where = f"{path}{below}" if below else "/scenarios"
    english, chinese = (anna.get(f"{where}?f=html&lang={lang}") for lang in ("en", "zh"))
    assert english.headers["content-type"].startswith("text/html")
    assert english.text != chinese.text
    assert "方案一" in (chinese.text if "conformance" not in below and "schema" not in below else "方案一")
    assert "etag" not in english.headers, "an ETag is of the JSON document"


def test_hostile_text_is_escaped(anna: Planner) -> None:
    content = {**CONTENT, "name": "<script>x</script>", "note": "<b>&"}
    path = urlsplit(anna.send("POST", "/scenarios", content).headers["location"]).path
    for where in (path, "/scenarios", f"{path}/collections/stations/items"):
        assert "<script>x" not in anna.get(f"{where}?f=html").text


def test_a_schema_names_what_the_study_allows(anna: Planner, path: str) -> None:
    answer = anna.get(f"{path}/collections/stations/schema")
    properties = answer.json()["properties"]
    assert answer.headers["content-type"] == "application/schema+json"
    assert (properties["tier"]["enum"], properties["services"]["items"]["enum"]) == (
        ["county", "village"],
        ["clinic", "maternity"],
    )
    assert properties["status"]["readOnly"] is True


def test_every_link_of_a_scenario_can_be_followed(anna: Planner, path: str) -> None:
    root = anna.get("/?f=json").json()
    assert [i for i in root["links"] if i["href"].endswith("/scenarios")]
    visited, todo = set(), [path]
    while todo:
        where = todo.pop()
        if where in visited or "/execution" in where or not urlsplit(where).path.startswith(path):
            continue
        visited.add(where)
        answer = anna.get(where, Accept="application/json")
        assert answer.status_code == 200, where
        if "json" in answer.headers["content-type"]:
            todo += [i["href"] for i in links_in(answer.json())]
    assert len(visited) > 10


def links_in(content: Any) -> list[dict[str, str]]:
    if isinstance(content, dict):
        own = [content] if isinstance(content.get("href"), str) else []
        return own + [i for v in content.values() for i in links_in(v)]
    return [i for v in content for i in links_in(v)] if isinstance(content, list) else []


def test_the_landing_page_names_scenarios_to_planners_only(world: World) -> None:
    links = {who: world.callers[who].get("/?f=json").text for who in ("anonymous", "anna")}
    assert ("/scenarios" in links["anna"], "/scenarios" in links["anonymous"]) == (True, False)


def test_the_description_is_valid_and_has_every_write(anna: Planner) -> None:
    document = anna.get("/api").json()
    OpenAPIV30SpecValidator(document).validate()
    methods = {path: set(found) for path, found in document["paths"].items() if path.startswith("/scenarios")}
    item = "/scenarios/{scenario_id}/collections/stations/items/{station}"
    assert (methods["/scenarios"], methods[item]) == ({"get", "post"}, {"get", "put", "patch", "delete"})
    body = document["paths"][item]["patch"]["requestBody"]["content"]
    assert list(body) == [MERGE_PATCH]
    assert "428" in document["paths"]["/scenarios/{scenario_id}"]["put"]["responses"]


def test_a_planner_of_an_area_sees_the_stations_of_that_area_only(tmp_path: Path) -> None:
    store = Place(tmp_path, None, "x").open(read_only=False)
    store.write(scenario_release.release_content(role="planner"))
    store.close()
    access = open_access(tmp_path, None, "x", owner=True)
    app = create_app(Settings(home=tmp_path), Place(tmp_path, None, "x").open())
    everywhere, limited = (
        Planner(app, given(access, name, "planner", areas=areas)) for name, areas in (("a", None), ("b", ("34080",)))
    )
    path = urlsplit(everywhere.send("POST", "/scenarios", CONTENT).headers["location"]).path
    items = f"{path}/collections/stations/items?limit=100"
    assert {f["id"] for f in everywhere.get(items).json()["features"]} == {"c1", "n1"}
    assert {f["id"] for f in limited.get(items).json()["features"]} == {"c1"}
    assert {f["id"] for f in everywhere.get(items).json()["features"]} == {"c1", "n1"}, (
        "what one may see is not kept for another"
    )
    assert limited.get(station(items.partition("?")[0], "n1")).status_code == 404
    last = list(access.rows())[-1].entry
    assert (last["name"], last["layers"]) == ("b", ["stations"]), "reading a layer that is not public is in the audit log"
    access.close()
