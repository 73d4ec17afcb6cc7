"""Operations: health checks with reasons, request ids, and a log without callers, locations and filters."""

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from email.message import Message
from pathlib import Path
from typing import Any

import duckdb
import pytest
from bigger import publish

from geoservice.release.files import LAYERS, MANIFEST, stored_files
from geoservice.release.manifest import complete, read_manifest
from geoservice.server.app import create_app
from geoservice.server.operations import health
from geoservice.server.operations.drain import DRAINING
from geoservice.settings import Settings

TELLING = {
    "/collections/coverage/items?bbox=25.012345,60.123456,25.023456,60.134567": ("25.0123", "60.1345"),
    "/collections/stations/items?name_zh=Pregnant-Wang&limit=3": ("Pregnant-Wang",),
    "/collections/coverage/items?filter=name_en%3D%27Telltale%27": ("Telltale",),
    "/tiles/coverage/10/583/296.mvt": ("583", "296"),
    "/tiles/coverage/10/587/291.mvt?token=s3cretquery": ("587", "291", "s3cretquery"),
    "/collections/Hidden-Village/items": ("Hidden-Village",),
    "/no/such/Home-Address": ("Home-Address",),
}
HEADERS = {"X-Forwarded-For": "203.0.113.77", "Cookie": "c00kie=1"}
TOKEN = {"Authorization": "Bearer t0ken-of-somebody"}
NEVER = ("t0ken", "203.0.113.77", "127.0.0.1", "c00kie", "?", "bbox", "filter")


