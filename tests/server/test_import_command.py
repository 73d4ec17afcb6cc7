"""The process of an import: dismissed, out of time, without a document, and what it gets from the service."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import anyio
import pytest
from pydantic import SecretStr

from geoservice.errors import InputError, TimedOut, Unavailable
from geoservice.server.imports.command import Command
from geoservice.server.jobs.messages import JobCancelled, Progress
from geoservice.server.serve import check_steward_project
from geoservice.settings import Settings


@pytest.fixture
def stations(tmp_path: Path) -> Path:
    (tmp_path / "study.toml").write_text(
        'id = "t"\ntitle = { zh = "试", en = "T" }\n[[services]]\nid = "checkup"\ntitle = { zh = "体检", en = "Check" }\n',
        encoding="utf-8",
    )
    rows = "".join(f"S{i},站{i},116.95,30.6,村级,体检\n" for i in range(2000))
    (tmp_path / "s.csv").write_text("编号,名称,经度,纬度,等级,服务项目\n" + rows, encoding="utf-8")
    return tmp_path


def run(folder: Path, *words: str, seconds: float = 60.0, watch: Callable[[Progress | None], bool] = lambda _: False) -> object:
    command = Command(words, folder, None, seconds, 2048)
    return anyio.run(command.run, watch)


def processes(folder: Path) -> list[str]:
    """Return the commands of the processes that work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):  # it has ended
            command = (entry / "cmdline").read_bytes().decode(errors="replace") if entry.name.isdecimal() else ""
            if str(folder) in command or (command and (entry / "cwd").readlink() == folder):
                found.append(command)
    return found


def test_the_document_and_the_progress_come_back(stations: Path) -> None:
    seen: list[Progress | None] = []
    document = run(stations, "import", "stations", "--json", "--", "s.csv", watch=lambda p: bool(seen.append(p)))
    assert isinstance(document, dict)
    assert (document["status"], document["rows"]["accepted"]) == ("loaded", 2000)
    assert {p.stage for p in seen if p is not None} <= {"read", "check", "write"}


def test_a_dismissed_import_is_ended_with_all_its_processes_and_loads_nothing(stations: Path) -> None:
    seen: list[str] = []

    def watch(_: Progress | None) -> bool:
        seen.extend(processes(stations))
        return True

    with pytest.raises(JobCancelled):
        run(stations, "import", "stations", "--json", "--", "s.csv", watch=watch)
    assert seen
    assert processes(stations) == []
    document = run(stations, "import", "history", "--json")
    assert isinstance(document, dict)
    assert document["events"] == []


def test_a_slow_import_is_out_of_time(stations: Path) -> None:
    with pytest.raises(TimedOut, match="longer than 0 s, and nothing was loaded"):
        run(stations, "import", "stations", "--json", "--", "s.csv", seconds=0.3)


@pytest.mark.parametrize("words", [("--version",), ("import", "nothing"), ("import", "stations", "no.csv", "--json")])
def test_a_command_without_a_document_is_an_error_without_its_text(stations: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(Unavailable, match="the import ended without a result; the log of the service says how"):
        run(stations, *words)


def test_a_project_that_imports_would_not_find_is_refused_at_the_start(stations: Path, tmp_path: Path) -> None:
    check_steward_project(Settings())
    check_steward_project(Settings(steward_project=stations))
    with pytest.raises(InputError, match=r"GEOSERVICE_STEWARD_PROJECT: .* has no study\.toml"):
        check_steward_project(Settings(steward_project=tmp_path / "other"))
    with pytest.raises(InputError, match="GEOSERVICE_STEWARD_SECRETS: not set, but releases are on PostGIS"):
        check_steward_project(Settings(steward_project=stations, serve_dsn=SecretStr("host=x")))


@pytest.mark.postgis
def test_connections_of_the_project_come_from_a_folder_of_secrets(
    stations: Path, postgis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = stations / "secrets"
    secrets.mkdir()
    (secrets / "geoservice_dsn").write_text(postgis)
    monkeypatch.setenv("GEOSERVICE_SCHEMA_PREFIX", "steward_imports")
    words = ("import", "stations", "--json", "--", "s.csv")
    document = anyio.run(Command(words, stations, secrets, 60.0, 2048).run, lambda _: False)
    assert document["status"] == "loaded"
    assert not (stations / "project" / "project.duckdb").exists()
