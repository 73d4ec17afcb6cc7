"""Vintages: loads of one source into one table."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

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


Action = Literal["import", "rollback", "forget"]


@dataclass(frozen=True)
class ImportEvent:
    """What happened to a source: a load, the withdrawal of its newest load (rollback), or its deletion (forget).

    Attributes
    ----------
    at
        When, in UTC.
    action, table, source
        What happened to which source, under the name that it had then.
    number
        The vintage that was loaded or withdrawn; 0 for ``forget``.
    file, sha256
        Name and SHA-256 of the file; empty for loads of older versions, which did not keep them.
    rows, rejected
        Of the vintage.
    is_current
        Whether the vintage of a load counts now.
    restored
        After a rollback, the vintages that count again, such as ``2 of stations.csv``.
    """

    at: datetime
    action: Action
    table: TableName
    source: str
    number: int = 0
    file: str = ""
    sha256: str = ""
    rows: int = 0
    rejected: int = 0
    is_current: bool = False
    restored: tuple[str, ...] = ()
