"""Geometry columns of tables: WKT, EWKT, hexadecimal WKB, GeoJSON, and WKB in Parquet."""

import json
import struct
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from stations_file import FRAME, ROWS, same

from geoservice.errors import BadGeometry, InputError, MissingColumn
from geoservice.ingest import Report
from geoservice.project import Project

Load = Callable[..., Report]
POINTS = [shapely.Point(r["经度"], r["纬度"]) for r in ROWS]
PLAIN = FRAME.drop(columns=["经度", "纬度"])


def ewkb(shape: shapely.Geometry, srid: int = 4326) -> str:
    return str(shapely.to_wkb(shapely.set_srid(shape, srid), hex=True, include_srid=True))


FORMS: dict[str, Callable[[shapely.Geometry], str]] = {
    "WKT": shapely.to_wkt,
    "EWKT": lambda s: f"SRID=4326;{s.wkt}",
    "hex WKB": lambda s: shapely.to_wkb(s, hex=True),
    "hex EWKB": ewkb,
    "bytea": lambda s: "\\x" + ewkb(s).lower(),
    "big-endian": lambda s: shapely.to_wkb(s, hex=True, byte_order=0),
    "GeoJSON": shapely.to_geojson,
}


def csv(header: str, values: Sequence[str]) -> str:
    return PLAIN.assign(**{header: values}).to_csv(index=False)


@pytest.mark.parametrize("form", FORMS)
def test_every_text_format_of_geometries(project: Project, load: Load, form: str) -> None:
    same(project, load("stations", "s.csv", csv("geom", [FORMS[form](p) for p in POINTS])))


@pytest.mark.parametrize("header", ["WKT", "geometry", "geom", "the_geom", "wkt_geom", "wkb_geometry", "几何"])
def test_usual_headers_in_a_workbook(project: Project, load: Load, tmp_path: Path, header: str) -> None:
    PLAIN.assign(**{header: [ewkb(p) for p in POINTS]}).to_excel(tmp_path / "s.xlsx", index=False)
    same(project, load("stations", "s.xlsx"))


def test_formats_may_be_mixed(project: Project, load: Load) -> None:
    values = [FORMS[form](p) for form, p in zip(("WKT", "hex EWKB", "GeoJSON"), POINTS, strict=True)]
    same(project, load("stations", "s.csv", csv("geom", values)))


def test_a_header_without_geometries_is_not_mapped(load: Load) -> None:
    with pytest.raises(MissingColumn, match=r"no column matches \['lon', 'lat'\]"):
        load("stations", "s.csv", csv("shape", ["圆形", "方形", "圆形"]))


@pytest.mark.parametrize(
    "value", ["POINT(116.95", "POINT(116.95,30.6)", "0101000020E61000", "0101", "SRID=4326;", "{}", "30.6"]
)
def test_an_unreadable_value_is_rejected_with_row_and_column(load: Load, value: str) -> None:
    values = [POINTS[0].wkt, value, POINTS[2].wkt]
    with pytest.raises(BadGeometry, match="row 3, column geom: geometry cannot be read") as caught:
        load("stations", "s.csv", csv("geom", values))
    assert repr(value) in str(caught.value)


def test_the_geometry_of_a_household_is_not_in_messages(load: Load, areas: None) -> None:
    rows = "户编号,人口,六岁以下,geom\n1,2,0,POINT(116.951234 30.6)\n2,2,0,POINT(116.951234 x)\n"
    with pytest.raises(BadGeometry, match="row 3, column geom") as caught:
        load("households", "h.csv", rows)
    assert "116.95" not in str(caught.value)


def test_the_error_says_that_a_spreadsheet_cut_off_a_geometry(load: Load, tmp_path: Path) -> None:
    ring = shapely.Point(116.95, 30.6).buffer(0.01, quad_segs=400).wkt[:32_767]
    frame = pd.DataFrame(
        {"code": ["1", "2"], "name": ["a", "b"], "level": "county", "wkt": [shapely.box(0, 0, 1, 1).wkt, ring]}
    )
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    with pytest.raises(BadGeometry, match="row 3, column wkt: the geometry is cut off after 32767 characters"):
        load("areas", "a.xlsx")


