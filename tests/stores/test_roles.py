"""Three roles on PostGIS: the register's, the project's, which cannot read the register, and one that reads releases only."""

import hashlib
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from operator import methodcaller
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest
from psycopg import errors
from pydantic import SecretStr

from geoservice.api.measurement import has_register
from geoservice.errors import Forbidden, NotFound, Unavailable
from geoservice.geo import Tile
from geoservice.project import SurfaceInfo, open_project
from geoservice.register import open_register
from geoservice.release import ItemQuery, ReleaseContent, ReleaseStore, open_store, prepare_roles
from geoservice.release.roles import inspect_server
from geoservice.settings import Settings
from geoservice.vintages import Source

CURRENT: Callable[[ReleaseStore], object] = methodcaller("current")
pytestmark = pytest.mark.postgis


@dataclass(frozen=True)
class Roles:
    """Connection strings of the three roles of an office, and the prefix of its schemas."""

    register: str
    project: str
    serving: str
    prefix: str

    @property
    def served(self) -> str:
        return f"{self.prefix}_http"


@pytest.fixture
def roles(postgis: str, other_prefix: Callable[[], str]) -> Roles:
    """Return roles as docs/postgis.md makes them."""
    prefix = other_prefix()
    with psycopg.connect(postgis, autocommit=True) as connection:
        (name,) = connection.execute("SELECT current_database()").fetchall()[0]
        for role in ("register", "office", "http"):
            connection.execute(f"CREATE ROLE {prefix}_{role} LOGIN".encode())
        connection.execute(f'GRANT CREATE ON DATABASE "{name}" TO {prefix}_register, {prefix}_office'.encode())
    return Roles(*(postgis.replace("user=postgres", f"user={prefix}_{r}") for r in ("register", "office", "http")), prefix)


@pytest.fixture
def published(
    roles: Roles, tmp_path: Path, content: ReleaseContent, rows: dict[str, pa.Table], some_households: Callable[..., pa.Table]
) -> Iterator[ReleaseStore]:
    """Import households as the register's role, and all that is public as the project's, which publishes as well."""
    with closing(open_register(tmp_path / "register", roles.register, roles.prefix)) as register:
        register.write("households", some_households(3), Source("a.csv", "1"))
        register.spend("0" * 64, b"surface", Fraction(1, 2), "")
    with closing(open_project(tmp_path / "project", roles.project, roles.prefix)) as project:
        for table in project.tables:
            project.write(table, rows[table], Source(table, "1"))
        digest = hashlib.sha256(b"surface").hexdigest()
        project.add_surface(b"surface", SurfaceInfo(digest, "register", "register", "2024", {}))
    store = open_store(tmp_path, roles.project, roles.prefix, read_only=False)
    store.write(content)
    prepare_roles(roles.project, roles.prefix, roles.served)
    store.write(content)
    yield store
    store.close()


REGISTER = ["households", "draws", "surfaces", "loads", "settings"]
PROJECT = ["stations", "areas", "uptake", "surfaces", "loads", "settings"]


def refused(dsn: str, table: str) -> None:
    for statement in ("SELECT * FROM {}", "DELETE FROM {}", "GRANT SELECT ON {} TO PUBLIC"):
        with psycopg.connect(dsn) as connection, pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement.format(table).encode())


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("table", REGISTER)
def test_the_role_that_runs_studies_cannot_read_the_register(roles: Roles, table: str) -> None:
    refused(roles.project, f"{roles.prefix}_register.{table}")


@pytest.mark.usefixtures("published")
def test_opened_with_the_role_that_runs_studies_the_register_is_refused_not_empty(roles: Roles, tmp_path: Path) -> None:
    with closing(open_register(tmp_path / "another", roles.project, roles.prefix)) as register:
        for action in (register.book, register.vintages, register.secret, lambda: register.read("households")):
            with pytest.raises(Forbidden):
                action()
        with pytest.raises(Forbidden):
            register.spend("0" * 64, b"surface", Fraction(1, 2), "")
        assert not (register.folder / "secret").exists()


@pytest.mark.usefixtures("published")
def test_without_the_registers_role_a_study_runs_on_the_surface_that_is_there(roles: Roles, tmp_path: Path) -> None:
    alone = Settings(home=tmp_path, dsn=SecretStr(roles.project), schema_prefix=roles.prefix)
    assert not has_register(alone)
    assert has_register(alone.model_copy(update={"register_dsn": SecretStr(roles.register)}))


