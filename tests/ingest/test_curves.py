"""Curves in GeoPackages and tables are read as straight segments close to them, and noted."""

import sqlite3
import struct
import warnings
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geoservice.errors import BadGeometry
from geoservice.ingest import Report
from geoservice.ingest.curves import arc
from geoservice.ingest.wkb import from_wkb
from geoservice.ingest.wkt import from_wkt
from geoservice.project import Project

Load = Callable[..., Report]
CIRCLE = "CURVEPOLYGON(CIRCULARSTRING(116 30, 117 31, 118 30, 117 29, 116 30))"
NOTE = "1 geometries with curves or patches were read as straight lines and polygons"
RADIUS_1 = 180 * np.sin(np.radians(2)) / 2
"""Area of 180 corners on a circle of radius 1."""


def line(kind: int, places: Sequence[tuple[float, float]]) -> bytes:
    return struct.pack("<BII", 1, kind, len(places)) + b"".join(struct.pack("<dd", *p) for p in places)


def of_parts(kind: int, *parts: bytes) -> bytes:
    return struct.pack("<BII", 1, kind, len(parts)) + b"".join(parts)


HALF = line(8, [(116, 30), (117, 31), (118, 30)])
CLOSE = line(2, [(118, 30), (116, 30)])
ROUND = of_parts(10, line(8, [(116, 30), (117, 31), (118, 30), (117, 29), (116, 30)]))
SHAPES = {
    "CURVEPOLYGON": ROUND,
    "of COMPOUNDCURVE": of_parts(10, of_parts(9, HALF, CLOSE)),
    "MULTISURFACE": of_parts(12, ROUND),
}


def geopackage(path: Path, wkb: bytes, kind: str) -> None:
    """Write a GeoPackage with one area, whose geometry is then replaced by a curve, as in cadastral databases."""
    frame = gpd.GeoDataFrame(
        {"代码": ["340811"], "名称": ["宜秀区"], "级别": ["县"]}, geometry=[shapely.box(116, 29, 118, 31)], crs=4326
    )
    frame.to_file(path, layer="a")
    with closing(sqlite3.connect(path)) as database:
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'rtree%'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE a SET geom = ?", (b"GP\0\1" + struct.pack("<i", 4326) + wkb,))
        database.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = ?", (kind,))
        database.commit()


@pytest.mark.parametrize("kind", SHAPES)
def test_a_geopackage_with_a_curve(project: Project, load: Load, tmp_path: Path, kind: str) -> None:
    geopackage(tmp_path / "a.gpkg", SHAPES[kind], "GEOMETRY")
    report = load("areas", "a.gpkg")
    ours = shapely.from_wkb(project.read("areas").column("geometry")[0].as_py())
    with warnings.catch_warnings(action="ignore"):  # the layer says Polygon
        gdals = shapely.from_wkb(pyogrio.raw.read(tmp_path / "a.gpkg")[2][0])
    assert NOTE in report.notes
    assert ours.area == pytest.approx(RADIUS_1 / 2 if kind == "of COMPOUNDCURVE" else RADIUS_1)
    assert ours.symmetric_difference(gdals).area < 0.003  # GDAL takes steps of 4 degrees, we of 2


@pytest.mark.parametrize("form", ["WKT", "EWKT", "hex"])
def test_a_curve_in_a_table(project: Project, load: Load, form: str) -> None:
    value = {"WKT": CIRCLE, "EWKT": f"SRID=4326;{CIRCLE}", "hex": ROUND.hex()}[form]
    report = load("areas", "a.csv", f'code,name,level,geom\n1,a,county,"{value}"\n')
    assert NOTE in report.notes
    assert shapely.from_wkb(project.read("areas").column("geometry")[0].as_py()).area == pytest.approx(RADIUS_1)


def test_an_impossible_curve_is_rejected(load: Load) -> None:
    rows = f'1,a,county,"{CIRCLE}"\n2,b,county,"CURVEPOLYGON(CIRCULARSTRING(116 30, 117 31))"\n'
    with pytest.raises(BadGeometry, match="row 3, column geom: geometry cannot be read"):
        load("areas", "a.csv", "code,name,level,geom\n" + rows)


@pytest.mark.parametrize(
    ("text", "kind", "size"),
    [
        ("CIRCULARSTRING(0 0, 2 0, 0 0)", "LineString", 360 * np.sin(np.radians(1))),  # a whole circle
        ("CIRCULARSTRING Z(0 0 5, 1 1 5, 2 0 5)", "LineString", 180 * np.sin(np.radians(1))),
        ("CIRCULARSTRING(0 0, 1 0, 2 0)", "LineString", 2),  # no arc at all
        ("COMPOUNDCURVE((5 0, 0 0), CIRCULARSTRING(0 0, 1 1, 2 0))", "LineString", 5 + 180 * np.sin(np.radians(1))),
        ("MULTICURVE((0 0, 3 4), CIRCULARSTRING(0 0, 1 0, 2 0))", "MultiLineString", 7),
        ("MULTISURFACE(((0 0, 4 0, 4 3, 0 0)), CURVEPOLYGON EMPTY)", "MultiPolygon", 12),
        ("POLYHEDRALSURFACE Z(((0 0 0, 4 0 0, 4 3 0, 0 0 0)))", "MultiPolygon", 12),
        ("TIN(((0 0, 4 0, 4 3, 0 0)))", "MultiPolygon", 12),
        ("TRIANGLE((0 0, 4 0, 4 3, 0 0))", "Polygon", 12),
        ("GEOMETRYCOLLECTION(POINT ZM(1 2 3 4), LINESTRING(0 0, 3 4))", "GeometryCollection", 5),
    ],
)  # fmt: skip
def test_kinds_by_length(text: str, kind: str, size: float) -> None:
    shape = from_wkt(text)
    assert (shape.geom_type, shape.has_z) == (kind, False)
    assert shape.length == pytest.approx(size, rel=1e-12)


def test_an_arc_contains_its_ends_and_its_middle() -> None:
    places = arc(np.array([116.0, 30.0]), np.array([117.0, 31.0]), np.array([118.0, 30.0]))
    assert (places[0].tolist(), places[45].round(9).tolist(), places[-1].tolist()) == ([116, 30], [117, 31], [118, 30])
    assert np.abs(np.hypot(*(places - [117, 30]).T) - 1).max() < 1e-12


@pytest.mark.parametrize("other", ["<", ">"])
def test_wkb_of_either_byte_order_with_heights_and_srid(other: str) -> None:
    order = b"\1" if other == "<" else b"\0"
    places = struct.pack(f"{other}I9d", 3, 0, 0, 7, 1, 1, 7, 2, 0, 7)
    shape = from_wkb(order + struct.pack(f"{other}II", 8 | 0x80000000 | 0x20000000, 4490) + places)
    iso = from_wkb(order + struct.pack(f"{other}I", 1008) + places)
    assert (shapely.get_srid(shape), shape.length) == (4490, iso.length)
    assert shape.length == pytest.approx(180 * np.sin(np.radians(1)))


@pytest.mark.parametrize(
    "data", [HALF[:-1], HALF + b"\0", b"", b"\1", struct.pack("<BII", 1, 8, 2**32 - 1), struct.pack("<BII", 1, 13, 0)]
)
def test_damaged_wkb(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"WKB|unsupported geometry type"):
        from_wkb(data)
