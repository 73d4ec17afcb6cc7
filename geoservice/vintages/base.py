"""One load of one file into one table."""

from dataclasses import dataclass
from datetime import datetime

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
