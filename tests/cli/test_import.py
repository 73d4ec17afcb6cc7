"""geoservice import: output, stored files and refusals."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from district import CORPUS, HEADER

from geoservice.project import open_project
from geoservice.register import open_register
from geoservice.vintages import VintageStore

GOOD = HEADER + "KEY1,116.95,30.6,2,1\nKEY2,116.96,30.61,3,0\n"


def state(home: Path) -> Any:
    stores: tuple[VintageStore, ...] = (
        open_project(home / "project", None, "geoservice"),
        open_register(home / "register", None, "geoservice"),
    )
    return [({t: store.digest(t) for t in store.tables}, store.vintages()) for store in stores]


@pytest.fixture
def loaded(cli: Any, home: Path) -> Path:
    ended = cli("import", "areas", home.parent / "areas.geojson", "-C", home)
    assert ended.code == 0, ended.err
    return home


def test_a_dry_run_shows_everything_and_changes_nothing(cli: Any, loaded: Path, tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text(GOOD, encoding="gb18030")
    before = state(loaded)
    ended = cli("import", "households", tmp_path / "h.csv", "--dry-run", "-C", loaded)
    assert ended.code == 0
    assert "rows read 2, accepted 2, rejected 0" in ended.out
    assert "dry run: nothing was changed" in ended.out
    assert "人口" in ended.out
    assert state(loaded) == before
    assert not (loaded / "register" / "secret").exists(), "a dry run makes no secret"


def test_the_same_import_changes_nothing_and_another_is_a_new_vintage(cli: Any, loaded: Path, tmp_path: Path) -> None:
    file = tmp_path / "h.csv"
    file.write_text(GOOD, encoding="utf-8")
    assert "vintage 1: 2 added" in cli("import", "households", file, "-C", loaded).out
    assert "nothing to do" in cli("import", "households", file, "-C", loaded).out
    file.write_text(GOOD.replace(",3,0", ",4,0") + "KEY3,116.95,30.6,1,0\n", encoding="utf-8")
    assert "vintage 2: 1 added, 1 changed, 0 removed" in cli("import", "households", file, "-C", loaded).out


def test_a_dry_run_ends_as_the_load_would(cli: Any, loaded: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "10.csv", tmp_path / "11.csv"
    first.write_text(GOOD, encoding="utf-8")
    assert "would be loaded as vintage 1: 2 added" in cli("import", "households", first, "--dry-run", "-C", loaded).out
    assert not (loaded / "register" / "secret").exists()
    cli("import", "households", first, "-C", loaded)
    second.write_text(GOOD.replace("KEY2", "KEY3").replace(",2,1", ",4,1"), encoding="utf-8")
    before = state(loaded)
    for words in ((), ("--replace", "9.csv"), ("--replace", "10.csv")):
        tried = cli("import", "households", second, *words, "--dry-run", "-C", loaded)
        assert state(loaded) == before
        done = cli("import", "households", second, *words, "-C", loaded)
        assert (tried.code, tried.err) == (done.code, done.err)
    counts = "vintage 2: 1 added, 1 changed, 1 removed"
    assert (done.code, counts in done.out, f"would be loaded as {counts}" in tried.out) == (0, True, True)


def test_a_dry_run_of_bad_rows_has_the_code_of_the_load(cli: Any, loaded: Path, tmp_path: Path) -> None:
    file = tmp_path / "h.csv"
    file.write_text(GOOD + "KEY1,116.95,30.6,2,1\n", encoding="utf-8")
    tried = cli("import", "households", file, "--dry-run", "-C", loaded)
    assert (tried.code, "rows read 3, accepted 1, rejected 2" in tried.out) == (15, True)
    assert tried.err.startswith("DuplicateKeys: h.csv: 2 of 3 rows were refused")
    assert "every refused row is in" not in tried.err, "no file was written"
    partial = cli("import", "households", file, "--dry-run", "--accept-partial", "-C", loaded)
    assert (partial.code, "would be loaded as vintage 1: 1 added" in partial.out) == (0, True)


def test_a_dry_run_reports_a_lost_secret_too(cli: Any, loaded: Path, tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text(GOOD, encoding="utf-8")
    cli("import", "households", tmp_path / "h.csv", "-C", loaded)
    (loaded / "register" / "secret").unlink()
    (tmp_path / "h.csv").write_text(GOOD + "KEY3,116.95,30.6,1,0\n", encoding="utf-8")
    ended = cli("import", "households", tmp_path / "h.csv", "--dry-run", "-C", loaded)
    assert (ended.code, "register/secret is missing" in ended.err) == (10, True)


def test_a_dry_run_without_areas_reports_what_it_can_check(cli: Any, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "h.csv"
    file.write_text(
        "户籍地,户编号,经度,纬度,人口,六岁以下\n杨桥镇,K1,116.95,30.6,2,1\n,K2,116.9,30.6,2,9\n,K1,116.9,30.6,2,0\n", "utf-8"
    )
    ended = cli("import", "households", file, "--dry-run", "-C", home)
    assert "rows read 3, accepted 0, rejected 3" in ended.out
    assert "registered_area" in ended.out
    assert "no areas are loaded" in ended.out
    assert (ended.code, "geoservice import areas FILE" in ended.err) == (10, True)
    assert not list((home / "register").iterdir()), "nothing is made"


def test_one_file_replaces_another(cli: Any, loaded: Path, tmp_path: Path) -> None:
    files = [tmp_path / "10.csv", tmp_path / "11.csv"]
    for file in files:
        file.write_text(GOOD, encoding="utf-8")
    cli("import", "households", files[0], "-C", loaded)
    two = cli("import", "households", *files, "--replace", "10.csv", "-C", loaded)
    assert (two.code, "--replace: got 2 files" in two.err) == (10, True)
    ended = cli("import", "households", files[1], "-C", loaded)
    assert (ended.code, "--replace '10.csv'" in ended.err) == (15, True)
    unknown = cli("import", "households", files[1], "--replace", "9.csv", "-C", loaded)
    assert (unknown.code, "loaded are 10.csv" in unknown.err) == (31, True)
    assert (
        "vintage 2: 0 added, 0 changed, 0 removed"
        in cli("import", "households", files[1], "--replace", "10.csv", "-C", loaded).out
    )


def test_map_names_columns_and_is_stored(cli: Any, loaded: Path, tmp_path: Path) -> None:
    file = tmp_path / "h.csv"
    file.write_text(GOOD.replace("人口", "甲"), encoding="utf-8")
    refused = cli("import", "households", file, "-C", loaded)
    assert (refused.code, "persons" in refused.err) == (14, True)
    assert cli("import", "households", file, "--map", "persons=甲", "-C", loaded).code == 0
    file.write_text(GOOD.replace("人口", "甲").replace("KEY1", "KEY9"), encoding="utf-8")
    assert cli("import", "households", file, "-C", loaded).code == 0


def test_drop_goes_on_without_a_column_of_names(cli: Any, loaded: Path, tmp_path: Path) -> None:
    file = tmp_path / "h.csv"
    file.write_text("户主姓名," + HEADER + "王小明,KEY1,116.95,30.6,2,1\n", encoding="utf-8")
    refused = cli("import", "households", file, "-C", loaded)
    assert refused.code == 20
    assert "--drop" in refused.err
    assert "王小明" not in refused.err
    assert cli("import", "households", file, "--drop", "户主姓名", "-C", loaded).code == 0


def test_partial_loads_name_the_file_of_rejected_rows(cli: Any, loaded: Path, tmp_path: Path) -> None:
    file, rejects = tmp_path / "h.csv", tmp_path / "rejects.csv"
    file.write_text(GOOD + "KEY3,116.95,30.6,三口,0\n", encoding="utf-8")
    refused = cli("import", "households", file, "--rejects", rejects, "-C", loaded)
    assert refused.code == 16
    assert "三口" in rejects.read_text(encoding="utf-8-sig")
    taken = cli("import", "households", file, "--accept-partial", "-C", loaded)
    assert (taken.code, "accepted 2, rejected 1" in taken.out) == (0, True)


@pytest.mark.parametrize("words", [("--map", "persons"), ("--map", "nothing=here"), ("--drop", "nothing"), ("--crs", "EPSG:1")])
def test_wrong_options_are_one_line(cli: Any, loaded: Path, tmp_path: Path, words: tuple[str, str]) -> None:
    (tmp_path / "h.csv").write_text(GOOD, encoding="utf-8")
    ended = cli("import", "households", tmp_path / "h.csv", *words, "-C", loaded)
    assert ended.code in range(10, 31)
    assert len(ended.err.strip().splitlines()) == 1


def test_only_households_go_into_the_register(cli: Any, loaded: Path, tmp_path: Path) -> None:
    assert not (loaded / "register").exists(), "areas need none"
    (tmp_path / "h.csv").write_text(GOOD, encoding="utf-8")
    assert cli("import", "households", tmp_path / "h.csv", "-C", loaded).code == 0
    (_, public), (_, private) = state(loaded)
    assert ({v.table for v in public}, {v.table for v in private}) == ({"areas"}, {"households"})


def test_households_before_areas_are_refused_with_the_order(cli: Any, home: Path, tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text(GOOD, encoding="utf-8")
    ended = cli("import", "households", tmp_path / "h.csv", "-C", home)
    assert ended.code == 10
    assert "geoservice import areas" in ended.err


def test_an_invalid_network_is_refused(cli: Any, home: Path, tmp_path: Path) -> None:
    (tmp_path / "s.osm.pbf").write_bytes(b"nothing of the kind")
    ended = cli("import", "network", tmp_path / "s.osm.pbf", "-C", home)
    assert (ended.code, len(ended.err.strip().splitlines())) == (11, 1)


BROKEN = [pytest.param(*case[1:5], id=case[0]) for case in CORPUS]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, district_home: Any) -> Path:
    """A project whose areas are loaded, shared by all bad files: none may change it."""
    folder: Path = district_home(tmp_path_factory.mktemp("kept"))
    command = [sys.executable, "-m", "geoservice", "import", "areas", folder.parent / "areas.geojson", "-C", folder]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def before(project: Path) -> Any:
    return state(project)


@pytest.mark.parametrize(("table", "name", "write", "error"), BROKEN)
def test_a_bad_file_ends_with_its_own_code_and_one_line(
    cli: Any, project: Path, before: Any, tmp_path: Path, table: str, name: str, write: Any, error: Any
) -> None:
    write(tmp_path / name)
    ended = cli("import", table, tmp_path / name, "-C", project)
    assert ended.code == error.exit_code
    lines = ended.err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"{error.__name__}: ")
    assert name in lines[0]
    assert state(project) == before


def test_a_real_process_shows_no_traceback(project: Path, tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_bytes(b"id;name\n1;" + bytes(range(128, 255)))
    command = [sys.executable, "-m", "geoservice", "import", "households", tmp_path / "h.csv", "-C", project]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (12, "")
    assert done.stderr.startswith("WrongEncoding: h.csv")
    assert len(done.stderr.splitlines()) == 1


def test_a_population_needs_no_register(cli: Any, loaded: Path, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("格网编号,经度,纬度,常住人口\nc1,116.95,30.6,12.5\n", encoding="utf-8")
    ended = cli("import", "population", tmp_path / "p.csv", "-C", loaded)
    assert ended.code == 0, ended.err
    assert "vintage 1: 1 added" in ended.out
    assert not list((loaded / "register").glob("secret")), "public numbers need no secret"