@pytest.mark.parametrize("form", ["EWKT", "hex EWKB"])
def test_an_srid_is_the_crs_of_the_file(project: Project, load: Load, form: str) -> None:
    metres = list(gpd.GeoSeries(POINTS, crs=4326).to_crs(4548))
    values = [ewkb(p, 4548) if form == "hex EWKB" else f"SRID=4548;{p.wkt}" for p in metres]
    report = load("stations", "s.csv", csv("geom", values))
    same(project, report)
    assert report.crs == "EPSG:4548"
    assert not any("no CRS stated" in n for n in report.notes)


def test_the_crs_option_overrides_the_srid(load: Load) -> None:
    report = load("stations", "s.csv", csv("geom", [ewkb(p) for p in POINTS]), crs="EPSG:4214")
    assert report.crs == "EPSG:4214"
    assert any("the file says" in n and "read as EPSG:4214 as requested" in n for n in report.notes)


def test_different_srids_are_refused(load: Load) -> None:
    values = [ewkb(POINTS[0]), POINTS[1].wkt, ewkb(POINTS[2], 4490)]
    message = r"column geom: .*different coordinate systems: SRID 4326 \(row 2\), SRID 4490 \(row 4\); allowed is one"
    with pytest.raises(InputError, match=message):
        load("stations", "s.csv", csv("geom", values))


def test_an_unknown_srid_is_refused(load: Load) -> None:
    with pytest.raises(InputError, match="column geom: SRID 999999 is no EPSG code; state the CRS with --crs"):
        load("stations", "s.csv", csv("geom", [ewkb(p, 999999) for p in POINTS]))
    assert load("stations", "s.csv", csv("geom", [ewkb(p, 999999) for p in POINTS]), crs="EPSG:4326").rows_accepted == 3


def test_digits_of_wkb_are_not_phones(load: Load) -> None:
    point = "0101000020E6100000A13912345678AD40F13812345678A940"
    rows = "\n".join(f"{i},站,村级,体检,{point}" for i in range(30))
    with pytest.raises(InputError, match="are out of range"):  # refused for the place, not as personal data
        load("stations", "s.csv", f"id,name,tier,services,geom\n{rows}\n")


def parquet(path: Path, name: str, values: Sequence[object], **more: Any) -> None:
    pq.write_table(pa.table({**pa.table(PLAIN).to_pydict(), name: values, **more}), path)


@pytest.mark.parametrize("name", ["geometry", "geom", "wkb"])
def test_wkb_in_parquet_without_metadata(project: Project, load: Load, tmp_path: Path, name: str) -> None:
    parquet(tmp_path / "s.parquet", name, [p.wkb for p in POINTS], thumbnail=[b"\xff\xd8", None, b"\x89"])
    report = load("stations", "s.parquet")
    same(project, report)
    assert "columns ['thumbnail'] hold binary data and were left out" in report.notes
    assert any("no CRS stated" in n for n in report.notes)


def test_ewkb_in_parquet(load: Load, tmp_path: Path) -> None:
    parquet(tmp_path / "s.parquet", "geom", [bytes.fromhex(ewkb(p, 4490)) for p in POINTS])
    assert load("stations", "s.parquet").crs == "EPSG:4490"


def test_an_srid_that_contradicts_the_file_is_refused(load: Load, tmp_path: Path) -> None:
    column = {"encoding": "WKB", "geometry_types": []}
    geo = {"version": "1.0.0", "primary_column": "geom", "columns": {"geom": column}}
    for srid in (4326, 4548):
        values = [bytes.fromhex(ewkb(p, srid)) for p in POINTS]
        table = pa.table({**pa.table(PLAIN).to_pydict(), "geom": values}).replace_schema_metadata({"geo": json.dumps(geo)})
        pq.write_table(table, tmp_path / f"{srid}.parquet")
    assert load("stations", "4326.parquet").crs == "OGC:CRS84"
    with pytest.raises(InputError, match=r"the geometries state SRID 4548, the file OGC:CRS84; choose one with --crs"):
        load("stations", "4548.parquet")


