"""Planes fitted to control points, and datums by stated parameters."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from coordinate_file import HERE, file, noted, points, shifted
from pyproj import Transformer

from geoservice.errors import BadValues, InputError, MissingColumn, ParameterError
from geoservice.geo import Floats, haversine_m
from geoservice.ingest import Report
from geoservice.ingest.control_points import ControlFit, fit_plane
from geoservice.ingest.crs import parse_crs, to_wgs84
from geoservice.project import Project

Load = Callable[..., Report]
BEIJING_54 = (
    "+proj=tmerc +lat_0=0 +lon_0=117 +k=1 +x_0=500000 +ellps=krass +towgs84=15.8,-154.4,-82.3,0.1,-0.2,0.3,1.5 +units=m"
)
XIAN_80 = "+proj=tmerc +lat_0=0 +lon_0=117 +k=1 +x_0=39500000 +a=6378140 +b=6356755.288 +towgs84=-100,60,50 +units=m"


def county(n: int, seed: int = 3) -> tuple[Floats, Floats]:
    """Return WGS 84 degrees of points over a county 60 km wide."""
    random = np.random.default_rng(seed)
    return random.uniform(116.7, 117.3, n), random.uniform(30.4, 30.9, n)


def in_plane(crs: str, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
    return np.asarray(x), np.asarray(y)


def names(n: int) -> list[str]:
    return [f"P{i}" for i in range(n)]


def off_m(fit: ControlFit, crs: str) -> float:
    """Return the largest distance in metres between places read by a fit and their true ones."""
    lon, lat = county(500, 8)
    return float(haversine_m(lon, lat, *to_wgs84(fit.crs, *in_plane(crs, lon, lat))).max())


@pytest.mark.parametrize("crs", [BEIJING_54, XIAN_80, "EPSG:4548", "EPSG:32650"])
@pytest.mark.parametrize("n", [4, 12])
def test_a_plane_is_found_from_a_few_points(crs: str, n: int) -> None:
    lon, lat = county(n)
    fit = fit_plane(*in_plane(crs, lon, lat), lon, lat, names(n))
    assert off_m(fit, crs) < 0.3
    assert fit.rms_m < 0.3
    if crs == BEIJING_54:
        assert fit.method == "similarity"
        assert fit.scale == pytest.approx(1, abs=2e-5)


def test_exchanged_axes_a_town_grid_and_an_affine_map() -> None:
    lon, lat = county(8)
    east, north = in_plane("EPSG:4548", lon, lat)
    exchanged = fit_plane(north, east, lon, lat, names(8))
    there = to_wgs84(exchanged.crs, north, east)
    assert haversine_m(lon, lat, *there).max() < 0.01
    angle = np.radians(2)
    x = 3000 + np.cos(angle) * (east - 500_000) - np.sin(angle) * (north - 3_390_000)
    y = 5000 + np.sin(angle) * (east - 500_000) + np.cos(angle) * (north - 3_390_000)
    turned = fit_plane(x, y, lon, lat, names(8))
    assert turned.turn_degrees == pytest.approx(-2, abs=1e-6)
    assert haversine_m(lon, lat, *to_wgs84(turned.crs, x, y)).max() < 0.01
    stretched = fit_plane(x * 1.01, y, lon, lat, names(8))
    assert stretched.method == "affine"
    assert haversine_m(lon, lat, *to_wgs84(stretched.crs, x * 1.01, y)).max() < 0.01


def test_errors_of_measurement_stay_residuals() -> None:
    lon, lat = county(20)
    x, y = in_plane(BEIJING_54, lon, lat)
    random = np.random.default_rng(1)
    fit = fit_plane(x + random.normal(0, 1, 20), y + random.normal(0, 1, 20), lon, lat, names(20))
    assert 0.7 < fit.rms_m < 2
    assert off_m(fit, BEIJING_54) < 1.5
    assert len(fit.residuals_m) == len(fit.names) == 20


def test_too_few_points_points_on_a_line_and_degrees_are_refused() -> None:
    lon, lat = county(2)
    with pytest.raises(InputError, match="2 control points; at least 3"):
        fit_plane(*in_plane(BEIJING_54, lon, lat), lon, lat, names(2))
    lon, lat = np.linspace(116.7, 117.3, 6), np.linspace(30.4, 30.9, 6)
    with pytest.raises(InputError, match="on a line"):
        fit_plane(*in_plane(BEIJING_54, lon, lat), lon, lat, names(6))
    lon, lat = county(6)
    with pytest.raises(InputError, match="are degrees"):
        fit_plane(lon, lat, lon, lat, names(6))


def test_a_wrong_point_is_named() -> None:
    lon, lat = county(6)
    x, y = in_plane(BEIJING_54, lon, lat)
    x[4] += 90
    with pytest.raises(InputError, match=r"control point P4 is (8\d|9\d) m from where the others place it; allowed are 10 m"):
        fit_plane(x, y, lon, lat, names(6))
    with pytest.raises(InputError, match=r"do not fit"):  # the scale of web Mercator changes with the latitude
        fit_plane(*in_plane("EPSG:3857", lon, lat), lon, lat, names(6))
    random = np.random.default_rng(2)
    with pytest.raises(InputError, match=r"do not fit: the residual of point P\d is \d+ m"):
        fit_plane(x + random.normal(0, 500, 6), y, lon, lat, names(6))


def table(header: str, *columns: Any) -> str:
    rows = [",".join(str(v) for v in row) for row in zip(*columns, strict=True)]
    return "\n".join([header, *rows]) + "\n"


@pytest.mark.parametrize(
    "header", ["点名,x,y,lon,lat", "点号,横坐标,纵坐标,经度,纬度", "name,easting,northing,known_x,known_y"]
)
def test_stations_are_read_by_control_points(load: Load, project: Project, areas: None, tmp_path: Path, header: str) -> None:
    lon, lat = county(6)
    control = tmp_path / "control.csv"
    control.write_text(table(header, names(6), *in_plane(BEIJING_54, lon, lat), lon, lat), encoding="utf-8")
    x, y = in_plane(BEIJING_54, np.array([HERE[0]]), np.array([HERE[1]]))
    content = file(["横坐标", "纵坐标"], (x[0], y[0]))
    report = load("stations", "s.csv", content, control_points=control, dry_run=True)
    assert noted(report, "6 control points", "similarity", "P5 0.0")
    assert report.crs == "control points control.csv"
    load("stations", "s.csv", content, control_points=control)
    assert np.allclose(points(project), HERE, atol=3e-6)
    assert load("stations", "s.csv", content, control_points=control).already_loaded


def test_known_points_may_be_in_any_crs(load: Load, project: Project, areas: None, tmp_path: Path) -> None:
    lon, lat = county(5)
    x, y = in_plane(XIAN_80, lon, lat)
    control = tmp_path / "control.csv"
    control.write_text(table("x,y,X,Y", x, y, *in_plane("EPSG:4527", lon, lat)))
    east, north = in_plane(XIAN_80, np.array([HERE[0]]), np.array([HERE[1]]))
    content = file(["x", "y"], (east[0], north[0]))
    load("stations", "s.csv", content, control_points=control, crs="EPSG:4527")
    assert np.allclose(points(project), HERE, atol=3e-6)
    gcj = np.array([shifted("gcj02", *p) for p in zip(lon, lat, strict=True)])
    control.write_text(table("x,y,lon,lat", x, y, *gcj.T))
    load("stations", "t.csv", content.replace('"1"', '"2"'), control_points=control, crs="gcj02")
    assert np.allclose(points(project), [HERE] * 2, atol=3e-5)


def test_polygons_are_read_by_control_points(load: Load, project: Project, places: Any, tmp_path: Path) -> None:
    lon, lat = county(5)
    control = tmp_path / "control.csv"
    control.write_text(table("x,y,lon,lat", *in_plane(BEIJING_54, lon, lat), lon, lat))
    true = shapely.box(116.9, 30.5, 117.0, 30.6)
    flat = shapely.transform(true, lambda p: np.column_stack(in_plane(BEIJING_54, p[:, 0], p[:, 1])))
    feature = ({"code": "340811", "name": "宜秀区", "level": "county"}, shapely.geometry.mapping(flat))
    load("areas", "a.geojson", places(feature), control_points=control)
    loaded = shapely.from_wkb(project.read("areas").column("geometry").to_pylist()[0])
    assert loaded.hausdorff_distance(true) < 3e-6


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("x,y\n1,2\n", MissingColumn, r"no column matches \['lon', 'lat'\]"),
        ("x,y,lon,lat\n500000,3400000,117,30.6\nabc,3400000,117,30.7\n", BadValues, "row 3, column x: not a coordinate"),
        ("x,y,lon,lat\n500000,3400000,117,30.6\n", InputError, "control.csv: 1 control points; at least 3"),
        ("x,y,lon,lat\n500000,3400000,500000,3400000\n", InputError, "not on Earth"),
    ],
)
def test_a_bad_file_of_control_points_is_refused(
    load: Load, areas: None, tmp_path: Path, content: str, error: type[InputError], message: str
) -> None:
    control = tmp_path / "control.csv"
    control.write_text(content)
    with pytest.raises(error, match=message):
        load("stations", "s.csv", file(["x", "y"], (500000, 3400000)), control_points=control)


@pytest.mark.parametrize("text", ["EPSG:2437+towgs84=15.8,-154.4,-82.3", "2437 towgs84 = 15.8 -154.4 -82.3"])
def test_parameters_follow_the_code(text: str) -> None:
    proj = "+proj=tmerc +lat_0=0 +lon_0=120 +k=1 +x_0=500000 +ellps=krass +towgs84=15.8,-154.4,-82.3"
    x, y = np.array([480_000.0]), np.array([3_400_000.0])
    assert haversine_m(*to_wgs84(parse_crs(text), x, y), *to_wgs84(proj, x, y))[0] < 1e-3


def test_seven_parameters_are_a_position_vector() -> None:
    seven = "15.8,-154.4,-82.3,0.1,-0.2,0.3,1.5"
    proj = f"+proj=longlat +ellps=krass +towgs84={seven}"
    x, y = np.array([117.0]), np.array([30.6])
    assert haversine_m(*to_wgs84(parse_crs(f"EPSG:4214+towgs84={seven}"), x, y), *to_wgs84(proj, x, y))[0] < 1e-3


@pytest.mark.parametrize("numbers", ["1,2", "1,2,3,4,5,6,7,8"])
def test_other_numbers_of_parameters_are_refused(numbers: str) -> None:
    with pytest.raises(ParameterError, match=r"3 \(dx,dy,dz in metres\) or 7"):
        parse_crs(f"EPSG:4214+towgs84={numbers}")


@pytest.mark.parametrize(
    ("crs", "lon", "datum"),
    [
        ("EPSG:2437", 119.5, "Beijing 1954"),
        ("EPSG:4610", 117.0, "Xian 1980"),
        ("EPSG:2363", 117.0, "Xian 1980"),
        ("EPSG:4548", 117.0, ""),
    ],
)
def test_an_old_datum_without_parameters_is_noted(load: Load, crs: str, lon: float, datum: str) -> None:
    x, y = in_plane(crs, np.array([lon]), np.array([30.6]))
    report = load("stations", "s.csv", file(["x", "y"], (x[0], y[0])), crs=crs)
    assert noted(report, "has no public parameters", "150 m", "--control-points") == bool(datum)
    assert not datum or noted(report, datum)
