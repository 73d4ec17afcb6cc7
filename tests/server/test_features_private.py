"""Items of a non-public layer: only those in the caller's areas, in every format, and not in shared caches."""

import clinics
import pytest
from asking import Caller, given

from geoservice.release import open_store
from geoservice.server.access import open_access
from geoservice.server.app import create_app
from geoservice.settings import Settings

URL = "/collections/visits/items"


@pytest.fixture(scope="module")
def callers(tmp_path_factory):
    """Return a caller without a token, one for all areas, and one for the first town."""
    home = tmp_path_factory.mktemp("private")
    store = open_store(home / "releases", None, "x", read_only=False)
    store.write(clinics.release_content())
    access = open_access(home, None, "x", owner=True)
    tokens = [given(access, "all", "planner"), given(access, "town", "planner", areas=clinics.TOWNS[:1])]
    app = create_app(Settings(home=home), store)
    yield [Caller(app, token) for token in (None, *tokens)]
    access.close()
    store.close()


def test_each_caller_sees_its_areas(callers):
    nobody, everything, town = callers
    assert nobody.get(URL).status_code == 404
    assert everything.get(f"{URL}?limit=100").json()["numberMatched"] == 30
    page = town.get(f"{URL}?limit=100").json()
    assert page["numberMatched"] == page["numberReturned"] == 15
    assert {f["id"] % 2 for f in page["features"]} == {1}
    assert len(town.get(f"{URL}?f=csv").content.splitlines()) == 16


def test_a_feature_of_another_area_is_not_found(callers):
    _, everything, town = callers
    assert [c.get(f"{URL}/2").status_code for c in (everything, town)] == [200, 404]
    assert town.get(f"{URL}/1").status_code == 200


def test_the_number_of_features_in_other_areas_is_hidden(callers):
    _, everything, town = callers

    def said(caller):
        fid = caller.get("/collections/visits/schema").json()["properties"]["fid"]
        layers = {layer["id"]: layer.get("features") for layer in caller.get("/manifest").json()["layers"]}
        return fid.get("maximum"), layers.pop("visits"), layers

    most, features, others = said(everything)
    assert (most, features) == (30, 30)
    assert said(town) == (None, None, others)
    assert None not in others.values()


@pytest.mark.parametrize("url", [URL, "/collections/visits", "/conformance"])
def test_a_304_is_not_in_shared_caches(callers, url):
    _, everything, _ = callers
    first = everything.get(url)
    again = everything.get(url, If_None_Match=first.headers["etag"])
    assert (again.status_code, again.headers["cache-control"]) == (304, "private, no-cache")
    assert "Authorization" in again.headers["vary"]


@pytest.mark.parametrize("query", ["", "?f=html", "?f=gpkg"])
def test_a_response_is_not_in_shared_caches(callers, query):
    _, everything, town = callers
    mine, theirs = everything.get(URL + query), town.get(URL + query)
    assert "private" in mine.headers["cache-control"]
    assert "Authorization" in mine.headers["vary"]
    assert mine.headers["etag"] != theirs.headers["etag"]
