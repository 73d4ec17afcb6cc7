"""The review: what is in the workbook, what comes back, and the reference points that it becomes."""

import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from geoservice.errors import BadValues, UnreadableFile
from geoservice.geocode.apply_review import apply_review
from geoservice.geocode.fixes import FixedPlace, Fixes, private_folder, read_fixes
from geoservice.geocode.geocoder import Geocoder
from geoservice.geocode.results import Results
from geoservice.geocode.review import HEADER, NOTES, Threshold, read_review, write_review
from geoservice.ingest.crs import wgs84_to_gcj02

GOOD, TWICE, NOWHERE = "大龙山镇永林村东风组12号", "宜秀区新华村", "某地甲乙丙"
FORMULA = '=HYPERLINK("http://x")新华村'


@pytest.fixture
def workbook(geocoder: Geocoder, tmp_path: Path) -> Path:
    addresses = [GOOD, TWICE, NOWHERE, TWICE, FORMULA]
    path = tmp_path / "review.xlsx"
    results = Results.of(geocoder.geocode_all(addresses))
    assert write_review(path, addresses, [2, 3, 4, 5, 6], results, Threshold()) == 3
    return path


def rows_of(path: Path) -> list[dict[str, Any]]:
    sheet = load_workbook(path).worksheets[0]
    header, *rows = sheet.iter_rows(values_only=True)
    assert list(header) == list(HEADER.values())
    return [dict(zip(HEADER, row, strict=True)) for row in rows]


def fill(path: Path, row: int, **cells: object) -> None:
    """Fill cells of a row of the sheet, which counts from 2."""
    book = load_workbook(path)
    for name, value in cells.items():
        book.worksheets[0].cell(row, list(HEADER).index(name) + 1).value = value
    book.save(path)


def test_each_doubtful_address_is_one_row_with_its_candidates(workbook: Path) -> None:
    rows = rows_of(workbook)
    assert [row["address"] for row in rows] == [TWICE, NOWHERE, "'" + FORMULA]
    assert [row["rows"] for row in rows] == ["3, 5", "4", "6"]
    assert rows[0]["reason"] == "有几处同样符合 several places fit as well"
    assert {rows[0]["candidate_1"][:3], rows[0]["candidate_2"][:3]} == {"大龙山", "杨桥镇"}
    assert rows[1]["reason"].partition(" ")[2] in {"it is no address", "the gazetteer has no such place"}
    assert all(row[name] is None for row in rows for name in ("choice", "corrected", "lon", "lat", "note"))
    notes = [cell for (cell,) in load_workbook(workbook).worksheets[1].iter_rows(values_only=True)]
    assert tuple(notes) == NOTES


def test_the_workbook_is_for_its_owner_alone_and_has_no_formula(workbook: Path) -> None:
    assert stat.S_IMODE(workbook.stat().st_mode) == 0o600
    cells = [cell for row in load_workbook(workbook).worksheets[0].iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]


def test_nothing_to_review_writes_no_file(geocoder: Geocoder, tmp_path: Path) -> None:
    results = Results.of(geocoder.geocode_all([GOOD]))
    assert write_review(tmp_path / "none.xlsx", [GOOD], [2], results, Threshold()) == 0
    assert not (tmp_path / "none.xlsx").exists()


@pytest.mark.parametrize(("precision", "score", "rows"), [("county", 0, [1]), ("village", 45, [1]), ("unit", 0, [0, 1])])
def test_the_threshold_says_what_is_reviewed(geocoder: Geocoder, precision: str, score: int, rows: list[int]) -> None:
    results = Results.of(geocoder.geocode_all([GOOD, TWICE]))
    assert Threshold(precision, score).needs_review(results).tolist() == rows


def test_a_chosen_candidate_becomes_the_place(workbook: Path, geocoder: Geocoder, tmp_path: Path) -> None:
    fill(workbook, 2, choice=2)
    folder = private_folder(tmp_path)
    assert apply_review(workbook, geocoder, folder) == 1
    fixed = Geocoder(geocoder.gazetteer_folder, fixes=read_fixes(folder)).geocode(TWICE)
    name = rows_of(workbook)[0]["candidate_2"]
    assert (fixed.status, f"({fixed.lon:.6f}, {fixed.lat:.6f}; {fixed.precision})" in name) == ("matched", True)


