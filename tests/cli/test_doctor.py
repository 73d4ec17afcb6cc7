"""geoservice doctor: each line is ok, warn or fail, and determines the exit code."""

import shutil
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import psycopg
import pytest
from district import HEADER, collection, square

from geoservice.project import SurfaceInfo, open_project
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


def test_a_new_project_passes_and_missing_tables_are_listed(cli: Any, project: Path) -> None:
    ended = cli("doctor", "-C", project)
    assert (ended.code, lines(ended.out, "fail")) == (0, [])
    told = " ".join(lines(ended.out, "warn"))
    for table in ("areas", "stations", "households", "network"):
        assert f"geoservice import {table}" in told
    found = " ".join(lines(ended.out, "ok"))
    assert "the spatial extension loads from its wheel without network" in found
    assert "files are read only with ESRI Shapefile, FlatGeobuf, GPKG, GeoJSON, GeoJSONSeq" in found


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
def test_a_register_without_its_secret_or_book_fails(cli: Any, project: Path, lost: str) -> None:
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


def test_a_damaged_secret_fails(cli: Any, project: Path) -> None:
    register_of(project).secret()
    (project / "register" / "secret").write_bytes(b"short")
    ended = cli("doctor", "-C", project)
    assert (ended.code, "register/secret has 5 bytes, expected 32" in lines(ended.out, "fail")[0]) == (1, True)


def test_a_register_that_is_gone_or_another_one_fails_where_the_project_knows_a_measurement(cli: Any, project: Path) -> None:
    body = b"surface"
    register_of(project).secret()
    draw = register_of(project).spend("0" * 64, body, Fraction(1, 2), "")
    with closing(open_project(project / "project", None, "geoservice")) as opened:
        opened.add_surface(body, SurfaceInfo(draw.surface_digest, "register", "register", draw.made_at, {}))
    assert cli("doctor", "-C", project).code == 0
    shutil.rmtree(project / "register")
    for _ in ("gone", "another"):
        ended = cli("doctor", "-C", project)
        assert (ended.code, "is not in the budget book" in " ".join(lines(ended.out, "fail"))) == (1, True)
        register_of(project).secret()


def test_two_sources_of_households_are_reported(cli: Any, home: Path, tmp_path: Path) -> None:
    cli("import", "areas", tmp_path / "areas.geojson", "-C", home)
    for name, key in (("a.csv", "K1"), ("b.csv", "K2")):
        (tmp_path / name).write_text(HEADER + f"{key},116.95,30.6,2,1\n", encoding="utf-8")
        assert cli("import", "households", tmp_path / name, "-C", home).code == 0
        told = [line for line in lines(cli("doctor", "-C", home).out, "warn") if line.startswith("households")]
        assert bool(told) == (name == "b.csv")
    assert "2 sources are current (a.csv, b.csv)" in told[0]
    assert "geoservice forget" in told[0]
    assert "--replace" in told[0]


def test_overlapping_areas_are_reported_by_code(cli: Any, home: Path, tmp_path: Path) -> None:
    cli("import", "areas", tmp_path / "areas.geojson", "-C", home)
    assert "areas: no areas of the same level overlap" in lines(cli("doctor", "-C", home).out, "ok")
    more = {"代码": "340811199", "名称": "新镇", "级别": "镇"}, square(116.99, 30.5, 117.0, 30.7)
    (tmp_path / "more.geojson").write_text(collection(more), encoding="utf-8")
    assert cli("import", "areas", tmp_path / "more.geojson", "-C", home).code == 0
    told = [line for line in lines(cli("doctor", "-C", home).out, "warn") if "overlap" in line]
    assert len(told) == 1
    assert "340811100 and 340811199 (township, 100% of the smaller)" in told[0]


def test_the_folder_is_looked_at_before_anything_opens_it(cli: Any, project: Path) -> None:
    (project / "register").chmod(0o755)
    ended = cli("doctor", "-C", project)
    assert (ended.code, "chmod 0700 register" in ended.out) == (1, True)


def test_a_missing_study_and_register_are_reported_and_not_created(cli: Any, tmp_path: Path) -> None:
    ended = cli("doctor", "-C", tmp_path)
    assert (ended.code, "geoservice init" in ended.out) == (1, True)
    assert not list(tmp_path.iterdir())


def test_a_server_that_is_not_there_fails_without_its_password(
    cli: Any, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEOSERVICE_DSN", f"host={project} user=someone password=hunter2")
    ended = cli("doctor", "-C", project)
    assert (ended.code, "no server responds" in ended.out) == (1, True)
    assert "hunter2" not in ended.out + ended.err
    assert str(project) not in ended.out + ended.err


@pytest.mark.postgis
def test_roles_that_can_read_the_register_are_reported(
    cli: Any, project: Path, postgis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    assert "its role cannot read the register" in " ".join(lines(cli("doctor", "-C", project).out, "ok"))
    monkeypatch.setenv("GEOSERVICE_DSN", postgis)
    ended = cli("doctor", "-C", project)
    assert (ended.code, "GEOSERVICE_DSN: its role can read the register" in " ".join(lines(ended.out, "fail"))) == (
        1,
        True,
    )
