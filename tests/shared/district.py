"""A district with two townships, and the corpus of bad files: shared by the tests of ingest and of the command line."""

# ruff: noqa: E501 - one bad file a line

import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geoservice.errors import (
    BadGeometry,
    BadValues,
    DuplicateKeys,
    EmptyFile,
    GeoserviceError,
    MissingColumn,
    PersonalData,
    RefusedTopic,
    TooLarge,
    UnreadableFile,
    WrongEncoding,
    WrongPlace,
)


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def collection(*features: tuple[dict[str, Any], dict[str, Any]]) -> str:
    made = [{"type": "Feature", "properties": p, "geometry": g} for p, g in features]
    return json.dumps({"type": "FeatureCollection", "features": made}, ensure_ascii=False)


AREAS = collection(
    ({"代码": "340811", "名称": "宜秀区", "级别": "县"}, square(116.9, 30.5, 117.1, 30.7)),
    ({"代码": "340811100", "名称": "大龙山镇", "级别": "镇"}, square(116.9, 30.5, 117.0, 30.7)),
    ({"代码": "340811101", "名称": "杨桥镇", "级别": "镇"}, square(117.0, 30.5, 117.05, 30.7)),
)

HEADER = "户编号,经度,纬度,人口,六岁以下\n"
VRT = '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
Write = Callable[[Path], None]


def text(content: str | bytes) -> Write:
    return lambda path: path.write_bytes(content if isinstance(content, bytes) else content.encode()) and None


def long_line(path: Path) -> None:
    with path.open("wb") as file:
        file.write(HEADER.encode())
        file.truncate(1 << 30)  # sparse: one line of a gigabyte without a gigabyte on the disk


def endless_quote(path: Path) -> None:
    path.write_text(HEADER + '1,"117\n' + "2,117,30,1,0\n" * 900_000)


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
        for _ in range(64):
            sheet.write(bytes(1 << 20))


def endless_view(path: Path) -> None:
    database = sqlite3.connect(path)
    database.executescript(
        """
        PRAGMA application_id = 1196444487;
        CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, identifier TEXT, description TEXT, last_change TEXT,
            min_x REAL, min_y REAL, max_x REAL, max_y REAL, srs_id INTEGER);
        CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER,
            definition TEXT, description TEXT);
        CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid FROM n;
        INSERT INTO gpkg_contents VALUES ('endless', 'attributes', 'endless', '', '2024-01-01', 0, 0, 0, 0, 0);
        """
    )
    database.commit()
    database.close()


def trigger(path: Path) -> None:
    database = sqlite3.connect(path)
    database.executescript("CREATE TABLE a (i INTEGER); CREATE TRIGGER mine AFTER INSERT ON a BEGIN DELETE FROM a; END;")
    database.commit()
    database.close()


def polygons(*rings: list[list[float]]) -> Write:
    features = [
        {
            "type": "Feature",
            "properties": {"code": str(i), "name": "n", "level": "county"},
            "geometry": {"type": "Polygon", "coordinates": [r]},
        }
        for i, r in enumerate(rings)
    ]
    return text(json.dumps({"type": "FeatureCollection", "features": features}))


GOOD = [[116.0, 30.0], [117.0, 30.0], [117.0, 31.0], [116.0, 30.0]]
BOW_TIE = [[116.0, 30.0], [117.0, 31.0], [117.0, 30.0], [116.0, 31.0], [116.0, 30.0]]

