"""Uploads: stored as they arrive, found by their owner alone, deleted in time."""

import json
import os
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from geoservice.errors import NotFound, ParameterError, TooLarge, TooManyRequests
from geoservice.server.imports.uploads import KEPT_S, MAX_ALL, MAX_OF_OWNER, Upload, Uploads


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", 100)


def send(uploads: Uploads, *parts: bytes, name: str = "s.csv", owner: str = "a") -> Upload:
    async def stream() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    return anyio.run(uploads.receive, stream(), name, owner)


def age(uploads: Uploads, upload: Upload, seconds: float) -> None:
    """Make an upload older."""
    path = uploads.path(upload).parents[1] / "upload.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "expires": content["expires"] - seconds}))


def test_a_file_is_kept_for_its_owner_alone(uploads: Uploads, tmp_path: Path) -> None:
    upload = send(uploads, b"a,", b"b\n", name="站点.csv")
    assert uploads.path(upload).read_bytes() == b"a,b\n"
    assert uploads.path(upload).name == "站点.csv"
    assert uploads.get(upload.id, "a") == upload
    assert stat.S_IMODE(uploads.path(upload).parent.stat().st_mode) == 0o700
    for upload_id, owner in ((upload.id, "b"), ("x" * 32, "a"), ("..", "a"), (f"../uploads/{upload.id}", "a")):
        with pytest.raises(NotFound, match="one is kept for an hour, or until it is imported"):
            uploads.get(upload_id, owner)
    uploads.delete(upload)
    assert not any((tmp_path / "uploads").iterdir())


def test_a_file_that_is_too_large_or_empty_leaves_nothing(uploads: Uploads, tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="larger than 100 bytes"):
        send(uploads, b"x" * 60, b"x" * 60)
    with pytest.raises(ParameterError, match="body: empty"):
        send(uploads)
    assert not any((tmp_path / "uploads").iterdir())


def test_uploads_are_deleted_in_time(uploads: Uploads, tmp_path: Path) -> None:
    old, new = send(uploads, b"1"), send(uploads, b"2")
    age(uploads, old, KEPT_S + 1)
    with pytest.raises(NotFound):
        uploads.get(old.id, "a")
    broken = tmp_path / "uploads" / "unfinished"
    broken.mkdir()
    uploads.tidy()
    assert {p.name for p in (tmp_path / "uploads").iterdir()} == {new.id, "unfinished"}
    os.utime(broken, (time.time() - KEPT_S - 1,) * 2)
    uploads.tidy()
    assert {p.name for p in (tmp_path / "uploads").iterdir()} == {new.id}


def test_there_are_not_too_many(uploads: Uploads) -> None:
    for number in range(MAX_ALL):
        send(uploads, b"x", owner=str(number // MAX_OF_OWNER))
    for owner in ("0", "new"):
        with pytest.raises(TooManyRequests):
            send(uploads, b"x", owner=owner)
