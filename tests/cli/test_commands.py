"""The other commands, on the grid town."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import clinics
import pytest
from built_page import built_page

from geoservice import __version__
from geoservice.cli import main
from geoservice.release.folder import FolderStore
from geoservice.study import read_study


def test_version(cli: Any) -> None:
    assert cli("--version").out.strip() == __version__


def test_help_names_every_command_and_loads_no_part() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "geoservice", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for name in (
        "init",
        "import",
        "forget",
        "purge",
        "publish",
        "rollback",
        "export",
        "siting",
        "serve",
        "demo",
        "doctor",
        "bench",
    ):
        assert re.search(rf"^  {name} ", done.stdout, re.MULTILINE)
    loaded = set(re.findall(r"\|\s*(\S+)$", done.stderr, re.MULTILINE))
    assert not loaded & {"numpy", "pyarrow", "pydantic", "numba", "duckdb", "fastapi", "geoservice.vintages"}


def test_init_makes_a_valid_study_and_never_overwrites_one(cli: Any, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert cli("init", folder).code == 0
    assert read_study(folder / "study.toml").id == "district"
    assert {f.name for f in folder.iterdir()} == {"study.toml", "project", "register"}
    assert (folder / "register").stat().st_mode & 0o777 == 0o700
    again = cli("init", folder)
    assert (again.code, "never overwrites" in again.err) == (33, True)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("publish",), 10, "geoservice import areas FILE"),
        (("rollback",), 31, "release"),
        (("export", "--folium", "map.html"), 34, "geoservice publish"),
        (("export",), 10, "--folium FILE, --static FOLDER or --dataset URL"),
        (("export", "--static", "maps", "--folium", "map.html"), 10, "or two things"),
        (("export", "--static", "maps"), 34, "geoservice publish"),
        (("export", "--folium", "map.html", "--language", "fi"), 10, "zh and en"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else "",
)
def test_without_data_each_command_says_what_to_do(
    cli: Any, tmp_path: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    cli("init", tmp_path / "new")
    ended = cli(*words, "-C", tmp_path / "new")
    assert (ended.code, len(ended.err.strip().splitlines())) == (code, 1)
    assert message in ended.err


def test_without_a_study_the_command_to_make_one_is_named(cli: Any, tmp_path: Path) -> None:
    ended = cli("publish", "-C", tmp_path)
    assert (ended.code, "geoservice init" in ended.err) == (22, True)


@pytest.mark.parametrize(
    "words", [("publish",), ("import", "areas", "study.toml"), ("import", "households", "study.toml"), ("doctor",)]
)
def test_a_folder_of_the_older_layout_says_what_to_do(
    cli: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    cli("init", tmp_path)
    (tmp_path / "register").rmdir()
    (tmp_path / "workspace").mkdir()
    monkeypatch.chdir(tmp_path)
    ended = cli(*words, "-C", tmp_path)
    assert ended.code == (1 if words == ("doctor",) else 10)
    assert "move workspace/ out of the folder and import the files again" in (ended.err or ended.out)
    assert not (tmp_path / "register").exists()


def test_an_unknown_benchmark_lists_the_names(cli: Any) -> None:
    ended = cli("bench", "speed")
    assert ended.code == 10
    assert "network" in ended.err


def test_households_are_chosen_only_where_a_county_is_made_up(cli: Any) -> None:
    ended = cli("bench", "network", "--households", "6000")
    assert ended.code == 10
    assert "pipeline and scale" in ended.err


def test_a_demo_may_be_left_for_a_later_publish(cli: Any, tmp_path: Path) -> None:
    ended = cli("demo", "helsinki", "--no-publish", "--out", tmp_path)
    assert ended.code == 0
    assert "to publish it: geoservice publish --home" in ended.out
    assert not list((tmp_path / "releases").glob("*/manifest.json"))


def test_an_unknown_demo_lists_the_names(cli: Any) -> None:
    ended = cli("demo", "atlantis")
    assert (ended.code, "helsinki, yixiu, anqing" in ended.err) == (10, True)


def called(*words: object) -> None:
    """Call the command line in this process, where compiled code is loaded once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["geoservice", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
    assert not end.value.code


@pytest.fixture(scope="module")
def project(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town, imported and published twice by the commands of README."""
    home = tmp_path_factory.mktemp("published")
    (home / "study.toml").write_bytes((town / "study.toml").read_bytes())
    for words in (
        ("import", "areas", town / "areas.geojson"),
        ("import", "network", town / "streets.osm.pbf", "--speeds", town / "speeds.toml"),
        ("import", "stations", town / "stations.csv"),
        ("import", "households", town / "households.csv"),
        ("publish",),
    ):
        called(*words, "-C", home)
    command = [sys.executable, "-m", "geoservice", "publish", "-C", home]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert done.stdout.startswith("release 2 is current: hash ")
    return home


def test_doctor_reports_what_is_loaded_and_current(cli: Any, project: Path) -> None:
    ended = cli("doctor", "-C", project)
    assert ended.code == 0
    assert "households.csv, vintage 1" in ended.out
    assert "releases [1, 2], current" in ended.out


def test_rollback_and_back_again(cli: Any, project: Path) -> None:
    assert "release 1 is current" in cli("rollback", "1", "-C", project).out
    assert "release 2 is current" in cli("rollback", "2", "-C", project).out
    ended = cli("rollback", "9", "-C", project)
    assert 30 <= ended.code <= 42
    assert len(ended.err.strip().splitlines()) == 1
    assert "current 2" in cli("doctor", "-C", project).out


@pytest.mark.parametrize("language", ["zh", "en"])
def test_export_is_one_map_that_needs_no_network(cli: Any, project: Path, tmp_path: Path, language: str) -> None:
    file = tmp_path / "map.html"
    assert cli("export", "--folium", file, "--language", language, "-C", project).code == 0
    text = file.read_text(encoding="utf-8")
    assert {"zh": "方格小镇", "en": "Grid town"}[language] in text
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=.https?://", text)


def test_export_of_a_folder_says_its_size_and_notes_layers_that_are_not_public(cli: Any, project: Path, tmp_path: Path) -> None:
    with built_page(tmp_path / "page"):
        ended = cli("export", "--static", tmp_path / "maps", "--release", "1", "-C", project)
        assert ended.code == 0, ended.err
        assert re.search(r"release 1, \d+ layers, \d+ files, [\d.]+ MB, \d+ s", ended.out)
        again = cli("export", "--static", tmp_path / "maps", "--role", "planner", "-C", project)
        assert (again.code, "--replace" in again.err) == (33, True)
        assert cli("export", "--static", tmp_path / "maps", "--role", "planner", "--replace", "-C", project).code == 0
    log = cli("audit", "list", "-C", project).out
    assert [line for line in log.splitlines() if "role=planner" in line and "failed: Conflict" in line]
    assert [line for line in log.splitlines() if "role=planner" in line and "done" in line]


def test_exports_of_an_old_release_lack_what_was_withdrawn(cli: Any, home: Path, tmp_path: Path) -> None:
    store = FolderStore(home / "releases", read_only=False)
    for role in ("public", "steward"):
        store.write(clinics.content_with_role(role))
    with built_page(tmp_path / "page"):
        assert cli("export", "--static", tmp_path / "maps", "--release", "1", "-C", home).code == 0
    assert not list((tmp_path / "maps").rglob("*clinics*"))
    ended = cli("export", "--folium", tmp_path / "map.html", "--release", "1", "-C", home)
    assert (ended.code, "no layer that a map can show" in ended.err) == (34, True)


def test_the_study_written_by_init_is_plain_toml(cli: Any, tmp_path: Path) -> None:
    cli("init", tmp_path / "new")
    assert tomllib.loads((tmp_path / "new" / "study.toml").read_text(encoding="utf-8"))["modes"] == ["walk", "drive"]
