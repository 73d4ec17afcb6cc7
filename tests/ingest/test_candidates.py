"""Candidates of files and frames."""

from pathlib import Path

import geopandas
import pandas as pd
import pytest

from geoservice.errors import BadValues, InputError, MissingColumn, PersonalData
from geoservice.ingest.candidates import read_candidates


def read(folder: Path, text: str) -> "pd.DataFrame":
    file = folder / "places.csv"
    file.write_text(text, encoding="utf-8")
    return read_candidates(file, folder).to_pandas()


def test_all_columns_of_a_table(tmp_path: Path) -> None:
    rows = read(tmp_path, "编号,名称,经度,纬度,造价,容量,必选\nx1,东头,116.5,30.5,120,800,是\nx2,西头,116.6,30.6,,,\n")
    assert rows["id"].tolist() == ["x1", "x2"]
    assert rows[["lon", "lat"]].to_numpy().tolist() == [[116.5, 30.5], [116.6, 30.6]]
    assert rows["cost"].tolist() == [120.0, 1.0]
    assert (rows["capacity"][0], rows["capacity"].isna()[1]) == (800.0, True)
    assert rows["forced"].tolist() == [True, False]


def test_rows_without_ids_are_numbered(tmp_path: Path) -> None:
    assert read(tmp_path, "lon,lat\n116.5,30.5\n116.6,30.6\n")["id"].tolist() == ["2", "3"]


def test_a_geodataframe_in_its_own_crs() -> None:
    frame = geopandas.GeoDataFrame({"name": ["a"]}, geometry=geopandas.points_from_xy([116.5], [30.5]), crs="EPSG:4326")
    rows = read_candidates(frame.to_crs("EPSG:3857"), None).to_pandas()
    assert rows[["lon", "lat"]].to_numpy()[0] == pytest.approx([116.5, 30.5])
    assert rows["name"].tolist() == ["a"]


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("lon,lat,cost\n116.5,30.5,-1\n", InputError, "places.csv: 1 of 1 rows were refused"),
        ("lon,lat,cost\n116.5,30.5,-1\n", BadValues, "a number from 0"),
        ("name,cost\na,1\n", MissingColumn, "lon"),
        ("lon,lat,身份证号\n116.5,30.5,1\n", PersonalData, "身份证号"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason(tmp_path: Path, text: str, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        read(tmp_path, text)
