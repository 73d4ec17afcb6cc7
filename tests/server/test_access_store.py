"""One suite over both kinds of access store: tokens, and an audit log in which every change shows."""

import itertools
import multiprocessing as mp
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from psycopg import errors

from geoservice.errors import Conflict, Forbidden, NotFound, ReleaseError, Unavailable
from geoservice.server.access import AccessStore, AuditEntry, AuditHead, Token, TokenRequest, open_access
from geoservice.server.access.token import new_token

_count = itertools.count()
CLERK = AuditEntry("clerk", "administrator", "token add")


class StoreLocation(NamedTuple):
    """The location of a store."""

    home: Path
    dsn: str | None
    prefix: str

    def open(self, dsn: str | None = None, owner: bool = True) -> AccessStore:
        return open_access(self.home, dsn or self.dsn, self.prefix, owner=owner)

    def edit(self, *statements: str) -> None:
        """Run statements as an administrator with the file or the owner's role can, with triggers disabled."""
        if self.dsn is None:
            with sqlite3.connect(self.home / "access/access.db") as connection:
                for trigger in ("no_change", "no_delete"):
                    connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
                for statement in statements:
                    connection.execute(statement)
            connection.close()
            return
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(f"SET search_path = {self.prefix}_access".encode())
            connection.execute("ALTER TABLE audit DISABLE TRIGGER ALL")
            for statement in statements:
                connection.execute(statement.encode())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgis)])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> StoreLocation:
    dsn = request.getfixturevalue("postgis") if request.param == "postgresql" else None
    return StoreLocation(tmp_path, dsn, f"acc{os.getpid()}_{next(_count)}")


@pytest.fixture
def store(location: StoreLocation) -> Iterator[AccessStore]:
    store = location.open()
    yield store
    store.close()


def token(name: str = "门户 portal", token_id: str = "0" * 16, parent: Token | None = None, **limits: tuple[str, ...]) -> Token:
    return new_token(TokenRequest(name, "planner", **limits), token_id, "hash", parent, lambda *_: True)


def test_a_new_store_is_empty(location: StoreLocation, store: AccessStore) -> None:
    assert (store.version(), store.tokens(), store.head(), list(store.rows())) == (-1, [], AuditHead(0, ""), [])
    assert not list(location.home.iterdir()), "looking made a file"


def test_tokens_are_stored_unchanged(store: AccessStore) -> None:
    one = token(areas=("340811", "340822100"))
    store.add(one, CLERK)
    two = token("b", "1" * 16, one, layers=("gaps", "flows"))
    store.add(two, CLERK)
    assert store.tokens() == [one, two]
    assert two.areas == one.areas


def test_the_version_moves_with_the_tokens_and_not_with_the_log(store: AccessStore) -> None:
    store.add(token(), CLERK)
    first = store.version()
    store.append([CLERK])
    assert store.version() == first
    store.revoke("门户 portal", CLERK)
    assert store.version() > first


def test_a_name_in_use_is_refused_and_free_again_when_revoked(store: AccessStore) -> None:
    store.add(token(), CLERK)
    with pytest.raises(Conflict, match="revoke it first"):
        store.add(token(token_id="1" * 16), CLERK)
    store.revoke("门户 portal", CLERK)
    store.add(token(token_id="1" * 16), CLERK)
    assert [t.revoked is None for t in store.tokens()] == [False, True]


def test_an_unknown_token_cannot_be_revoked(store: AccessStore) -> None:
    store.add(token(), CLERK)
    with pytest.raises(NotFound, match="门户 portal"):
        store.revoke("x", CLERK)
    assert store.head().n == 1, "a failed revoke left a row"


def test_entries_are_read_back_unchanged(store: AccessStore) -> None:
    entry = AuditEntry("名", "planner", "GET", "t1", "/collections/a/items", ("a",), "filter=x%27", 7, 200, "r1")
    store.append([CLERK, entry])
    rows = list(store.rows())
    assert [r.n for r in rows] == [1, 2]
    assert rows[1].entry["name"] == "名"
    assert (rows[1].entry["layers"], rows[1].entry["rows"], rows[1].entry["status"]) == (["a"], 7, 200)
    assert [r.n for r in store.rows(after=1)] == [2]
    assert store.verify() == store.head()


