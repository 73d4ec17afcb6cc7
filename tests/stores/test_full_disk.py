"""A disk that becomes full while a release or a vintage is written."""

from collections.abc import Callable
from pathlib import Path

import pytest
from full_disk import no_file_above

from geoservice.db.duckdb_file import DuckDBFile
from geoservice.durable import is_disk_full
from geoservice.errors import DiskFull
from geoservice.release import ReleaseContent, open_store


def refused(action: Callable[[], object], folder: Path) -> None:
    with no_file_above(20_000), pytest.raises((DiskFull, OSError)) as caught:
        action()
    assert is_disk_full(caught.value)
    if isinstance(caught.value, DiskFull):
        assert f"the disk is full or over quota; {folder} has " in str(caught.value)
        assert str(folder) not in str(caught.value.public)


def test_a_failed_write_leaves_the_old_release_only(tmp_path: Path, content: ReleaseContent) -> None:
    store = open_store(tmp_path, None, "x", read_only=False)
    store.write(content)
    refused(lambda: store.write(content), tmp_path)
    assert (store.numbers(), store.current()) == ([1], 1)
    assert {p.name for p in tmp_path.iterdir()} == {"1", "current", ".lock"}
    assert store.write(content) == 2


def test_a_table_stays_as_it_was(tmp_path: Path) -> None:
    file = DuckDBFile(tmp_path / "a.duckdb")

    def write() -> None:
        with file.session(write=True) as session:
            session.execute("CREATE TABLE a AS SELECT random() FROM range(100000)")

    refused(write, tmp_path)
    write()