@pytest.mark.usefixtures("published")
def test_each_role_reads_what_is_its_own(roles: Roles, tmp_path: Path, rows: dict[str, pa.Table]) -> None:
    with closing(open_register(tmp_path / "register", roles.register, roles.prefix)) as register:
        assert register.read("households").num_rows == 3
        assert register.surface(register.book()[0].surface_digest) == b"surface"
    with closing(open_project(tmp_path / "project", roles.project, roles.prefix)) as project:
        assert {t: project.read(t).num_rows for t in project.tables} == {t: rows[t].num_rows for t in project.tables}
        assert project.surface(project.surfaces()[0].digest) == b"surface"


@pytest.mark.usefixtures("published")
def test_releases_before_and_after_the_grant_are_served(roles: Roles, tmp_path: Path) -> None:
    store = open_store(tmp_path, roles.serving, roles.prefix)
    assert store.current() == 2
    for number in (1, 2):
        reader = store.open(number)
        assert reader.items("places", ItemQuery(limit=2)).num_rows == 2
        assert reader.tile("places", Tile(0, 0, 0))
    store.close()


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("table", [f"register.{t}" for t in REGISTER] + [f"project.{t}" for t in PROJECT])
def test_the_serving_role_reads_neither_register_nor_project(roles: Roles, table: str) -> None:
    refused(roles.serving, f"{roles.prefix}_{table}")


@pytest.mark.usefixtures("published")
def test_opened_with_the_serving_role_the_project_is_refused(roles: Roles, tmp_path: Path) -> None:
    with closing(open_project(tmp_path / "another", roles.serving, roles.prefix)) as project:
        for action in (project.surfaces, lambda: project.read("areas"), lambda: project.remember("a", "b")):
            with pytest.raises(Forbidden):
                action()


@pytest.mark.usefixtures("published")
def test_the_serving_role_writes_nothing(roles: Roles, tmp_path: Path, content: ReleaseContent) -> None:
    dsn, prefix = roles.serving, roles.prefix
    store = open_store(tmp_path, dsn, prefix, read_only=False)
    with pytest.raises(Forbidden):
        store.write(content)
    with pytest.raises(Forbidden):
        store.rollback(1)
    with psycopg.connect(dsn) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(f"DELETE FROM {prefix}_release_1.tiles")
    store.close()


def test_an_unknown_role_is_an_error(postgis: str, other_prefix: Callable[[], str]) -> None:
    with pytest.raises(NotFound, match="CREATE ROLE"):
        prepare_roles(postgis, other_prefix(), "nobody_here")


def test_a_role_that_could_read_more_than_releases_is_refused(postgis: str, roles: Roles) -> None:
    with pytest.raises(Forbidden, match="superuser"):
        prepare_roles(postgis, roles.prefix, "postgres")
    with pytest.raises(Forbidden, match="publishing role"):
        prepare_roles(roles.project, roles.prefix, f"{roles.prefix}_office")


