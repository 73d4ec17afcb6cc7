"""The audit log: a hash chain of rows, each hashed together with the hash of the row before, so that a change shows."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from geoservice.errors import ReleaseError
from geoservice.server.access.token import rfc3339


@dataclass(frozen=True)
class AuditEntry:
    """Who did what, and when.

    ``what`` is the HTTP method or the command, ``query`` the query string or the details of the command. ``rows`` is None where
    rows were not counted; ``request`` is the id of the request.
    """

    name: str
    role: str
    what: str
    token: str | None = None
    path: str = ""
    layers: tuple[str, ...] = ()
    query: str = ""
    rows: int | None = None
    status: int | str = ""
    request: str = ""
    at: str = field(default_factory=rfc3339)


class Row(NamedTuple):
    """A stored row: its number, the entry as canonical JSON, and the hash that ties it to the row before."""

    n: int
    body: str
    hash: str

    @property
    def entry(self) -> dict[str, Any]:
        """Return the entry as a dictionary."""
        fields: dict[str, Any] = json.loads(self.body)
        return fields


class AuditHead(NamedTuple):
    """Number and hash of the last row of a log; 0 and empty for an empty log."""

    n: int
    hash: str

    def __str__(self) -> str:
        return f"{self.n}:{self.hash}"


def next_row(entry: AuditEntry, head: AuditHead) -> Row:
    """Return the row that follows ``head``."""
    body = json.dumps({"n": head.n + 1, **asdict(entry)}, sort_keys=True, separators=(",", ":"))
    return Row(head.n + 1, body, row_hash(head.hash, body))


def row_hash(previous: str, body: str) -> str:
    """Return the hash of a row, computed from the hash of the row before and the row's own body.

    >>> row_hash("", "{}")[:12]
    'a062dd4952b9'
    """
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def verify(rows: Iterable[Row], head: AuditHead, earlier: AuditHead | None = None) -> int:
    """Return the number of rows; raises :class:`ReleaseError` naming the first row that was changed or is missing.

    ``head`` is the store's own record of the last row, ``earlier`` a head that was saved before, outside the store.
    """
    last = AuditHead(0, "")
    for row in rows:
        if row.n != last.n + 1:
            raise ReleaseError(f"audit: row {last.n + 1} is missing, row {last.n} is followed by row {row.n}")
        if row.hash != row_hash(last.hash, row.body) or row.entry["n"] != row.n:
            raise ReleaseError(f"audit: row {row.n} does not follow from the row before; one of the two was edited")
        last = AuditHead(row.n, row.hash)
        if earlier is not None and row.n == earlier.n and row.hash != earlier.hash:
            raise ReleaseError(
                f"audit: row {row.n} differs from the earlier head {earlier}: the log was rewritten up to that row"
            )
    for end, name in ((head, "the store's head"), (earlier, "the earlier head")):
        if end is not None and end.n > last.n:
            raise ReleaseError(f"audit: rows {last.n + 1} to {end.n} are missing at the end, {name} is row {end.n}")
    if head != last:
        raise ReleaseError(f"audit: row {last.n} is the last, but the store's head is {head.n}: rows were added without it")
    return last.n
