"""Vintages: loads of one source into one table."""

from dataclasses import dataclass
from datetime import datetime

from geoservice.schema import TableName


@dataclass(frozen=True)
class Source:
    """A file or frame to load: its name, and the SHA-256 of its content and the import options.

    ``file`` and ``sha256`` are the name and the SHA-256 of the file alone, for the history of imports; empty if unknown.
    """

    name: str
    digest: str
    file: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Vintage:
    """One load of one source into one table; ``added``, ``removed``, ``changed`` compare its keys with the vintage before."""

    table: TableName
    source: Source
    number: int
    rows: int
    rejected: int
    added: int
    removed: int
    changed: int
    loaded_at: datetime
