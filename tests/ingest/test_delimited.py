"""CSV files that other programs would read without a word, and wrongly."""

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
def test_a_quote_that_is_never_closed_is_named_by_its_row(load: Load, areas: None, row: int) -> None:
    lines = stations()
    lines[row - 1] = lines[row - 1].replace("Station", '"Station')
    with pytest.raises(InputError, match=rf"row {row + 1}.*whole rows.*quotation mark"):
        load("stations", "s.csv", HEADER + "".join(lines), accept_partial=True)


def test_a_quote_that_another_one_closes_much_later_is_named(load: Load, areas: None) -> None:
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


def test_the_line_that_states_the_delimiter_is_no_header(project: Project, load: Load, areas: None) -> None:
    text = "sep=;\nid;name;tier;services;lon;lat\n1;A, B;village;checkup;116,95;30,6\n"
    assert load("stations", "s.csv", text).delimiter == ";"
    (row,) = project.read("stations").to_pylist()
    assert (row["name"], row["lon"], row["lat"]) == ("A, B", 116.95, 30.6)


def test_under_semicolons_a_comma_begins_the_decimals(load: Load, areas: None, project: Project) -> None:
    text = "id;name;tier;services;lon;lat;capacity\n1;A;village;checkup;116,951;30,6;1.234,5\n"
    load("stations", "s.csv", text)
    (row,) = project.read("stations").to_pylist()
    assert (row["lon"], row["capacity"]) == (116.951, 1234.5)
