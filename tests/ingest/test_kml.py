"""KML and KMZ: names, folders, ExtendedData and geometry are read; links are not followed and scripts not run."""

import json
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from stations_file import ROWS, same

from geoservice.errors import BadGeometry, EmptyFile, InputError, TooLarge, UnreadableFile
from geoservice.ingest import Report
from geoservice.project import Project

Load = Callable[..., Report]
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">'


def kml(*placemarks: str, head: str = HEAD) -> str:
    return f"{head}<Document><name>全县</name>{''.join(placemarks)}</Document></kml>"


def point(name: str, *more: str, at: str = "116.95,30.6,0") -> str:
    return f'<Placemark id="ID_1"><name>{name}</name>{"".join(more)}<Point><coordinates>{at}</coordinates></Point></Placemark>'


def data(**values: object) -> str:
    parts = "".join(f'<Data name="{k}"><value>{v}</value></Data>' for k, v in values.items() if v is not None)
    return f"<ExtendedData>{parts}</ExtendedData>"


def schema_data(**values: object) -> str:
    parts = "".join(f'<SimpleData name="{k}">{v}</SimpleData>' for k, v in values.items() if v is not None)
    return f'<ExtendedData><SchemaData schemaUrl="#none">{parts}</SchemaData></ExtendedData>'


def stations(write: Callable[..., str] = data) -> str:
    def one(row: dict[str, object]) -> str:
        rest = {k: row[k] for k in ("编号", "级别", "服务", "床位")}
        return point(str(row["名称"]), write(**rest), at=f"{row['经度']},{row['纬度']}")

    first, second, third = map(one, ROWS)
    return kml(f"<Folder><name>甲镇</name>{first}<Folder><name>乙村</name>{second}</Folder></Folder>", third)


@pytest.mark.parametrize("write", [data, schema_data])
def test_names_extended_data_and_folders(project: Project, load: Load, write: Callable[..., str]) -> None:
    report = load("stations", "s.kml", stations(write))
    same(project, report)
    assert (report.format, report.crs, report.mapping["name"]) == ("kml", "EPSG:4326", "name")
    assert "folder" in report.unused


def test_a_folder_is_chosen_by_its_name_or_path(project: Project, load: Load) -> None:
    for layer, number in (("甲镇", 2), ("甲镇/乙村", 1), ("乙村", 1)):
        assert load("stations", "s.kml", stations(), layer=layer, dry_run=True).rows_accepted == number
    with pytest.raises(InputError, match=r"no folder '丙镇'; folders are \['甲镇', '甲镇/乙村'\]"):
        load("stations", "s.kml", stations(), layer="丙镇")


@pytest.mark.parametrize(("declared", "encoding"), [("UTF-8", "utf-8"), ("GBK", "gbk"), ("UTF-8", "gbk"), ("UTF-16", "utf-16")])
def test_text_of_any_encoding_whatever_is_declared(project: Project, load: Load, declared: str, encoding: str) -> None:
    same(project, load("stations", "s.kml", stations().replace("UTF-8", declared).encode(encoding)))


def test_a_kmz_is_its_doc_kml(project: Project, load: Load, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "s.kmz", "w") as archive:
        archive.writestr("files/a.png", b"\x89PNG")
        archive.writestr("files/more.kml", kml(point("Z")))
        archive.writestr("doc.kml", stations())
    report = load("stations", "s.kmz")
    same(project, report)
    assert report.format == "kml in kmz"
    assert report.notes[0] == "'doc.kml' was read from the archive; not read: ['files/more.kml']"


def test_areas_with_holes_and_parts(project: Project, load: Load) -> None:
    def ring(side: str, corners: str) -> str:
        return f"<{side}><LinearRing><coordinates>\n {corners} </coordinates></LinearRing></{side}>"

    outer = ring("outerBoundaryIs", "116,30,0 117,30,0\n117,31,0 116,31,0 116,30,0")
    inner = ring("innerBoundaryIs", "116.4, 30.4  116.6,30.4 116.6,30.6 116.4,30.4")
    island = f"<Polygon>{ring('outerBoundaryIs', '118,30 119,30 119,31 118,30')}</Polygon>"
    area = data(代码="340811", 级别="县")
    placemark = f"<name>宜秀区</name>{area}<MultiGeometry><Polygon>{outer}{inner}</Polygon>{island}</MultiGeometry>"
    load("areas", "a.kml", kml(f"<Placemark>{placemark}</Placemark>"))
    (row,) = project.read("areas").to_pylist()
    shape = shapely.from_wkb(row["geometry"])
    assert (row["code"], row["name_zh"], shape.geom_type) == ("340811", "宜秀区", "MultiPolygon")
    assert shape.area == pytest.approx(1 - 0.02 + 0.5)


