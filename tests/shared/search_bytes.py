"""Search for bytes in every file of a project and, on a server, of the server's database."""

from collections.abc import Iterable
from pathlib import Path

import psycopg


def marks_in_files(home: Path, dsn: str | None, marks: Iterable[bytes]) -> list[bytes]:
    """Return the marks that are anywhere in the files below ``home``, or in those of tables and catalogue on the server."""
    files = [f for f in home.rglob("*") if f.is_file()]
    if dsn is not None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            place = "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
            ((folder, oid),) = connection.execute(place).fetchall()
        files += [f for f in (Path(folder) / "base" / str(oid)).iterdir() if f.is_file()]
    content = b"|".join(f.read_bytes() for f in files)
    return [mark for mark in marks if mark in content]
