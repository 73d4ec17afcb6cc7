"""Geocoding of a file: its rows unchanged with places beside them, in every format; names of files; personal data."""

import csv
import stat
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook, load_workbook

from geoservice.errors import InputError, MissingColumn, PersonalData
from geoservice.geocode.files import GeocodeOptions, geocode_file
from geoservice.geocode.geocoder import Geocoder
from geoservice.geocode.household_columns import household_precision
from geoservice.progress import quiet
from geoservice.study import Study

from .study import STUDY

ROWS = [
    ["户编号", "人口", "乡镇", "地址", "备注"],
    ["1", "3", "大龙山镇", "永林村东风组12号", "=1+1"],
    ["2", "2", "杨桥镇", "新华村", ""],
    ["3", "1", "", "某地甲乙", "-3"],
]


@pytest.fixture
def study() -> Study:
    return STUDY


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "register.csv"
    path.write_bytes("\n".join(",".join(row) for row in ROWS).encode("gb18030"))
    return path


def run(path: Path, study: Study, geocoder: Geocoder, **options: object) -> list[dict[str, str]]:
    folder = path.parent / "private"
    folder.mkdir(exist_ok=True)
    report = geocode_file(path, study, geocoder, folder, GeocodeOptions(**options), quiet)  # type: ignore[arg-type]
    assert report.rows == 3
    assert list(folder.iterdir()) == [], "no chunks are left"
    with report.out.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_places_stand_beside_the_rows(table: Path, study: Study, geocoder: Geocoder) -> None:
    rows = run(table, study, geocoder, columns=("乡镇", "地址"))
    assert [row["户编号"] for row in rows] == ["1", "2", "3"]
    assert [row["geocode_precision"] for row in rows] == ["door", "village", "none"]
    assert [row["precision"] for row in rows] == ["building", "village", ""]
    assert float(rows[0]["lon"]) == pytest.approx(117.0211)
    assert (rows[2]["lon"], rows[2]["geocode_status"]) == ("", "none")
    assert [row["备注"] for row in rows] == ["'=1+1", "", "-3"], "no cell is a formula"
    assert stat.S_IMODE((table.parent / "register.geocoded.csv").stat().st_mode) == 0o600
    review = load_workbook(table.parent / "register.review.xlsx").worksheets[0]
    assert [row[0].value for row in review.iter_rows(min_row=2)] == ["4"], "rows count from 1 with the header"


def test_the_column_of_addresses_is_recognised(table: Path, study: Study, geocoder: Geocoder) -> None:
    assert run(table, study, geocoder)[0]["geocode_precision"] == "door"


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_other_formats_have_the_same_rows(table: Path, study: Study, geocoder: Geocoder, suffix: str) -> None:
    expected = run(table, study, geocoder)
    out = table.parent / f"out{suffix}"
    geocode_file(table, study, geocoder, table.parent, GeocodeOptions(out=out), quiet)
    if suffix == ".xlsx":
        header, *rows = load_workbook(out).worksheets[0].iter_rows(values_only=True)
        found = [dict(zip(header, row, strict=True)) for row in rows]
    else:
        found = pq.read_table(out).to_pylist()
    for row, other in zip(found, expected, strict=True):
        assert [row[name] or "" for name in ("户编号", "geocode_matched")] == [other[n] for n in ("户编号", "geocode_matched")]
        assert (row["lon"] is None and other["lon"] == "") or row["lon"] == pytest.approx(float(other["lon"]))


def test_own_columns_of_these_names_are_kept(tmp_path: Path, study: Study, geocoder: Geocoder) -> None:
    path = tmp_path / "register.csv"
    path.write_text("id,地址,lon\n1,永林村,east\n2,新华村,west\n3,永林村,up\n", encoding="utf-8")
    rows = run(path, study, geocoder)
    assert rows[0]["lon"] == "east"
    assert "geocode_lon" in rows[0]


def test_a_workbook_is_read_too(tmp_path: Path, study: Study, geocoder: Geocoder) -> None:
    book = Workbook()
    for row in ROWS:
        book.active.append(row[:4])
    book.save(tmp_path / "register.xlsx")
    assert run(tmp_path / "register.xlsx", study, geocoder)[0]["geocode_precision"] == "door"


def test_names_of_files_that_are_not_allowed(table: Path, study: Study, geocoder: Geocoder) -> None:
    for options, text in (
        (GeocodeOptions(out=table.with_suffix(".txt")), r"allowed are names that end in .csv, .xlsx, .parquet"),
        (GeocodeOptions(out=table), "allowed are names other than register.csv"),
        (GeocodeOptions(review=table.with_name("register.geocoded.csv")), "allowed are names other than"),
    ):
        with pytest.raises(InputError, match=text):
            geocode_file(table, study, geocoder, table.parent, options, quiet)


def test_columns_that_are_missing_are_named(table: Path, study: Study, geocoder: Geocoder) -> None:
    with pytest.raises(MissingColumn, match=r"no column \['住处'\]; its columns are \['户编号'"):
        geocode_file(table, study, geocoder, table.parent, GeocodeOptions(columns=("住处",)), quiet)
    table.write_text("id,x\n1,2\n", encoding="utf-8")
    with pytest.raises(MissingColumn, match=r"name it, e\.g\. --address HEADER"):
        geocode_file(table, study, geocoder, table.parent, GeocodeOptions(), quiet)


def test_a_file_with_names_of_people_is_refused(table: Path, study: Study, geocoder: Geocoder) -> None:
    table.write_text("id,地址,姓名\n1,永林村,张三\n", encoding="utf-8")
    with pytest.raises(PersonalData):
        geocode_file(table, study, geocoder, table.parent, GeocodeOptions(), quiet)


def test_a_vague_point_counts_as_its_area() -> None:
    assert household_precision("door", 5000.0, "village") == "building"
    assert household_precision("road", 5000.0, "town") == "township"
    assert household_precision("group", 401.0, "village") == "village"
    assert household_precision("group", 400.0, "village") == "street"
    assert household_precision("road", 5000.0, None) == "street"
    assert household_precision("none", None, None) == ""