def granted(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.mark.usefixtures("published")
def test_privileges_of_the_serving_role_on_the_project_are_revoked(roles: Roles) -> None:
    schema = f"{roles.prefix}_project"
    granted(roles.project, f"GRANT USAGE ON SCHEMA {schema} TO {roles.served}")
    granted(roles.project, f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {roles.served}, PUBLIC")
    assert inspect_server(roles.serving, roles.prefix).sees == (schema,)
    prepare_roles(roles.project, roles.prefix, roles.served)
    assert inspect_server(roles.serving, roles.prefix).sees == ()


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("how", ["GRANT USAGE ON SCHEMA {0}_register TO {0}_http", "GRANT {0}_register TO {0}_http"])
def test_a_serving_role_that_the_register_is_open_to_is_refused(postgis: str, roles: Roles, how: str) -> None:
    granted(postgis, how.format(roles.prefix))
    with pytest.raises(Forbidden, match=f"can read schema {roles.prefix}_register; run REVOKE"):
        prepare_roles(roles.project, roles.prefix, roles.served)


@pytest.mark.usefixtures("published")
def test_inspect_server_returns_versions_and_privileges(postgis: str, roles: Roles) -> None:
    register, project = f"{roles.prefix}_register", f"{roles.prefix}_project"
    there = inspect_server(postgis, roles.prefix)
    assert (there.postgis is not None, there.may_create, there.sees) == (True, True, (project, register))
    assert inspect_server(roles.register, roles.prefix).sees == (register,)
    assert inspect_server(roles.project, roles.prefix).sees == (project,)
    assert inspect_server(roles.serving, roles.prefix).sees == ()
    granted(roles.register, f"GRANT SELECT ON {register}.loads TO PUBLIC")
    assert inspect_server(roles.project, roles.prefix).sees == (project, register)
    assert inspect_server(roles.serving, roles.prefix).sees == (register,)


def told(dsn: str, action: Callable[[ReleaseStore], object], tmp_path: Path) -> str:
    """Return what a caller is told, after looking that it holds nothing of the connection string."""
    store = open_store(tmp_path, dsn, "x", read_only=False)
    with pytest.raises((Unavailable, Forbidden)) as caught:
        action(store)
    store.close()
    whole = "".join(traceback.format_exception(caught.value))
    assert not [w for w in ("hunter2", "secret_role", "FATAL") if w in whole]
    return str(caught.value)


def test_an_unreachable_server_is_an_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = told(f"host={tmp_path} user=secret_role password=hunter2", CURRENT, tmp_path)
    assert "no server responds" in text
    assert not caplog.records


@pytest.mark.parametrize("dsn", ["hunter2", "host=a port", "postgresql://secret_role:hunter2@[::1/x"])
def test_an_unreadable_connection_string_is_an_error(tmp_path: Path, dsn: str) -> None:
    assert "cannot be read; allowed is host=" in told(dsn, CURRENT, tmp_path)


@pytest.mark.parametrize(("wrong", "reason"), [("user=secret_role", "no such role"), ("dbname=hunter2", "no such database")])
def test_an_unknown_role_or_database_is_an_error(postgis: str, tmp_path: Path, wrong: str, reason: str) -> None:
    assert reason in told(f"{postgis} {wrong}", CURRENT, tmp_path)


def test_a_database_without_postgis(
    postgis: str, tmp_path: Path, other_prefix: Callable[[], str], content: ReleaseContent
) -> None:
    name = f"{other_prefix()}_bare"
    with psycopg.connect(postgis, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    text = told(f"{postgis} dbname={name}", lambda s: s.write(content), tmp_path)
    assert "CREATE EXTENSION postgis" in text


def test_a_role_without_privilege_to_create_schemas_is_an_error(roles: Roles, tmp_path: Path, content: ReleaseContent) -> None:
    assert "GRANT CREATE ON DATABASE" in told(roles.serving, lambda s: s.write(content), tmp_path)


def test_an_office_works_by_command_with_three_roles(roles: Roles, town: Path, tmp_path: Path) -> None:
    """The steward imports and measures the register; the role of the project publishes without being able to look at it."""
    (tmp_path / "study.toml").write_bytes((town / "study.toml").read_bytes())
    project = {"GEOSERVICE_DSN": roles.project, "GEOSERVICE_SCHEMA_PREFIX": roles.prefix}
    steward = {**project, "GEOSERVICE_REGISTER_DSN": roles.register}

    def geoservice(environment: dict[str, str], *words: object) -> str:
        command = [sys.executable, "-m", "geoservice", *map(str, words), "-C", str(tmp_path)]
        done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    geoservice(project, "import", "areas", town / "areas.geojson")
    geoservice(project, "import", "network", town / "streets.osm.pbf", "--speeds", town / "speeds.toml")
    geoservice(project, "import", "stations", town / "stations.csv")
    geoservice(steward, "import", "households", town / "households.csv")
    assert "spent: rho 0.5 of 4" in geoservice(steward, "protect")
    for name in ("households", "draws"):
        refused(roles.project, f"{roles.prefix}_register.{name}")
    assert "release 1 is current" in geoservice(project, "publish")
    assert "register: it belongs to another role" in geoservice(project, "doctor")
    assert "purge it with that role" in geoservice(project, "purge", "--yes")
    assert "register: nothing old" in geoservice(steward, "purge", "--yes")
    prepare_roles(roles.project, roles.prefix, roles.served)
    with (
        closing(open_store(tmp_path, roles.serving, roles.prefix, read_only=True)) as store,
        closing(store.open()) as reader,
    ):
        assert reader.count("demand", ItemQuery()) > 0
    for schema in ("register.households", "project.areas"):
        refused(roles.serving, f"{roles.prefix}_{schema}")
