"""What every workspace can do, whatever keeps its tables."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from geoservice.schema import TableName


@dataclass(frozen=True)
class Source:
    """A file about to be loaded: its name, the SHA-256 of its bytes and of the options it was read with."""

    name: str
    digest: str


@dataclass(frozen=True)
class Vintage:
    """One load of one source into one table. ``added``, ``removed`` and ``changed`` compare it, by key, with the one before."""

    table: TableName
    source: Source
    number: int
    rows: int
    rejected: int
    added: int
    removed: int
    changed: int
    loaded_at: datetime


class Workspace(Protocol):
    """A private store. Its folder is 0700 and holds the secret, the network's arrays and reject files; tables may be elsewhere.

    The current rows of a table are those of the newest vintage of each of its sources; a key may be current in one source
    only. Writing is one transaction: a killed process leaves the vintage before untouched.
    """

    folder: Path

    def secret(self) -> bytes:
        """Return the 32-byte workspace secret, made on first use (file 0600)."""
        ...

    def write(self, table: TableName, rows: pa.Table, source: Source, rejected: int = 0) -> Vintage:
        """Store ``rows`` as the newest vintage of ``source``; the same digest again is a no-op that returns the old vintage.

        Raises :class:`geoservice.errors.DuplicateKeys` when a key is current in another source, and
        :class:`geoservice.errors.Conflict` when another process writes.
        """
        ...

    def read(self, table: TableName) -> pa.Table:
        """Return the current rows in the order of their key, in the schema of :mod:`geoservice.schema`."""
        ...

    def vintages(self, table: TableName | None = None) -> list[Vintage]:
        """Return all loads, oldest first."""
        ...

    def digest(self, table: TableName) -> str:
        """SHA-256 over the current rows in key order, the same for every store."""
        ...

    def remember(self, key: str, value: str) -> None:
        """Keep a small setting, e.g. the column mapping of a source."""
        ...

    def recall(self, key: str) -> str | None:
        """Return a setting kept before, or None."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