def test_wkt_in_parquet(project: Project, load: Load, tmp_path: Path) -> None:
    parquet(tmp_path / "s.parquet", "geom", [p.wkt for p in POINTS])
    same(project, load("stations", "s.parquet"))


def test_the_native_geometry_type_of_parquet(project: Project, load: Load, tmp_path: Path) -> None:
    version = duckdb.__version__
    extension = Path(str(files("duckdb_extension_spatial"))) / "extensions" / f"v{version}" / "spatial.duckdb_extension"
    with duckdb.connect() as session:
        session.load_extension(str(extension))
        session.register("frame", pa.table(FRAME))
        query = "SELECT * EXCLUDE (经度, 纬度), ST_Point(经度, 纬度) AS 位置 FROM frame"
        session.execute(f"COPY ({query}) TO '{tmp_path}/s.parquet' (GEOPARQUET_VERSION 'NONE')")
    report = load("stations", "s.parquet")
    same(project, report)
    assert report.crs == "OGC:CRS84"


def test_invalid_wkb_in_parquet_is_rejected(load: Load, tmp_path: Path) -> None:
    parquet(tmp_path / "s.parquet", "geom", [POINTS[0].wkb, b"\xff", POINTS[2].wkb[:-1]])
    with pytest.raises(BadGeometry, match=r"2 of 3 rows were refused.*row 3, column geometry: geometry cannot be read"):
        load("stations", "s.parquet")


@pytest.mark.parametrize("kind", [4, 7])
def test_deeply_nested_geometries_are_rejected(load: Load, tmp_path: Path, kind: int) -> None:
    """GEOS recurses into each of them and would end the process."""
    deep = struct.pack("<BII", 1, kind, 1) * 200_000 + shapely.Point(1, 2).wkb
    parquet(tmp_path / "s.parquet", "geom", [POINTS[0].wkb, deep, POINTS[2].wkb])
    with pytest.raises(BadGeometry, match="row 3, column geometry: geometry cannot be read"):
        load("stations", "s.parquet")


def test_deeply_nested_text_is_rejected(load: Load) -> None:
    deep = "GEOMETRYCOLLECTION(" * 100_000 + "POINT(1 2)" + ")" * 100_000
    structure = json.dumps({"type": "Point", "coordinates": 0}).replace("0", "[" * 100_000 + "]" * 100_000)
    with pytest.raises(BadGeometry, match="2 of 3 rows"):
        load("stations", "s.csv", csv("geom", [deep, structure, POINTS[2].wkt]))


def test_a_long_border_is_read_as_a_short_one(project: Project, load: Load, tmp_path: Path) -> None:
    """Geometries too long to be given to GEOS are parsed by our own reader, with the same result."""
    angle = np.linspace(0, 2 * np.pi, 10_000, endpoint=False)
    outer = np.column_stack([117 + np.cos(angle) / 9, 30.6 + np.sin(angle) / 9])
    border = shapely.multipolygons([shapely.polygons(outer, [[(117, 30.6), (117.01, 30.6), (117, 30.61)]])])
    rest = {"code": ["1"], "name": ["a"], "level": ["county"]}
    pq.write_table(pa.table({**rest, "wkb": [border.wkb]}), tmp_path / "a.parquet")
    pd.DataFrame({**rest, "wkt": [border.wkt]}).to_csv(tmp_path / "a.csv", index=False)
    for name in ("a.parquet", "a.csv"):
        load("areas", name, crs="EPSG:4326", dry_run=name == "a.csv")
    (row,) = project.read("areas").to_pylist()
    assert shapely.from_wkb(row["geometry"]).equals_exact(border)
