"""Keys of study.toml on closures, open hazards and peak factors: what is read, and the words for what is not."""

from datetime import date
from pathlib import Path

import pytest

from geoservice.errors import StudyError
from geoservice.study import read_study

START = """\
id = "test"
title = { zh = "试验", en = "Test" }
modes = ["walk", "drive"]
"""
SERVICES = '[[services]]\nid = "checkup"\ntitle = { zh = "体检", en = "Check-up" }\n'
TITLE = 'id = "ford"\ntitle = { zh = "涉水便道", en = "The ford" }\n'


def write(folder: Path, closure: str = "", top: str = "", end: str = "") -> Path:
    path = folder / "study.toml"
    closures = f"[[closures]]\n{TITLE}{closure}\n" if closure else ""
    path.write_text(f"{START}{top}\n{SERVICES}{closures}{end}", encoding="utf-8")
    return path


def test_by_default_nothing_is_closed_opened_or_slowed(tmp_path: Path) -> None:
    study = read_study(write(tmp_path))
    assert (study.closures, study.open_hazards, study.travel_date, study.peak_factor) == ((), (), None, {})


def test_every_key_is_read(tmp_path: Path) -> None:
    top = 'open_hazards = ["ford", "winter_road"]\ntravel_date = 2026-07-15'
    closure = 'osm = ["w123", "w7"]\nfactor = 2.5\nmodes = ["drive"]\nfrom = 2026-06-01\nuntil = 2026-08-31'
    study = read_study(write(tmp_path, closure, top, "[peak_factor]\ndrive = 1.35\n"))
    (ford,) = study.closures
    assert (ford.osm, ford.factor, ford.modes, ford.start, ford.until) == (
        ("w123", "w7"), 2.5, ("drive",), date(2026, 6, 1), date(2026, 8, 31),
    )  # fmt: skip
    assert (study.open_hazards, study.travel_date) == (("ford", "winter_road"), date(2026, 7, 15))
    assert study.peak_factor == {"drive": 1.35}


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("", "11111"),
        ("from = 2026-06-01", "01111"),
        ("until = 2026-08-31", "11110"),
        ("from = 2026-06-01\nuntil = 2026-08-31", "01110"),
        ("from = 2026-06-01\nuntil = 2026-06-01", "01000"),
    ],
)
def test_both_days_of_a_period_count(tmp_path: Path, period: str, days: str) -> None:
    (ford,) = read_study(write(tmp_path, 'osm = ["n5"]\n' + period)).closures
    dates = [date(2026, 5, 31), date(2026, 6, 1), date(2026, 7, 15), date(2026, 8, 31), date(2026, 9, 1)]
    assert "".join("01"[ford.in_force(day)] for day in dates) == days


@pytest.mark.parametrize(
    ("shape", "wkt"),
    [
        ('"LINESTRING (1 2, 3 4)"', "LINESTRING (1 2, 3 4)"),
        ('"LINESTRING Z (1 2 9, 3 4 9)"', "LINESTRING (1 2, 3 4)"),
        ('{ type = "LineString", coordinates = [[1, 2], [3, 4]] }', "LINESTRING (1 2, 3 4)"),
        ('"MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))"', "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))"),
        ('"GEOMETRYCOLLECTION (LINESTRING (1 2, 3 4))"', "GEOMETRYCOLLECTION (LINESTRING (1 2, 3 4))"),
    ],
)
def test_shapes_are_wkt_or_geojson(tmp_path: Path, shape: str, wkt: str) -> None:
    (ford,) = read_study(write(tmp_path, f"shape = {shape}")).closures
    assert ford.geometry is not None
    assert ford.geometry.wkt == wkt


