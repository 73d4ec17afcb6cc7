"""Bad requests: a 400 or a 404 that names the parameter and the allowed values, and never more."""

import pytest
import structlog

from geoservice.server.app import create_app
from geoservice.server.operations.logs import trace_of
from geoservice.settings import Settings

BAD = [
    "limit=0",
    "limit=-1",
    "limit=ten",
    "limit=1.5",
    "limit=",
    "bbox=1,2,3",
    "bbox=a,b,c,d",
    "bbox=nan,0,1,1",
    "bbox=0,0,inf,1",
    "bbox=-541,0,1,1",
    "bbox=２４,60,25,61",
    "bbox=1_0,60,25,61",
    "limit=１０",
    "offset=-1",
    "offset=٣",
    "offset=1&after=x",
    "bbox=0,5,1,4",
    "bbox=0,0,1,91",
    "datetime=yesterday",
    "datetime=2024-13-01",
    "datetime=2024-02-30",
    "datetime=..",
    "datetime=2024-01-02/2024-01-01",
    "datetime=2024-01-01/2024-01-02/2024-01-03",
    "properties=nope",
    "skipGeometry=maybe",
    "after=x",
    "after=-1",
    "colour=red",
    "share_clinic_walk_15=high",
    "share_clinic_walk_15=nan",
    "f=xml",
    "lang=fr",
    "limit=1&limit=2",
    "unit=%00",
    "bbox-crs=x",
]


@pytest.mark.parametrize("query", BAD)
def test_bad_parameters_are_named(client, query):
    answer = client.get(f"/collections/coverage/items?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 400
    assert query.split("=")[0] in problem["detail"]
    assert "allowed" in problem["detail"]


@pytest.mark.parametrize("value", ["9" * 19, "99999999999999999999999", "1e5", "--1", "１", "٣", "1_0", "1%0A"])
def test_whole_numbers_that_are_none(client, value):
    assert client.get(f"/collections/table/items?nth={value}").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/collections/nope",
        "/collections/nope/items",
        "/collections/coverage/items/99",
        "/collections/coverage/items/x",
        "/collections/coverage/items/-1",
        "/collections/coverage/items/99999999999999999999",
        "/collections/secret",
        "/collections/secret/items",
        "/styles/secret",
        "/styles/nope",
        "/collections/table/tilejson",
        "/nope",
        "/..%2f..%2fpyproject.toml",
        "/%2e%2e/%2e%2e/pyproject.toml",
        "/.git/config",
        "/assets/../../app.py",
        "/collections/../../etc/passwd",
        "/tiles/coverage/1/0/0",
        "/tiles/secret/0/0/0.mvt",
        "/tiles/nope/0/0/0.mvt",
        "/tiles/coverage/99/0/0.mvt",
        "/tiles/coverage/1/2/0.mvt",
        "/tiles/coverage/3/0/99999999.mvt",
        "/tiles/table/0/0/0.mvt",
        "/tiles/base/0/0/0.mvt",
        "/%00",
        "/a%00.html",
    ],
)
def test_what_is_not_there(client, path):
    answer = client.get(path)
    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    assert "geoservice/" not in answer.text


@pytest.mark.parametrize(
    "path", ["/collections", "/conformance", "/api", "/manifest", "/styles/map", "/tiles/coverage/5/18/9.mvt", "/"]
)
def test_unknown_parameters_are_refused_everywhere(client, path):
    assert client.get(f"{path}?colour=red").status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
def test_nothing_can_be_written(client, method):
    answer = client.request(method, "/collections")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


class Broken:
    """A store that fails with words that no client may read."""

    def current(self):
        raise RuntimeError("/srv/secret/layers.duckdb: no such table households")

    def close(self):
        pass


@pytest.mark.parametrize("path", ["/collections", "/tiles/coverage/5/18/9.mvt", "/health/ready"])
def test_inner_failures_say_nothing(client, path):
    client.app = create_app(Settings(), Broken())
    answer = client.get(path)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "households" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_without_a_release(client, empty_store):
    client.app = create_app(Settings(), empty_store)
    assert client.get("/collections").status_code == 503
    assert client.get("/tiles/coverage/5/18/9.mvt").status_code == 503
    assert client.get("/health/ready").status_code == 503
    assert client.get("/health/live").status_code == 200
    assert client.get("/", Accept="text/html").status_code == 200


@pytest.mark.parametrize("path", ["/" + "a" * 300 + ".js", "/assets/" + "a" * 5000 + ".css"])
def test_a_name_that_no_file_can_have(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/collections", "/tiles/coverage/5/18/9.mvt"])
def test_the_log_says_where_and_never_with_which_words(client, path):
    client.app = create_app(Settings(), Broken())
    with structlog.testing.capture_logs() as lines:
        assert client.get(path).status_code == 500
    (failed,) = [line for line in lines if line["event"] == "request failed"]
    assert failed["error"] == "RuntimeError"
    assert any("test_faults.py" in frame and frame.endswith(" current") for frame in failed["trace"])
    assert "secret" not in str(lines)
    assert "households" not in str(lines)


def test_a_trace_goes_through_causes_and_groups():
    def fail():
        try:
            {}["secret"]
        except KeyError as e:
            raise ExceptionGroup("secret", [ValueError("secret")]) from e

    with pytest.raises(ExceptionGroup) as caught:
        fail()
    trace = trace_of(caught.value)
    assert [line for line in trace if ":" not in line] == ["ExceptionGroup", "ValueError", "KeyError"]
    assert "secret" not in str(trace)
