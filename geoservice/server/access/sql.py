"""Every statement of the access store, for SQLite and for PostgreSQL. Values are bound."""
# ruff: noqa: S608 - one of the places for SQL text: values are bound, the schema's name is checked

import re
from dataclasses import astuple, fields
from typing import Any, Literal

from geoservice.server.access.token import Token

COLUMNS = tuple(f.name for f in fields(Token))
_PREFIX = re.compile(r"[a-z][a-z0-9_]{0,30}", re.ASCII)
LISTS = {"areas", "layers"}
"""Columns with several codes or ids, stored separated by commas, which neither contains."""


class AccessStatements:
    """The statements of one engine; ``prefix`` names the schema ``<prefix>_access`` on PostgreSQL.

    Tables: ``tokens``; ``audit`` (``n`` from 1 without gaps, ``body``, ``hash``); ``head``, one row, which a trigger sets to
    the last row of ``audit``; ``state``, one row, whose ``version`` grows with every change of the tokens.
    """

    def __init__(self, engine: Literal["sqlite", "postgresql"], prefix: str = "") -> None:
        if engine == "postgresql" and not _PREFIX.fullmatch(prefix):
            raise ValueError(prefix)
        self.engine: Literal["sqlite", "postgresql"] = engine
        self.prefix, self.schema = prefix, f"{prefix}_access"
        self._mark = "?" if engine == "sqlite" else "%s"

    def _name(self, table: str) -> str:
        return table if self.engine == "sqlite" else f'"{self.schema}".{table}'

    def exists(self) -> str:
        """Query whether the tables exist."""
        if self.engine == "sqlite":
            return "SELECT count(*) FROM sqlite_master WHERE name = 'state'"
        return f"SELECT count(*) FROM pg_namespace WHERE nspname = '{self.schema}'"

    def create(self) -> list[str]:
        """Create schema, tables and triggers."""
        texts = ", ".join(f"{c} text{'' if c in {*LISTS, 'parent', 'revoked'} else ' NOT NULL'}" for c in COLUMNS[1:])
        tables = [
            f"CREATE TABLE {self._name('tokens')} (id text PRIMARY KEY, {texts})",
            f"CREATE TABLE {self._name('audit')} (n bigint PRIMARY KEY, body text NOT NULL, hash text NOT NULL)",
            f"CREATE TABLE {self._name('head')} (n bigint NOT NULL, hash text NOT NULL)",
            f"INSERT INTO {self._name('head')} VALUES (0, '')",
            f"CREATE TABLE {self._name('state')} (version bigint NOT NULL)",
            f"INSERT INTO {self._name('state')} VALUES (0)",
        ]
        if self.engine == "sqlite":
            return [*tables, *_SQLITE_TRIGGERS]
        return [f'CREATE SCHEMA "{self.schema}"', *tables, *(t.replace("SCHEMA.", f'"{self.schema}".') for t in _TRIGGERS)]

    def lock(self) -> str | None:
        """Take the writers' lock until the end of the transaction; SQLite takes it when the transaction begins."""
        if self.engine == "sqlite":
            return None
        return f"SELECT pg_advisory_xact_lock(hashtextextended('geoservice {self.schema}', 0))"

    def version(self) -> str:
        """Query the version of the tokens."""
        return f"SELECT version FROM {self._name('state')}"

    def bump_version(self) -> str:
        """Increment the version, because tokens have changed."""
        return f"UPDATE {self._name('state')} SET version = version + 1"

    def tokens(self) -> str:
        """Query all tokens, oldest first."""
        return f"SELECT {', '.join(COLUMNS)} FROM {self._name('tokens')} ORDER BY created, id"

    def add(self) -> str:
        """Insert a token."""
        return f"INSERT INTO {self._name('tokens')} ({', '.join(COLUMNS)}) VALUES ({', '.join([self._mark] * len(COLUMNS))})"

    def revoke(self) -> str:
        """Mark a token as revoked at a time."""
        return f"UPDATE {self._name('tokens')} SET revoked = {self._mark} WHERE id = {self._mark}"

    def head(self) -> str:
        """Query number and hash of the last row of the audit log."""
        return f"SELECT n, hash FROM {self._name('head')}"

    def append(self) -> str:
        """Insert a row into the audit log."""
        return f"INSERT INTO {self._name('audit')} (n, body, hash) VALUES ({self._mark}, {self._mark}, {self._mark})"

    def rows(self) -> str:
        """Query rows of the audit log after a number, up to a limit."""
        return f"SELECT n, body, hash FROM {self._name('audit')} WHERE n > {self._mark} ORDER BY n LIMIT {self._mark}"

    def grant(self, role: str) -> list[str]:
        """Allow a role to read tokens and to append to the audit log, and nothing else; it cannot read the log."""
        role = quoted_role(role)
        readable = ", ".join(map(self._name, ("tokens", "state", "head")))
        return [
            f'REVOKE ALL ON ALL TABLES IN SCHEMA "{self.schema}" FROM PUBLIC, {role}',
            f'GRANT USAGE ON SCHEMA "{self.schema}" TO {role}',
            f"GRANT SELECT ON {readable} TO {role}",
            f"GRANT INSERT ON {self._name('audit')} TO {role}",
        ]


def quoted_role(role: str) -> str:
    """Return the name of a role as an identifier; raises ValueError for one that PostgreSQL cannot have."""
    if not re.fullmatch(r"[^\"\0]{1,63}", role):
        raise ValueError(role)
    return f'"{role}"'


def to_row(token: Token) -> list[Any]:
    """Return a token as the values of ``COLUMNS``."""
    return [None if v is None else ",".join(v) if c in LISTS else v for c, v in zip(COLUMNS, astuple(token), strict=True)]


def from_row(row: tuple[Any, ...]) -> Token:
    """Return the token in a row."""
    values: list[Any] = [tuple(v.split(",")) if c in LISTS and v is not None else v for c, v in zip(COLUMNS, row, strict=True)]
    return Token(*values)


_SQLITE_TRIGGERS = [
    "CREATE TRIGGER follow AFTER INSERT ON audit BEGIN UPDATE head SET n = new.n, hash = new.hash; END",
    "CREATE TRIGGER no_change BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END",
    "CREATE TRIGGER no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END",
]
_TRIGGERS = [  # the link is checked with the owner's right, so that the serving role needs none on the head
    """CREATE FUNCTION SCHEMA.follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
    DECLARE last record;
    BEGIN
        SELECT n, hash INTO last FROM SCHEMA.head FOR UPDATE;
        IF new.n <> last.n + 1 OR new.hash <> encode(sha256(convert_to(last.hash || chr(10) || new.body, 'UTF8')), 'hex') THEN
            RAISE EXCEPTION 'audit: the row does not follow from the last one';
        END IF;
        UPDATE SCHEMA.head SET n = new.n, hash = new.hash;
        RETURN new;
    END $$""",
    "CREATE TRIGGER follow BEFORE INSERT ON SCHEMA.audit FOR EACH ROW EXECUTE FUNCTION SCHEMA.follow()",
    """CREATE FUNCTION SCHEMA.never() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'audit rows are never changed or deleted'; END $$""",
    "CREATE TRIGGER never BEFORE UPDATE OR DELETE OR TRUNCATE ON SCHEMA.audit EXECUTE FUNCTION SCHEMA.never()",
]
