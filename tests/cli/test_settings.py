"""Wrong settings and full disks: one line, the right exit code, no connection string."""

import errno
import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from geoservice.cli import _disk_error
from geoservice.errors import DiskFull, Forbidden


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("GEOSERVICE_PORT", "abc", "'abc'"),
        ("GEOSERVICE_SCHEMA_PREFIX", "Ab-c", "'Ab-c'"),
        ("GEOSERVICE_LOG_LEVEL", "loud", "'info'"),
        ("GEOSERVICE_WORKERS", "0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_variable_is_named(
    cli: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, shown: str
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setenv("GEOSERVICE_DSN", "password=hunter2")
    ended = cli("rollback", "-C", tmp_path)
    assert (ended.code, len(ended.err.strip().splitlines())) == (10, 1)
    assert ended.err.startswith(f"InputError: {name}: ")
    assert shown in ended.err
    assert "hunter2" not in ended.err


def test_a_wrong_option_is_named_as_an_option(cli: Any, tmp_path: Path) -> None:
    ended = cli("serve", "--port", "99999", "-C", tmp_path)
    assert (ended.code, ended.err.startswith("InputError: --port: got '99999'")) == (10, True)


def test_an_unreadable_connection_string_is_not_shown(cli: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOSERVICE_DSN", "user hunter2")
    ended = cli("rollback", "-C", tmp_path)
    assert (ended.code, "host=... port=5432" in ended.err, "hunter2" in ended.err) == (34, True, False)


def test_grant_without_a_server_says_what_is_missing(cli: Any, tmp_path: Path) -> None:
    ended = cli("grant", "somebody", "-C", tmp_path)
    assert (ended.code, "GEOSERVICE_DSN is not set" in ended.err) == (10, True)


def test_a_full_disk_and_missing_permissions_are_errors() -> None:
    full = _disk_error(OSError(errno.ENOSPC, "No space left on device", "/srv/office/releases/.3.tmp/x"))
    barred = _disk_error(PermissionError(errno.EACCES, "Permission denied", "/srv/office/register"))
    assert (type(full), type(barred)) == (DiskFull, Forbidden)
    assert re.match(r"x: the disk is full or over quota; /srv/office/releases/\.3\.tmp has [0-9.]+ MB free of", str(full))
    assert "/srv" not in str(barred)
    assert _disk_error(FileNotFoundError(errno.ENOENT, "No such file", "x")) is None


def test_a_file_that_may_not_grow_is_one_line(tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    command = [sys.executable, "-m", "geoservice", "init", str(tmp_path / "new")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limit)
    assert (done.returncode, len(done.stderr.splitlines())) == (38, 1), done.stderr
    assert "the disk is full" in done.stderr
