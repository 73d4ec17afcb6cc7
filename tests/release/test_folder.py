"""Connections to a release in a folder: kept for the next question, and gone when the reader is closed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from open_files import open_paths

from geoservice.errors import GeoserviceError
from geoservice.release.base import TABLE, Manifest, ReleaseContent
from geoservice.release.folder import LAYERS, FolderReader, FolderStore

ASK = "SELECT 1"


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[FolderReader]:
    parts: dict[str, Any] = {"study": {}, "inputs": {}, "parameters": {}, "table_digest": "", "layers": (), "disclosure": {}}
    store = FolderStore(tmp_path, read_only=False)
    store.write(ReleaseContent([], TABLE.empty_table(), Manifest(code_version="1", **parts)))
    reader = store.open()
    assert isinstance(reader, FolderReader)
    yield reader
    reader.close()


def opened(folder: Path) -> int:
    file = folder / "1" / LAYERS
    return open_paths().count(str(file))


def test_one_connection_serves_one_question_after_another(reader: FolderReader) -> None:
    for _ in range(3):
        with reader._session() as session:
            assert session.execute(ASK) == [(1,)]
    assert len(reader._idle) == 1


def test_questions_at_the_same_time_have_a_connection_each(reader: FolderReader) -> None:
    together = Barrier(4, timeout=20)

    def ask(_: int) -> int:
        with reader._session() as session:
            together.wait()
            return int(session.execute(ASK)[0][0])

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(4))) == [1, 1, 1, 1]
    assert len(reader._idle) == 4


def test_a_connection_that_failed_is_not_kept(reader: FolderReader) -> None:
    with pytest.raises(GeoserviceError, match="a query failed"), reader._session() as session:
        session.execute("SELECT nothing")
    assert reader._idle == []


def test_closing_lets_go_of_the_file(reader: FolderReader, tmp_path: Path) -> None:
    with reader._session() as session:
        session.execute(ASK)
    assert opened(tmp_path) == 1
    reader.close()
    assert opened(tmp_path) == 0
