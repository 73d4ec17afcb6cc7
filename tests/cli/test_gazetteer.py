"""geoservice gazetteer: add, list, build, show and remove."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def loaded(cli: Any, home: Path) -> Path:
    ended = cli("import", "areas", home.parent / "areas.geojson", "-C", home)
    assert ended.code == 0, ended.err
    return home


def test_a_table_is_added_listed_built_shown_and_removed(cli: Any, loaded: Path, tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_text("name,kind,lon,lat\n阳光花园,小区,116.95,30.6\n", encoding="utf-8")
    assert "is not built yet" in cli("gazetteer", "list", "-C", loaded).out
    added = cli("gazetteer", "add", file, "--kind", "places", "-C", loaded)
    assert added.code == 0, added.err
    assert "rows read 1, accepted 1, rejected 0" in added.out
    assert "next: geoservice gazetteer build" in added.out
    built = cli("gazetteer", "build", "-C", loaded)
    assert "places.csv: 1 compounds" in built.out
    assert "nothing to do" in cli("gazetteer", "build", "-C", loaded).out
    listed = cli("gazetteer", "list", "-C", loaded).out
    assert "places.csv" in listed
    assert "is built of these" in listed
    shown = cli("gazetteer", "show", "阳光花园", "-C", loaded).out
    assert shown.startswith("compound (official): 阳光花园 < ")
    assert "116.95000 30.60000" in shown
    unknown = cli("gazetteer", "show", "阳光", "-C", loaded)
    assert unknown.code == 31
    assert "there are 阳光花园" in unknown.err
    assert "gazetteer: every file of" in cli("doctor", "-C", loaded).out
    assert "removed places.csv" in cli("gazetteer", "remove", "places.csv", "-C", loaded).out
    assert "gazetteer: its sources have changed" in cli("doctor", "-C", loaded).out
    assert "older than these" in cli("gazetteer", "list", "-C", loaded).out


def test_doctor_names_damaged_files(cli: Any, loaded: Path) -> None:
    assert "gazetteer: none" in cli("doctor", "-C", loaded).out
    assert cli("gazetteer", "build", "-C", loaded).code == 0
    (file,) = (loaded / "project" / "gazetteer").glob("*/places.arrow")
    file.write_bytes(b"x")
    assert "gazetteer: damaged are places.arrow" in cli("doctor", "-C", loaded).out
