"""Notes on the columns that are accepted but not used, and no others."""

from collections.abc import Callable

from few_rows import households, stations

from geoservice.ingest import Report

Load = Callable[..., Report]


def test_accepted_but_unused_columns_are_noted(load: Load, areas: None) -> None:
    report = load("stations", "s.csv", stations("人员,面积,设备,地址", "3,120,B超,某路1号"))
    assert not [n for n in report.notes if "accepted, but nothing uses it yet" in n]
    assert "neither used nor stored: address (地址)" in report.notes
    report = load("households", "h.csv", households("误差,地址", "25,某路1号"))
    assert not [n for n in report.notes if "accepted, but nothing uses it yet" in n]
    assert "neither used nor stored: address (地址)" in report.notes
    report = load("uptake", "u.csv", "area,period,service,served,eligible\n340811,2024,care,50,400\n")
    assert report.notes == ()
    report = load("population", "p.csv", "编号,经度,纬度,人口,年份,来源\n1,116.95,30.6,3,2020,统计局\n")
    assert "accepted, but nothing uses it yet: source, date" in report.notes


def test_grid_cells_are_noted(load: Load) -> None:
    report = load("areas", "a.csv", "code,name,level\n1,n,县\nG1,g,网格\n")
    assert "1 areas are grid cells: accepted, but not used yet" in report.notes


def test_used_columns_are_not_noted(load: Load, areas: None) -> None:
    notes = [n for n in load("stations", "s.csv", stations("capacity,准备时间", "30,60")).notes if "use" in n]
    assert notes == []


def test_coordinates_beside_a_geometry_are_noted(load: Load, places: Callable[..., str]) -> None:
    point = {"type": "Point", "coordinates": [117, 30.6]}
    row = {"id": "A1", "name": "站", "tier": "村级", "services": "checkup", "lon": 9, "lat": 9}
    assert "neither used nor stored: lon (lon), lat (lat)" in load("stations", "s.geojson", places((row, point))).notes
