"""Coordinates of imported stations: spelling, axis order, CRS, and rejected values."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from coordinate_file import ELSEWHERE, HERE, Point, file, noted, points

from geoservice.errors import BadValues, InputError, WrongPlace
from geoservice.ingest import Report
from geoservice.project import Project

Load = Callable[..., Report]


# Spelling


def test_angles_and_numbers_in_one_column(load: Load, project: Project, areas: None) -> None:
    rows = [("116°57′00″E", "30°36′N"), ("116.95", "30.6"), ("东经116.95°", "北纬30度36分"), ("１１６．９５", "30,6")]
    load("stations", "s.csv", file(["经度", "纬度"], *rows))
    assert points(project) == [HERE] * 4


def test_a_comma_is_a_decimal_mark_not_a_thousands_separator(load: Load, project: Project, areas: None) -> None:
    load("stations", "s.csv", file(["lon", "lat"], ("116,950", "30,600"), ("116,95", "30,6")))
    assert points(project) == [HERE] * 2


@pytest.mark.parametrize(
    ("lon", "lat", "column", "reason"),
    [
        ("116°75′", "30.6", "经度", "minutes must be below 60, got '116°75′'"),
        ("116.95", "W30.6", "纬度", "a longitude in the column of latitudes, got 'W30.6'"),
        ("116 57", "30.6", "经度", "two numbers without units"),
        ("116.95", "30.6.1", "纬度", "not a coordinate, got '30.6.1'"),
        ("", "30.6", "经度", "empty"),
    ],
)
def test_an_invalid_angle_is_rejected_with_row_column_and_value(
    load: Load, areas: None, lon: str, lat: str, column: str, reason: str
) -> None:
    with pytest.raises(BadValues, match=rf"row 3, column {column}: {reason}.*allowed: decimal degrees"):
        load("stations", "s.csv", file(["经度", "纬度"], HERE, (lon, lat)))


def test_messages_about_households_hold_no_coordinate(load: Load, areas: None) -> None:
    with pytest.raises(InputError, match=r"row 2, column 经度: minutes must be below 60, got \(in") as caught:
        load("households", "h.csv", "户编号,经度,纬度,人口,六岁以下\n1,116°75′,30.6,1,0\n2,116.95,30.6,1,0\n")
    assert "75′" not in str(caught.value)


def test_minutes_in_a_separate_column_are_an_error(load: Load, areas: None) -> None:
    content = file(["经度(度)", "经度(分)", "纬度(度)", "纬度(分)"], (116, 57, 30, 36))
    with pytest.raises(InputError, match=r"经度\(分\).*separate columns"):
        load("stations", "s.csv", content)


# Pairs in one column


@pytest.mark.parametrize("header", ["坐标", "经纬度", "location", "coordinates", "LatLng", "位置坐标", "经纬度坐标"])
@pytest.mark.parametrize("text", ["116.95,30.6", "30.6 116.95", "(30.6, 116.95)", "N30°36′ E116°57′", "116.95;30.6"])
def test_pairs_in_one_column(load: Load, project: Project, areas: None, header: str, text: str) -> None:
    report = load("stations", "s.csv", file([header], (text,)))
    assert points(project) == [HERE]
    assert report.mapping["coordinates"] == header


def test_the_order_and_its_reason_are_noted(load: Load, areas: None) -> None:
    report = load("stations", "s.csv", file(["坐标"], ("30.6,116.95",)))
    assert noted(report, "read as lat,lon", "the second number is beyond 90", "--map 'lon,lat=坐标'")


def test_a_row_in_the_other_order_is_rejected(load: Load, areas: None) -> None:
    with pytest.raises(BadValues, match=r"row 4, column 坐标: a latitude beyond 90: the other rows are lon,lat"):
        load("stations", "s.csv", file(["坐标"], ("116.95,30.6",), ("116.95,30.6",), ("30.6,116.95",)))


def test_an_ambiguous_order_is_an_error(load: Load, project: Project) -> None:
    content = file(["position"], ("24.94,60.17",), ("24.95,60.18",))
    with pytest.raises(
        WrongPlace,
        match=r"column position: the order .* is ambiguous.*--map lon,lat=position or --map lat,lon=position",
    ):
        load("stations", "s.csv", content)
    report = load("stations", "s.csv", content, mapping={"lon,lat": "position"})
    assert points(project) == [(24.94, 60.17), (24.95, 60.18)]
    assert report.mapping["lon,lat"] == "position"
    assert load("stations", "t.csv", content.replace('"1"', '"3"').replace('"2"', '"4"')).mapping["lon,lat"] == "position"


def test_areas_decide_an_ambiguous_order(load: Load, project: Project, box: Any, places: Any) -> None:
    load("areas", "a.geojson", places(({"code": "1", "name": "n", "level": "village"}, box(24.9, 60.1, 25.0, 60.2))))
    report = load("stations", "s.csv", file(["position"], ("60.17,24.94",)))
    assert points(project) == [(24.94, 60.17)]
    assert noted(report, "lat,lon", "loaded areas")


def test_a_stated_order_is_not_changed(load: Load, areas: None) -> None:
    with pytest.raises(WrongPlace, match=r"swapped.*--map 'lon,lat=坐标'"):
        load("stations", "s.csv", file(["坐标"], ("116.95,30.6",)), mapping={"lat,lon": "坐标"})


def test_texts_that_are_not_pairs_are_not_coordinates(load: Load, project: Project, areas: None) -> None:
    report = load("stations", "s.csv", file(["location", "lon", "lat"], ("杨桥镇1号", *HERE)))
    assert "coordinates" not in report.mapping
    assert points(project) == [HERE]


def test_separate_columns_are_preferred_to_a_pair(load: Load, project: Project, areas: None) -> None:
    report = load("stations", "s.csv", file(["坐标", "经度", "纬度"], ("117.03,30.55", *HERE)))
    assert points(project) == [HERE]
    assert "坐标" in report.unused


# Axes and projections


def gauss_krueger(*positions: Point) -> list[tuple[str, str]]:
    """Return easting and northing of points in metres in CGCS2000 zone 39; the easting has the zone prefix."""
    from pyproj import Transformer

    transformer = Transformer.from_crs(4326, 4527, always_xy=True)
    return [(f"{x:.3f}", f"{y:.3f}") for x, y in (transformer.transform(*p) for p in positions)]


@pytest.mark.parametrize(
    ("east", "north"), [("横坐标", "纵坐标"), ("Y横坐标", "X纵坐标"), ("横坐标Y(m)", "纵坐标X(m)"), ("Y(东)", "X(北)")]
)
def test_surveyors_call_the_north_x(load: Load, project: Project, areas: None, east: str, north: str) -> None:
    rows = [(y, x) for x, y in gauss_krueger(HERE, ELSEWHERE)]
    load("stations", "s.csv", file([north, east], *rows), crs="EPSG:4527")
    assert points(project) == [HERE, ELSEWHERE]


def options_of(error: pytest.ExceptionInfo[InputError]) -> dict[str, Any]:
    """Return the options that an error message names."""
    message = str(error.value).replace("'", "")
    crs, mapping = re.search(r"--crs (\S+)", message), re.findall(r"--map ([\w,]+)=([^\s();.]+)", message)
    return {**({"crs": crs[1]} if crs else {}), "mapping": dict(mapping)}


@pytest.mark.parametrize("with_areas", [True, False])
@pytest.mark.parametrize(
    ("headers", "crs", "expected"),
    [
        (["X坐标", "Y坐标"], None, {"crs": "EPSG:4527", "mapping": {"lon": "Y坐标", "lat": "X坐标"}}),
        (["X坐标", "Y坐标"], "EPSG:4527", {"mapping": {"lon": "Y坐标", "lat": "X坐标"}}),
        (["纵坐标", "横坐标"], None, {"crs": "EPSG:4527", "mapping": {}}),
    ],
)
def test_projected_numbers_are_refused_with_the_options_to_use(
    load: Load, project: Project, request: pytest.FixtureRequest, headers: list[str], crs: str | None, expected: dict[str, Any],
    with_areas: bool,
) -> None:  # fmt: skip
    if with_areas:
        request.getfixturevalue("areas")
    content = file(headers, *((y, x) for x, y in gauss_krueger(HERE, ELSEWHERE)))
    with pytest.raises(WrongPlace) as caught:
        load("stations", "s.csv", content, crs=crs)
    assert options_of(caught) == expected
    load("stations", "s.csv", content, **{"crs": crs, **expected})
    assert points(project) == [HERE, ELSEWHERE]


def test_areas_show_the_zone_of_eastings_without_a_prefix(load: Load, areas: None) -> None:
    content = file(["x", "y"], *((y, x[2:]) for x, y in gauss_krueger(HERE, ELSEWHERE)))
    with pytest.raises(WrongPlace) as caught:
        load("stations", "s.csv", content)
    assert options_of(caught) == {"crs": "EPSG:4548", "mapping": {"lon": "y", "lat": "x"}}


@pytest.mark.parametrize("with_areas", [True, False])
@pytest.mark.parametrize("place", [HERE, (85.1, 43.8)])
def test_exchanged_axes_are_refused_with_the_options_to_use(
    load: Load, project: Project, box: Any, places: Any, with_areas: bool, place: Point
) -> None:
    lon, lat = place
    if with_areas:
        border = box(lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1)
        load("areas", "a.geojson", places(({"code": "1", "name": "n", "level": "village"}, border)))
    content = file(["经度", "纬度"], (lat, lon), (lat, lon))
    with pytest.raises(WrongPlace, match="swapped") as caught:
        load("stations", "s.csv", content)
    assert options_of(caught) == {"mapping": {"lon": "纬度", "lat": "经度"}}
    load("stations", "s.csv", content, **options_of(caught))
    assert points(project) == [place] * 2


def test_geometries_with_the_latitude_first_are_diagnosed(load: Load, areas: None, places: Any) -> None:
    feature = {"id": "1", "name": "A", "tier": "village", "services": "care"}
    with pytest.raises(WrongPlace, match="swapped: exchange the two numbers in the file's geometries"):
        load("stations", "s.geojson", places((feature, {"type": "Point", "coordinates": [30.6, 116.95]})))


@pytest.mark.parametrize(("lon", "lat"), [("1165700", "303600"), ("11657.0", "3036.0"), ("116.57", "30.36")])
def test_minutes_written_as_decimals_are_diagnosed(load: Load, box: Any, places: Any, lon: str, lat: str) -> None:
    near = box(116.94, 30.59, 116.96, 30.61)
    load("areas", "a.geojson", places(({"code": "1", "name": "n", "level": "village"}, near)))
    with pytest.raises(WrongPlace, match="degrees, minutes and seconds without unit signs"):
        load("stations", "s.csv", file(["lon", "lat"], (lon, lat), (lon, lat)))


def test_stations_abroad_need_no_areas(load: Load, project: Project) -> None:
    load("stations", "s.csv", file(["lon", "lat"], (24.94, 60.17), (-51.2, -30.1)))
    assert points(project) == [(24.94, 60.17), (-51.2, -30.1)]


def test_metres_where_their_crs_is_not_used_are_noted(load: Load) -> None:
    report = load("stations", "s.csv", file(["x", "y"], ("300000.0", "300000.0")), crs="EPSG:4547")
    assert noted(report, "outside the area of use of EPSG:4547")


def test_minutes_with_decimals_are_not_a_pair(load: Load, project: Project, areas: None) -> None:
    load("stations", "s.csv", file(["经度", "纬度"], ("116 57.0", "30 36.0"), ("116 57.0", "30 36.0")))
    assert points(project) == [HERE] * 2
