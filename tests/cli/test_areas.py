"""geoservice areas crosswalk: two tables of codes of one district."""

import csv
from pathlib import Path
from typing import Any

import pytest
from district import AREAS

MCA = "区划代码,名称\n340811000000,宜秀区\n340811100000,杨桥镇\n340811101000,大龙山镇\n340811200000,五横乡\n"


@pytest.fixture
def two_systems(cli: Any, home: Path, tmp_path: Path) -> Path:
    for name, content, options in (("areas.geojson", AREAS, ()), ("mca.csv", MCA, ("--code-system", "mca2026"))):
        (tmp_path / name).write_text(content, encoding="utf-8")
        ended = cli("import", "areas", tmp_path / name, *options, "-C", home)
        assert ended.code == 0, ended.err
    return home


def test_a_crosswalk_is_counted_in_both_languages_and_written(cli: Any, two_systems: Path, tmp_path: Path) -> None:
    file = tmp_path / "crosswalk.csv"
    ended = cli("areas", "crosswalk", "mca2026", "local", "--out", file, "-C", two_systems)
    assert ended.code == 0, ended.err
    lines = [line.split() for line in ended.out.splitlines()]
    assert lines[0] == ["级别", "区域", "全名", "简称", "边界重叠", "未对应", "唯一对应", "同码异地"]
    assert lines[1:3] == [["县级", "1", "1", "0", "0", "0", "1", "0"], ["乡镇级", "3", "2", "0", "0", "1", "2", "2"]]
    assert "2 个mca2026代码在local中是另一个地方" in ended.out
    with file.open(encoding="utf-8-sig") as opened:
        rows = {row["from_code"]: row for row in csv.DictReader(opened)}
    assert rows["340811100000"]["to_code"] == "340811101"
    assert rows["340811100000"]["same_code_name"] == "大龙山镇"
    assert (rows["340811200000"]["to_code"], rows["340811200000"]["reason"]) == ("", "no_counterpart")
    english = cli("areas", "crosswalk", "local", "mca2026", "--lang", "en", "-C", two_systems).out
    assert "2 codes of local are another place in mca2026: never join two tables by the codes alone" in english
    assert "1 further areas of mca2026 have no counterpart" in english


def test_a_system_that_is_not_loaded_and_a_wrong_file_are_named(cli: Any, two_systems: Path) -> None:
    assert (
        "none of the code system 'mca' are loaded, loaded are local, mca2026"
        in cli("areas", "crosswalk", "mca", "local", "-C", two_systems).err
    )
    ended = cli("areas", "crosswalk", "mca2026", "local", "--out", "crosswalk.xlsx", "-C", two_systems)
    assert "allowed are names that end in .csv" in ended.err


def test_doctor_compares_only_areas_of_the_study(cli: Any, two_systems: Path) -> None:
    assert "areas: no areas of the same level overlap" in cli("doctor", "-C", two_systems).out
