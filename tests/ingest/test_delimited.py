"""CSV files that other programs would silently misread."""

from collections.abc import Callable

import pytest

from geoservice.errors import InputError
from geoservice.ingest import Report
from geoservice.project import Project

Load = Callable[..., Report]
HEADER = "id,name,tier,services,lon,lat\n"


def stations(count: int = 20) -> list[str]:
    return [f"{i},Station {i},village,checkup,116.95,30.6\n" for i in range(1, count + 1)]


@pytest.mark.parametrize("row", [3, 19])
def test_an_unclosed_quotation_mark_is_an_error_with_its_row(load: Load, areas: None, row: int) -> None:
    lines = stations()
    lines[row - 1] = lines[row - 1].replace("Station", '"Station')
    with pytest.raises(InputError, match=rf"row {row + 1}.*complete rows.*quotation mark"):
        load("stations", "s.csv", HEADER + "".join(lines), accept_partial=True)


def test_a_quotation_mark_closed_much_later_is_an_error(load: Load, areas: None) -> None:
    lines = stations()
    lines[4] = lines[4].replace("Station 5", '"Station 5')
    lines[9] = lines[9].replace("Station 10", 'Station 10"')
    with pytest.raises(InputError, match=r"row 6.*quotation mark"):
        load("stations", "s.csv", HEADER + "".join(lines), accept_partial=True)


def test_the_last_column_may_open_a_quote_too(load: Load, areas: None) -> None:
    lines = [line.replace(",116.95,30.6\n", ",116.95,30.6,note\n") for line in stations()]
    lines[4] = lines[4].replace(",note", ',"note')
    with pytest.raises(InputError, match=r"row 6, column remark.*quotation mark"):
        load("stations", "s.csv", HEADER.replace("lat", "lat,remark") + "".join(lines))


def test_a_cell_of_several_lines_is_read(project: Project, load: Load, areas: None) -> None:
    lines = stations(3)
    lines[1] = lines[1].replace("Station 2", '"Station 2,\nfirst floor, left"')
    assert load("stations", "s.csv", HEADER + "".join(lines)).rows_accepted == 3
    assert "Station 2,\nfirst floor, left" in project.read("stations").column("name").to_pylist()


def test_the_line_that_states_the_delimiter_is_not_the_header(project: Project, load: Load, areas: None) -> None:
    text = "sep=;\nid;name;tier;services;lon;lat\n1;A, B;village;checkup;116,95;30,6\n"
    assert load("stations", "s.csv", text).delimiter == ";"
    (row,) = project.read("stations").to_pylist()
    assert (row["name"], row["lon"], row["lat"]) == ("A, B", 116.95, 30.6)


def test_the_comma_is_the_decimal_mark_in_files_with_semicolons(load: Load, areas: None, project: Project) -> None:
    text = "id;name;tier;services;lon;lat;capacity\n1;A;village;checkup;116,951;30,6;1.234,5\n"
    load("stations", "s.csv", text)
    (row,) = project.read("stations").to_pylist()
    assert (row["lon"], row["capacity"]) == (116.951, 1234.5)


# Rows that are none of the table

COLUMNS = "站点编号,名称,级别,服务项目,经度,纬度,容量"


def row(number: int, name: str = "站", capacity: object = 10) -> str:
    return f"S{number},{name}{number},村级,体检,116.95,30.6,{capacity}"


def names(project: Project) -> list[str]:
    return sorted(project.read("stations").column("name").to_pylist())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("padded", [True, False], ids=["padded", "bare"])
def test_titles_totals_and_remarks_are_skipped_and_noted(
    load: Load, project: Project, areas: None, delimiter: str, padded: bool
) -> None:
    lines = [
        "宜秀区2024年服务站名册", "填报单位：某局,,单位：个", COLUMNS, row(1), row(2), "杨桥镇小计,,,,,,20", row(3), row(4),
        "合计,4,,,,,40", "5", "", "填表人：李某,,,审核：王某", "备注：不含流动车",
    ]  # fmt: skip
    text = [line + "," * (6 - line.count(",")) * padded for line in lines]
    report = load("stations", "s.csv", "\n".join(text).replace(",", delimiter) + "\n")
    assert names(project) == ["站1", "站2", "站3", "站4"]
    assert report.rows_read == 4
    for note in ("2 row(s) above the header in row 3", "2 row(s) of totals", "3 row(s) below the table"):
        assert any(note in n for n in report.notes), note


def test_rows_are_numbered_as_in_the_file_below_titles(load: Load, areas: None) -> None:
    lines = ["名册", "", COLUMNS, row(1), "小计,1,,,,,10", row(2).replace("116.95", "x"), row(3).replace(",10", "")]
    with pytest.raises(InputError, match=r"row 6, column 经度: not a coordinate.*row 7: 6 cells where the header has 7"):
        load("stations", "s.csv", "\n".join(lines) + "\n")


def test_a_header_of_two_rows_is_read(load: Load, project: Project, areas: None) -> None:
    lines = ["站点编号,名称,级别,服务项目,坐标,", ",,,,经度,纬度", "S1,站1,村级,体检,116.95,30.6"]
    report = load("stations", "s.csv", "\n".join(lines) + "\n")
    assert names(project) == ["站1"]
    assert any("the header was read from two rows, 1 and 2" in n for n in report.notes)


