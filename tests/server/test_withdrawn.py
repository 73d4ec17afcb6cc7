"""Old releases under ``v=``: a layer that is no longer public, or was removed, is not readable in them either."""

from collections.abc import Callable
from typing import Any

import clinics
import mapbox_vector_tile
import pytest
from asking import Caller, given

from geoservice.release import open_store
from geoservice.server.access import open_access
from geoservice.server.app import create_app
from geoservice.settings import Settings

TILE = "/tiles/clinics/4/13/6.mvt"
ONE = (TILE, "/collections/clinics/tiles/WebMercatorQuad/4/6/13", "/map/clinics/4/13/6.png", "/tiles/clinics.pmtiles")
Start = Callable[[str | None], tuple[Any, str]]


@pytest.fixture
def start(tmp_path) -> Start:
    """``start(role)``: an app over a public release and one after it with that role, and the version of the first."""

    def started(role: str | None) -> tuple[Any, str]:
        store = open_store(tmp_path / "releases", None, "x", read_only=False)
        store.write(clinics.content_with_role("public"))
        app = create_app(Settings(home=tmp_path), store)
        version = Caller(app).get("/manifest?f=json").json()["version"]
        store.write(clinics.content_with_role(role))
        return create_app(Settings(home=tmp_path), store), version

    return started


@pytest.mark.parametrize("role", ["steward", None])
def test_a_withdrawn_layer_is_not_readable_in_an_old_release(start, role):
    app, old = start(role)
    for path in ONE:
        assert Caller(app).get(f"{path}?v={old}").status_code == 404, path
    assert Caller(app).get(f"/tiles/WebMercatorQuad/4/6/13?v={old}").status_code == 404


def test_a_still_public_layer_is_immutable(start):
    app, old = start("public")
    for path in ONE:
        answer = Caller(app).get(f"{path}?v={old}")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=31536000, immutable"), path
        assert answer.headers["etag"].startswith(f'"{old}-')


def test_a_token_reads_an_old_release_within_its_limits(start, tmp_path):
    app, old = start("planner")
    access = open_access(tmp_path, None, "geoservice", owner=True)
    everywhere = Caller(app, given(access, "a", "planner"))
    town = Caller(app, given(access, "b", "planner", areas=(clinics.TOWNS[0],)))
    access.close()
    counts = []
    for caller in (everywhere, town):
        answer = caller.get(f"{TILE}?v={old}")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-cache")
        assert answer.headers["etag"].startswith(f'"{old}-')
        counts.append(len(mapbox_vector_tile.decode(answer.content)["clinics"]["features"]))
    assert 0 < counts[1] < counts[0]
    assert everywhere.get(f"/tiles/clinics.pmtiles?v={old}").headers["cache-control"] == "private, no-cache"
    assert town.get(f"/tiles/clinics.pmtiles?v={old}").status_code == 403
