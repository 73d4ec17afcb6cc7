"""Rewriting a DuckDB file: it is complete after a kill at any step and on a full disk, and no temporary file remains."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from full_disk import no_file_above

from geoservice.db.duckdb_file import DuckDBFile
from geoservice.errors import Unavailable


def digests(word: str) -> list[bytes]:
    """Return bytes that no compression can hide."""
    return [hashlib.md5(f"{word} {i}".encode()).digest() for i in range(500)]


GONE, LEFT = digests("gone"), digests("left")
KILLED = """
import os, signal, sys
from pathlib import Path
from geoservice.db import duckdb_file

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def then_die(*words):
    copy(*words)
    die()

path, point = Path(sys.argv[1]), sys.argv[2]
copy = duckdb_file.copy_duckdb
if point == "the copy is not begun":
    duckdb_file.copy_duckdb = die
elif point == "the copy is written":
    duckdb_file.copy_duckdb = then_die
elif point == "the copy is on the disk":
    Path.replace = die
elif point == "it has its name":
    sync = duckdb_file.sync
    duckdb_file.sync = lambda p: die() if p == path.parent else sync(p)
duckdb_file.DuckDBFile(path).vacuum([])
"""


@pytest.fixture
def file(tmp_path: Path) -> DuckDBFile:
    """Return a file with a table of which one half was deleted."""
    file = DuckDBFile(tmp_path / "a.duckdb")
    with file.session(write=True) as session:
        session.execute("CREATE TABLE t (a INTEGER NOT NULL, b BLOB)")
        session.append('"t"', pa.table({"a": pa.array([0] * 500 + [1] * 500, pa.int32()), "b": GONE + LEFT}))
    with file.session(write=True) as session:
        session.execute("DELETE FROM t WHERE a = 0")
    return file


def rows(file: DuckDBFile) -> list[tuple[int, int]]:
    with file.session() as session:
        return session.execute("SELECT count(*), sum(a) FROM t")


def there(path: Path, marks: list[bytes]) -> int:
    content = path.read_bytes()
    return sum(mark in content for mark in marks)


WHOLE = [(500, 500)]


def test_deleted_rows_are_in_the_file_until_it_is_rewritten(file: DuckDBFile, tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    path.chmod(0o600)
    assert there(path, GONE) == 500
    file.vacuum([])
    assert (there(path, GONE), there(path, LEFT)) == (0, 500)
    assert rows(file) == WHOLE
    assert path.stat().st_mode & 0o777 == 0o600
    assert {f.name for f in tmp_path.iterdir()} == {"a.duckdb", "a.lock"}


@pytest.mark.parametrize(
    ("point", "is_new"),
    [
        ("the copy is not begun", False),
        ("the copy is written", False),
        ("the copy is on the disk", False),
        ("it has its name", True),
    ],
)
def test_a_killed_process_leaves_the_old_file_or_the_new_one(
    file: DuckDBFile, tmp_path: Path, point: str, is_new: bool
) -> None:
    path = tmp_path / "a.duckdb"
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), point], capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    assert rows(file) == WHOLE
    assert there(path, GONE) == (0 if is_new else 500)
    with file.session(write=True) as session:
        session.execute("INSERT INTO t VALUES (0, 'more'::BLOB)")
    file.vacuum([])
    assert rows(file) == [(501, 500)]
    assert {f.name for f in tmp_path.iterdir()} == {"a.duckdb", "a.lock"}


def test_rows_in_the_write_ahead_log_are_not_lost(file: DuckDBFile, tmp_path: Path) -> None:
    """A process that dies after its commit leaves rows in DuckDB's log, which must not be taken for the new file's."""
    code = (
        "import os, sys; from geoservice.db.duckdb import open_duckdb; from pathlib import Path; "
        "c = open_duckdb(Path(sys.argv[1]), spatial=False); c.execute(\"INSERT INTO t VALUES (7, 'late'::BLOB)\"); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.duckdb")], check=True)
    assert (tmp_path / "a.duckdb.wal").exists()
    spill = tmp_path / "a.duckdb.tmp"
    spill.mkdir()
    (spill / "rows").write_bytes(GONE[0])
    file.vacuum([])
    assert rows(file) == [(501, 507)]
    assert {f.name for f in tmp_path.iterdir()} == {"a.duckdb", "a.lock"}


def test_on_a_full_disk_the_old_file_stays(file: DuckDBFile, tmp_path: Path) -> None:
    with no_file_above(20_000), pytest.raises(Unavailable, match="the disk is full"):
        file.vacuum([])
    assert rows(file) == WHOLE
    assert {f.name for f in tmp_path.iterdir()} == {"a.duckdb", "a.lock"}
    file.vacuum([])
    assert there(tmp_path / "a.duckdb", GONE) == 0