def test_a_corrected_address_becomes_the_place_of_the_old_one(workbook: Path, geocoder: Geocoder, tmp_path: Path) -> None:
    fill(workbook, 3, corrected=GOOD)
    folder = private_folder(tmp_path)
    assert apply_review(workbook, geocoder, folder) == 1
    fixed, good = Geocoder(geocoder.gazetteer_folder, fixes=read_fixes(folder)).geocode(NOWHERE), geocoder.geocode(GOOD)
    assert (fixed.lon, fixed.lat, fixed.precision, fixed.uncertainty_m) == (good.lon, good.lat, "door", good.uncertainty_m)


def test_a_position_may_be_in_the_datum_of_a_phones_map(workbook: Path, geocoder: Geocoder, tmp_path: Path) -> None:
    lon, lat = wgs84_to_gcj02(np.array([117.05]), np.array([30.61]))
    fill(workbook, 3, lon=float(lon[0]), lat=str(lat[0]))
    folder = private_folder(tmp_path)
    apply_review(workbook, geocoder, folder, "gcj02")
    fixed = Geocoder(geocoder.gazetteer_folder, fixes=read_fixes(folder)).geocode(NOWHERE)
    assert (fixed.lon, fixed.lat) == (pytest.approx(117.05, abs=1e-7), pytest.approx(30.61, abs=1e-7))


WRONG = [
    ({"choice": 9}, "row 2, column 选择候选（1–5） choice: got '9', allowed is the number of a candidate"),
    ({"choice": 1, "lon": 117}, "row 2, got more than one of candidate, corrected address and position"),
    ({"corrected": GOOD, "lat": 30}, "row 2, got more than one"),
    ({"lon": 117}, "column 纬度 latitude: got '', allowed is a number from -90 to 90 degrees"),
    ({"lon": 117, "lat": "三十"}, "got '三十', allowed is a number"),
    ({"lon": 117, "lat": "nan"}, "allowed is a number"),
    ({"lon": 300, "lat": 30}, "column 经度 longitude: got '300', allowed is a number from -180 to 180"),
    ({"address": None, "choice": 1}, "column 地址 address: empty"),
    ({"corrected": "某地甲乙"}, "row 2, column 更正地址 corrected address: it was found to the precision"),
]


@pytest.mark.parametrize(("cells", "text"), WRONG, ids=[text[:30] for _, text in WRONG])
def test_a_row_that_is_filled_wrongly_is_named_and_nothing_is_stored(
    workbook: Path, geocoder: Geocoder, tmp_path: Path, cells: dict[str, object], text: str
) -> None:
    fill(workbook, 3, lon=117.0, lat=30.6)
    fill(workbook, 2, **cells)
    folder = private_folder(tmp_path)
    with pytest.raises(BadValues) as error:
        apply_review(workbook, geocoder, folder)
    assert text in str(error.value)
    assert str(error.value).startswith("review.xlsx: ")
    assert not read_fixes(folder).points


def test_a_file_that_is_no_review_is_named(tmp_path: Path, workbook: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"PK nothing")
    with pytest.raises(UnreadableFile, match=r"x.xlsx: expected a review workbook"):
        read_review(tmp_path / "x.xlsx")
    book = load_workbook(workbook)
    book.worksheets[0].cell(1, 2).value = "else"
    book.save(workbook)
    with pytest.raises(UnreadableFile, match=r"lacks the columns 地址 address"):
        read_review(workbook)


def test_reference_points_hold_no_address_and_are_private(workbook: Path, geocoder: Geocoder, tmp_path: Path) -> None:
    fill(workbook, 3, lon=117.05, lat=30.61)
    folder = private_folder(tmp_path)
    apply_review(workbook, geocoder, folder)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, *files)} == {0o700, 0o600}
    assert NOWHERE.encode() not in b"".join(path.read_bytes() for path in files)


@given(st.lists(st.tuples(st.text(max_size=20), st.floats(-180, 180), st.floats(-90, 90)), max_size=20))
def test_the_last_fix_of_an_address_counts(rows: list[tuple[str, float, float]]) -> None:
    fixes = Fixes(b"secret").with_places((text, FixedPlace(lon, lat, "door", 30.0)) for text, lon, lat in rows)
    last = {text: (lon, lat) for text, lon, lat in rows}
    found = {text: fixes.of(text) for text in last}
    assert {text: (place.lon, place.lat) for text, place in found.items() if place} == last
    assert fixes.of("a text that nobody fixed, longer than any") is None
