"""The shapes of closures' files: formats, coordinate systems, and faults that name file, row and value."""

import json
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely

from geoservice.errors import BadGeometry, InputError, StudyError, UnreadableFile
from geoservice.geo import Objects
from geoservice.ingest.closure_shapes import closure_shapes
from geoservice.ingest.crs import wgs84_to_gcj02
from geoservice.study import Study

FLOOD = shapely.Polygon([(117.0, 30.5), (117.01, 30.5), (117.01, 30.51)])
ROAD = shapely.LineString([(117.0, 30.52), (117.01, 30.53)])


def read(study: Study, home: Path, file: str, **keys: Any) -> Objects:
    title = {"zh": "洪水", "en": "Flood"}
    closed = Study.model_validate({**study.model_dump(), "closures": [{"id": "flood", "title": title, "file": file, **keys}]})
    return closure_shapes(closed, home, None, 60, 2048)["flood"]


def geojson(path: Path, *geometries: Any) -> None:
    features = [{"type": "Feature", "properties": {"n": i}, "geometry": g} for i, g in enumerate(geometries)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "crs"),
    [("flood.geojson", "EPSG:4326"), ("flood.gpkg", "EPSG:4547"), ("flood.gpkg", "EPSG:4490"), ("flood.fgb", "EPSG:3857")],
)
def test_files_of_any_crs_become_degrees(study: Study, tmp_path: Path, name: str, crs: str) -> None:
    geopandas.GeoDataFrame({"n": [1, 2]}, geometry=[FLOOD, ROAD], crs="EPSG:4326").to_crs(crs).to_file(tmp_path / name)
    shapes = np.array(sorted(read(study, tmp_path, name), key=lambda s: -s.area), object)  # FlatGeobuf has an order of its own
    assert [s.geom_type for s in shapes] == ["Polygon", "LineString"]
    assert shapely.equals_exact(shapes, np.array([FLOOD, ROAD], object), 1e-7).all()


def test_a_layer_in_a_folder_below(study: Study, tmp_path: Path) -> None:
    (tmp_path / "drawn").mkdir()
    for layer, shape in (("summer", FLOOD), ("winter", ROAD)):
        frame = geopandas.GeoDataFrame(geometry=[shape], crs="EPSG:4326")
        frame.to_file(tmp_path / "drawn" / "closures.gpkg", layer=layer, driver="GPKG")
    assert read(study, tmp_path, "drawn/closures.gpkg", layer="winter")[0].equals(ROAD)
    with pytest.raises(InputError, match=r"study\.toml: closures\.flood\.file: closures\.gpkg: there are 2 layers; .*summer"):
        read(study, tmp_path, "drawn/closures.gpkg")


def test_shapes_drawn_on_a_chinese_map(study: Study, tmp_path: Path) -> None:
    shifted = shapely.transform(ROAD, lambda xy: np.column_stack(wgs84_to_gcj02(xy[:, 0], xy[:, 1])))
    geojson(tmp_path / "flood.geojson", shapely.geometry.mapping(shifted))
    assert read(study, tmp_path, "flood.geojson", crs="gcj02")[0].equals_exact(ROAD, 1e-8)
    assert not read(study, tmp_path, "flood.geojson")[0].equals_exact(ROAD, 1e-3)


BOW = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]}
LINE = {"type": "LineString", "coordinates": [[1, 1], [2, 2]]}


@pytest.mark.parametrize(
    ("geometries", "message"),
    [
        ([LINE, {"type": "Point", "coordinates": [1, 2]}], "row 3: geometry: it is a Point, allowed are polygons and lines"),
        ([LINE, LINE, BOW], r"row 4: geometry: it is not valid: Self-intersection"),
        ([{"type": "LineString", "coordinates": [[30, 117], [31, 118]]}], "row 2: geometry: it lies between 30 117 and 31 118"),
        ([LINE, None], "row 3: geometry: it cannot be read"),
    ],
)
def test_a_bad_shape_is_named(study: Study, tmp_path: Path, geometries: Any, message: str) -> None:
    geojson(tmp_path / "flood.geojson", *geometries)
    with pytest.raises(BadGeometry, match=r"^study\.toml: closures\.flood\.file: flood\.geojson: " + message):
        read(study, tmp_path, "flood.geojson")


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("none.geojson", None, UnreadableFile, r"none\.geojson: the file does not exist"),
        ("flood.geojson", "not a map", UnreadableFile, r"flood\.geojson: the name says geojson"),
        ("flood.csv", "a,b\n1,2\n", UnreadableFile, r"flood\.csv: it is a table or a raster; allowed are GeoJSON"),
        ("flood.dwg", "x", UnreadableFile, r"flood\.dwg: suffix '\.dwg' is not supported"),
    ],
)
def test_a_bad_file_is_named(study: Study, tmp_path: Path, name: str, content: str | None, error: Any, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(error, match=r"^study\.toml: closures\.flood\.file: " + message):
        read(study, tmp_path, name)


def test_an_unknown_crs_is_named(study: Study, tmp_path: Path) -> None:
    geojson(tmp_path / "flood.geojson", LINE)
    with pytest.raises(StudyError, match=r"^study\.toml: closures\.flood\.crs: got 'mars', allowed are EPSG"):
        read(study, tmp_path, "flood.geojson", crs="mars")


def test_closures_without_files_need_no_reading(study: Study, tmp_path: Path) -> None:
    assert closure_shapes(study, tmp_path, None, 60, 2048) == {}
