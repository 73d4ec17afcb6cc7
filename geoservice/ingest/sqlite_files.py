"""The files that SQLite keeps beside a database that is open: what is written but not yet in the database itself."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from geoservice.errors import UnreadableFile

_JOURNAL = bytes.fromhex("d9d505f920a163d7")
"""First bytes of a rollback journal whose transaction was not finished."""
_CLOSE = "close it in QGIS or whatever program has it open, and import it again"


def beside(path: Path, suffix: str) -> Path:
    """Return the file beside a database, be there one or not; SQLite follows links before it names it."""
    whole = path.resolve()
    return whole.with_name(whole.name + suffix)


def database_files(path: Path) -> list[Path]:
    """Return the files that make up a database: a write-ahead log holds rows that the database does not have yet.

    Raises
    ------
    UnreadableFile
        A transaction is not finished, so that the database is of two minds.
    """
    journal, log = beside(path, "-journal"), beside(path, "-wal")
    if journal.is_file():
        with journal.open("rb") as file:
            if file.read(len(_JOURNAL)) == _JOURNAL:
                raise UnreadableFile(f"{path.name}: {journal.name} beside it holds an unfinished write; {_CLOSE}")
    return [path, log] if log.is_file() and log.stat().st_size else [path]


def whole_database(path: Path, out: Path) -> Path:
    """Return a database with the rows of its write-ahead log: itself without a log, else a copy in the folder ``out``.

    The database and its log stay as they are: to open them here would write them back into each other.

    Raises
    ------
    UnreadableFile
        As :func:`database_files`; it is written to meanwhile, or the log is of another database.
    """
    from geoservice.vintages.sql import SQLITE_CHECK, SQLITE_CHECKPOINT  # brings a database library, needed here alone

    files = database_files(path)
    if len(files) == 1:
        return path
    copy = out / "input.gpkg"
    before = [(f.stat().st_size, f.stat().st_mtime_ns) for f in files]
    for file, target in zip(files, (copy, beside(copy, "-wal")), strict=True):
        shutil.copyfile(file, target)
    if before != [(f.stat().st_size, f.stat().st_mtime_ns) if f.exists() else (0, 0) for f in files]:
        raise UnreadableFile(f"it was written to while it was read; {_CLOSE}")
    try:
        with closing(sqlite3.connect(copy)) as database:
            mode, state = (database.execute(statement).fetchone()[0] for statement in (SQLITE_CHECKPOINT, SQLITE_CHECK))
    except sqlite3.Error as e:
        raise UnreadableFile(f"the database and {files[1].name} beside it do not fit together; {_CLOSE}") from e
    if (mode, state) != ("delete", "ok"):
        raise UnreadableFile(f"the database and {files[1].name} beside it do not fit together; {_CLOSE}")
    return copy
