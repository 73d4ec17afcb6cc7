"""Every route x every caller, from the OpenAPI document: who may read what, and that nobody sees another area's features.

Layers ``open``, ``plan`` and ``deep`` hold two features in county 340811 (named ALPHA) and two in 340822 (named BETA).
"""

import io
import math
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from asking import BY, Caller, given
from made_gazetteer import county_folder

from geoservice.layer import Layer, LayerColumn, Style
from geoservice.release.base import TABLE, Manifest, ReleaseContent
from geoservice.release.layers import build_layers
from geoservice.release.manifest import table_digest
from geoservice.server.access import AccessStore, open_access
from geoservice.server.app import create_app
from geoservice.settings import Settings

from .conftest import Place, close_releases, label, units

A, B = "340811", "340822"
PLACES = [
    ("a1", "ALPHA 一", A, shapely.box(25.00, 60.10, 25.04, 60.14)),
    ("a2", "ALPHA 二", A, shapely.box(25.05, 60.10, 25.09, 60.14)),
    ("b1", "BETA 一", B, shapely.box(25.90, 60.10, 25.94, 60.14)),
    ("b2", "BETA 二", B, shapely.box(25.95, 60.10, 25.99, 60.14)),
]
TIMETABLE: Mapping[str, tuple[Literal["text", "integer", "date"], str | int | date]] = {
    "service": ("text", "clinic"), "base_name": ("text", "base"), "van": ("integer", 1), "weeks": ("text", "1"),
    "every_weeks": ("integer", 1), "first_date": ("date", date(2026, 9, 7)), "arrives": ("text", "08:50"),
    "opens": ("text", "09:00"), "leaves": ("text", "10:00"),
}  # fmt: skip
"""Columns that make a layer a timetable, which has every format."""
LAYERS = {"open": "public", "plan": "planner", "deep": "steward"}


def content() -> ReleaseContent:
    """Return the release: one geography, shown by a layer for each role."""
    rows = units([(unit, name, name, shape) for unit, name, _, shape in PLACES])
    rows = rows.append_column("area_path", pa.array([f"/34/{county}/" for *_, county, _ in PLACES]))
    name = [LayerColumn(name=f"name_{n}", title=label("name"), type="text") for n in ("zh", "en")]
    for column, (kind, value) in TIMETABLE.items():
        rows = rows.append_column(column, pa.array([value] * len(PLACES)))
        name.append(LayerColumn(name=column, title=label(column), type=kind))
    style = Style(kind="fill", colours=("#440154",))
    layers = [
        Layer(id=i, title=label(i), description=label("d"), geography=("township",), geometry="polygon", columns=tuple(name),
              role=role, style=style, maxzoom=12)
        for i, role in LAYERS.items()
    ]  # fmt: skip
    table = TABLE.empty_table()
    built = list(build_layers(layers, {"township": rows}, table))
    study = {"id": "m", "title": {"zh": "矩阵", "en": "Matrix"}, "synthetic": True, "source": {"zh": "来源", "en": "Source"}}
    manifest = Manifest(
        code_version="0.1.0", study=study, inputs={}, parameters={}, table_digest=table_digest(table),
        layers=tuple(c.layer for c in built), disclosure={"profile": "planner"},
    )  # fmt: skip
    return ReleaseContent(built, table, manifest, gazetteer=county_folder())


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int]:
    """Return column and row of the Web Mercator tile at a location."""
    y = math.asinh(math.tan(math.radians(lat))) / math.pi
    return int((lon + 180) / 360 * 2**z), int((1 - y) / 2 * 2**z)


X, Y = tile_at(25.5, 60.12, 6)
"""One tile over both counties."""
SAMPLE = {
    "fid": 1, "style_id": "{layer_id}", "tileMatrixSetId": "WebMercatorQuad", "tileMatrix": 6, "tileRow": Y, "tileCol": X,
    "z": 6, "x": X, "y": Y, "process_id": "station-scenario", "fontstack": "Noto Sans SC", "span": "0-255",
}  # fmt: skip
TILE = "{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
COLLECTION = "/collections/{layer_id}"

