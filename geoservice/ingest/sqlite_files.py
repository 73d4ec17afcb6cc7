"""Files that SQLite keeps beside an open database: journal and write-ahead log."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from geoservice.errors import UnreadableFile

_JOURNAL = bytes.fromhex("d9d505f920a163d7")
"""First bytes of a rollback journal with an unfinished transaction."""
_CLOSE = "close it in QGIS or any other program that has it open, and import it again"


def companion_file(path: Path, suffix: str) -> Path:
    """Return the path of a companion file of a database, existing or not; SQLite resolves links before it names it."""
    database = path.resolve()
    return database.with_name(database.name + suffix)


def database_files(path: Path) -> list[Path]:
    """Return the files that make up a database: a write-ahead log holds rows that are not yet in the database.

    Raises
    ------
    UnreadableFile
        A transaction is unfinished, so that the database is inconsistent.
    """
    journal, log = companion_file(path, "-journal"), companion_file(path, "-wal")
    if journal.is_file():
        with journal.open("rb") as file:
            if file.read(len(_JOURNAL)) == _JOURNAL:
                raise UnreadableFile(f"{path.name}: {journal.name} beside it holds an unfinished write; {_CLOSE}")
    return [path, log] if log.is_file() and log.stat().st_size else [path]


def merged_database(path: Path, out: Path) -> Path:
    """Return a database with the rows of its write-ahead log: the file itself without a log, else a copy in ``out``.

    Database and log are not changed; opening them in place would merge the log into the database.

    Raises
    ------
    UnreadableFile
        As :func:`database_files`; it is being written to, or the log belongs to another database.
    """
    from geoservice.vintages.sql import SQLITE_CHECK, SQLITE_CHECKPOINT  # imports a database library, needed only here

    files = database_files(path)
    if len(files) == 1:
        return path
    copy = out / "input.gpkg"
    before = [(f.stat().st_size, f.stat().st_mtime_ns) for f in files]
    for file, target in zip(files, (copy, companion_file(copy, "-wal")), strict=True):
        shutil.copyfile(file, target)
    if before != [(f.stat().st_size, f.stat().st_mtime_ns) if f.exists() else (0, 0) for f in files]:
        raise UnreadableFile(f"it was changed while it was read; {_CLOSE}")
    try:
        with closing(sqlite3.connect(copy)) as database:
            mode, state = (database.execute(statement).fetchone()[0] for statement in (SQLITE_CHECKPOINT, SQLITE_CHECK))
    except sqlite3.Error as e:
        raise UnreadableFile(f"the database does not match {files[1].name} beside it; {_CLOSE}") from e
    if (mode, state) != ("delete", "ok"):
        raise UnreadableFile(f"the database does not match {files[1].name} beside it; {_CLOSE}")
    return copy
