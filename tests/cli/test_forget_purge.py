"""geoservice forget and geoservice purge: confirmation, output and what remains."""

import fcntl
import os
from pathlib import Path
from typing import Any

import pytest
from district import HEADER

from geoservice.project import open_project
from geoservice.register import open_register


class Terminal:
    """An input with somebody at it, who types one line."""

    def __init__(self, line: str) -> None:
        self.line = line

    def isatty(self) -> bool:
        return True

    def readline(self, _: int = -1) -> str:
        return self.line


@pytest.fixture
def loaded(cli: Any, home: Path, tmp_path: Path) -> Path:
    """Return a project whose register has two vintages of a file, rejected rows, and what a killed import left."""
    assert cli("import", "areas", tmp_path / "areas.geojson", "-C", home).code == 0
    file = tmp_path / "h.csv"
    for persons in (2, 3):
        file.write_text(HEADER + f"KEY1,116.95,30.6,{persons},1\nKEY2,116.96,30.61,三,0\n", encoding="utf-8")
        ended = cli("import", "households", file, "--accept-partial", "-C", home)
        assert ended.code == 0, ended.err
    (home / "register" / "reading-x").mkdir()
    (home / "register" / "reading-x" / "table.arrow").write_text("KEY1")
    return home


def persons(home: Path) -> list[int]:
    return open_register(home / "register", None, "geoservice").read("households")["persons"].to_pylist()


def test_forget_states_its_effect_and_asks_for_confirmation(cli: Any, loaded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = cli("forget", "h.csv", "-C", loaded)
    assert (ended.code, "--yes" in ended.err) == (10, True)
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    ended = cli("forget", "h.csv", "-C", loaded)
    assert (ended.code, "nothing was done" in ended.out) == (1, True)
    assert persons(loaded) == [3]
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    ended = cli("forget", "h.csv", "-C", loaded)
    assert ended.code == 0
    for words in ("the 2 vintages of h.csv", "cannot be undone", "stay spent", "geoservice purge"):
        assert words in ended.out
    assert persons(loaded) == []
    assert "forget" in cli("audit", "list", "-C", loaded).out


def test_a_name_of_two_tables_needs_the_table(cli: Any, loaded: Path, tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text("格网编号,经度,纬度,常住人口\nc1,116.95,30.6,12\n", encoding="utf-8")
    assert cli("import", "population", tmp_path / "h.csv", "-C", loaded).code == 0
    ended = cli("forget", "h.csv", "--yes", "-C", loaded)
    assert (ended.code, "population and households" in ended.err, "--table" in ended.err) == (10, True, True)
    assert cli("forget", "h.csv", "--table", "population", "--yes", "-C", loaded).code == 0
    assert open_project(loaded / "project", None, "geoservice").read("population").num_rows == 0
    assert persons(loaded) == [3]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("x.csv",), 31, "no source 'x.csv' is loaded; loaded are areas.geojson (areas), h.csv (households)"),
        (("h.csv", "--table", "areas"), 31, "no source 'h.csv' is loaded in areas"),
        (("h.csv", "--table", "people"), 10, "allowed are areas, stations, households, uptake, population, pyramids"),
    ],
)
def test_an_unknown_source_is_an_error(cli: Any, loaded: Path, words: tuple[str, ...], code: int, said: str) -> None:
    ended = cli("forget", *words, "--yes", "-C", loaded)
    assert (ended.code, said in ended.err) == (code, True), ended.err


def test_forget_makes_no_folder(cli: Any, tmp_path: Path) -> None:
    ended = cli("forget", "x", "--yes", "-C", tmp_path)
    assert (ended.code, "loaded are none" in ended.err) == (31, True)
    assert list(tmp_path.iterdir()) == []


def test_purge_erases_old_rows_rejects_and_what_a_killed_import_left(cli: Any, loaded: Path) -> None:
    assert len(list((loaded / "register" / "rejects").iterdir())) == 2
    assert "geoservice purge" in cli("doctor", "-C", loaded).out
    planned = cli("purge", "--dry-run", "-C", loaded)
    assert "register: 1 rows of old vintages of households, 2 files of rejected rows" in planned.out
    assert "project: nothing old" in planned.out
    assert len(list((loaded / "register" / "rejects").iterdir())) == 2
    assert cli("purge", "-C", loaded).code == 10, "nobody was asked"
    assert len(list((loaded / "register" / "rejects").iterdir())) == 2
    ended = cli("purge", "--yes", "-C", loaded)
    assert (ended.code, "backups" in ended.out) == (0, True)
    assert {f.name for f in (loaded / "register").iterdir()} == {"register.duckdb", "register.lock", "secret", "rejects"}
    assert list((loaded / "register" / "rejects").iterdir()) == []
    assert persons(loaded) == [3]
    assert "geoservice purge" not in cli("doctor", "-C", loaded).out
    assert (
        cli("import", "households", loaded.parent / "h.csv", "--accept-partial", "-C", loaded).out.count("nothing to do") == 1
    )


def test_purge_leaves_an_import_that_is_running_alone(cli: Any, loaded: Path) -> None:
    handle = os.open(loaded / "register" / "reading-x", os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    ended = cli("purge", "--yes", "-C", loaded)
    assert (ended.code, "an import is running" in ended.err) == (33, True)
    assert (loaded / "register" / "reading-x" / "table.arrow").exists()
    os.close(handle)
    assert cli("purge", "--yes", "-C", loaded).code == 0


def test_purge_of_a_folder_without_anything_changes_nothing(cli: Any, tmp_path: Path) -> None:
    assert cli("purge", "--dry-run", "-C", tmp_path).code == 0
    assert list(tmp_path.iterdir()) == []
