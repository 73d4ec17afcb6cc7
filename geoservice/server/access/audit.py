"""The audit log: rows that each carry a hash over the row before, so that a change shows."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from geoservice.errors import ReleaseError
from geoservice.server.access.token import rfc3339


@dataclass(frozen=True)
class AuditEntry:
    """Who did what, when. ``what`` is a method or a command, ``query`` the query string or the command's words.

    ``rows`` is None where they were not counted; ``request`` is the request's id.
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
    """A row as it is kept: its number, the entry as canonical JSON, and the hash that ties it to the row before."""

    n: int
    body: str
    hash: str

    @property
    def entry(self) -> dict[str, Any]:
        """Return what the row says."""
        found: dict[str, Any] = json.loads(self.body)
        return found


class AuditHead(NamedTuple):
    """Number and hash of a log's last row; 0 and empty for an empty log."""

    n: int
    hash: str

    def __str__(self) -> str:
        return f"{self.n}:{self.hash}"


def next_row(entry: AuditEntry, head: AuditHead) -> Row:
    """Return the row that follows ``head``."""
    body = json.dumps({"n": head.n + 1, **asdict(entry)}, sort_keys=True, separators=(",", ":"))
    return Row(head.n + 1, body, row_hash(head.hash, body))


def row_hash(before: str, body: str) -> str:
    """Return the hash of a row from that of the row before and its own body.

    >>> link("", "{}")[:12]
    'a062dd4952b9'
    """
    return hashlib.sha256(f"{before}\n{body}".encode()).hexdigest()


def verify(rows: Iterable[Row], head: AuditHead, known: AuditHead | None = None) -> int:
    """Return how many rows there are; raises :class:`ReleaseError` naming the first that was changed or is missing.

    ``head`` is what the store says of the last row, ``known`` a head that was noted earlier in another place.
    """
    last = AuditHead(0, "")
    for row in rows:
        if row.n != last.n + 1:
            raise ReleaseError(f"audit: row {last.n + 1} is missing, the one found after row {last.n} is {row.n}")
        if row.hash != row_hash(last.hash, row.body) or row.entry["n"] != row.n:
            raise ReleaseError(f"audit: row {row.n} does not follow from the one before: it was edited, or that one was")
        last = AuditHead(row.n, row.hash)
        if known is not None and row.n == known.n and row.hash != known.hash:
            raise ReleaseError(f"audit: row {row.n} is not the one noted as {known}: the log was written anew up to there")
    for end, what in ((head, "the store's head"), (known, "the head noted")):
        if end is not None and end.n > last.n:
            raise ReleaseError(f"audit: rows {last.n + 1} to {end.n} are missing at the end, {what} says row {end.n}")
    if head != last:
        raise ReleaseError(f"audit: row {last.n} is the last, but the store's head says {head.n}: rows were added past it")
    return last.n