def test_attributes_in_an_html_table_of_the_description(project: Project, load: Load) -> None:
    row = ROWS[0]
    cells = "".join(f"<tr><td>{k}</td><td>{row[k]}</td></tr>" for k in ("编号", "级别", "服务"))
    html = f"<description><![CDATA[<html><table><tr><td colspan=2>{row['名称']}</td></tr>{cells}</table>]]></description>"
    report = load("stations", "s.kml", kml(point(str(row["名称"]), html)))
    assert project.read("stations").column("id").to_pylist() == ["001"]
    assert "columns ['编号', '级别', '服务'] were read from tables in the descriptions" in report.notes


def test_scripts_in_a_description_are_text(project: Project, load: Load) -> None:
    evil = "<description><![CDATA[<svg onload=alert(1)><script>alert(2)</script>]]></description>"
    content = kml(point("A", evil, data(编号="1", 级别="村级", 服务="体检")))
    report = load("stations", "s.kml", content, mapping={"equipment": "description"})
    (row,) = project.read("stations").to_pylist()
    assert row["equipment"] == ["<svg onload=alert(1)><script>alert(2)</script>"]
    assert report.rows_accepted == 1


def test_links_are_noted_and_not_followed(project: Project, load: Load) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        link = f"<NetworkLink><Link><href>http://127.0.0.1:{server.getsockname()[1]}/x.kml</href></Link></NetworkLink>"
        content = kml(link, point("A", data(编号="1", 级别="村级", 服务="体检")), "<GroundOverlay/>")
        report = load("stations", "s.kml", content)
        with pytest.raises(
            EmptyFile, match=r"no placemarks, only 1 links to other files \(NetworkLink\), which are not followed"
        ):
            load("stations", "l.kml", kml(link))
        with pytest.raises(TimeoutError):
            server.accept()
    assert any(
        "1 links to other files (NetworkLink), which are not followed, 1 pictures on the ground" in n for n in report.notes
    )


@pytest.mark.parametrize("at", ["116.95,abc", "116.95", "116.95 30.6", "nan,30.6", "1,2,3,4"])
def test_an_invalid_coordinate_is_rejected_with_its_row(load: Load, at: str) -> None:
    good, bad = data(编号="1", 级别="村级", 服务="体检"), data(编号="2", 级别="村级", 服务="体检")
    with pytest.raises(BadGeometry, match="row 3, column geometry: geometry cannot be read"):
        load("stations", "s.kml", kml(point("A", good), point("B", bad, at=at)))


LAUGHS = "".join(f'<!ENTITY l{i + 1} "{f"&l{i};" * 10}">' for i in range(9))
BOMB = f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY l0 "ha">{LAUGHS}]>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>'
REMOTE = '<?xml version="1.0"?><!DOCTYPE kml SYSTEM "http://127.0.0.1:9/x.dtd">'
XMLNS = HEAD.partition("\n")[2]
DEEP = HEAD + "<Folder>" * 300 + "</Folder>" * 300 + "</kml>"
BAD: list[tuple[str, type[InputError], str]] = [
    (kml(point("&l9;"), head=BOMB + XMLNS), UnreadableFile, r"document type \(DTD\)"),
    (kml(point("&l9;"), head=OUTSIDE + XMLNS), UnreadableFile, r"document type \(DTD\)"),
    (kml(point("A"), head=REMOTE + XMLNS), UnreadableFile, r"document type \(DTD\)"),
    (kml(point("&nbsp;")), UnreadableFile, "line 2, column 97: undefined entity"),
    (kml(point("A"))[:-20], UnreadableFile, "damaged or cut short: line 2, column"),
    (DEEP, UnreadableFile, "deeper than 200"),
    (json.dumps({"type": "FeatureCollection"}), UnreadableFile, "content is JSON"),
    ("<OGRVRTDataSource/>", UnreadableFile, "'OGRVRTDataSource', allowed is 'kml'"),
    (kml(), EmptyFile, "no placemarks"),
    ("PK\x03\x04", UnreadableFile, "give it the suffix of what it is"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "error", "message"), BAD)
def test_a_bad_kml_is_refused(load: Load, content: str, error: type[InputError], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        load("stations", "s.kml", content)
    assert type(caught.value) is error


def test_a_bomb_in_a_kmz_is_refused(load: Load, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "s.kmz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", HEAD + " " * (64 << 20))
    with pytest.raises(TooLarge, match=r"doc\.kml in the archive unpacks into"):
        load("stations", "s.kmz")


def test_a_kmz_without_kml_says_so(load: Load, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "s.kmz", "w") as archive:
        archive.writestr("s.csv", "id\n1\n")
    with pytest.raises(InputError, match=r"no file of a supported format; supported are \.kml$"):
        load("stations", "s.kmz")
