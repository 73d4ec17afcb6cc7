"""Population counts from points, cells, polygons and rasters."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import rasterio
import shapely
from pyproj import Transformer

from geoservice.errors import (
    BadValues,
    DuplicateKeys,
    EmptyFile,
    InputError,
    MissingColumn,
    TooLarge,
    UnreadableFile,
    WrongPlace,
)
from geoservice.ingest import Report
from geoservice.ingest.raster import MAX_PIXELS
from geoservice.project import Project
from geoservice.schema import TABLES

Load = Callable[..., Report]
POINTS = "id,lon,lat,population\na,116.95,30.6,12.5\nb,117.02,30.55,0\n"


def rows(project: Project) -> list[dict[str, Any]]:
    return project.read("population").to_pylist()


def shape(row: dict[str, Any]) -> shapely.Geometry:
    return shapely.from_wkb(row["geometry"])


def test_points_with_every_column(project: Project, areas: None, load: Load) -> None:
    load(
        "population",
        "p.csv",
        "格网编号,经度,纬度,常住人口,户数,人口误差,六岁以下,数据来源,年份\n0a,116.95,30.6,１2.5,4,2.5,1.5,统计局,2020\n"
        "0b,117.02,30.55,3,,,,,2020-11-01\n",
    )
    a, b = rows(project)
    assert shape(a).coords[:] == [(116.95, 30.6)]
    assert (a["id"], a["persons"], a["households"], a["persons_margin"], a["group_under_6"]) == ("0a", 12.5, 4, 2.5, 1.5)
    assert (a["source"], a["date"], b["date"]) == ("统计局", dt.date(2020, 1, 1), dt.date(2020, 11, 1))
    assert (b["households"], b["persons_margin"], b["group_under_6"], b["source"]) == (None, None, 0, None)
    assert project.read("population").schema.equals(TABLES["population"].arrow(("under_6",)))


def test_rows_without_ids_are_numbered_and_groups_are_optional(project: Project, areas: None, load: Load) -> None:
    report = load("population", "p.csv", "lon,lat,pop_total\n116.95,30.6,5\n117.02,30.55,6\n")
    assert [r["id"] for r in rows(project)] == ["2", "3"]
    assert report.mapping["persons"] == "pop_total"
    assert any("row in the file" in n for n in report.notes)
    assert project.read("population").schema.equals(TABLES["population"].arrow())


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "parquet", "shp", "csv", "xlsx"])
def test_polygons_from_every_format(project: Project, areas: None, load: Load, tmp_path: Path, suffix: str) -> None:
    cells = [shapely.box(116.95, 30.6, 116.96, 30.61), shapely.box(116.96, 30.6, 116.97, 30.61)]
    frame = gpd.GeoDataFrame({"cell": ["x1", "x2"], "population": [7, 9]}, geometry=cells, crs="EPSG:4326")
    path = tmp_path / f"grid.{suffix}"
    if suffix == "parquet":
        frame.to_parquet(path)
    elif suffix in {"csv", "xlsx"}:
        text = pd.DataFrame({**frame.drop(columns="geometry"), "wkt": frame.geometry.to_wkt()})
        text.to_csv(path, index=False) if suffix == "csv" else text.to_excel(path, index=False)
    else:
        frame.to_crs("EPSG:4547").to_file(path) if suffix != "geojson" else frame.to_file(path)
    load("population", path.name)
    assert [(r["id"], r["persons"]) for r in rows(project)] == [("x1", 7), ("x2", 9)]
    assert all(shape(r).symmetric_difference(c).area < 1e-9 for r, c in zip(rows(project), cells, strict=True))


@pytest.mark.parametrize("header", ["h3", "hex", "h3_id", "hex_id", "id"])
def test_h3_cells_become_hexagons(project: Project, areas: None, load: Load, header: str) -> None:
    cells = [h3.latlng_to_cell(30.6, 116.95, 9), h3.latlng_to_cell(30.55, 117.02, 8)]
    body = "".join(f"{c},{i + 1},116.95,30.6\n" for i, c in enumerate(cells))
    report = load("population", "p.csv", f"{header},population,lon,lat\n{body}")
    found = {r["id"]: shape(r) for r in rows(project)}
    assert set(found) == set(cells)
    assert found[cells[0]].contains(shapely.Point(116.95, 30.6))
    assert len(found[cells[0]].exterior.coords) == 7
    assert any("--map h3=" in n for n in report.notes) == (header == "id")


def test_h3_cells_as_numbers_and_as_points_on_demand(project: Project, areas: None, load: Load) -> None:
    cell = h3.latlng_to_cell(30.6, 116.95, 9)
    load("population", "n.csv", f"h3,population\n{h3.str_to_int(cell)},5\n")
    load("population", "p.csv", f"id,population,lon,lat\n{cell},5,116.95,30.6\n", mapping={"h3": ""})
    assert sorted(shape(r).geom_type for r in rows(project)) == ["Point", "Polygon"]


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("id,lon,lat,population\na,116.95,30.6,-1\n", BadValues, "out of range"),
        ("id,lon,lat,population\na,116.95,30.6,\n", BadValues, "empty"),
        ("id,lon,lat,population\na,116.95,30.6,1\na,116.96,30.6,1\n", DuplicateKeys, "duplicate key"),
        ("id,lon,lat\na,116.95,30.6\n", MissingColumn, "persons"),
        ("id,population\na,5\n", MissingColumn, "lon"),
        ("h3,population\n89nonsense,5\n", BadValues, "an H3 cell"),
        ("id,lon,lat,population\na,10,50,5\n", WrongPlace, "outside every area"),
        ("id,lon,lat,population\na,30.6,116.95,5\n", WrongPlace, "swapped"),
        (
            'id,wkt,population\na,"POLYGON((117 30.6,117.1 30.7,117.1 30.6,117 30.7,117 30.6))",5\n',
            InputError,
            "invalid polygon",
        ),
    ],
)
def test_wrong_values_are_errors(
    project: Project, areas: None, load: Load, body: str, kind: type[InputError], text: str
) -> None:
    with pytest.raises(kind, match=text):
        load("population", "p.csv", body)
    assert project.vintages("population") == []


def test_units_outside_the_areas_are_noted(project: Project, areas: None, load: Load) -> None:
    report = load("population", "p.csv", POINTS + "".join(f"f{i},10,50,5\n" for i in range(9)))
    assert any("9 of 11 units are outside every area" in n for n in report.notes)


def test_population_groups_are_floats_on_both_loads(project: Project, areas: None, load: Load) -> None:
    load("population", "a.csv", POINTS)
    load("population", "b.csv", "id,lon,lat,population,under_6\nc,116.95,30.6,9,0.25\n")
    assert [r["group_under_6"] for r in rows(project)] == [0, 0, 0.25]
    load("population", "b.csv", "id,lon,lat,population,under_6\nc,116.95,30.6,9,0.75\n")
    assert project.vintages("population")[-1].changed == 1


MOLLWEIDE = "ESRI:54009"


def tiff(path: Path, crs: str | None, values: np.ndarray, left: float, top: float, side: float, **more: Any) -> Path:
    bands = values if values.ndim == 3 else values[None]
    profile = {"driver": "GTiff", "height": bands.shape[1], "width": bands.shape[2], "count": len(bands), "dtype": bands.dtype}
    with rasterio.open(path, "w", crs=crs, transform=rasterio.Affine(side, 0, left, 0, -side, top), **profile, **more) as out:
        out.write(bands)
    return path


def test_pixels_with_people_are_read_as_cells(project: Project, areas: None, load: Load, tmp_path: Path) -> None:
    values = np.array([[0, 1.5, np.nan], [2.25, -99999, 7]], np.float32)
    tiff(tmp_path / "worldpop.tif", "EPSG:4326", values, 116.95, 30.61, 0.001, nodata=-99999)
    report = load("population", "worldpop.tif")
    found = {r["id"]: r for r in rows(project)}
    assert {k: r["persons"] for k, r in found.items()} == {"r0_c1": 1.5, "r1_c0": 2.25, "r1_c2": 7}
    assert shape(found["r1_c2"]).bounds == pytest.approx((116.952, 30.608, 116.953, 30.609))
    assert report.format == "geotiff"
    assert any("3 of 6 pixels" in n and "2 hold no data" in n for n in report.notes)


def test_pixels_outside_the_areas_box_are_not_read(project: Project, areas: None, load: Load, tmp_path: Path) -> None:
    values = np.ones((1, 2000), np.uint8)
    tiff(tmp_path / "strip.tif", "EPSG:4326", values, 110, 30.6005, 0.01)
    load("population", "strip.tif")
    lon = [shape(r).centroid.x for r in rows(project)]
    west, east = 116.9, 117.1
    assert west - 0.011 < min(lon) < max(lon) < east + 0.011
    assert len(lon) in range(19, 24)


def test_mollweide_cells_are_transformed_corner_by_corner(project: Project, areas: None, load: Load, tmp_path: Path) -> None:
    there = Transformer.from_crs("EPSG:4326", MOLLWEIDE, always_xy=True)
    x, y = (round(v, -2) for v in there.transform(116.95, 30.6))
    tiff(tmp_path / "ghs.tif", MOLLWEIDE, np.array([[3, 0], [0, 5]], np.float64), x, y, 100, nodata=-200)
    load("population", "ghs.tif")
    first, second = rows(project)
    assert (first["id"], second["id"]) == ("r0_c0", "r1_c1")
    corners = [(x, y), (x + 100, y), (x + 100, y - 100), (x, y - 100)]
    expected = shapely.Polygon([there.transform(*c, direction="INVERSE") for c in corners])
    assert shape(first).symmetric_difference(expected).area < 1e-12
    assert sum(r["persons"] for r in rows(project)) == 8


def test_unusable_rasters_are_errors(project: Project, areas: None, load: Load, tmp_path: Path) -> None:
    one = np.ones((2, 2), np.uint8)
    tiff(tmp_path / "far.tif", "EPSG:4326", one, 10, 50, 0.01)
    with pytest.raises(WrongPlace, match=r"far\.tif: the raster does not meet the areas"):
        load("population", "far.tif")
    tiff(tmp_path / "empty.tif", "EPSG:4326", one * 0, 116.95, 30.6, 0.01)
    with pytest.raises(EmptyFile, match="no pixel"):
        load("population", "empty.tif")
    tiff(tmp_path / "fine.tif", "EPSG:4326", np.ones((2500, 2500), np.uint8), 116.9, 30.7, 0.00008)
    with pytest.raises(TooLarge, match=f"allowed are {MAX_PIXELS:,}"):
        load("population", "fine.tif")
    tiff(tmp_path / "two.tif", "EPSG:4326", np.array([one, 2 * one]), 116.95, 30.6, 0.01)
    with pytest.raises(InputError, match="2 bands"):
        load("population", "two.tif")
    assert load("population", "two.tif", layer="2", dry_run=True).layer == "band 2"
    tiff(tmp_path / "bare.tif", None, one, 116.95, 30.6, 0.01)
    with pytest.raises(InputError, match="states no CRS"):
        load("population", "bare.tif")
    assert load("population", "bare.tif", crs="EPSG:4326", dry_run=True).rows_accepted == 4
    with pytest.raises(UnreadableFile, match="population only"):
        load("stations", "two.tif")
    with pytest.raises(UnreadableFile, match="another format"):
        load("population", "text.tif", "no raster")
    with pytest.raises(UnreadableFile, match="damaged"):
        load("population", "cut.tif", (tmp_path / "two.tif").read_bytes()[:30])


def test_a_raster_needs_areas(load: Load, tmp_path: Path) -> None:
    tiff(tmp_path / "p.tif", "EPSG:4326", np.ones((2, 2), np.uint8), 116.95, 30.6, 0.01)
    with pytest.raises(InputError, match="import areas"):
        load("population", "p.tif")


@pytest.mark.reference
def test_porto_alegre_keeps_all_its_people(project: Project, load: Load, reference: Path, tmp_path: Path) -> None:
    load("population", "poa.csv", (reference / "porto_alegre" / "poa_hexgrid.csv").read_bytes())
    table = project.read("population")
    assert pa.compute.sum(table["persons"]).as_py() == 812_935
    assert {shape(r).geom_type for r in table.slice(0, 20).to_pylist()} == {"Polygon"}


@pytest.mark.reference
def test_the_grid_of_helsinki(project: Project, load: Load, reference: Path) -> None:
    grid = "helsinki_population_grid_2020.gpkg"
    load("population", grid, (reference / "helsinki_grid" / grid).read_bytes())
    assert project.read("population").num_rows == 92
