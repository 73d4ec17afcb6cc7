"""geoservice doctor on a server: each fault is a line with a remedy."""

import runpy
import socket
from pathlib import Path
from typing import Any

import pytest
from file_damage import DAMAGE

from geoservice.cli.checks.server import SERVING
from geoservice.cli.doctor import _run
from geoservice.settings import Settings

RELEASE = Path(__file__).parents[2] / "docker" / "steps" / "release.py"
Found = list[tuple[str, str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    runpy.run_path(str(RELEASE))["main"](tmp_path)
    return tmp_path


def look(name: str, home: Path, **settings: Any) -> Found:
    return [(found.state, found.text) for found in _run(name, SERVING[name], Settings(home=home, **settings))]


@pytest.mark.parametrize("name", ["tiles", "disk", "clock", "pictures"])
def test_a_suitable_machine_passes(home: Path, name: str) -> None:
    states = [state for state, _ in look(name, home)]
    assert states
    assert "fail" not in states


def test_invalid_tiles_fail(home: Path) -> None:
    next((home / "releases" / "1" / "tiles").glob("*.pmtiles")).write_bytes(b"PK" * 100)
    assert look("tiles", home)[0][0] == "fail"


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_file_is_named_with_its_layer_and_what_to_do(home: Path, kind: str) -> None:
    file = home / "releases" / "1" / "tiles" / "areas.pmtiles"
    (home / "other").write_bytes(file.read_bytes()[::-1] * 2)
    DAMAGE[kind](file, home / "other")
    ((state, text),) = look("tiles", home)
    assert state == "fail"
    assert text.startswith("release 1, tiles/areas.pmtiles (tiles of areas): the file ")
    assert text.endswith("; publish again, or: geoservice rollback")


def test_the_database_is_read_completely_and_a_stray_file_is_reported(home: Path) -> None:
    database, stray = home / "releases" / "1" / "layers.duckdb", home / "releases" / "1" / "notes.txt"
    database.write_bytes(database.read_bytes()[:-1] + b"!")
    stray.touch()
    (fail, told), (warn, extra) = look("tiles", home)
    assert (fail, warn) == ("fail", "warn")
    assert told.startswith("release 1, layers.duckdb (features of all layers): the file was changed: its SHA-256 is ")
    assert extra == "release 1, notes.txt: the file does not belong to the release; remove it"


def test_a_damaged_older_release_is_a_warning(home: Path) -> None:
    runpy.run_path(str(RELEASE))["main"](home)
    (home / "releases" / "1" / "tiles" / "areas.pmtiles").unlink()
    assert [state for state, _ in look("tiles", home)] == ["warn", "ok"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 4}'])
def test_a_manifest_that_cannot_be_read_is_a_line_that_says_what_to_do(home: Path, text: str) -> None:
    (home / "releases" / "1" / "manifest.json").write_text(text)
    ((state, told),) = look("tiles", home)
    assert (state, told.startswith("release 1"), "publish" in told) == ("fail", True, True)


def test_a_port_in_use_is_reported(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        state, text = look("port", home, port=port)[0]
        assert (state, str(port) in text) == ("warn", True)
    assert look("port", home, port=port)[0][0] == "ok"


def test_tokens_that_others_may_read_fail(home: Path) -> None:
    folder = home / "access"
    folder.mkdir(mode=0o700)
    (folder / "access.db").touch(0o600)
    assert look("access", home)[0][0] == "ok"
    (folder / "access.db").chmod(0o644)
    assert look("access", home) == [("fail", "access/access.db: others can read it (0644); chmod 0600 access/access.db")]
