"""A real service whose disks are full: requests that need no disk succeed, others get a 503, and the log names the folder."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import given
from bigger import publish
from small_disk import SmallDisk, small_disk

from geoservice.server.access import open_access
from geoservice.server.features.downloads import NO_ROOM


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as disk:
        yield disk


def ask(url: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return answer.status, answer.read().decode("latin-1")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def events(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]


@pytest.mark.parametrize("kind", ["csv", "parquet", "gpkg", "fgb"])
def test_without_room_for_temporary_files(
    disk: SmallDisk, content: Callable[..., Any], serve: Any, tmp_path: Path, kind: str
) -> None:
    home = publish(tmp_path / "home", content(), rows=20_000)
    with serve(home, TMPDIR=str(disk.path), GEOSERVICE_NOTICE_SECONDS="0") as served:
        file = f"{served.url}/collections/stations/items?f={kind}"
        assert ask(file)[0] == 200
        time.sleep(0.5)  # until the file that was sent has left the disk
        disk.fill()
        status, body = ask(file)
        assert (status, json.loads(body)["detail"]) == (503, NO_ROOM)
        pictures = ("/styles/map/legend", "/map")
        for path in ("/metrics", "/collections", "/tiles/coverage/10/583/296.mvt", *pictures, "/health/ready"):
            assert ask(served.url + path)[0] == 200, path
        disk.make_room()
        assert ask(file)[0] == 200
    lines = events(served.log)
    assert "a worker has died and is replaced" not in {line["event"] for line in lines}
    reasons = [line["reason"] for line in lines if line["event"] == "the disk is full"]
    assert len(reasons) == 1
    assert all(f"full or over quota; {disk.path} has 0 MB free of 67.1 MB; make room there" in reason for reason in reasons)


def test_without_room_for_the_audit_log(disk: SmallDisk, content: Callable[..., Any], serve: Any) -> None:
    home = publish(disk.path / "home", content())
    access = open_access(home, None, "x", owner=True)
    token = {"Authorization": f"Bearer {given(access)}"}
    access.close()
    with serve(home, GEOSERVICE_NOTICE_SECONDS="0") as served:
        secret = f"{served.url}/collections/secret/items"
        assert ask(secret, **token)[0] == 200
        disk.fill()
        answers = {ask(secret, **token) for _ in range(40)}  # its log has a little room of its own
        assert 503 in {status for status, _ in answers}
        assert not [body for status, body in answers if status == 503 and str(disk.path) in body]
        assert ask(f"{served.url}/collections")[0] == 200
        disk.make_room()
        assert ask(secret, **token)[0] == 200
    away = [line["reason"] for line in events(served.log) if line["event"].endswith(": away")]
    assert any(f"{home / 'access'} has 0 MB free of 67.1 MB; make room there" in reason for reason in away)
