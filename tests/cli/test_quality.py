"""geoservice quality: what it prints and writes, where it refuses to write, and that purge erases it."""

import shutil
from pathlib import Path
from typing import Any

import pytest

import geoservice
from geoservice.api.data_quality import FILES
from geoservice.cli.common import settings_for
from geoservice.cli.data import load_tables
from geoservice.ingest import Options


@pytest.fixture(scope="module")
def filled(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with the areas and the households of the town, of which ten have many persons; no streets."""
    home = tmp_path_factory.mktemp("quality") / "town"
    home.mkdir()
    shutil.copy(town / "study.toml", home)
    lines = (town / "households.csv").read_text().splitlines(keepends=True)
    lines[1:11] = [line.replace(",1,W", ",20,W") for line in lines[1:11]]
    (home / "households.csv").write_text("".join(lines))
    settings = settings_for(home)
    load_tables(settings, "areas", [town / "areas.geojson"], Options())
    load_tables(settings, "households", [home / "households.csv"], Options())
    return home


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "town"))


def test_it_prints_the_report_and_says_where_the_files_are(cli: Any, home: Path) -> None:
    ended = cli("quality", "-C", home, "--lang", "en")
    assert ended.code == 0, ended.err
    out = " ".join(ended.out.split())
    for words in (
        "Data quality report",
        "10 households (2.5 %) have more than 15 persons",
        "Townships",
        "quality.xlsx",
        "(private)",
    ):
        assert words in out
    folder = home / "register" / "quality"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {f.name: f.stat().st_mode & 0o777 for f in folder.iterdir()} == dict.fromkeys(FILES, 0o600)
    assert "登记册数据质量报告" in cli("quality", "-C", home).out
    assert "quality" in cli("audit", "list", "-C", home).out


def test_it_writes_into_a_private_folder_of_ones_own(cli: Any, home: Path, tmp_path: Path) -> None:
    for name, exists in (("new", False), ("closed", True)):
        folder = tmp_path / name
        if exists:
            folder.mkdir(mode=0o700)
        assert cli("quality", "-C", home, "--out", folder).code == 0
        assert sorted(f.name for f in folder.iterdir()) == sorted(FILES)
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not (home / "register" / "quality").exists()


def test_a_public_folder_is_refused_before_the_register_is_read(cli: Any, home: Path, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "site").mkdir(mode=0o700)
    (tmp_path / "site" / "index.html").touch()
    (tmp_path / "copied" / "7").mkdir(parents=True, mode=0o700)
    (tmp_path / "copied" / "7" / "manifest.json").touch()
    (tmp_path / "link").symlink_to(home / "releases")
    (tmp_path / "file").touch(mode=0o600)
    static = Path(geoservice.__file__).parent / "web" / "static" / "reports"
    folders = (
        home / "releases", home / "releases" / "1", home / "project", home / "project" / "network", home / "layers", static,
        tmp_path / "open", tmp_path / "site", tmp_path / "site" / "a" / "b", tmp_path / "copied" / "7" / "tiles",
        tmp_path / "link" / "x", tmp_path / "file",
    )  # fmt: skip
    for folder in folders:
        ended = cli("quality", "-C", home, "--out", folder)
        assert (ended.code, "--out: got" in ended.err) == (10, True), folder
        assert "audit" not in ended.err
    written = [f for f in tmp_path.rglob("*") if f.name in FILES]
    assert not written
    assert not static.exists()


def test_an_unknown_language_is_named(cli: Any, home: Path) -> None:
    ended = cli("quality", "-C", home, "--lang", "fr")
    assert (ended.code, "--lang: got 'fr', allowed are zh and en" in ended.err) == (10, True)


def test_without_households_it_says_how_to_load_them(cli: Any, home: Path) -> None:
    shutil.rmtree(home / "register")
    ended = cli("quality", "-C", home)
    assert (ended.code, "geoservice import households FILE" in ended.err) == (10, True)
    assert not (home / "register" / "quality").exists()


def test_purge_erases_the_report(cli: Any, home: Path) -> None:
    cli("quality", "-C", home)
    planned = cli("purge", "--dry-run", "-C", home)
    assert "the data quality report" in planned.out
    assert (home / "register" / "quality").exists()
    assert cli("purge", "--yes", "-C", home).code == 0
    assert not (home / "register" / "quality").exists()
    assert cli("quality", "-C", home).code == 0


def test_from_python_the_report_is_a_table(home: Path, tmp_path: Path) -> None:
    stages = set()
    with geoservice.open_project(home) as project:
        report = project.data_quality(progress=lambda stage, _: stages.add(stage))
        paths = project.write_data_quality(report, tmp_path / "q", "en")
    frame = report.table().to_pandas()
    many = frame[(frame["item"] == "persons_many") & (frame["level"] == "register")]
    assert many["rows"].tolist() == [10]
    assert {"reading the register", "checking households"} <= stages
    assert [p.name for p in paths] == list(FILES)
