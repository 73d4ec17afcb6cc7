"""CRS that a file states by headers, columns, titles or its name."""

from collections.abc import Callable
from typing import Any

import pytest
from coordinate_file import ELSEWHERE, HERE, file, noted, points, shifted
from openpyxl import Workbook

from geoservice.errors import InputError, WrongPlace
from geoservice.ingest import Report
from geoservice.project import Project

Load = Callable[..., Report]


@pytest.mark.parametrize(
    ("lon", "lat", "datum"),
    [
        ("高德经度", "高德纬度", "gcj02"),
        ("经度(高德)", "纬度(高德)", "gcj02"),
        ("amap_lng", "amap_lat", "gcj02"),
        ("经度_gcj02", "纬度_gcj02", "gcj02"),
        ("GCJ-02 经度", "GCJ-02 纬度", "gcj02"),
        ("火星坐标经度", "火星坐标纬度", "gcj02"),
        ("腾讯地图经度", "腾讯地图纬度", "gcj02"),
        ("百度经度", "百度纬度", "bd09"),
        ("bd09_lng", "bd09_lat", "bd09"),
        ("经度(百度)", "纬度(百度)", "bd09"),
    ],
)
def test_a_header_proposes_a_shifted_datum(load: Load, project: Project, areas: None, lon: str, lat: str, datum: str) -> None:
    report = load("stations", "s.csv", file([lon, lat], shifted(datum, *HERE)))
    assert points(project) == [HERE]
    assert report.crs == datum
    assert noted(report, f"column {lon} says", f"read as {datum}", "--crs EPSG:4326")


@pytest.mark.parametrize("header", ["高德坐标", "gcj02", "坐标（火星坐标系）", "腾讯经纬度"])
def test_pairs_under_a_header_with_a_datum(load: Load, project: Project, areas: None, header: str) -> None:
    lon, lat = shifted("gcj02", *HERE)
    assert load("stations", "s.csv", file([header], (f"{lat!r},{lon!r}",))).crs == "gcj02"
    assert points(project) == [HERE]


@pytest.mark.parametrize(
    ("lon", "lat"),
    [("GPS经度", "GPS纬度"), ("wgs84_lon", "wgs84_lat"), ("天地图经度", "天地图纬度"), ("CGCS2000经度", "CGCS2000纬度")],
)
def test_a_header_that_says_wgs84_is_trusted(load: Load, project: Project, areas: None, lon: str, lat: str) -> None:
    report = load("stations", "gcj02.csv", file([lon, lat], HERE))
    assert points(project) == [HERE]
    assert report.crs == "EPSG:4326"
    assert noted(report, f"column {lon} says WGS 84")


def test_the_crs_option_overrides_the_header(load: Load, project: Project, areas: None) -> None:
    report = load("stations", "s.csv", file(["高德经度", "高德纬度"], HERE), crs="EPSG:4326")
    assert points(project) == [HERE]
    assert noted(report, "高德经度 says GCJ-02; read as EPSG:4326 as requested")


@pytest.mark.parametrize(
    "others", [("高德经度", "高德纬度"), ("经度", "纬度"), ("百度经度", "百度纬度")], ids=["gcj02", "unnamed", "bd09"]
)
@pytest.mark.parametrize("first", [True, False])
def test_the_wgs84_pair_of_two_is_read(load: Load, project: Project, areas: None, others: tuple[str, str], first: bool) -> None:
    ours, theirs = ("GPS经度", "GPS纬度"), others
    headers, row = ([*theirs, *ours], [*ELSEWHERE, *HERE]) if first else ([*ours, *theirs], [*HERE, *ELSEWHERE])
    report = load("stations", "s.csv", file(headers, row))
    assert points(project) == [HERE]
    assert report.crs == "EPSG:4326"
    assert others == ("经度", "纬度") or noted(report, f"columns {', '.join(others)}", "were not used", "GPS经度, GPS纬度")


def test_a_pair_never_mixes_two_datums(load: Load, project: Project, areas: None) -> None:
    lon, lat = shifted("gcj02", *HERE)
    load("stations", "s.csv", file(["GPS经度", "高德经度", "高德纬度"], (117.03, lon, lat)))
    assert points(project) == [HERE]
    with pytest.raises(InputError, match=r"no column matches \['lon', 'lat'\]"):
        load("stations", "s.csv", file(["GPS经度", "高德纬度"], HERE))


def test_a_stated_longitude_determines_its_latitude(load: Load, project: Project, areas: None) -> None:
    lon, lat = shifted("bd09", *HERE)
    headers = ["经度", "纬度", "百度经度", "百度纬度"]
    report = load("stations", "s.csv", file(headers, (*ELSEWHERE, lon, lat)), mapping={"lon": "百度经度"})
    assert report.mapping["lat"] == "百度纬度"
    assert points(project) == [HERE]


@pytest.mark.parametrize("name", ["高德POI_医院.csv", "stations_gcj02.csv", "wgs84转gcj02.csv"])
def test_the_name_of_a_file_proposes_a_datum(load: Load, project: Project, areas: None, name: str) -> None:
    report = load("stations", name, file(["lon", "lat"], shifted("gcj02", *HERE)))
    assert points(project) == [HERE]
    assert noted(report, "the file's name says GCJ-02")


def test_a_line_above_the_header_and_a_sheet_propose_a_datum(load: Load, project: Project, areas: None, tmp_path: Any) -> None:
    lon, lat = shifted("bd09", *HERE)
    content = "服务站名册（百度坐标）\n" + file(["经度", "纬度"], (lon, lat))
    assert load("stations", "s.csv", content).crs == "bd09"
    book = Workbook()
    book.active.title = "百度地图"
    book.active.append(["id", "name", "tier", "services", "经度", "纬度"])
    book.active.append(["2", "S2", "village", "care", lon, lat])
    book.save(tmp_path / "s.xlsx")
    assert load("stations", "s.xlsx").crs == "bd09"
    assert points(project) == [HERE] * 2


def test_a_column_that_names_the_datum_of_each_row(load: Load, project: Project, areas: None) -> None:
    lon, lat = shifted("gcj02", *HERE)
    report = load("stations", "s.csv", file(["经度", "纬度", "坐标系"], (lon, lat, "GCJ-02"), (lon, lat, "火星坐标系")))
    assert points(project) == [HERE] * 2
    assert noted(report, "column 坐标系 says GCJ-02")
    with pytest.raises(InputError, match="column 经纬度来源: its rows have several datums"):
        load("stations", "s.csv", file(["经度", "纬度", "经纬度来源"], (lon, lat, "高德"), (*HERE, "GPS")))


def test_the_file_name_of_geojson_may_state_a_datum(load: Load, project: Project, areas: None, places: Any) -> None:
    feature = {"id": "1", "name": "A", "tier": "village", "services": "care"}
    point = {"type": "Point", "coordinates": [*shifted("gcj02", *HERE)]}
    assert load("stations", "poi_gcj02.geojson", places((feature, point))).crs == "gcj02"
    assert points(project) == [HERE]


def test_wrongly_shifted_coordinates_are_diagnosed(load: Load, box: Any, places: Any) -> None:
    near = box(116.949, 30.599, 116.951, 30.601)
    load("areas", "a.geojson", places(({"code": "1", "name": "n", "level": "village"}, near)))
    with pytest.raises(WrongPlace, match="they look like WGS 84: read them with --crs EPSG:4326"):
        load("stations", "s.csv", file(["高德经度", "高德纬度"], HERE, HERE))
