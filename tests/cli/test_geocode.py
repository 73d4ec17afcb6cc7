"""geoservice geocode, and imports of rows that state an address: from the file to the review and back."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

HOUSEHOLDS = "户编号,人口,六岁以下,地址\n1,3,1,宜秀区大龙山镇阳光花园\n2,2,0,安庆市宜秀区杨桥镇\n3,4,1,杨桥镇幸福里甲区\n"


@pytest.fixture
def loaded(cli: Any, home: Path, tmp_path: Path) -> Path:
    """A project with areas and a gazetteer that knows one compound."""
    places = tmp_path / "places.csv"
    places.write_text("name,kind,lon,lat\n阳光花园,小区,116.95,30.6\n", encoding="utf-8")
    for words in (
        ("import", "areas", home.parent / "areas.geojson"),
        ("gazetteer", "add", places, "--kind", "places"),
        ("gazetteer", "build"),
    ):
        ended = cli(*words, "-C", home)
        assert ended.code == 0, ended.err
    return home


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "register.csv"
    path.write_text(HOUSEHOLDS, encoding="utf-8")
    return path


def test_a_file_is_geocoded_reviewed_fixed_and_imported(cli: Any, loaded: Path, register: Path) -> None:
    ended = cli("geocode", register, "--precision", "compound", "--lang", "en", "-C", loaded)
    assert ended.code == 0, ended.err
    assert "3 rows" in ended.out
    assert "compound or point of interest" in ended.out
    review = register.with_name("register.review.xlsx")
    assert f"2 addresses to review: {review}" in ended.out
    book = load_workbook(review)
    assert book.worksheets[0].cell(3, 2).value == "杨桥镇幸福里甲区"
    book.worksheets[0].cell(3, 12).value, book.worksheets[0].cell(3, 13).value = 117.02, 30.55
    book.save(review)
    fixed = cli("geocode", register, "--fixes", review, "--lang", "en", "-C", loaded)
    assert fixed.code == 0, fixed.err
    assert "1 fixes stored" in fixed.out
    rows = register.with_name("register.geocoded.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows[3].startswith("3,4,1,杨桥镇幸福里甲区,117.02,30.55,")
    imported = cli("import", "households", register.with_name("register.geocoded.csv"), "-C", loaded)
    assert imported.code == 0, imported.err
    assert "rows read 3, accepted 3, rejected 0" in imported.out


def test_an_import_looks_addresses_up_by_itself(cli: Any, loaded: Path, register: Path) -> None:
    ended = cli("import", "households", register, "-C", loaded)
    text = " ".join(ended.out.split())
    assert ended.code == 0, ended.err
    assert "places by precision: township 2, building 1" in text
    assert "2 households are located only to their village, township or county" in text
    assert "neither used nor stored: address" not in text
    again = cli("import", "households", register, "-C", loaded)
    assert "is loaded already: nothing to do" in again.out
    stored = b"".join(path.read_bytes() for path in loaded.rglob("*") if path.is_file())
    assert "幸福里甲区".encode() not in stored, "addresses are not stored"


def test_an_address_that_is_not_found_is_a_rejected_row(cli: Any, loaded: Path, register: Path) -> None:
    register.write_text(HOUSEHOLDS + "4,1,0,上海市黄浦区南京东路1号\n", encoding="utf-8")
    ended = cli("import", "households", register, "-C", loaded)
    assert ended.code == 16
    assert "geoservice geocode FILE" in ended.err
    partly = cli("import", "households", register, "--accept-partial", "-C", loaded)
    assert "rows read 4, accepted 3, rejected 1" in partly.out


def test_a_station_is_not_placed_in_the_middle_of_its_township(cli: Any, loaded: Path, tmp_path: Path) -> None:
    stations = tmp_path / "stations.csv"
    stations.write_text(
        "编号,名称,级别,服务项目,地址\nA,甲站,镇,体检,大龙山镇阳光花园\nB,乙站,村,体检,杨桥镇\n", encoding="utf-8"
    )
    ended = cli("import", "stations", stations, "-C", loaded)
    assert ended.code == 16
    assert "only its village, township or county was found" in ended.err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ((), 10, "geocode: got neither a file nor --fixes"),
        (("FILE", "--precision", "exact"), 30, "precision: got 'exact', allowed are unit, building, door"),
        (("FILE", "--address", "住址"), 14, "the file has no column ['住址']"),
        (("FILE", "--scope", "999"), 30, "scope '999': the gazetteer has no area of this code"),
        (("FILE", "--out", "x.txt"), 10, "out: got 'x.txt', allowed are names that end in .csv, .xlsx, .parquet"),
        (("FILE", "--lang", "fi"), 10, "--lang: got 'fi'"),
        (("--fixes", "FILE"), 11, "register.csv: expected a review workbook"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else "",
)
def test_errors_name_what_is_wrong(
    cli: Any, loaded: Path, register: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    ended = cli("geocode", *(register if word == "FILE" else word for word in words), "-C", loaded)
    assert (ended.code, message in ended.err) == (code, True), ended.err


def test_without_a_gazetteer_the_way_to_one_is_named(cli: Any, home: Path, register: Path) -> None:
    ended = cli("geocode", register, "-C", home)
    assert (ended.code, "geoservice gazetteer build" in ended.err) == (31, True)
