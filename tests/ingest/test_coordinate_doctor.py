"""Coordinate doctor: readings of coordinates compared by the areas that rows state."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from coordinate_file import SHIFT, noted, points
from pyproj import Transformer

from geoservice.errors import WrongPlace
from geoservice.geo import Floats, Ints, Objects
from geoservice.ingest import Report
from geoservice.ingest.coordinate_doctor import StatedPoints, compare_readings
from geoservice.project import Project

Load = Callable[..., Report]
SIDE = 0.02
TOWNS = [f"{a}{b}镇" for a in "东南西北中" for b in "河山桥林湖"]
"""Names of 25 townships of about 2 km by 2 km."""
DATUMS = ("EPSG:4326", "gcj02", "bd09")


def corner(i: int) -> tuple[float, float]:
    return 116.9 + SIDE * (i % 5), 30.5 + SIDE * (i // 5)


def encoded(datum: str, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    return (lon, lat) if datum == "EPSG:4326" else SHIFT[datum](lon, lat)


@pytest.fixture
def towns(load: Load, places: Any, box: Any) -> None:
    """Load a county of 25 square townships."""
    county = ({"code": "340811", "name": "宜秀区", "level": "county"}, box(116.9, 30.5, 117.0, 30.6))
    squares = [
        ({"code": f"3408111{i:02}", "name": name, "level": "township", "parent": "340811"}, box(x, y, x + SIDE, y + SIDE))
        for i, name in enumerate(TOWNS)
        for x, y in [corner(i)]
    ]
    load("areas", "a.geojson", places(county, *squares))


def sample(seed: int, n: int = 100) -> tuple[Ints, Floats, Floats]:
    random = np.random.default_rng(seed)
    town = random.integers(0, len(TOWNS), n)
    west, south = np.array([corner(i) for i in town]).T
    return town, west + SIDE * random.random(n), south + SIDE * random.random(n)


def rows(header: str, stated: list[str], x: Floats, y: Floats, lon: str = "经度", lat: str = "纬度") -> str:
    lines = [
        f"{i},S{i},village,care,{a!r},{b!r},{s}" for i, (a, b, s) in enumerate(zip(x.tolist(), y.tolist(), stated, strict=True))
    ]
    return "\n".join([f"id,name,tier,services,{lon},{lat},{header}", *lines]) + "\n"


STATEMENTS: list[tuple[str, Callable[[int], str]]] = [
    ("所属乡镇", lambda i: TOWNS[i]),
    ("乡镇", lambda i: TOWNS[i].removesuffix("镇")),
    ("乡镇代码", lambda i: f"3408111{i:02}"),
    ("区划代码", lambda i: f"3408111{i:02}000"),
    ("地址", lambda i: f"安徽省安庆市宜秀区{TOWNS[i]}永林路12号"),
]


@pytest.mark.parametrize(("header", "statement"), STATEMENTS, ids=[h for h, _ in STATEMENTS])
@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_datum_is_refused_with_the_one_that_fits(
    load: Load, project: Project, towns: None, header: str, statement: Callable[[int], str], datum: str
) -> None:
    town, lon, lat = sample(1)
    content = rows(header, [statement(i) for i in town], *encoded(datum, lon, lat))
    with pytest.raises(WrongPlace, match=rf"{header}.*% of the points lie inside.*--crs {datum}; if .* --trust-crs") as caught:
        load("stations", "s.csv", content)
    assert "117." not in str(caught.value)
    report = load("stations", "s.csv", content, crs=datum)
    assert report.coordinate_check is not None
    assert next(iter(report.coordinate_check.shares.values())) == 1
    assert report.coordinate_check.advice == ""
    assert np.allclose(points(project), np.round(np.column_stack([lon, lat]), 6), atol=2e-6)


def test_a_dry_run_reports_the_shares_and_ends_with_the_refusal(load: Load, towns: None) -> None:
    town, lon, lat = sample(2)
    content = rows("乡镇", [TOWNS[i] for i in town], *encoded("gcj02", lon, lat))
    report = load("stations", "s.csv", content, dry_run=True)
    assert isinstance(report.refusal, WrongPlace)
    check = report.coordinate_check
    assert check is not None
    assert check.points == 100
    assert check.source == "column 乡镇"
    assert check.shares["GCJ-02"] == 1 > check.shares["WGS 84"] > 0.5
    assert check.advice == "they look like GCJ-02: read them with --crs gcj02"
    assert noted(report, "100 points", "column 乡镇", "GCJ-02 100.0%")


def test_the_user_may_insist(load: Load, project: Project, towns: None) -> None:
    town, lon, lat = sample(3)
    x, y = encoded("gcj02", lon, lat)
    content = rows("乡镇", [TOWNS[i] for i in town], x, y)
    report = load("stations", "s.csv", content, trust_crs=True)
    assert noted(report, "GCJ-02", "loaded as requested")
    assert np.allclose(points(project), np.column_stack([x, y]), atol=1e-6)


@pytest.mark.parametrize("noise", [0, 10])
def test_right_coordinates_are_loaded_although_some_areas_are_wrong(load: Load, towns: None, noise: int) -> None:
    for seed in range(3):
        town, lon, lat = sample(seed)
        town[:noise] = (town[:noise] + 7) % len(TOWNS)
        report = load("stations", f"{seed}.csv", rows("乡镇", [TOWNS[i] for i in town], lon, lat), dry_run=True)
        assert report.refusal is None


@pytest.mark.parametrize("header", ["户籍乡镇", "服务乡镇", "工作单位所在乡镇", "备注"])
def test_areas_where_a_point_need_not_lie_do_not_count(load: Load, towns: None, header: str) -> None:
    town, lon, lat = sample(4)
    content = rows(header, [TOWNS[i] for i in town], *encoded("gcj02", lon, lat))
    assert load("stations", "s.csv", content, dry_run=True).coordinate_check is None


def test_a_name_counts_more_than_a_code_of_another_table(load: Load, towns: None) -> None:
    town, lon, lat = sample(5)
    stated = [f"{TOWNS[i]},3408111{(i + 1) % len(TOWNS):02}" for i in town]
    report = load("stations", "s.csv", rows("乡镇,乡镇代码", stated, lon, lat), dry_run=True)
    assert report.refusal is None
    assert report.coordinate_check is not None
    assert report.coordinate_check.shares["WGS 84"] == 1


def test_exchanged_axes_and_zones_are_found(load: Load, towns: None) -> None:
    town, lon, lat = sample(6)
    names = [TOWNS[i] for i in town]
    with pytest.raises(WrongPlace, match="--map 'lon=纬度' --map 'lat=经度'"):
        load("stations", "s.csv", rows("乡镇", names, lat, lon))
    east, north = Transformer.from_crs(4326, 4548, always_xy=True).transform(lon, lat)
    with pytest.raises(WrongPlace, match="--crs EPSG:4548"):
        load("stations", "s.csv", rows("乡镇", names, east, north), crs="EPSG:4547")


def test_beijing_54_with_parameters_is_told_from_cgcs2000(load: Load, towns: None) -> None:
    town, lon, lat = sample(7, 500)
    names = [TOWNS[i] for i in town]
    old = "+proj=tmerc +lon_0=117 +x_0=39500000 +ellps=krass +towgs84=150,-154.4,-82.3"
    east, north = Transformer.from_crs(4326, old, always_xy=True).transform(lon, lat)
    assert load("stations", "s.csv", rows("乡镇", names, east, north), crs=old, dry_run=True).refusal is None
    east, north = Transformer.from_crs(4326, 4527, always_xy=True).transform(lon, lat)
    with pytest.raises(WrongPlace, match="--crs EPSG:4527"):
        load("stations", "s.csv", rows("乡镇", names, east, north), crs=old)


def test_areas_that_were_read_in_a_wrong_datum_are_named(load: Load, places: Any, box: Any) -> None:
    squares = [
        ({"code": f"3408111{i:02}", "name": name, "level": "township"}, shapely.geometry.mapping(shifted_box(i)))
        for i, name in enumerate(TOWNS)
    ]
    load("areas", "a.geojson", places(*squares))
    town, lon, lat = sample(8)
    with pytest.raises(WrongPlace, match="loaded areas look like GCJ-02 read as WGS 84: import them again with --crs gcj02"):
        load("stations", "s.csv", rows("乡镇", [TOWNS[i] for i in town], lon, lat))


def shifted_box(i: int) -> shapely.Geometry:
    x, y = corner(i)
    shape = shapely.box(x, y, x + SIDE, y + SIDE)
    return shapely.transform(shape, lambda p: np.column_stack(SHIFT["gcj02"](p[:, 0], p[:, 1])))


def test_polygons_are_compared_with_their_parents(load: Load, towns: None, places: Any, box: Any) -> None:
    def villages(shift: bool) -> str:
        shapes = [
            shifted_box(i) if shift else shapely.box(*corner(i), corner(i)[0] + SIDE, corner(i)[1] + SIDE) for i in range(9)
        ]
        named = [
            {"code": f"3408111{i:02}201", "name": f"{i}村", "level": "village", "parent": f"3408111{i:02}"} for i in range(9)
        ]
        return places(*zip(named, map(shapely.geometry.mapping, shapes), strict=True))

    assert load("areas", "w.geojson", villages(False), dry_run=True).refusal is None
    with pytest.raises(WrongPlace, match=r"parent.*points within polygons.*--crs gcj02"):
        load("areas", "v.geojson", villages(True))
    assert load("areas", "v.geojson", villages(True), crs="gcj02").rows_accepted == 9


def test_population_polygons_are_compared_with_their_stated_area(load: Load, towns: None, places: Any) -> None:
    units = [({"id": f"u{i}", "persons": 5, "乡镇": TOWNS[i]}, shapely.geometry.mapping(shifted_box(i))) for i in range(25)]
    with pytest.raises(WrongPlace, match=r"乡镇.*--crs gcj02"):
        load("population", "p.geojson", places(*units))
    assert load("population", "p.geojson", places(*units), crs="gcj02").rows_accepted == 25


def test_households_are_compared_by_their_address(load: Load, towns: None) -> None:
    town, lon, lat = sample(9)
    x, y = encoded("gcj02", lon, lat)
    lines = [
        f"H{i},{a!r},{b!r},2,0,宜秀区{TOWNS[t]}1号"
        for i, (a, b, t) in enumerate(zip(x.tolist(), y.tolist(), town, strict=True))
    ]
    content = "\n".join(["户编号,经度,纬度,人口,六岁以下,地址", *lines]) + "\n"
    with pytest.raises(WrongPlace, match=r"column 地址.*--crs gcj02"):
        load("households", "h.csv", content)


def reference_townships(data: Path) -> Objects:
    """Return the townships of the reference data; they are in WGS 84, and an attribute has the same outlines in GCJ-02."""
    import pyogrio

    _, _, wkb, _ = pyogrio.raw.read(data / "beijing_townships" / "beijing.shp")
    shapes: Objects = shapely.from_wkb(wkb)
    return shapes


def beijing_samples(shapes: Objects, noise: int) -> Iterator[tuple[Ints, Floats]]:
    """Yield 100 samples of 100 stated townships and points, ``noise`` of which are in another township."""
    random = np.random.default_rng(noise)
    for _ in range(100):
        town = random.integers(0, len(shapes), 100)
        stated = town.copy()
        stated[:noise] = random.integers(0, len(shapes), noise)
        yield stated, np.array([point_in(shapes[i], random) for i in town])


def point_in(shape: shapely.Geometry, random: np.random.Generator) -> Floats:
    west, south, east, north = shape.bounds
    while True:
        xy = random.uniform((west, south), (east, north), (64, 2))
        inside = shapely.contains_xy(shape, xy[:, 0], xy[:, 1])
        if inside.any():
            chosen: Floats = xy[np.argmax(inside)]
            return chosen


@pytest.mark.reference
@pytest.mark.slow
@pytest.mark.parametrize("noise", [0, 10])
@pytest.mark.parametrize("datum", DATUMS)
def test_beijing_townships_show_the_datum(reference: Path, datum: str, noise: int) -> None:
    shapes = reference_townships(reference)
    right = false = 0
    for stated, xy in beijing_samples(shapes, noise):
        points = StatedPoints("", *encoded(datum, *xy.T), stated)
        believed = compare_readings("EPSG:4326", points, shapes, stated=False).believed
        right += (believed.crs if believed and not believed.of_areas else "EPSG:4326") == datum
        false += compare_readings(datum, points, shapes).believed is not None
    assert right >= 95
    assert false == 0