CORPUS: list[tuple[str, str, str, Write, type[GeoserviceError], str]] = [
    ("wrong encoding", "households", "h.csv", text(b"id;name\n1;" + bytes(range(128, 255))), WrongEncoding, "byte 10 is not UTF-8"),
    ("encoding breaks later", "households", "h.csv", text((HEADER + "1,2,3,4,安\n" * 99).encode("gbk") + b"\xff\xff"), WrongEncoding, "GB18030"),
    ("utf-16 without a mark", "households", "h.csv", text(HEADER.encode("utf-16-le")), WrongEncoding, "UTF-16"),
    ("swapped", "households", "h.csv", text(HEADER + "1,30.6,116.95,1,0\n2,30.61,116.96,1,0\n"), WrongPlace, "swapped"),
    ("metres", "households", "h.csv", text(HEADER + "1,495210,3386000,1,0\n2,495310,3386100,1,0\n"), WrongPlace, "they look like EPSG:4548: read them with --crs EPSG:4548"),
    ("far away", "households", "h.csv", text(HEADER + "1,24.9,60.2,1,0\n2,24.8,60.1,1,0\n"), WrongPlace, "outside every area"),
    ("one far away", "households", "h.csv", text(HEADER + "1,116.95,30.6,1,0\n2,116.96,30.6,1,0\n3,24.8,60.1,1,0\n"), WrongPlace, "row 4"),
    ("no bytes", "households", "h.csv", text(""), EmptyFile, "no bytes"),
    ("white space", "households", "h.csv", text("\n \n"), EmptyFile, "whitespace"),
    ("header alone", "households", "h.csv", text(HEADER), EmptyFile, "no rows"),
    ("empty rows", "households", "h.csv", text(HEADER + ",,,,\n,,,,\n"), EmptyFile, "no rows"),
    ("missing column", "households", "h.csv", text("户编号,经度,纬度,六岁以下\n1,116.95,30.6,0\n"), MissingColumn, "persons"),
    ("missing group", "households", "h.csv", text("户编号,经度,纬度,人口\n1,116.95,30.6,2\n"), MissingColumn, "group_under_6"),
    ("duplicates", "households", "h.csv", text(HEADER + "1,116.95,30.6,1,0\n2,116.95,30.6,1,0\n1,116.95,30.6,1,0\n"), DuplicateKeys, "also in row 4"),
    ("text in numbers", "households", "h.csv", text(HEADER + "1,116.95,30.6,三口,0\n"), BadValues, "not a number"),
    ("nobody at home", "households", "h.csv", text(HEADER + "1,116.95,30.6,0,0\n"), BadValues, "1 to 1000"),
    ("group above persons", "households", "h.csv", text(HEADER + "1,116.95,30.6,2,3\n"), BadValues, "more than the household"),
    ("ragged", "households", "h.csv", text(HEADER + "1,116.95,30.6,2,1\n2,116.95,30.6\n"), BadValues, "3 cells where the header has 5"),
    ("served above eligible", "uptake", "u.csv", text("area,period,service,served,eligible\n340811,2024,care,5,4\n"), BadValues, "more than are eligible"),
    ("unknown service", "stations", "s.csv", text("id,name,tier,services,lon,lat\n1,a,村级,唱歌,116.95,30.6\n"), BadValues, "checkup"),
    ("unknown tier", "stations", "s.csv", text("id,name,tier,services,lon,lat\n1,a,银河,体检,116.95,30.6\n"), BadValues, "van"),
    ("bow tie", "areas", "b.geojson", polygons(GOOD, BOW_TIE), BadGeometry, r"Self-intersection\[116.5 30.5\]"),
    ("points as areas", "areas", "b.geojson", text('{"type":"Feature","properties":{"code":"1","name":"n","level":"县"},"geometry":{"type":"Point","coordinates":[1,2]}}'), BadGeometry, "no polygon"),
    ("vrt as csv", "households", "v.csv", text(VRT), UnreadableFile, "content is XML"),
    ("vrt as geojson", "areas", "v.geojson", text(VRT), UnreadableFile, "content is XML"),
    ("vrt as geopackage", "areas", "v.gpkg", text(VRT), UnreadableFile, "content is XML"),
    ("vrt as shapefile", "areas", "v.shp", text(VRT), UnreadableFile, "content is XML"),
    ("topojson", "areas", "t.json", text('{"type":"Topology","objects":{},"arcs":[]}'), UnreadableFile, "no objects"),
    ("endless view", "areas", "e.gpkg", endless_view, UnreadableFile, "view 'endless'"),
    ("trigger", "areas", "e.gpkg", trigger, UnreadableFile, "trigger 'mine'"),
    ("a line of a gigabyte", "households", "l.csv", long_line, TooLarge, "line 2 is longer"),
    ("a quote without end", "households", "q.csv", endless_quote, TooLarge, "quotation mark"),
    ("bomb", "households", "b.xlsx", bomb, TooLarge, "times its size"),
    ("damaged workbook", "households", "d.xlsx", text(b"PK\x03\x04nothing"), UnreadableFile, "damaged"),
    ("damaged parquet", "households", "d.parquet", text(b"PAR1nothing"), UnreadableFile, "damaged"),
    ("names", "households", "n.csv", text("户编号,姓名,经度,纬度,人口,六岁以下\n1,王小明,116.95,30.6,2,1\n"), PersonalData, "姓名"),
    ("identity numbers", "households", "n.csv", text("户编号,身份证号,经度,纬度,人口,六岁以下\n1,11010519491231002X,116.95,30.6,2,1\n"), PersonalData, "身份证号"),
    ("phones under another name", "households", "n.csv", text("户编号,备注,经度,纬度,人口,六岁以下\n1,13812345678,116.95,30.6,2,1\n2,13912345678,116.95,30.6,2,1\n"), PersonalData, "备注"),
    ("refused topic", "households", "n.csv", text("户编号,避孕措施,经度,纬度,人口,六岁以下\n1,无,116.95,30.6,2,1\n"), RefusedTopic, "contraception"),
    ("other suffix", "households", "d.doc", text("a"), UnreadableFile, ".geoparquet"),
]  # fmt: skip
