"""On PostGIS the serving role sees releases and is refused everything private."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from geoservice.errors import Forbidden, NotFound, Unavailable
from geoservice.geo import Tile
from geoservice.release import ItemQuery, ReleaseContent, ReleaseStore, open_store, prepare_roles
from geoservice.workspace import Source, open_workspace

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
@pytest.mark.parametrize("table", ["households", "stations", "areas", "uptake", "loads", "settings"])
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


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    store = open_store(tmp_path, f"host={tmp_path} user=secret password=hunter2 connect_timeout=2", "x")
    store._database._pool.timeout = 1
    with pytest.raises(Unavailable) as caught:
        store.current()
    assert "hunter2" not in str(caught.value)
    store.close()