@pytest.mark.parametrize(
    ("closure", "message"),
    [
        (
            'shape = "LINESTRING (1 2"',
            r"closures\.0\.shape: .*allowed are polygons and lines, as WKT text or a GeoJSON geometry",
        ),
        ('shape = "a ford"', r"closures\.0\.shape: .*got 'a ford'"),
        ('shape = { type = "Polygon" }', r"closures\.0\.shape: .*allowed are polygons and lines"),
        ('shape = { type = "Polygon", coordinates = [[1, 2]] }', r"closures\.0\.shape: .*allowed are polygons and lines"),
        ('shape = "POINT (1 2)"', r"closures\.0\.shape: .*it is a Point, allowed are polygons and lines"),
        ('shape = "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (1 2, 3 4))"', "it is a Point, allowed are polygons and lines"),
        ('shape = "POLYGON EMPTY"', r"closures\.0\.shape: .*it is empty"),
        ('shape = "POLYGON ((0 0, 1 1, 0 1, 1 0, 0 0))"', r"it is not valid: Self-intersection\[0\.5 0\.5\]"),
        ('shape = "LINESTRING (30 117, 31 118)"', "it lies between 30 117 and 31 118, allowed are degrees, longitude before"),
        ('osm = ["123"]', r"closures\.0\.osm\.0: .*allowed are w with the id of an OSM way, as w123, .*; got '123'"),
        ('osm = ["r123"]', r"closures\.0\.osm\.0: .*; got 'r123'"),
        ('osm = ["w-5"]', r"closures\.0\.osm\.0: .*; got 'w-5'"),
        ("factor = 2", r"ford: needs one of file, shape and osm, and only one"),
        ('osm = ["w1"]\nfile = "a.geojson"', r"ford: needs one of file, shape and osm, and only one"),
        ('osm = ["w1"]\nlayer = "a"', r"ford: layer and crs belong to a file"),
        ('osm = ["w1", "n5"]\nfactor = 2', r"ford\.factor: nodes such as n5 can be closed, but not slower"),
        ('osm = ["w1"]\nfactor = 1', r"closures\.0\.factor: Input should be greater than 1; got 1"),
        ('osm = ["w1"]\nfactor = 101', r"closures\.0\.factor: Input should be less than or equal to 100; got 101"),
        (
            'osm = ["w1"]\nfrom = 2026-06-02\nuntil = 2026-06-01',
            r"ford\.until: got 2026-06-01, allowed is 2026-06-02 \(from\) or",
        ),
        ('osm = ["w1"]\nfrom = "June"', r"closures\.0\.from: Input should be a valid date.*; got 'June'"),
        ('osm = ["w1"]\nmodes = ["cycle"]', r"closures\.ford\.modes: got \['cycle'\], allowed are the modes of the study"),
        ('osm = ["w1"]\nmodes = ["fly"]', r"closures\.0\.modes\.0: .*allowed are walk, cycle, ebike, drive; got 'fly'"),
        ('osm = ["w1"]\nsince = 2026-06-02', r"closures\.0\.since: Extra inputs are not permitted"),
        (f'osm = ["w1"]\n[[closures]]\n{TITLE}osm = ["w2"]', r"closures: ids must differ, got \['ford', 'ford'\]"),
    ],
)
def test_a_wrong_closure_is_refused_in_clear_words(tmp_path: Path, closure: str, message: str) -> None:
    with pytest.raises(StudyError, match=r"^study\.toml: .*" + message):
        read_study(write(tmp_path, closure))


@pytest.mark.parametrize(
    ("top", "end", "message"),
    [
        ("", "[peak_factor]\ndrive = 0.9", r"peak_factor\.drive: Input should be greater than or equal to 1; got 0\.9"),
        ("", "[peak_factor]\ndrive = 5.1", r"peak_factor\.drive: Input should be less than or equal to 5; got 5\.1"),
        ("", "[peak_factor]\ndrive = 1.405", r"peak_factor\.drive: Input should be a multiple of 0\.01; got 1\.405"),
        (
            "",
            "[peak_factor]\ncycle = 2",
            r"peak_factor: got \['cycle'\], allowed are the modes of the study, \['walk', 'drive'\]",
        ),
        ("", "[peak_factor]\nfly = 2", r"peak_factor\.fly.*allowed are walk, cycle, ebike, drive; got 'fly'"),
        ("peak_factor = 2", "", r"peak_factor: .*got 2"),
        ('open_hazards = ["mud"]', "", r"open_hazards\.0: Input should be 'ford', 'tidal' or 'winter_road'; got 'mud'"),
        ('travel_date = "June"', "", r"travel_date: .*got 'June'"),
    ],
)
def test_a_wrong_key_is_refused_in_clear_words(tmp_path: Path, top: str, end: str, message: str) -> None:
    with pytest.raises(StudyError, match=r"^study\.toml: .*" + message):
        read_study(write(tmp_path, top=top, end=end))
