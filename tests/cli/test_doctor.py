"""geoservice doctor: each line says ok, warn or fail, and the exit code follows."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def project(cli: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "new"
    assert cli("init", folder).code == 0
    return folder


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
    assert "files are read with ESRI Shapefile, GPKG, GeoJSON alone" in found


@pytest.mark.parametrize(("name", "mode"), [("workspace/secret", 0o644), ("workspace/network", 0o700)])
def test_a_secret_that_others_may_read_fails(cli: Any, project: Path, name: str, mode: int) -> None:
    (project / "workspace" / "network").mkdir()
    (project / name).chmod(mode)
    ended = cli("doctor", "-C", project)
    if name.endswith("secret"):
        assert (ended.code, "chmod 0600 workspace/secret" in ended.out) == (1, True)
    else:
        assert (ended.code, "network: " in " ".join(lines(ended.out, "fail"))) == (1, True)


def test_the_folder_is_looked_at_before_anything_opens_it(cli: Any, project: Path) -> None:
    (project / "workspace").chmod(0o755)
    ended = cli("doctor", "-C", project)
    assert (ended.code, "chmod 0700 workspace" in ended.out) == (1, True)


def test_no_study_and_no_workspace_are_told_and_none_is_made(cli: Any, tmp_path: Path) -> None:
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