def ask(url: str, **headers: str) -> tuple[int, Message, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


@pytest.fixture(scope="module")
def home(content: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a release that lacks the rows of one layer, which its manifest does not show."""
    folder = publish(tmp_path_factory.mktemp("operations"), content())
    release = folder / "releases" / "1"
    with closing(duckdb.connect(str(release / LAYERS))) as database:
        database.execute("DROP TABLE layer_table")
    manifest = complete(read_manifest(1, (release / MANIFEST).read_bytes()), stored_files(release))
    (release / MANIFEST).write_text(manifest.model_dump_json(), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def log(home: Path, serve: Any) -> str:
    """Return the log of a real server after requests that contain a person, a location and a token."""
    with serve(home, GEOSERVICE_NOTICE_SECONDS="0") as served:
        for path in TELLING:
            ask(served.url + path, **HEADERS)
            ask(served.url + path, **HEADERS, **TOKEN, **{"X-Request-ID": "25.012345,60.123456"})
        assert ask(f"{served.url}/collections/coverage", **{"X-Request-ID": "control-7f"})[1]["X-Request-ID"] == "control-7f"
        status, headers, body = ask(f"{served.url}/collections/table/items")
        assert status == 500
        assert b"Traceback" not in body
        assert json.loads(body)["requestId"] == headers["X-Request-ID"]
    return served.log.read_text(encoding="utf-8")


def lines(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines()]


def test_every_line_is_json(log: str) -> None:
    assert len(lines(log)) > 2 * len(TELLING)
    assert all({"event", "level", "timestamp"} <= set(line) for line in lines(log))


def test_no_line_contains_a_caller_or_a_query(log: str) -> None:
    requests = [x for x in lines(log) if x["event"] == "request"]
    request_id = re.compile(r"[0-9a-f]{16}|control-7f")
    assert all(request_id.fullmatch(x["request_id"]) for x in requests)
    metric_fields = {"timestamp", "ms", "bytes", "request_id"}  # whose digits are any, those of a tile's column as well
    text = "\n".join(json.dumps({k: v for k, v in x.items() if k not in metric_fields}) for x in requests)
    for word in (*NEVER, *(word for words in TELLING.values() for word in words)):
        assert word not in text.replace('"route": "/tiles/{layer_id}/{z}/{x}/{y}"', ""), word


def test_control_allowed_fields_are_in_the_same_lines(log: str) -> None:
    requests = [x for x in lines(log) if x["event"] == "request"]
    assert {"/collections/{layer_id}/items", "/tiles/{layer_id}/{z}/{x}/{y}"} <= {x["route"] for x in requests}
    assert "control-7f" in {x["request_id"] for x in requests}
    fields = {"event", "route", "method", "status", "ms", "bytes", "role", "release", "request_id", "level", "timestamp"}
    assert all(set(x) == fields for x in requests)
    assert all(x["release"] == 1 for x in requests if x["route"] == "/collections/{layer_id}/items")


def test_a_failure_is_only_in_the_log_with_the_request_id_of_the_client(log: str) -> None:
    failed = [x for x in lines(log) if x["event"] == "request failed"]
    assert any(".py:" in line for line in failed[-1]["trace"])  # the trace, without the message
    assert failed[-1]["request_id"] in {x["request_id"] for x in lines(log) if x["event"] == "request" and x["status"] == 500}


def test_a_request_id_is_adopted_or_generated(client: Any) -> None:
    assert client.get("/collections", X_Request_ID="a-1_B").headers["x-request-id"] == "a-1_B"
    generated = {
        client.get("/collections", X_Request_ID=bad).headers["x-request-id"] for bad in ("", "a b", "x" * 65, "<b>", "1.5")
    }
    assert len(generated) == 5
    assert all(len(x) == 16 for x in generated)
    problem = client.get("/collections/nothing", X_Request_ID="who-1")
    assert problem.json()["requestId"] == "who-1"


def test_ready_and_live(client: Any) -> None:
    assert client.json("/health/live") == {"status": "live"}
    assert client.json("/health/ready") == {"status": "ready", "release": 1, "dependencies": {"releases": "ok", "tokens": "ok"}}


def test_without_a_release_it_is_live_but_not_ready(client: Any, empty_store: Any) -> None:
    client = type(client)(create_app(Settings(), empty_store))
    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.json()["dependencies"] == {"releases": "empty", "tokens": "ok"}
    assert "geoservice" not in answer.text, "what to do about it is for the log"
    assert int(answer.headers["retry-after"]) > 0


def test_it_is_not_ready_while_it_is_being_stopped(client: Any, published: Any, tmp_path: Path) -> None:
    client = type(client)(create_app(Settings(), published.open(), tmp_path))
    assert client.get("/health/ready").status_code == 200
    (tmp_path / DRAINING).touch()
    answer = client.get("/health/ready")
    assert (answer.status_code, "being stopped" in answer.json()["detail"]) == (503, True)
    assert client.get("/health/live").status_code == 200
    assert client.get("/collections").status_code == 200, "what still arrives is answered"


def test_a_store_that_hangs_is_not_ready_and_the_log_says_so(
    client: Any, published: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store, released = published.open(), threading.Event()
    monkeypatch.setattr(health, "READY_S", 0.1)
    monkeypatch.setattr(store, "current", lambda: released.wait(30) and 1)
    try:
        answer = type(client)(create_app(Settings(), store)).get("/health/ready")
    finally:
        released.set()
    assert (answer.status_code, answer.json()["dependencies"]["releases"]) == (503, "away")
    assert "not read within 0.1 s" in capsys.readouterr().out


@pytest.mark.parametrize("damage", ["current", "database"])
def test_a_store_that_cannot_be_read_is_not_ready_and_the_reason_is_in_the_log(
    client: Any, content: Callable[..., Any], tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from geoservice.release import open_store

    home = publish(tmp_path, content())
    link = home / "releases" / "current"
    if damage == "current":
        link.unlink()
        link.write_text("no link")
    else:
        (home / "releases" / "1" / "layers.duckdb").write_bytes(b"nothing of the kind")
    answer = type(client)(create_app(Settings(), open_store(home / "releases", None, "x"))).get("/health/ready")
    assert (answer.status_code, answer.json()["dependencies"]["releases"]) == (503, "away")
    assert str(tmp_path) not in answer.text
    assert "releases: away" in capsys.readouterr().out
