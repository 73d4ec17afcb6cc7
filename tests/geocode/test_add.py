"""Files of users: tables of codes in several forms, changes, aliases and places, with rejected rows and their reasons."""

import gzip
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from geoservice.errors import BadValues, InputError, MissingColumn, TooLarge, UnreadableFile
from geoservice.geocode import add as adding
from geoservice.geocode import add_file, build_gazetteer, open_gazetteer
from geoservice.geocode.stored_sources import source_rows, stored_sources
from geoservice.ingest import Options
from geoservice.progress import quiet
from geoservice.project import Project, open_project
from geoservice.study import Study

STUDY = Study.model_validate(
    {
        "id": "t",
        "title": {"zh": "试", "en": "T"},
        "code_system": "nbs2023",
        "services": [{"id": "s", "title": {"zh": "服", "en": "S"}}],
    }
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with closing(open_project(tmp_path / "project", None, "g")) as project:
        yield project


def rows(project: Project) -> list[dict[str, object]]:
    (source,) = stored_sources(project.gazetteer)
    return source_rows(project.gazetteer, source).to_pylist()


TOWNS = "code,name,areaCode\n340811100,大龙山镇,340811\n340811101,杨桥镇,340811\n"


def test_a_table_of_codes_packed_or_not(project: Project, tmp_path: Path) -> None:
    (tmp_path / "streets.csv").write_text(TOWNS, encoding="gb18030")
    (tmp_path / "streets.csv.gz").write_bytes(gzip.compress(TOWNS.encode()))
    for name in ("streets.csv", "streets.csv.gz"):
        report = add_file(
            project, STUDY, tmp_path / name, "divisions", Options(code_system="x"), quiet, name="s", day=date(2023, 6, 30)
        )
        assert report.mapping == {"code": "code", "name_zh": "name"}, "too few rows to know that the others are parents"
        assert report.rows_accepted == 2
    assert report.already_added, "the rows are the same"
    assert [(r["code_system"], r["code"], r["name_zh"], r["level"]) for r in rows(project)] == [
        ("x", "340811100", "大龙山镇", "township"),
        ("x", "340811101", "杨桥镇", "township"),
    ]
    (source,) = stored_sources(project.gazetteer)
    assert (source.kind, source.code_system, source.day, source.rows) == ("divisions", "x", date(2023, 6, 30), 2)


def test_codes_by_name_in_json_and_records_in_json(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "towns.json"
    file.write_text(
        json.dumps({"340811000000": {"county": "宜秀区", "townships": {"杨桥镇": "340811100000"}}}), encoding="utf-8"
    )
    report = add_file(project, STUDY, file, "divisions", Options(code_system="q"), quiet)
    assert report.rows_accepted == 2
    (tmp_path / "changes.json").write_text(
        json.dumps(
            {
                "meta": {"version": 1},
                "events": [
                    {
                        "year": 2016,
                        "type": "撤县设区",
                        "old": {"code": "510124", "name": "郫县"},
                        "new": {"code": "510117", "name": "郫都区"},
                    },
                    {
                        "year": 2016,
                        "type": "新设",
                        "old": {"code": None, "name": None},
                        "new": {"code": "510199", "name": "某区"},
                    },
                ],
            }
        ),
        encoding="utf-8",
    )
    report = add_file(project, STUDY, tmp_path / "changes.json", "changes", Options(code_system="q"), quiet)
    assert (report.rows_read, report.rows_accepted, report.rows_rejected) == (2, 1, 0)
    (tmp_path / "aliases.json").write_text(
        json.dumps(
            {
                "historical": [{"alias": "迪化", "canonical": "新疆维吾尔自治区乌鲁木齐市", "year": 1954}],
                "typo": [{"wrong": "x"}],
            }
        ),
        encoding="utf-8",
    )
    add_file(project, STUDY, tmp_path / "aliases.json", "aliases", Options(layer="historical"), quiet)
    with pytest.raises(UnreadableFile, match="no list 'x'; there are historical, typo"):
        add_file(project, STUDY, tmp_path / "aliases.json", "aliases", Options(layer="x"), quiet)
    build_gazetteer(project, STUDY, quiet)
    gazetteer = open_gazetteer(project)
    assert [gazetteer.name(n.row) for n in gazetteer.named("郫县")] == ["郫都区"]
    assert [(gazetteer.name(n.row), n.name_kind) for n in gazetteer.named("迪化")] == [("乌鲁木齐市", "historic")]
    assert [gazetteer.name(row) for row in gazetteer.rows_by_code["510124"]] == ["郫都区"]
    assert [gazetteer.name(row) for row in gazetteer.rows_by_code["340811100"]] == ["杨桥镇"]
    (town,) = gazetteer.named("杨桥")
    assert gazetteer.name(gazetteer.parent[town.row]) == "宜秀区", "its county is that of the built-in divisions"


PLACES = """名称,类别,经度,纬度,所属社区,门牌号,别名
阳光花园,小区,117.02,30.02,宜秀区,,阳光小区;阳光苑
中山路,,117.03,30.03,,66号,
中山路,,117.031,30.03,,68-1号,
东风组,村民组,117.04,30.04,某处,,
卫生院,,117.05,30.05,340811,,
"""


def test_places_of_all_kinds(project: Project, tmp_path: Path) -> None:
    (tmp_path / "places.csv").write_text(PLACES, encoding="utf-8")
    report = add_file(project, STUDY, tmp_path / "places.csv", "places", Options(), quiet)
    assert report.rows_accepted == 5
    assert [(r["name"], r["kind"], r["number"]) for r in rows(project)] == [
        ("阳光花园", "compound", None),
        ("中山路", "door", "66号"),
        ("中山路", "door", "68-1号"),
        ("东风组", "group", None),
        ("卫生院", "poi", None),
    ]
    built = build_gazetteer(project, STUDY, quiet)
    assert built.counts["places.csv"] == {"compound": 1, "door": 2, "group": 1, "poi": 1, "road": 1}
    assert "note: places.csv: 1 places state an area that is in no table" in built.lines()
    gazetteer = open_gazetteer(project)
    (road,) = gazetteer.named("中山路")
    doors = gazetteer.doors_of(road.row)
    assert gazetteer.doors.column("number").to_pylist()[doors] == [66, 68]
    assert gazetteer.doors.column("suffix").to_pylist()[doors] == ["", "1"]
    for name in ("阳光小区", "卫生院"):
        (found,) = gazetteer.named(name)
        assert gazetteer.name(gazetteer.parent[found.row]) == "宜秀区"


def test_shifted_coordinates_are_read_as_stated(project: Project, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("name,lon,lat\n甲,117.0,30.0\n", encoding="utf-8")
    add_file(project, STUDY, tmp_path / "p.csv", "places", Options(crs="gcj02"), quiet)
    (place,) = rows(project)
    assert 200 < 111_000 * abs(float(str(place["lat"])) - 30.0) + 96_000 * abs(float(str(place["lon"])) - 117.0) < 1500


def test_rejected_rows_are_named_and_nothing_is_added(project: Project, tmp_path: Path) -> None:
    text = "name,kind,lon,lat,number\n甲,宇宙,117,30,\n乙,poi,,30,\n,poi,117,30,\n丙,门牌,117,30,东\n丁,poi,117,30,\n"
    (tmp_path / "p.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BadValues, match="4 of 5 rows were refused") as refused:
        add_file(project, STUDY, tmp_path / "p.csv", "places", Options(), quiet)
    assert "one of road, compound, poi, building, group, door" in str(refused.value)
    assert stored_sources(project.gazetteer) == []
    rejects = (project.folder / "rejects" / "gazetteer-p.csv").read_text("utf-8-sig")
    assert "no door number" in rejects
    report = add_file(project, STUDY, tmp_path / "p.csv", "places", Options(accept_partial=True, dry_run=True), quiet)
    assert report.lines()[-1] == "  dry run: nothing was changed"
    assert stored_sources(project.gazetteer) == []
    report = add_file(project, STUDY, tmp_path / "p.csv", "places", Options(accept_partial=True), quiet)
    assert (report.rows_accepted, report.rows_rejected, report.source and report.source.rejected) == (1, 4, 4)


def test_wrong_files_and_options_are_named(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "t.csv"
    file.write_text(TOWNS, encoding="utf-8")
    with pytest.raises(InputError, match="allowed are divisions, changes, aliases, places"):
        add_file(project, STUDY, file, "areas", Options(), quiet)  # type: ignore[arg-type]  # a user may write anything
    with pytest.raises(MissingColumn, match="aliases: no column matches \\['alias'\\]"):
        add_file(project, STUDY, file, "aliases", Options(), quiet)
    with pytest.raises(MissingColumn, match="allowed are \\['alias', 'area', 'code', 'day'\\]"):
        add_file(project, STUDY, file, "aliases", Options(mapping={"x": "name"}), quiet)
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(TOWNS.encode())[:-12])
    with pytest.raises(UnreadableFile, match="no complete gzip file"):
        add_file(project, STUDY, tmp_path / "t.csv.gz", "divisions", Options(), quiet)
    monkeypatch.setattr(adding, "MAX_BYTES", 10)
    (tmp_path / "u.csv.gz").write_bytes(gzip.compress(TOWNS.encode()))
    with pytest.raises(TooLarge, match="unpacked it is larger"):
        add_file(project, STUDY, tmp_path / "u.csv.gz", "divisions", Options(), quiet)
    for text in ("[1, 2]", '{"a": 1}', '{"a": '):
        (tmp_path / "x.json").write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=r"x\.json"):
            add_file(project, STUDY, tmp_path / "x.json", "divisions", Options(), quiet)


def test_columns_of_personal_data_are_refused(project: Project, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("name,户主姓名,lon,lat\n甲,王某,117,30\n", encoding="utf-8")
    with pytest.raises(InputError, match="户主姓名"):
        add_file(project, STUDY, tmp_path / "p.csv", "places", Options(), quiet)
