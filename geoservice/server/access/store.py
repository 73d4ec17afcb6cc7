"""Tokens and the audit log over either database."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from geoservice.errors import Conflict, NotFound
from geoservice.server.access.audit import AuditEntry, AuditHead, Row, chained, verify
from geoservice.server.access.base import AccessDatabase, AccessSession
from geoservice.server.access.sql import AccessStatements, from_row, to_row
from geoservice.server.access.token import Token, stamp

BATCH = 1000
"""Rows of the audit log read at a time."""


class AccessStore:
    """Who may read what, and who did. ``owner``: this process may make the tables; one that serves an office may not."""

    def __init__(self, database: AccessDatabase, statements: AccessStatements, owner: bool) -> None:
        self._database, self._sql, self._owner = database, statements, owner

    def _made(self, session: AccessSession) -> bool:
        return bool(session.execute(self._sql.exists())[0][0])

    def _prepare(self, session: AccessSession) -> None:
        """Take the writers' lock and make the tables where they are missing."""
        if lock := self._sql.lock():
            session.execute(lock)
        if self._owner and not self._made(session):
            for statement in self._sql.make():
                session.execute(statement)

    def version(self) -> int:
        """Return a number that moves with every change of the tokens; -1 while there is no store."""
        if not self._database.exists():
            return -1
        with self._database.session() as session:
            return int(session.execute(self._sql.version())[0][0]) if self._made(session) else -1

    def tokens(self) -> list[Token]:
        """Return all tokens, revoked and expired ones as well, oldest first."""
        if not self._database.exists():
            return []
        with self._database.session() as session:
            return self._tokens(session) if self._made(session) else []

    def _tokens(self, session: AccessSession) -> list[Token]:
        return [from_row(row) for row in session.execute(self._sql.tokens())]

    def add(self, token: Token, entry: AuditEntry) -> None:
        """Keep a token and write down that it was given; raises :class:`Conflict` for a name that one in use has."""
        with self._database.session(write=True) as session:
            self._prepare(session)
            if any(t.name == token.name and t.revoked is None for t in self._tokens(session)):
                raise Conflict(f"token {token.name}: there is one of this name; revoke it first, or take another name")
            session.execute(self._sql.add(), to_row(token))
            session.execute(self._sql.changed())
            self._append(session, [entry])

    def revoke(self, name: str, entry: AuditEntry) -> Token:
        """Revoke the token of a name, and with it those given under it; raises :class:`NotFound` when there is none."""
        with self._database.session(write=True) as session:
            self._prepare(session)
            token = named(self._tokens(session), name)
            session.execute(self._sql.revoke(), [stamp(), token.id])
            session.execute(self._sql.changed())
            self._append(session, [entry])
        return token

    def append(self, entries: Sequence[AuditEntry]) -> None:
        """Add rows to the audit log; when this returns they are on the disk."""
        with self._database.session(write=True) as session:
            self._prepare(session)
            self._append(session, entries)

    def _append(self, session: AccessSession, entries: Sequence[AuditEntry]) -> None:
        head = AuditHead(*session.execute(self._sql.head())[0])
        for entry in entries:
            row = chained(entry, head)
            session.execute(self._sql.append(), row)
            head = AuditHead(row.n, row.hash)

    def head(self) -> AuditHead:
        """Return number and hash of the log's last row."""
        if not self._database.exists():
            return AuditHead(0, "")
        with self._database.session() as session:
            return AuditHead(*session.execute(self._sql.head())[0]) if self._made(session) else AuditHead(0, "")

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Yield the rows of the audit log after a number, as they are when it is begun."""
        if self._database.exists():
            with self._database.session() as session:
                if self._made(session):
                    yield from self._rows(session, after)

    def _rows(self, session: AccessSession, after: int) -> Iterator[Row]:
        while found := [Row(*r) for r in session.execute(self._sql.rows(), [after, BATCH])]:
            yield from found
            after = found[-1].n

    def verify(self, known: AuditHead | None = None) -> AuditHead:
        """Check the audit log as it stands at one moment, and return its head; raises as :func:`verify` does."""
        if self._database.exists():
            with self._database.session() as session:
                if self._made(session):
                    head = AuditHead(*session.execute(self._sql.head())[0])
                    verify(self._rows(session, 0), head, known)
                    return head
        verify((), AuditHead(0, ""), known)
        return AuditHead(0, "")

    def grant(self, role: str) -> None:
        """Let a role of the database read tokens and add to the log, and no more."""
        with self._database.session(write=True) as session:
            self._prepare(session)
            for statement in self._sql.grant(role):
                session.execute(statement)

    def close(self) -> None:
        """Let go of files and connections."""
        self._database.close()


def named(tokens: Sequence[Token], name: str) -> Token:
    """Return the token of a name that is not revoked; raises :class:`NotFound` naming those there are."""
    alive = {t.name: t for t in tokens if t.revoked is None}
    if name not in alive:
        raise NotFound(f"token {name!r:.80}: there is none in use of this name; there are: {', '.join(alive) or 'none'}")
    return alive[name]


def open_access(home: Path, dsn: str | None, prefix: str, *, owner: bool) -> AccessStore:
    """Return the access store of a project: a file in its folder, or a schema where there is a connection string."""
    if dsn is None:
        from geoservice.server.access.sqlite import SQLiteFile

        return AccessStore(SQLiteFile(home / "access" / "access.db"), AccessStatements("sqlite"), owner=True)
    from geoservice.server.access.postgresql import PostgreSQL

    return AccessStore(PostgreSQL(dsn, serving=not owner), AccessStatements("postgresql", prefix), owner)
