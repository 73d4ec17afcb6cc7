"""The access store: tokens and the audit log, in SQLite or PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from geoservice.errors import Conflict, NotFound
from geoservice.server.access.audit import AuditEntry, AuditHead, Row, next_row, verify
from geoservice.server.access.sql import AccessStatements, from_row, to_row
from geoservice.server.access.token import Token, rfc3339
from geoservice.settings import Settings

BATCH = 1000
"""Rows of the audit log read at a time."""


class AccessSession(Protocol):
    """One transaction."""

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement with bound values and return its rows."""
        ...


class AccessDatabase(Protocol):
    """Database of the tables. It raises :class:`geoservice.errors.Unavailable` or ``Forbidden``, without paths or roles."""

    def exists(self) -> bool:
        """Whether there may be anything to read."""
        ...

    def session(self, write: bool = False) -> AbstractContextManager[AccessSession]:
        """Open a transaction; a writer excludes other writers."""
        ...

    def close(self) -> None:
        """Close files and connections."""
        ...


class AccessStore:
    """Tokens and the audit log. ``owner``: this process may create the tables, which an office's server may not."""

    def __init__(self, database: AccessDatabase, statements: AccessStatements, owner: bool) -> None:
        self._database, self._sql, self._owner = database, statements, owner

    @property
    def statements(self) -> AccessStatements:
        """The statements of the engine."""
        return self._sql

    @property
    def owner(self) -> bool:
        """Whether this process may create tables."""
        return self._owner

    def exists(self) -> bool:
        """Whether there may be anything to read."""
        return self._database.exists()

    @contextmanager
    def transaction(self, write: bool = False) -> Iterator[AccessSession]:
        """Open a transaction for further tables of the database; a writer has the writers' lock."""
        with self._database.session(write) as session:
            if write:
                self._prepare(session)
            yield session

    def _has_tables(self, session: AccessSession) -> bool:
        return bool(session.execute(self._sql.exists())[0][0])

    def _prepare(self, session: AccessSession) -> None:
        """Take the writers' lock and create the tables if they are missing."""
        if lock := self._sql.lock():
            session.execute(lock)
        if self._owner and not self._has_tables(session):
            for statement in self._sql.create():
                session.execute(statement)

    def version(self) -> int:
        """Return a number that grows with every change of the tokens; -1 while there is no store."""
        if not self._database.exists():
            return -1
        with self._database.session() as session:
            return int(session.execute(self._sql.version())[0][0]) if self._has_tables(session) else -1

    def tokens(self) -> list[Token]:
        """Return all tokens, also revoked and expired ones, oldest first."""
        if not self._database.exists():
            return []
        with self._database.session() as session:
            return self._tokens(session) if self._has_tables(session) else []

    def _tokens(self, session: AccessSession) -> list[Token]:
        return [from_row(row) for row in session.execute(self._sql.tokens())]

    def add(self, token: Token, entry: AuditEntry) -> None:
        """Store a token and an audit entry; raises :class:`Conflict` if an active token has the name."""
        with self._database.session(write=True) as session:
            self._prepare(session)
            if any(t.name == token.name and t.revoked is None for t in self._tokens(session)):
                raise Conflict(f"token {token.name}: an active token has this name; revoke it first, or use another name")
            session.execute(self._sql.add(), to_row(token))
            session.execute(self._sql.bump_version())
            self.record(session, [entry])

    def revoke(self, name: str, entry: AuditEntry) -> Token:
        """Revoke the token of a name and all tokens under it; raises :class:`NotFound` for an unknown name."""
        with self._database.session(write=True) as session:
            self._prepare(session)
            token = active_token(self._tokens(session), name)
            session.execute(self._sql.revoke(), [rfc3339(), token.id])
            session.execute(self._sql.bump_version())
            self.record(session, [entry])
        return token

    def append(self, entries: Sequence[AuditEntry]) -> None:
        """Append rows to the audit log; on return they are on disk."""
        with self._database.session(write=True) as session:
            self._prepare(session)
            self.record(session, entries)

    def record(self, session: AccessSession, entries: Sequence[AuditEntry]) -> None:
        """Append rows to the audit log in a transaction for writing."""
        head = AuditHead(*session.execute(self._sql.head())[0])
        for entry in entries:
            row = next_row(entry, head)
            session.execute(self._sql.append(), row)
            head = AuditHead(row.n, row.hash)

    def head(self) -> AuditHead:
        """Return number and hash of the last row of the log."""
        if not self._database.exists():
            return AuditHead(0, "")
        with self._database.session() as session:
            return AuditHead(*session.execute(self._sql.head())[0]) if self._has_tables(session) else AuditHead(0, "")

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Yield the rows of the audit log after a number, as of the first call."""
        if self._database.exists():
            with self._database.session() as session:
                if self._has_tables(session):
                    yield from self._rows(session, after)

    def _rows(self, session: AccessSession, after: int) -> Iterator[Row]:
        while batch := [Row(*r) for r in session.execute(self._sql.rows(), [after, BATCH])]:
            yield from batch
            after = batch[-1].n

    def verify(self, earlier: AuditHead | None = None) -> AuditHead:
        """Check a snapshot of the audit log, and return its head; raises as :func:`verify` does."""
        if self._database.exists():
            with self._database.session() as session:
                if self._has_tables(session):
                    head = AuditHead(*session.execute(self._sql.head())[0])
                    verify(self._rows(session, 0), head, earlier)
                    return head
        verify((), AuditHead(0, ""), earlier)
        return AuditHead(0, "")

    def grant(self, role: str) -> None:
        """Allow a role of the database to read tokens and to append to the log, and nothing else."""
        with self._database.session(write=True) as session:
            self._prepare(session)
            for statement in self._sql.grant(role):
                session.execute(statement)

    def close(self) -> None:
        """Close files and connections."""
        self._database.close()


def active_token(tokens: Sequence[Token], name: str) -> Token:
    """Return the token of a name that is not revoked; raises :class:`NotFound` naming the active tokens."""
    active = {t.name: t for t in tokens if t.revoked is None}
    if name not in active:
        raise NotFound(f"token {name!r:.80}: no active token has this name; active tokens: {', '.join(active) or 'none'}")
    return active[name]


def open_access(home: Path, dsn: str | None, prefix: str, *, owner: bool) -> AccessStore:
    """Return the access store of a project: a file in its folder, or a schema if there is a connection string."""
    if dsn is None:
        from geoservice.server.access.sqlite import SQLiteFile

        return AccessStore(SQLiteFile(home / "access" / "access.db"), AccessStatements("sqlite"), owner=True)
    from geoservice.server.access.postgresql import PostgreSQL

    return AccessStore(PostgreSQL(dsn, serving=not owner), AccessStatements("postgresql", prefix), owner)


def access_store(settings: Settings) -> AccessStore:
    """Return the access store of a server; nothing is opened before the first token arrives."""
    dsn = settings.serve_dsn.get_secret_value() if settings.serve_dsn else None
    return open_access(settings.home, dsn, settings.schema_prefix, owner=False)
