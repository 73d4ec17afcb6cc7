"""GPX: waypoints are read as points; routes and tracks are noted, and read if they are selected."""

from collections.abc import Callable

import pytest
from stations_file import ROWS, same

from geoservice.errors import BadGeometry, EmptyFile, InputError, UnreadableFile
from geoservice.ingest import Report
from geoservice.project import Project

Load = Callable[..., Report]
HEAD = '<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1" xmlns:x="https://example.org/x">'
MORE = "<cmt>体检</cmt><number>1</number>"
PLACES = '<{0} lat="30.6" lon="116.95"/><{0} lat="30.7" lon="117"/>'
TRACK = f"<trk><name>路</name>{MORE}<trkseg>{PLACES.format('trkpt')}</trkseg></trk>"
ROUTE = f"<rte><name>线</name>{MORE}{PLACES.format('rtept')}</rte>"


def waypoint(row: dict[str, object], lat: object = None) -> str:
    more = "".join(f"<x:{k}>{row[k]}</x:{k}>" for k in ("编号", "服务", "床位") if row[k] is not None)
    text = f"<name>{row['名称']}</name><type>{row['级别']}</type><extensions><x:all>{more}</x:all></extensions>"
    return f'<wpt lat="{row["纬度"] if lat is None else lat}" lon="{row["经度"]}">{text}</wpt>'


def test_waypoints_with_extensions(project: Project, load: Load) -> None:
    report = load("stations", "s.gpx", HEAD + "".join(map(waypoint, ROWS)) + TRACK + ROUTE + ROUTE + "</gpx>")
    same(project, report)
    assert report.layer == "waypoints"
    assert "the waypoints were read; not read: 2 routes (--layer routes), 1 tracks (--layer tracks)" in report.notes


@pytest.mark.parametrize("layer", ["routes", "tracks"])
def test_a_chosen_layer_is_lines(load: Load, layer: str) -> None:
    mapping = {"id": "number", "services": "cmt"}
    with pytest.raises(BadGeometry, match="row 2, column geometry: no point"):
        load("stations", "s.gpx", HEAD + TRACK + ROUTE + "</gpx>", layer=layer, mapping=mapping, tier="village")


def test_the_error_for_a_file_of_tracks_says_how_to_read_them(load: Load) -> None:
    with pytest.raises(EmptyFile, match=r"no waypoints, only 1 tracks \(--layer tracks\)"):
        load("stations", "s.gpx", HEAD + TRACK + "</gpx>")
    with pytest.raises(InputError, match="layers of GPX are waypoints, routes, tracks"):
        load("stations", "s.gpx", HEAD + TRACK + "</gpx>", layer="wpt")


@pytest.mark.parametrize("lat", ["abc", "30,6", "nan", ""])
def test_an_invalid_location_is_rejected_with_its_row(load: Load, lat: str) -> None:
    with pytest.raises(BadGeometry, match="row 3, column geometry: geometry cannot be read"):
        load("stations", "s.gpx", HEAD + waypoint(ROWS[0]) + waypoint(ROWS[1], lat) + "</gpx>")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEAD + waypoint(ROWS[0]), "damaged or cut short"),
        ('<!DOCTYPE gpx [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + HEAD[21:] + "&a;</gpx>", "document type"),
        ("<kml/>", "the root element is 'kml', allowed is 'gpx'"),
    ],
)
def test_a_bad_gpx_is_refused(load: Load, content: str, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message):
        load("stations", "s.gpx", content)
