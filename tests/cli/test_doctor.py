"""geoservice doctor: each line says ok, warn or fail, and the exit code follows."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import psycopg
import pytest

from geoservice.register import Register, open_register


@pytest.fixture
def project(cli: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "new"
    assert cli("init", folder).code == 0
    return folder


def register_of(project: Path) -> Register:
    return open_register(project / "register", None, "geoservice")


def lines(out: str, state: str) -> list[str]:
    return [line.removeprefix(state).strip() for line in out.splitlines() if line.startswith(state)]


def test_a_new_project_is_fit_and_told_what_is_missing(cli: Any, project: Path) -> None:
    ended = cli("doctor", "-C", project)
    assert (ended.code, lines(ended.out, "fail")) == (0, [])
    told = " ".join(lines(ended.out, "warn"))
    for table in ("areas", "stations", "households", "network"):
        assert f"geoservice import {table}" in told
    found = " ".join(lines(ended.out, "ok"))
    assert "spatial loads from its wheel with no network" in found
    assert "files are read with ESRI Shapefile, FlatGeobuf, GPKG, GeoJSON, GeoJSONSeq alone" in found


def test_a_secret_that_others_may_read_fails(cli: Any, project: Path) -> None:
    register_of(project).secret()
    (project / "register" / "secret").chmod(0o644)
    ended = cli("doctor", "-C", project)
    assert (ended.code, "chmod 0600 register/secret" in ended.out) == (1, True)


def test_a_network_without_its_files_fails(cli: Any, project: Path) -> None:
    (project / "project" / "network").mkdir()
    ended = cli("doctor", "-C", project)
    assert (ended.code, "network: " in " ".join(lines(ended.out, "fail"))) == (1, True)


@pytest.mark.parametrize("lost", ["secret", "book", "surface"])
def test_a_register_that_lost_what_cannot_be_made_anew_fails(cli: Any, project: Path, lost: str) -> None:
    register = register_of(project)
    register.secret()
    draw = register.spend("0" * 64, b"surface", Fraction(1, 2), "")
    assert "secret and budget book are whole (1 entries)" in cli("doctor", "-C", project).out
    if lost == "secret":
        (register.folder / "secret").unlink()
    else:
        table, key, value = ("draws", "chain", draw.chain) if lost == "book" else ("surfaces", "digest", draw.surface_digest)
        with register._database.session(write=True) as session:
            session.execute(register._sql.delete(table, key), [value])
    ended = cli("doctor", "-C", project)
    assert (ended.code, len(lines(ended.out, "fail"))) == (1, 1)
    assert "from a backup" in lines(ended.out, "fail")[0]


def test_the_folder_is_looked_at_before_anything_opens_it(cli: Any, project: Path) -> None:
    (project / "register").chmod(0o755)
    ended = cli("doctor", "-C", project)
    assert (ended.code, "chmod 0700 register" in ended.out) == (1, True)


def test_no_study_and_no_register_are_told_and_none_is_made(cli: Any, tmp_path: Path) -> None:
    ended = cli("doctor", "-C", tmp_path)
    assert (ended.code, "geoservice init" in ended.out) == (1, True)
    assert not list(tmp_path.iterdir())


def test_a_server_that_is_not_there_fails_without_its_password(
    cli: Any, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEOSERVICE_DSN", f"host={project} user=someone password=hunter2")
    ended = cli("doctor", "-C", project)
    assert (ended.code, "no server answers" in ended.out) == (1, True)
    assert "hunter2" not in ended.out + ended.err
    assert str(project) not in ended.out + ended.err


@pytest.mark.postgis
def test_who_may_look_into_the_register_is_told(cli: Any, project: Path, postgis: str, monkeypatch: pytest.MonkeyPatch) -> None:
    office = postgis.replace("user=postgres", "user=doctor_office")
    with psycopg.connect(postgis, autocommit=True) as connection:
        (name,) = connection.execute("SELECT current_database()").fetchall()[0]
        connection.execute("CREATE ROLE doctor_office LOGIN")
        connection.execute(f'GRANT CREATE ON DATABASE "{name}" TO doctor_office'.encode())
    monkeypatch.setenv("GEOSERVICE_SCHEMA_PREFIX", "doctor")
    monkeypatch.setenv("GEOSERVICE_DSN", office)
    assert "the role that runs studies can read the register" in " ".join(lines(cli("doctor", "-C", project).out, "warn"))
    monkeypatch.setenv("GEOSERVICE_REGISTER_DSN", postgis)
    open_register(project / "register", postgis, "doctor").remember("a", "b")
    assert "its role cannot look into the register" in " ".join(lines(cli("doctor", "-C", project).out, "ok"))
    monkeypatch.setenv("GEOSERVICE_DSN", postgis)
    ended = cli("doctor", "-C", project)
    assert (ended.code, "GEOSERVICE_DSN: its role can look into the register" in " ".join(lines(ended.out, "fail"))) == (
        1,
        True,
    )
