"""Truncated files: each is an error that says so; none is read in part or ends the reader without a result."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from stations_file import FRAME, table

from geoservice.errors import BadGeometry, InputError, UnreadableFile
from geoservice.ingest import Report

Load = Callable[..., Report]
FILES = Path(__file__).parent / "files"
MANY = gpd.GeoDataFrame(table().loc[[0] * 200].reset_index(drop=True)).set_crs(4326)


def workbook(path: Path) -> None:
    FRAME.to_excel(made := io.BytesIO(), index=False)
    path.write_bytes(made.getvalue())


def copied(path: Path) -> None:
    shutil.copy(FILES / f"stations{path.suffix}", path)


def kml(path: Path) -> None:
    place = "<Placemark><name>站</name><Point><coordinates>1,2</coordinates></Point></Placemark>"
    text = f"<kml><Document>{place * 50}</Document></kml>"
    if path.suffix == ".kml":
        path.write_text(text, "utf-8")
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("doc.kml", text)


def gpx(path: Path) -> None:
    place = '<wpt lat="1" lon="2"><name>站</name></wpt>'
    path.write_text(f"<gpx>{place * 50}</gpx>", "utf-8")


def topojson(path: Path) -> None:
    part = {"type": "Point", "coordinates": [1, 2], "properties": {"名称": "站"}}
    objects = {"s": {"type": "GeometryCollection", "geometries": [part] * 50}}
    path.write_text(json.dumps({"type": "Topology", "arcs": [], "objects": objects}, ensure_ascii=False), "utf-8")


def spatial(path: Path) -> None:
    MANY.to_file(path, driver="GeoJSONSeq") if path.suffix == ".geojsonl" else MANY.to_file(path)


def archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("s.csv", FRAME.to_csv(index=False))


WRITE: dict[str, Callable[[Path], Any]] = {
    ".xlsx": workbook, ".xls": copied, ".ods": copied, ".zip": archive, ".kml": kml, ".kmz": kml, ".gpx": gpx,
    ".topojson": topojson, ".gpkg": spatial, ".geojson": spatial, ".fgb": spatial, ".geojsonl": spatial,
    ".parquet": MANY.to_parquet, ".shp": spatial,
}  # fmt: skip


@pytest.mark.parametrize("suffix", WRITE)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99, -1])
def test_a_file_cut_short_is_named(load: Load, tmp_path: Path, suffix: str, share: float) -> None:
    path = tmp_path / f"s{suffix}"
    WRITE[suffix](path)
    data = path.read_bytes()
    end = int(len(data) * share) + 3 if share > 0 else len(data.rstrip()) - 1  # not where a line of JSON ends
    end -= 600 * (suffix == ".xls" and share < 0)  # the last block of an XLS need not be whole
    path.write_bytes(data[:end])
    with pytest.raises(InputError, match=rf"^s\{suffix}: .*(damaged|cut short|is not a JSON)") as caught:
        load("stations", path.name)
    assert type(caught.value) is UnreadableFile


@pytest.mark.parametrize("suffix", [*WRITE, ".csv"])
@pytest.mark.parametrize("data", [b"", b"P", b"\0", bytes(5000)], ids=["empty", "one byte", "one zero", "zeros"])
def test_an_empty_file_of_each_format_is_an_error(load: Load, tmp_path: Path, suffix: str, data: bytes) -> None:
    (tmp_path / f"s{suffix}").write_bytes(data)
    with pytest.raises(InputError, match=rf"^s\{suffix}: "):
        load("stations", f"s{suffix}")


@pytest.mark.parametrize("suffix", WRITE)
def test_a_file_with_zeros_in_its_middle_is_named(load: Load, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"s{suffix}"
    WRITE[suffix](path)
    data = path.read_bytes()
    third = len(data) // 3
    path.write_bytes(data[:third] + bytes(third) + data[2 * third :])
    with pytest.raises(InputError, match=rf"^s\{suffix}: ") as caught:
        load("stations", path.name)
    assert "no answer" not in str(caught.value)


def test_a_truncated_dbf_is_not_read_as_a_shorter_table(load: Load, tmp_path: Path) -> None:
    """GDAL silently reads the remaining rows."""
    MANY.to_file(tmp_path / "s.shp")
    data = (tmp_path / "s.dbf").read_bytes()
    (tmp_path / "s.dbf").write_bytes(data[: len(data) // 2])
    with pytest.raises(UnreadableFile, match=rf"the \.dbf is cut short: it has {len(data) // 2} bytes of {len(data) - 1}"):
        load("stations", "s.shp")


def test_attributes_of_another_shapefile_are_refused(load: Load, tmp_path: Path) -> None:
    MANY.to_file(tmp_path / "s.shp")
    table().to_file(tmp_path / "t.shp")
    shutil.copy(tmp_path / "t.dbf", tmp_path / "s.dbf")
    with pytest.raises(UnreadableFile, match=r"the \.shx has 200 shapes, the \.dbf 3 rows; do they belong to one shapefile"):
        load("stations", "s.shp")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"type":"Feature"}\n{broken}\n{"type":"Feature"}\n', "line 2 is not a JSON object"),
        ('{"type":"Feature"}\n\n[1]\n{}\n', "line 3 is not a JSON object"),
        ('\x1e{"type":"Feature"}\n\x1e{"type":\n "Feature"\n}\n\x1e{"a"}\x1e{}', "record 3 is not a JSON object"),
    ],
)
def test_a_line_that_gdal_would_drop_is_refused(load: Load, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load("stations", "s.geojsonl", content)


FEATURE = '{{"type":"Feature","properties":{{"code":"{}","name":"a","level":"county"}},"geometry":{}}}'
BOX = '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}'


@pytest.mark.parametrize(
    "geometry", ['{"type":"Polygon","coordinates":[[["0","0"],["1","0"]]]}', '{"type":"Box","coordinates":[]}']
)
@pytest.mark.parametrize("name", ["s.geojson", "s.geojsonl"])
def test_a_geometry_that_gdal_drops_is_rejected(load: Load, name: str, geometry: str) -> None:
    features = [FEATURE.format(i, g) for i, g in enumerate((BOX, "null", geometry))]
    text = "\n".join(features) if name == "s.geojsonl" else f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'
    with pytest.raises(BadGeometry, match=r"1 of 3 rows were refused.*row 4, column geometry: geometry cannot be read"):
        load("areas", name, text)
    good = text.replace(geometry, BOX)
    assert load("areas", name, good).rows_accepted == 3


def test_an_object_that_is_not_a_feature_is_refused(load: Load) -> None:
    text = f'{{"type":"FeatureCollection","features":[{FEATURE.format(1, "null")},{{"no":1}}]}}'
    with pytest.raises(UnreadableFile, match="GDAL reads 1 features where the file holds 2"):
        load("areas", "s.geojson", text)
