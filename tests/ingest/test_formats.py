"""The same three stations in every format, encoding and delimiter."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from stations_file import FRAME, same, table

from geoservice.errors import InputError
from geoservice.ingest import Report
from geoservice.project import Project

Load = Callable[..., Report]


@pytest.mark.parametrize(
    ("encoding", "found", "name"),
    [
        ("big5", "big5", "龍山鎮衛生院"),
        ("cp949", "cp949", "안동보건소"),
        ("cp1252", "cp1252", "Größenhöhe"),
        ("latin-1", "cp1252", "Málaga"),
    ],
)
def test_text_of_other_languages(project: Project, load: Load, encoding: str, found: str, name: str) -> None:
    rows = f"id,name,tier,lon,lat,services\nA,{name},village,116.95,30.6,checkup\nB,Plain,village,116.95,30.6,checkup\n"
    assert load("stations", "s.csv", rows.encode(encoding)).encoding == found
    assert project.read("stations").column("name").to_pylist() == [name, "Plain"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text(project: Project, load: Load, encoding: str, delimiter: str) -> None:
    report = load("stations", "s.csv", FRAME.to_csv(index=False, sep=delimiter).encode(encoding))
    same(project, report)
    assert report.delimiter == delimiter
    assert report.encoding == {"gbk": "gb18030"}.get(encoding, encoding)


def test_workbook_with_a_title_above_the_header(project: Project, load: Load, tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "s.xlsx") as writer:
        FRAME.to_excel(writer, sheet_name="站点", index=False, startrow=2)
        writer.sheets["站点"].cell(1, 1, "二〇二四年服务站一览")
        pd.DataFrame({"a": [1]}).to_excel(writer, sheet_name="other")
    report = load("stations", "s.xlsx")
    same(project, report)
    assert report.layer == "站点"
    assert any("other" in n for n in report.notes)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4547"])
def test_geopackage(project: Project, load: Load, tmp_path: Path, crs: str) -> None:
    table().to_crs(crs).to_file(tmp_path / "s.gpkg", layer="stations")
    report = load("stations", "s.gpkg")
    same(project, report)
    assert report.crs == crs


def test_a_geopackage_of_two_layers_needs_a_choice(project: Project, load: Load, tmp_path: Path) -> None:
    table().to_file(tmp_path / "s.gpkg", layer="one")
    table().to_file(tmp_path / "s.gpkg", layer="two")
    with pytest.raises(InputError, match=r"--layer.*one.*two"):
        load("stations", "s.gpkg")
    same(project, load("stations", "s.gpkg", layer="two"))


def test_geojson(project: Project, load: Load) -> None:
    same(project, load("stations", "s.geojson", table().to_json(ensure_ascii=False)))


@pytest.mark.parametrize(("suffix", "driver"), [("geojsonl", "GeoJSONSeq"), ("ndjson", "GeoJSONSeq"), ("fgb", "FlatGeobuf")])
def test_formats_of_one_layer(project: Project, load: Load, tmp_path: Path, suffix: str, driver: str) -> None:
    table().to_file(tmp_path / f"s.{suffix}", driver=driver)
    same(project, load("stations", f"s.{suffix}"))


@pytest.mark.parametrize("cpg", [True, False])
def test_shapefile_in_gbk_with_and_without_cpg(project: Project, load: Load, tmp_path: Path, cpg: bool) -> None:
    table().to_file(tmp_path / "s.shp", encoding="GBK")
    if not cpg:
        (tmp_path / "s.cpg").unlink()
    same(project, load("stations", "s.shp"))


def test_zipped_shapefile(project: Project, load: Load, tmp_path: Path) -> None:
    table().to_file(tmp_path / "s.shp", encoding="UTF-8")
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        for part in tmp_path.glob("s.*"):
            if part.suffix != ".zip":
                archive.write(part, f"folder/{part.name}")
    same(project, load("stations", "s.zip"))


def test_geoparquet(project: Project, load: Load, tmp_path: Path) -> None:
    table().to_crs("EPSG:4547").to_parquet(tmp_path / "s.parquet")
    same(project, load("stations", "s.parquet"))


def test_a_missing_index_is_restored_without_a_file_beside_the_users(project: Project, load: Load, tmp_path: Path) -> None:
    table().to_file(tmp_path / "s.shp")
    (tmp_path / "s.shx").unlink()
    before = sorted(tmp_path.iterdir())
    assert load("stations", "s.shp").rows_accepted == 3
    assert [p for p in sorted(tmp_path.iterdir()) if p.name.startswith("s.")] == [p for p in before if p.name.startswith("s.")]
    assert load("stations", "s.shp").already_loaded


def test_a_changed_sidecar_makes_a_shapefile_another_file(load: Load, tmp_path: Path) -> None:
    table().to_file(tmp_path / "s.shp", encoding="UTF-8")
    assert not load("stations", "s.shp").already_loaded
    assert load("stations", "s.shp").already_loaded
    changed = table()
    changed.loc[0, "名称"] = "中心"
    (tmp_path / "new").mkdir()
    changed.to_file(tmp_path / "new" / "s.shp", encoding="UTF-8")
    shutil.copy(tmp_path / "new" / "s.dbf", tmp_path / "s.dbf")
    report = load("stations", "s.shp")
    assert report.vintage is not None
    assert (report.vintage.number, report.vintage.changed) == (2, 1)


@pytest.mark.parametrize("cpg", ["UTF-8", "OEM", "ISO-8859-1", "1252"])
def test_a_wrong_cpg_is_ignored(project: Project, load: Load, tmp_path: Path, cpg: str) -> None:
    table().to_file(tmp_path / "s.shp", encoding="GBK")
    (tmp_path / "s.cpg").write_text(cpg)
    report = load("stations", "s.shp")
    same(project, report)
    assert report.encoding == "gb18030"
    assert any(cpg in n for n in report.notes)


def test_geojson_in_gbk_is_read(project: Project, load: Load, tmp_path: Path) -> None:
    table().to_file(tmp_path / "u.geojson")
    (tmp_path / "s.geojson").write_bytes((tmp_path / "u.geojson").read_text("utf-8").encode("gbk"))
    report = load("stations", "s.geojson")
    same(project, report)
    assert any("gb18030" in n for n in report.notes)


def test_lines_that_end_in_carriage_returns_alone(project: Project, load: Load) -> None:
    same(project, load("stations", "s.csv", FRAME.to_csv(index=False).replace("\n", "\r").encode()))
