"""Tiles of a non-public layer: which callers get them, for which areas, and that no cache sends them to others."""

from collections.abc import Callable, Iterator
from typing import Any

import clinics
import mapbox_vector_tile
import pytest
from asking import Caller, given
from wired import wire_up

from geoservice.release import open_store
from geoservice.server.access import open_access
from geoservice.server.app import create_app
from geoservice.settings import Settings

SHORT = "/tiles/visits/4/13/6.mvt"
PATHS = (SHORT, "/collections/visits/tiles/WebMercatorQuad/4/6/13", "/tiles/clinics,visits/4/13/6.mvt")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scoped")
    store = open_store(folder / "releases", None, "x", read_only=False)
    store.write(clinics.release_content())
    return folder


@pytest.fixture(scope="module")
def app(home) -> Any:
    return create_app(Settings(home=home), open_store(home / "releases", None, "x", read_only=True))


@pytest.fixture(scope="module")
def caller(app, home) -> Iterator[Callable[..., Caller]]:
    """``caller(areas)``: a planner who reads these areas, None for all."""
    access = open_access(home, None, "geoservice", owner=True)
    views = (None, (clinics.TOWNS[0],), (clinics.TOWNS[1],), ("99",))
    tokens = {areas: given(access, f"p{i}", "planner", areas=areas) for i, areas in enumerate(views)}
    yield lambda areas=None: Caller(app, tokens[areas])
    access.close()


def units(answer: Any, layer: str = "visits") -> set[str]:
    decoded = mapbox_vector_tile.decode(answer.content) if answer.content else {}
    return {f["properties"]["unit"] for f in decoded.get(layer, {"features": []})["features"]}


def placed(town: int | None = None) -> set[str]:
    return {f"c{i:03d}" for i in range(clinics.ROWS) if i != 4 and (town is None or i % 2 == town)}


@pytest.mark.parametrize("path", PATHS)
def test_an_anonymous_caller_gets_none(app, path):
    assert Caller(app).get(path).status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_a_planner_sees_all_areas_or_those_of_its_token(caller, path):
    assert units(caller().get(path)) == placed()
    assert units(caller((clinics.TOWNS[0],)).get(path)) == placed(0)
    assert units(caller((clinics.TOWNS[1],)).get(path)) == placed(1)
    assert units(caller(("99",)).get(path)) == set()


@pytest.mark.parametrize("path", [*PATHS, "/tiles/WebMercatorQuad/4/6/13", f"{SHORT}?properties=unit"])
def test_responses_are_private_and_their_etags_depend_on_the_areas(caller, path):
    answers = [caller(a).get(path) for a in (None, (clinics.TOWNS[0],), (clinics.TOWNS[1],))]
    assert {a.headers["cache-control"] for a in answers} == {"private, no-cache"}
    assert all("Authorization" in a.headers["vary"] for a in answers)
    assert len({a.headers["etag"] for a in answers}) == 3
    again = caller((clinics.TOWNS[0],)).get(path, If_None_Match=answers[1].headers["etag"])
    assert again.status_code == 304


def test_a_version_does_not_make_it_public(caller):
    one = caller()
    version = one.get("/manifest?f=json").json()["version"]
    assert one.get(f"{SHORT}?v={version}").headers["cache-control"] == "private, no-cache"


def test_a_tile_of_one_caller_is_not_sent_to_another(app, caller):
    for _ in range(2):
        for path in PATHS:
            assert units(caller().get(path)) == placed()
            assert units(caller((clinics.TOWNS[0],)).get(path)) == placed(0)
            assert Caller(app).get(path).status_code == 404
    assert not app.response_cache.entries


def test_a_tile_of_one_caller_is_not_in_the_response_cache(home, caller):
    app = create_app(Settings(home=home), open_store(home / "releases", None, "x", read_only=True))
    token, public = caller().headers, "/tiles/clinics/6/52/26.mvt"
    with wire_up(app) as served:
        for _ in range(3):
            for path in PATHS:
                assert [served.ask(path, **token)[0], served.ask(path)[0], served.ask("/tiles/clinics/6/52/26.mvt")[0]] == [
                    200,
                    404,
                    200,
                ]
        assert {target for target, _ in app.response_cache.entries} == {public.encode()}
        assert app.response_cache.hits == 3 * len(PATHS) - 1


def test_the_dataset_has_the_layers_of_the_caller(app, caller):
    path = "/tiles/WebMercatorQuad/4/6/13"
    for _ in range(2):
        assert set(mapbox_vector_tile.decode(Caller(app).get(path).content)) == {"clinics"}
        assert set(mapbox_vector_tile.decode(caller().get(path).content)) == {"clinics", "visits"}
    assert [x["id"] for x in Caller(app).get("/tiles/WebMercatorQuad?f=json").json()["layers"]] == ["clinics"]
    assert [x["id"] for x in caller().get("/tiles/WebMercatorQuad?f=json").json()["layers"]] == ["clinics", "visits"]
    assert "visits" not in Caller(app).get("/tilejson?f=json").text


def test_a_pmtiles_file_requires_access_to_all_areas(app, caller):
    path = "/tiles/visits.pmtiles"
    assert Caller(app).get(path).status_code == 404
    response = caller().get(path, Range="bytes=0-6")
    assert (response.status_code, response.content, response.headers["cache-control"]) == (206, b"PMTiles", "private, no-cache")
    some = caller((clinics.TOWNS[0],)).get(path)
    assert some.status_code == 403
    assert "areas" in some.json()["detail"]
