"""On PostGIS the serving role sees releases and is refused everything private."""

import traceback
from collections.abc import Callable, Iterator
from operator import methodcaller
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from geoservice.errors import Forbidden, NotFound, Unavailable
from geoservice.geo import Tile
from geoservice.release import ItemQuery, ReleaseContent, ReleaseStore, open_store, prepare_roles
from geoservice.release.roles import look
from geoservice.workspace import Source, open_workspace

CURRENT: Callable[[ReleaseStore], object] = methodcaller("current")
pytestmark = pytest.mark.postgis


@pytest.fixture
def serving(postgis: str, other_prefix: Callable[[], str]) -> tuple[str, str]:
    """Return a connection string of a serving role, and a prefix of its own."""
    prefix = other_prefix()
    with psycopg.connect(postgis, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {prefix}_http LOGIN")
    return postgis.replace("user=postgres", f"user={prefix}_http"), prefix


@pytest.fixture
def published(
    postgis: str, serving: tuple[str, str], tmp_path: Path, content: ReleaseContent, some_households: Callable[..., object]
) -> Iterator[ReleaseStore]:
    prefix = serving[1]
    workspace = open_workspace(tmp_path / "workspace", postgis, prefix)
    workspace.write("households", some_households(3), Source("a.csv", "1"))
    workspace.close()
    store = open_store(tmp_path, postgis, prefix, read_only=False)
    store.write(content)
    prepare_roles(postgis, prefix, f"{prefix}_http")
    store.write(content)
    yield store
    store.close()


@pytest.mark.usefixtures("published")
def test_releases_before_and_after_the_grant_are_served(serving: tuple[str, str], tmp_path: Path) -> None:
    store = open_store(tmp_path, *serving)
    assert store.current() == 2
    for number in (1, 2):
        reader = store.open(number)
        assert reader.items("places", ItemQuery(limit=2)).num_rows == 2
        assert reader.tile("places", Tile(0, 0, 0))
    store.close()


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("table", ["households", "stations", "areas", "uptake", "population", "loads", "settings"])
def test_private_tables_are_refused(serving: tuple[str, str], tmp_path: Path, table: str) -> None:
    dsn, prefix = serving
    with psycopg.connect(dsn) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(f"SELECT * FROM {prefix}_private.{table}")
    workspace = open_workspace(tmp_path / "another", dsn, prefix)
    with pytest.raises((Forbidden, NotFound)):
        workspace.remember("a", "b")
    workspace.close()


@pytest.mark.usefixtures("published")
def test_the_serving_role_writes_nothing(serving: tuple[str, str], tmp_path: Path, content: ReleaseContent) -> None:
    dsn, prefix = serving
    store = open_store(tmp_path, dsn, prefix, read_only=False)
    with pytest.raises(Forbidden):
        store.write(content)
    with pytest.raises(Forbidden):
        store.rollback(1)
    with psycopg.connect(dsn) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(f"DELETE FROM {prefix}_release_1.tiles")
    store.close()


def test_an_unknown_role_is_told(postgis: str, other_prefix: Callable[[], str]) -> None:
    with pytest.raises(NotFound, match="CREATE ROLE"):
        prepare_roles(postgis, other_prefix(), "nobody_here")


def test_a_role_that_could_read_private_tables_is_refused(postgis: str, serving: tuple[str, str]) -> None:
    with pytest.raises(Forbidden, match="superuser"):
        prepare_roles(postgis, serving[1], "postgres")
    with psycopg.connect(postgis, autocommit=True) as connection:
        name = connection.execute("SELECT current_database()").fetchall()[0][0]
        connection.execute(f'GRANT CREATE ON DATABASE "{name}" TO {serving[1]}_http'.encode())
    with pytest.raises(Forbidden, match="role that publishes"):
        prepare_roles(serving[0], serving[1], f"{serving[1]}_http")


@pytest.mark.usefixtures("published")
def test_a_look_tells_who_sees_what_is_private(postgis: str, serving: tuple[str, str]) -> None:
    dsn, prefix = serving
    there = look(postgis, prefix)
    assert (there.postgis is not None, there.may_create, there.sees_private) == (True, True, True)
    assert look(dsn, prefix).sees_private is False
    with psycopg.connect(postgis, autocommit=True) as connection:
        connection.execute(f"GRANT SELECT ON {prefix}_private.loads TO PUBLIC".encode())
    assert look(dsn, prefix).sees_private is True


def told(dsn: str, action: Callable[[ReleaseStore], object], tmp_path: Path) -> str:
    """Return what a caller is told, after looking that it holds nothing of the connection string."""
    store = open_store(tmp_path, dsn, "x", read_only=False)
    with pytest.raises((Unavailable, Forbidden)) as caught:
        action(store)
    store.close()
    whole = "".join(traceback.format_exception(caught.value))
    assert not [w for w in ("hunter2", "secret_role", "FATAL") if w in whole]
    return str(caught.value)


def test_a_server_that_is_not_there(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = told(f"host={tmp_path} user=secret_role password=hunter2", CURRENT, tmp_path)
    assert "no server answers" in text
    assert not caplog.records


@pytest.mark.parametrize("dsn", ["hunter2", "host=a port", "postgresql://secret_role:hunter2@[::1/x"])
def test_a_string_that_is_none(tmp_path: Path, dsn: str) -> None:
    assert "cannot be read; allowed is host=" in told(dsn, CURRENT, tmp_path)


@pytest.mark.parametrize("wrong", ["user=secret_role", "dbname=hunter2"])
def test_a_role_or_database_that_is_not_there(postgis: str, tmp_path: Path, wrong: str) -> None:
    assert "refuses this role, password or database" in told(f"{postgis} {wrong}", CURRENT, tmp_path)


def test_a_database_without_postgis(
    postgis: str, tmp_path: Path, other_prefix: Callable[[], str], content: ReleaseContent
) -> None:
    name = f"{other_prefix()}_bare"
    with psycopg.connect(postgis, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    text = told(f"{postgis} dbname={name}", lambda s: s.write(content), tmp_path)
    assert "CREATE EXTENSION postgis" in text


def test_a_role_that_may_not_make_schemas(
    postgis: str, serving: tuple[str, str], tmp_path: Path, content: ReleaseContent
) -> None:
    assert "GRANT CREATE ON DATABASE" in told(serving[0], lambda s: s.write(content), tmp_path)