# what a route is: "open" tells everybody the same, "list" tells each caller of what it may read, "layer" is of one layer,
# "whole" is a layer that cannot be cut to an area
TABLE_OF_ROUTES = {
    "/": "list", "/conformance": "open", "/api": "open", "/manifest": "list", "/access": "list", "/clients": "list",
    "/search": "open", "/health/live": "open", "/health/ready": "open",
    "/collections": "list", COLLECTION: "layer",
    f"{COLLECTION}/items": "layer", f"{COLLECTION}/items/{{fid}}": "layer",
    f"{COLLECTION}/schema": "layer", f"{COLLECTION}/queryables": "layer", f"{COLLECTION}/sortables": "layer",
    "/tileMatrixSets": "open", "/tileMatrixSets/{tileMatrixSetId}": "open",
    "/tilejson": "list", "/tiles": "list", "/tiles/{tileMatrixSetId}": "list", f"/tiles/{TILE}": "list",
    f"{COLLECTION}/tilejson": "layer", f"{COLLECTION}/tiles": "layer", f"{COLLECTION}/tiles/{{tileMatrixSetId}}": "layer",
    f"{COLLECTION}/tiles/{TILE}": "layer", "/tiles/{layer_id}/{z}/{x}/{y}.mvt": "layer", "/tiles/{layer_id}.pmtiles": "whole",
    "/styles": "list", "/styles/{style_id}": "layer", "/styles/{style_id}/legend": "layer",
    "/styles/{style_id}/metadata": "layer",
    "/fonts/{fontstack}/{span}.pbf": "open",
    "/processes": "open", "/processes/{process_id}": "open", "/jobs": "open",
    "/styles/sprite.json": "open", "/styles/sprite@2x.json": "open",
    "/styles/sprite.png": "open", "/styles/sprite@2x.png": "open",
    f"{COLLECTION}/styles": "layer", "/map": "list", f"{COLLECTION}/map": "layer",
    f"{COLLECTION}/map/tiles": "layer", f"{COLLECTION}/map/tiles/WebMercatorQuad": "layer",
    "/map/{layer_id}/{z}/{x}/{y}.png": "layer", "/map/{layer_id}/{z}/{x}/{y}@2x.png": "layer",
    f"{COLLECTION}/map/tiles/{TILE}.png": "layer", f"{COLLECTION}/map/tiles/{TILE}@2x.png": "layer",
}  # fmt: skip
EXECUTION = "/processes/{process_id}/execution"
"""It is posted to; :file:`test_processes.py` tests who may."""
JOBS = {"/jobs/{job_id}", "/jobs/{job_id}/results"}
"""Routes of one job; :file:`test_job_routes.py` tests who may."""
SCENARIO = "/scenarios/{scenario_id}"
SCENARIOS = {
    "/scenarios", SCENARIO, f"{SCENARIO}/conformance", f"{SCENARIO}/collections", f"{SCENARIO}/collections/stations",
    f"{SCENARIO}/collections/stations/schema", f"{SCENARIO}/collections/stations/items",
    f"{SCENARIO}/collections/stations/items/{{station}}",
}  # fmt: skip
"""For planners only, and can be written to; :file:`test_scenarios.py` tests who may."""
MORE = {"/map": "bbox=25,60,26,60.5&width=200", f"{COLLECTION}/map": "bbox=25,60,26,60.5&width=200"}
FILTERED = {
    f"{COLLECTION}/items": "filter=name_en%20LIKE%20%27%25A%25%27", f"{COLLECTION}/tiles/{TILE}": "properties=name_en",
    "/tiles/{layer_id}/{z}/{x}/{y}.mvt": "filter=name_en%20LIKE%20%27%25A%25%27",
    f"/tiles/{TILE}": "collections=open,plan&properties=name_en",
}  # fmt: skip


class World(NamedTuple):
    """The service, its OpenAPI document, and a caller of each kind."""

    document: Mapping[str, Any]
    callers: Mapping[str, Caller]
    access: AccessStore