def filled(store: AccessStore, rows: int = 5) -> AuditHead:
    store.append([AuditEntry(f"n{i}", "planner", "GET") for i in range(rows)])
    return store.head()


CHANGES = {
    "edited": ("UPDATE audit SET body = replace(body, 'n2', 'n9') WHERE n = 3", "row 3 does not follow"),
    "edited with its hash": ("UPDATE audit SET hash = 'x' WHERE n = 3", "row 3 does not follow"),
    "deleted in the middle": ("DELETE FROM audit WHERE n = 2", "row 2 is missing"),
    "deleted at the beginning": ("DELETE FROM audit WHERE n = 1", "row 1 is missing"),
    "cut at the end": ("DELETE FROM audit WHERE n > 3", "rows 4 to 5 are missing at the end"),
    "swapped": ("UPDATE audit SET n = CASE n WHEN 2 THEN 103 ELSE 102 END WHERE n IN (2, 3)", "row 2 is missing"),
    "the head set back": ("UPDATE head SET n = 3", "row 5 is the last"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_detected_and_its_row_named(location: StoreLocation, store: AccessStore, change: str) -> None:
    head = filled(store)
    assert store.verify(head).n == 5
    statement, message = CHANGES[change]
    location.edit(statement)
    with pytest.raises(ReleaseError, match=message):
        store.verify()


def test_an_earlier_head_detects_a_log_truncated_together_with_its_head(location: StoreLocation, store: AccessStore) -> None:
    head = filled(store)
    third = list(store.rows())[2]
    location.edit("DELETE FROM audit WHERE n > 3", f"UPDATE head SET n = 3, hash = '{third.hash}'")
    assert store.verify().n == 3
    with pytest.raises(ReleaseError, match="rows 4 to 5 are missing at the end, the earlier head"):
        store.verify(head)
    filled(store)
    with pytest.raises(ReleaseError, match="row 5 differs from the earlier head"):
        store.verify(head)


def test_triggers_prevent_changes_of_rows(location: StoreLocation, store: AccessStore) -> None:
    filled(store)
    for statement in ("UPDATE audit SET body = ''", "DELETE FROM audit"):
        with pytest.raises((sqlite3.Error, psycopg.Error), match="never"):  # noqa: PT012 - one way for each engine
            if location.dsn is None:
                with sqlite3.connect(location.home / "access/access.db") as connection:
                    connection.execute(statement)
            else:
                with psycopg.connect(location.dsn) as other:
                    other.execute(f"SET search_path = {location.prefix}_access".encode())
                    other.execute(statement.encode())


def append_many(location: StoreLocation, name: str, times: int) -> None:
    store = location.open()
    for i in range(times):
        store.append([AuditEntry(f"{name}{i}", "planner", "GET")])
    store.close()


def test_several_processes_append_to_one_chain(location: StoreLocation, store: AccessStore) -> None:
    filled(store, 1)
    context = mp.get_context("spawn")
    workers = [context.Process(target=append_many, args=(location, name, 25)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert store.verify().n == 51


def test_a_killed_writer_leaves_a_whole_chain(location: StoreLocation, store: AccessStore) -> None:
    filled(store, 1)
    worker = mp.get_context("spawn").Process(target=append_many, args=(location, "k", 100_000))
    worker.start()
    until = time.monotonic() + 30
    while store.head().n < 20 and time.monotonic() < until:
        time.sleep(0.01)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(10)
    assert store.verify().n >= 20
    filled(store, 1)
    store.verify()


def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    store = open_access(tmp_path, None, "x", owner=True)
    filled(store)
    modes = {f.name: f.stat().st_mode & 0o777 for f in (tmp_path / "access").iterdir()}
    assert modes["access.db"] == modes["access.db-wal"] == 0o600
    assert (tmp_path / "access").stat().st_mode & 0o777 == 0o700
    store.close()


def test_the_error_of_a_damaged_file_does_not_show_its_path(tmp_path: Path) -> None:
    (tmp_path / "access").mkdir()
    (tmp_path / "access/access.db").write_bytes(b"x" * 4096)
    store = open_access(tmp_path, None, "x", owner=True)
    for action in (store.version, lambda: store.append([CLERK])):
        with pytest.raises(Unavailable) as caught:
            action()
        assert str(tmp_path) not in str(caught.value)
    store.close()


@pytest.fixture
def serving(postgis: str) -> tuple[StoreLocation, str]:
    """Return an office's store and the connection string of its serving role, which has been granted access."""
    location = StoreLocation(Path(), postgis, f"off{os.getpid()}_{next(_count)}")
    role = f"{location.prefix}_http"
    with psycopg.connect(postgis, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN".encode())
    store = location.open()
    store.grant(role)
    store.close()
    return location, postgis.replace("user=postgres", f"user={role}")


@pytest.mark.postgis
def test_the_serving_role_reads_tokens_and_appends(serving: tuple[StoreLocation, str]) -> None:
    location, dsn = serving
    owner, server = location.open(), location.open(dsn, owner=False)
    owner.add(token(), CLERK)
    assert server.tokens() == owner.tokens()
    server.append([AuditEntry("a", "planner", "GET")])
    assert owner.verify().n == 2
    owner.close()
    server.close()


DENIED = [
    "UPDATE tokens SET role = 'steward'", "DELETE FROM tokens", "INSERT INTO tokens SELECT * FROM tokens",
    "UPDATE state SET version = 0", "SELECT body FROM audit", "UPDATE audit SET body = ''", "DELETE FROM audit",
    "TRUNCATE audit", "UPDATE head SET n = 0", "DROP TABLE audit", "ALTER TABLE audit DISABLE TRIGGER ALL",
]  # fmt: skip


@pytest.mark.postgis
@pytest.mark.parametrize("statement", DENIED)
def test_the_serving_role_may_do_nothing_else(serving: tuple[StoreLocation, str], statement: str) -> None:
    location, dsn = serving
    with psycopg.connect(dsn) as connection:
        connection.execute(f"SET search_path = {location.prefix}_access".encode())
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement.encode())


@pytest.mark.postgis
@pytest.mark.parametrize("row", ["(1, '{}', 'made up')", "(7, '{}', 'x')"])
def test_the_serving_role_cannot_break_the_chain(serving: tuple[StoreLocation, str], row: str) -> None:
    location, dsn = serving
    with psycopg.connect(dsn) as connection, pytest.raises(errors.RaiseException, match="does not follow"):
        connection.execute(f"INSERT INTO {location.prefix}_access.audit VALUES {row}".encode())


@pytest.mark.postgis
def test_a_role_without_access_is_told_how_to_get_it(postgis: str, serving: tuple[StoreLocation, str]) -> None:
    other = f"{serving[0].prefix}_b"
    with psycopg.connect(postgis, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {other} LOGIN".encode())
    store = serving[0].open(postgis.replace("user=postgres", f"user={other}"), owner=False)
    with pytest.raises(Forbidden, match="geoservice grant"):
        store.append([CLERK])
    store.close()


READS: list[Callable[[AccessStore], object]] = [AccessStore.version, AccessStore.tokens, AccessStore.head]


@pytest.mark.parametrize("read", READS, ids=lambda a: a.__name__)
def test_the_error_of_an_unreachable_server_does_not_show_the_role(
    tmp_path: Path, read: Callable[[AccessStore], object]
) -> None:
    store = open_access(tmp_path, f"host={tmp_path} user=secret_role", "x", owner=False)
    with pytest.raises(Unavailable) as caught:
        read(store)
    assert "secret_role" not in str(caught.value)
    store.close()
