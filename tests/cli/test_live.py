"""geoservice what-if, zone and isochrone on the grid town."""

import json
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pytest
from town_project import import_town

import geoservice

TRIP = ("--service", "checkup", "--mode", "walk")


@pytest.fixture(scope="module")
def home(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the town, published from its population."""
    folder = import_town(town, tmp_path_factory.mktemp("live"))
    with geoservice.open_project(folder) as project:
        project.publish().close()
    return folder


@pytest.fixture
def edits(tmp_path: Path) -> Path:
    file = tmp_path / "edits.json"
    file.write_text(json.dumps([{"station": "B", "lon": 10.0072, "lat": 0.0108, "start_delay_s": 0}]), encoding="utf-8")
    return file


def test_what_a_move_changes_is_printed_in_both_languages(cli: Any, home: Path, edits: Path, tmp_path: Path) -> None:
    file = tmp_path / "areas.csv"
    ended = cli("what-if", "--edits", edits, *TRIP, "--minutes", 15, "--out", file, "-C", home)
    assert (ended.code, "新增" in ended.out) == (0, True), ended.err
    english = cli("what-if", "--edits", edits, *TRIP, "--minutes", 15, "--lang", "en", "-C", home)
    assert "gained" in english.out
    table = pd.read_csv(file, encoding="utf-8-sig")
    assert (table["gained"] > 0).any()
    assert set(table["minutes"]) == {5, 10, 15, 20}


def test_edits_may_be_csv_or_geojson(cli: Any, home: Path, edits: Path, tmp_path: Path) -> None:
    expected = cli("what-if", "--edits", edits, *TRIP, "-C", home).out
    table, points = tmp_path / "edits.csv", tmp_path / "edits.geojson"
    table.write_text("station,lon,lat,start_delay_s\nB,10.0072,0.0108,0\n", encoding="utf-8")
    assert cli("what-if", "--edits", table, *TRIP, "-C", home).out == expected
    place = {"type": "Point", "coordinates": [10.0072, 0.0108]}
    feature = {"type": "Feature", "properties": {"station": "B", "start_delay_s": 0}, "geometry": place}
    points.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    assert cli("what-if", "--edits", points, *TRIP, "-C", home).out == expected


def test_an_analysis_with_edits_is_printed_and_written(cli: Any, home: Path, edits: Path, tmp_path: Path) -> None:
    file = tmp_path / "capacity.geojson"
    asked = ("analyse", "capacity", *TRIP, "--edits", edits, "--nearest", 2, "--level", "station")
    ended = cli(*asked, "--lang", "en", "--out", file, "-C", home)
    assert ended.code == 0, ended.err
    assert "assigned_load" in ended.out
    assert set(geopandas.read_file(file)["geography"]) == {"station"}
    assert "指标" in cli(*asked, "-C", home).out
    wrong = cli("analyse", "siting", *TRIP, "-C", home)
    assert (wrong.code != 0, "accessibility, capacity" in wrong.err) == (True, True)


def test_the_people_of_a_zone_and_an_isochrone(cli: Any, home: Path, tmp_path: Path) -> None:
    outlines = tmp_path / "around.geojson"
    ended = cli("isochrone", "--mode", "walk", "--minutes", 5, "--minutes", 10, "--station", "A", "--out", outlines, "-C", home)
    assert ended.code == 0, ended.err
    assert geopandas.read_file(outlines)["minutes"].tolist() == [5, 10]
    ended = cli("zone", outlines, *TRIP, "--lang", "en", "-C", home)
    assert (ended.code, "people" in ended.out) == (0, True), ended.err


@pytest.mark.parametrize(
    ("content", "words", "message"),
    [
        ("{", (), "edits.json: cannot be read"),
        ("3", (), "edits.json: allowed are a list of edits"),
        ('[{"station": "new"}]', (), "needs lon, lat, tier, services"),
        ("[]", ("--lang", "fi"), "--lang: got 'fi', allowed are zh and en"),
        ("[]", ("--out", "a.doc"), "out: got 'a.doc', allowed are names that end in .csv"),
        ("[]", ("--tier", "city"), "tier: got 'city', allowed are any"),
    ],
)
def test_what_is_wrong_is_named(cli: Any, home: Path, tmp_path: Path, content: str, words: Any, message: str) -> None:
    file = tmp_path / "edits.json"
    file.write_text(content, encoding="utf-8")
    ended = cli("what-if", "--edits", file, *TRIP, *words, "-C", home)
    assert ended.code != 0
    assert message in " ".join(ended.err.split())


def test_a_place_is_a_station_or_a_position(cli: Any, home: Path) -> None:
    ended = cli("isochrone", "--mode", "walk", "--minutes", 5, "--station", "A", "--lon", 10, "--lat", 0, "-C", home)
    assert ended.code != 0
    assert "give the id of a station" in ended.err