@pytest.fixture(scope="module", params=["duckdb", pytest.param("postgis", marks=pytest.mark.postgis)])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    dsn = request.getfixturevalue("postgis") if request.param == "postgis" else None
    place = Place(tmp_path_factory.mktemp("matrix"), dsn, "matrix")
    store = place.open(read_only=False)
    store.write(content())
    store.close()
    access = open_access(place.home, None, "matrix", owner=True)
    tokens = {
        "planner": given(access, "planner", "planner"),
        "planner of A": given(access, "a", "planner", areas=(A,)),
        "planner of B": given(access, "b", "planner", areas=(B,)),
        "steward": given(access, "steward", "steward"),
        "revoked": given(access, "revoked", "steward"),
        "expired": given(access, "expired", "steward", days=-1),
        "garbage": "gs_garbage",
    }
    access.revoke("revoked", BY)
    app = create_app(Settings(home=place.home), place.open())
    callers = {"anonymous": Caller(app), **{who: Caller(app, text) for who, text in tokens.items()}}
    yield World(callers["anonymous"].get("/api?f=json").json(), callers, access)
    close_releases(app)
    access.close()


ROLE = {"anonymous": 0, "planner": 1, "planner of A": 1, "planner of B": 1, "steward": 2}
BAD = ("revoked", "expired", "garbage")


def url(route: str, layer: str, f: str | None = None, more: str = "") -> str:
    """Return a route's sample URL."""
    filled = route.format(**{**SAMPLE, "style_id": layer, "layer_id": layer})
    query = "&".join(q for q in (MORE.get(route, ""), more, f"f={f}" if f else "") if q)
    return f"{filled}?{query}" if query else filled


def formats(document: Mapping[str, Any], route: str) -> list[str | None]:
    """Return every format of a route that the document names."""
    parameters = document["paths"][route]["get"]["parameters"]
    return next((p["schema"].get("enum") or [None] for p in parameters if p["name"] == "f"), [None])


def allowed_statuses(route: str, layer: str, who: str) -> set[int]:
    """Return the statuses that the table allows."""
    if who in BAD:
        return {401}
    kind = TABLE_OF_ROUTES[route]
    if kind in {"open", "list"}:
        return {200}
    if ROLE[who] < list(LAYERS).index(layer):
        return {404}
    limited = layer != "open" and who.startswith("planner of")
    if kind == "whole" and limited:
        return {403}
    if route.endswith("{fid}") and limited and who.endswith("B"):
        return {404}
    return {200}


def test_the_table_has_every_route(world: World) -> None:
    served = set(world.document["paths"])
    assert served == {*TABLE_OF_ROUTES, EXECUTION, *JOBS, *SCENARIOS}, "add the route to the table of this test"


def test_a_question_needs_a_valid_token_and_the_layer_coverage(world: World) -> None:
    path = EXECUTION.format(**SAMPLE)
    for who, caller in world.callers.items():
        (answer,) = caller.many(path, method="POST", content=b"{}")
        assert answer.status_code == (401 if who in BAD else 404), who


@pytest.mark.parametrize("route", TABLE_OF_ROUTES)
def test_every_caller_gets_the_status_of_the_table(world: World, route: str) -> None:
    layers = LAYERS if "{layer_id}" in route or "{style_id}" in route else ["open"]
    for layer in layers:
        for who, caller in world.callers.items():
            answer = caller.get(url(route, layer))
            assert answer.status_code in allowed_statuses(route, layer, who), (layer, who, answer.text[:300])
            if answer.status_code == 200 and layer != "open":
                assert "private" in answer.headers["cache-control"], (layer, who)


def text_of(answer: httpx.Response, f: str | None) -> str:
    """Return the text of a response, decompressed."""
    if f == "parquet":
        return str(pq.read_table(io.BytesIO(answer.content)).to_pydict())
    return answer.content.decode("utf-8", errors="ignore")


def responses(world: World, who: str, route: str, layer: str) -> Iterator[tuple[str, str]]:
    """Yield each response of a route, in every format, filtered and unfiltered."""
    for f in formats(world.document, route):
        for more in ("", FILTERED.get(route, "")):
            where = url(route, layer, f, more)
            yield where, text_of(world.callers[who].get(where), f)


DATA = [r for r in TABLE_OF_ROUTES if r.endswith(("/items", ".mvt", TILE))]


