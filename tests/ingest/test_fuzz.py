"""Damaged files of every format and random tables: the result is an error of this package or a table."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio import Affine

from geoservice.ingest.formats import Format
from geoservice.ingest.sandbox import _environment

SECONDS = float(os.environ.get("GEOSERVICE_FUZZ_SECONDS", "4"))
SCRIPT = Path(__file__).parents[1] / "shared" / "fuzz_reader.py"
ROWS = [
    {"id": f"{n:03}", "name": name, "lon": 116.9 + n / 100, "lat": 30.5 + n / 100, "persons": n, "since": "2024-01-31"}
    for n, name in enumerate(("中心医院", "Clinic, “north”", "a;b", "流动车"), 1)
]
FRAME = pd.DataFrame(ROWS)
Write = Callable[[Path], Any]


def points() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(FRAME, geometry=gpd.points_from_xy(FRAME["lon"], FRAME["lat"]), crs="EPSG:4326")


def shapes() -> gpd.GeoDataFrame:
    return points().set_geometry([p.buffer(0.01) for p in points().geometry], crs="EPSG:4326")


def shapefile_zip(path: Path) -> None:
    folder = path.with_suffix("")
    folder.mkdir()
    shapes().rename(columns={"persons": "人口"}).to_file(folder / "s.shp", encoding="GB18030", engine="pyogrio")
    with zipfile.ZipFile(path, "w") as archive:
        for part in folder.iterdir():
            archive.write(part, part.name)
            part.unlink()
    folder.rmdir()


def zipped(path: Path, name: str, text: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, text)


KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>站点</name>
<Placemark id="1"><name>中心医院</name><ExtendedData><Data name="persons"><value>3</value></Data></ExtendedData>
<Point><coordinates>116.95,30.6,0</coordinates></Point></Placemark>
<Placemark><name>B</name><Polygon><outerBoundaryIs><LinearRing><coordinates>116.9,30.5 117,30.5 117,30.6 116.9,30.5
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder></Document></kml>"""
GPX = """<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="30.6" lon="116.95"><name>A</name><desc>clinic</desc></wpt><wpt lat="30.5" lon="116.9"><name>B</name></wpt></gpx>"""
TOPOJSON = {"type": "Topology", "transform": {"scale": [0.01, 0.01], "translate": [116.9, 30.5]},
            "arcs": [[[0, 0], [5, 0], [0, 5], [-5, -5]]],
            "objects": {"areas": {"type": "GeometryCollection", "geometries": [
                {"type": "Polygon", "arcs": [[0]], "properties": {"code": "340811", "name": "宜秀区"}},
                {"type": "Point", "coordinates": [3, 4], "properties": {"code": "x"}}]}}}  # fmt: skip


def raster(path: Path) -> None:
    with rasterio.open(path, "w", driver="GTiff", width=8, height=8, count=1, dtype="float32", crs="EPSG:4326", nodata=-1,
                       transform=Affine(0.05, 0, 116.8, 0, -0.05, 30.8)) as out:  # fmt: skip
        out.write(np.arange(64, dtype="float32").reshape(8, 8), 1)


SEEDS: dict[Format, dict[str, Write]] = {
    "csv": {
        "a.csv": lambda p: FRAME.to_csv(p, index=False),
        "b.csv": lambda p: p.write_bytes(FRAME.to_csv(index=False, sep=";").encode("gb18030")),
        "c.tsv": lambda p: p.write_bytes(FRAME.to_csv(index=False, sep="\t").encode("utf-16")),
    },
    "workbook": {
        "a.xlsx": lambda p: FRAME.to_excel(p, index=False),
        "b.xlsx": lambda p: FRAME.to_excel(p, index=False, startrow=2),
    },
    "gpkg": {"a.gpkg": lambda p: points().to_file(p), "b.gpkg": lambda p: shapes().to_file(p)},
    "geojson": {"a.geojson": lambda p: points().to_file(p), "b.geojson": lambda p: shapes().to_file(p)},
    "geojsonl": {"a.geojsonl": lambda p: points().to_file(p, driver="GeoJSONSeq")},
    "flatgeobuf": {"a.fgb": lambda p: shapes().to_file(p, driver="FlatGeobuf")},
    "shapefile": {"a.shp": lambda p: points().to_file(p, encoding="UTF-8")},
    "zip": {"a.zip": shapefile_zip, "b.zip": lambda p: zipped(p, "s.csv", FRAME.to_csv(index=False))},
    "kml": {"a.kml": lambda p: p.write_text(KML)},
    "kmz": {"a.kmz": lambda p: zipped(p, "doc.kml", KML)},
    "gpx": {"a.gpx": lambda p: p.write_text(GPX)},
    "topojson": {"a.topojson": lambda p: p.write_text(json.dumps(TOPOJSON))},
    "parquet": {"a.parquet": lambda p: shapes().to_parquet(p), "b.parquet": FRAME.to_parquet},
    "dataset": {"a.parquet": lambda p: shapes().to_parquet(p), "b.parquet": FRAME.to_parquet},
    "geotiff": {"a.tif": raster},
    "json": {
        "a.json": lambda p: p.write_text(FRAME.to_json(orient="records", force_ascii=False)),
        "b.json": lambda p: p.write_text(json.dumps({"340811": {"county": "宜秀区", "townships": {"大龙山镇": "340811100"}}})),
    },
}


def test_every_format_is_damaged() -> None:
    assert set(SEEDS) == set(get_args(Format))


@pytest.mark.parametrize("kind", SEEDS)
def test_a_damaged_file_is_read_or_refused(kind: Format, tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    for name, write in SEEDS[kind].items():
        write(tmp_path / "seeds" / name)
    done = subprocess.run(
        [sys.executable, SCRIPT, kind, tmp_path, str(SECONDS)], env=_environment(kind), capture_output=True, text=True,
        timeout=SECONDS * 3 + 240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"the reader died on {sorted((tmp_path / 'work').iterdir())}: {done.stderr[-2000:]}"
    *faults, _ = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    assert not faults, "\n".join(f"{f['file']}: {f['fault']}" for f in faults[:5])
