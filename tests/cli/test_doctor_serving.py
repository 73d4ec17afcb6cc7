"""geoservice doctor, for the machine that serves: each fault is a line that says what to do."""

import runpy
import socket
from pathlib import Path
from typing import Any

import pytest

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
def test_a_fit_machine_is_told_so(home: Path, name: str) -> None:
    states = [state for state, _ in look(name, home)]
    assert states
    assert "fail" not in states


def test_tiles_that_are_none_fail(home: Path) -> None:
    next((home / "releases" / "1" / "tiles").glob("*.pmtiles")).write_bytes(b"PK" * 100)
    assert look("tiles", home)[0][0] == "fail"


def test_a_port_in_use_is_told(home: Path) -> None:
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
    assert look("access", home) == [("fail", "access/access.db: others may look at it (0644); chmod 0600 access/access.db")]