@pytest.mark.parametrize("route", [r for r, kind in TABLE_OF_ROUTES.items() if kind != "open"])
def test_no_caller_sees_features_of_other_areas(world: World, route: str) -> None:
    for who, hidden in (("planner of A", "BETA"), ("planner of B", "ALPHA")):
        for where, text in responses(world, who, route, "plan"):
            if "collections=open" not in where and route != f"/tiles/{TILE}":
                assert hidden not in text, (who, where)


@pytest.mark.parametrize("route", DATA)
def test_control_callers_for_all_areas_see_all_features(world: World, route: str) -> None:
    for where, text in responses(world, "planner", route, "plan"):
        assert "ALPHA" in text, where
        assert ("BETA" in text) or "LIKE" in where, where


def test_composite_tiles_have_only_what_the_caller_may_see_of_each_layer(world: World) -> None:
    path = url(f"/tiles/{TILE}", "", None, "collections=plan")
    seen = {who: caller.get(path) for who, caller in world.callers.items() if who in ROLE}
    assert seen["anonymous"].status_code == 404
    assert ("ALPHA" in seen["planner of A"].text, "BETA" in seen["planner of A"].text) == (True, False)
    assert ("ALPHA" in seen["planner of B"].text, "BETA" in seen["planner of B"].text) == (False, True)
    assert b"deep" not in world.callers["planner"].get(url(f"/tiles/{TILE}", "")).content
    assert b"deep" in world.callers["steward"].get(url(f"/tiles/{TILE}", "")).content


def test_numbers_are_those_of_the_area(world: World) -> None:
    pages = {
        w: c.get("/collections/plan/items?f=json").json() for w, c in world.callers.items() if w in ROLE and w != "anonymous"
    }
    assert {w: x["numberMatched"] for w, x in pages.items()} == {
        "planner": 4,
        "planner of A": 2,
        "planner of B": 2,
        "steward": 4,
    }


PICTURES = [
    "/map/plan/{z}/{x}/{y}.png", "/map/plan/{z}/{x}/{y}@2x.png", "/collections/plan/map/tiles/WebMercatorQuad/{z}/{y}/{x}.png",
]  # fmt: skip


@pytest.mark.parametrize("path", PICTURES)
def test_pictures_show_no_other_area(world: World, path: str) -> None:
    tile_a, tile_b = tile_at(25.04, 60.12, 10), tile_at(25.94, 60.12, 10)

    def picture(who: str, tile: tuple[int, int]) -> bytes:
        return world.callers[who].get(path.format(z=10, x=tile[0], y=tile[1])).content

    assert picture("planner of A", tile_a) == picture("planner", tile_a) != picture("planner of B", tile_a)
    assert picture("planner of B", tile_b) == picture("planner", tile_b) != picture("planner of A", tile_b)


@pytest.mark.parametrize("path", ["/map?collections=plan&", "/collections/plan/map?"])
def test_maps_show_no_other_area(world: World, path: str) -> None:
    box = "bbox=25.88,60.09,26,60.15&width=120&legend=false"
    pictures = {who: world.callers[who].get(f"{path}{box}") for who in ("planner", "planner of A", "planner of B")}
    assert {p.status_code for p in pictures.values()} == {200}, pictures["planner"].text[:300]
    assert pictures["planner"].content == pictures["planner of B"].content != pictures["planner of A"].content


def test_a_copy_of_another_caller_is_never_current(world: World) -> None:
    for path in ("/collections/plan/items?f=json", f"/tiles/plan/6/{X}/{Y}.mvt", "/collections?f=json", "/styles/plan"):
        mine = world.callers["planner of A"].get(path).headers["etag"]
        for who in ("planner", "planner of B"):
            if path.startswith("/tiles") or "items" in path:
                assert world.callers[who].get(path, If_None_Match=mine).status_code == 200, (who, path)
        assert world.callers["planner of A"].get(path, If_None_Match=mine).status_code == 304, path


def test_all_reads_are_in_a_valid_audit_log(world: World) -> None:
    before = world.access.head().n
    for route, kind in TABLE_OF_ROUTES.items():
        if kind in {"layer", "whole"}:
            world.callers["steward"].get(url(route, "deep"))
            rows = [r.entry for r in world.access.rows(before)]
            assert [r["layers"] for r in rows] == [["deep"]], route
            before = world.access.head().n
    assert world.access.verify().n == before
