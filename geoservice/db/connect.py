"""One protocol for both database engines."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from geoservice.db.dialect import Dialect


class Session(Protocol):
    """One transaction: committed when its block ends, rolled back when the block raises."""

    dialect: Dialect

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement with bound values and return its rows, if any."""
        ...

    def fetch(self, sql: str, schema: pa.Schema, values: Sequence[Any] = ()) -> pa.Table:
        """Run a query with bound values and return its few rows as Arrow."""
        ...

    def scan(self, sql: str, schema: pa.Schema, values: Sequence[Any] = ()) -> pa.Table:
        """Run a query with bound values and return its many rows as Arrow."""
        ...

    def append(self, table: str, rows: pa.Table) -> None:
        """Add many rows to a table, named as :meth:`Dialect.table` returns it; columns are matched by name."""
        ...


class Database(Protocol):
    """A database that holds tables."""

    dialect: Dialect

    def exists(self) -> bool:
        """Whether the database exists."""
        ...

    def session(self, write: bool = False) -> AbstractContextManager[Session]:
        """Open a transaction; raises :class:`geoservice.errors.Conflict` when another process writes."""
        ...

    def vacuum(self, tables: Sequence[str]) -> None:
        """Rewrite tables, named as :meth:`Dialect.table` returns them, so that no deleted row stays in their files.

        Raises :class:`geoservice.errors.Conflict` when another process is using them.
        """
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


def connect(path: Path, dsn: str | None) -> Database:
    """Return the database: PostGIS if there is a connection string, otherwise the DuckDB file ``path``."""
    if dsn is None:
        from geoservice.db.duckdb_file import DuckDBFile

        return DuckDBFile(path)
    from geoservice.db.postgis import PostGIS

    return PostGIS(dsn)