def test_a_header_with_line_breaks_is_one_row(load: Load, project: Project, areas: None) -> None:
    text = '名册\n"站点\n编号",名称,级别,服务项目,经度,纬度,"容量\n（人次/年）"\n' + row(1) + "\n" + row(2, capacity="x") + "\n"
    with pytest.raises(InputError, match=r"row 4, column 容量 \(人次/年\)"):
        load("stations", "s.csv", text)
    load("stations", "s.csv", text.replace(",x", ",5"))
    assert names(project) == ["站1", "站2"]


def test_a_row_that_numbers_the_columns_is_skipped(load: Load, project: Project, areas: None) -> None:
    report = load("stations", "s.csv", "\n".join([COLUMNS, "甲,乙,1,2,3,4,5", row(1)]) + "\n")
    assert names(project) == ["站1"]
    assert any("numbers the columns" in n for n in report.notes)


def test_the_header_row_can_be_stated(load: Load, project: Project, areas: None) -> None:
    lines = [COLUMNS, row(1), COLUMNS, row(2)]
    load("stations", "s.csv", "\n".join(lines) + "\n", header_row=3)
    assert names(project) == ["站2"]


def test_a_header_far_down_can_be_stated(load: Load, project: Project, areas: None) -> None:
    lines = [*(f"说明第{i}条" for i in range(1, 71)), COLUMNS, row(1)]
    load("stations", "s.csv", "\n".join(lines) + "\n", header_row=71)
    assert names(project) == ["站1"]


def test_numbered_rows_without_content_are_not_rows(load: Load, project: Project, areas: None) -> None:
    lines = ["序号," + COLUMNS, *(f"{i},{row(i)}" for i in (1, 2)), *(f"{i},,,,,,," for i in range(3, 1000))]
    report = load("stations", "s.csv", "\n".join(lines) + "\n")
    assert names(project) == ["站1", "站2"]
    assert any("997 row(s) below the table" in n for n in report.notes)


@pytest.mark.parametrize("name", ["总计里村", "合计桥", "Total", "小计", "Sum"])
def test_a_place_named_like_a_total_is_not_a_total(load: Load, project: Project, areas: None, name: str) -> None:
    line = f"{name},S1,村级,体检,116.95,30.6,\n"
    assert load("stations", "s.csv", "名称,站点编号,级别,服务项目,经度,纬度,容量\n" + line).rows_accepted == 1
    assert names(project) == [name]


def test_the_last_row_keeps_its_remark(load: Load, project: Project, areas: None) -> None:
    lines = [COLUMNS + ",备注", row(1) + ",", row(2, capacity="") + ",注：新址"]
    load("stations", "s.csv", "\n".join(lines) + "\n")
    assert names(project) == ["站1", "站2"]


@pytest.mark.parametrize("order", ["group,area,period,service,served,eligible", "area,group,period,service,served,eligible"])
def test_the_word_for_all_groups_is_not_a_total(load: Load, project: Project, areas: None, order: str) -> None:
    values = {"group": "合计", "area": "340811", "period": "2024", "service": "体检", "served": "50", "eligible": "400"}
    load("uptake", "u.csv", order + "\n" + ",".join(values[c] for c in order.split(",")) + "\n")
    assert project.read("uptake").column("group").to_pylist() == ["all"]


def test_totals_far_above_the_end_are_recognised(load: Load, project: Project, areas: None) -> None:
    lines = [row(i) if i % 500 else f"本页小计,,,,,,{i}" for i in range(1, 2001)]
    report = load("stations", "s.csv", "\n".join([COLUMNS, *lines]) + "\n")
    assert report.rows_accepted == 1996
    assert any("4 row(s) of totals" in n for n in report.notes)


@pytest.mark.parametrize("word", ["汇总", "合 计", "小计（个）", "总数：", "SUM", "Sub total"])
def test_every_spelling_of_a_total_is_recognised_far_above_the_end(
    load: Load, project: Project, areas: None, word: str
) -> None:
    lines = [row(i) for i in range(1, 601)]
    lines.insert(200, f"{word},,,,,,200")
    report = load("stations", "s.csv", "\n".join([COLUMNS, *lines]) + "\n")
    assert report.rows_accepted == 600
    assert any("1 row(s) of totals" in n for n in report.notes)


def test_a_subtotal_after_every_three_rows_is_a_total(load: Load, project: Project, areas: None) -> None:
    lines = [line for i in range(0, 6000, 3) for line in (*(row(n) for n in range(i, i + 3)), "小计,,,,,,3")]
    report = load("stations", "s.csv", "\n".join([COLUMNS, *lines]) + "\n")
    assert report.rows_accepted == 6000
    assert any("2000 row(s) of totals" in n for n in report.notes)


def test_a_form_feed_does_not_end_a_line(load: Load, project: Project, areas: None) -> None:
    load("stations", "s.csv", "名\x0c册\u2028续\n" + "\n".join([COLUMNS, row(1), row(2)]) + "\n")
    assert names(project) == ["站1", "站2"]


def test_headers_that_are_mapped_show_where_the_header_is(load: Load, project: Project, areas: None) -> None:
    lines = ["甲表,乙,", "a1,a2,a3,a4,a5,a6", "S1,站1,村级,体检,116.95,30.6"]
    mapping = dict(zip(("id", "name", "tier", "services", "lon", "lat"), lines[1].split(","), strict=True))
    load("stations", "s.csv", "\n".join(lines) + "\n", mapping=mapping)
    assert names(project) == ["站1"]
