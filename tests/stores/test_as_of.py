"""Rows that are valid on a day: households and areas, on both engines."""

import datetime as dt

import pyarrow as pa
import pytest

from geoservice.errors import DuplicateKeys, InputError
from geoservice.project import Project
from geoservice.register import Register
from geoservice.schema import TABLES
from geoservice.vintages import Source

DAY = dt.date(2024, 6, 30)
Period = tuple[dt.date | None, dt.date | None]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def areas(*rows: tuple[str, str, str | None, str | None]) -> pa.Table:
    """Areas of code system, code, first and last day."""
    fields = ("code_system", "code", "valid_from", "valid_to")
    made = [
        {**dict(zip(fields, (s, c, f and day(f), t and day(t)), strict=True)), "name_zh": c, "name_en": c, "level": "county"}
        for s, c, f, t in rows
    ]
    return pa.Table.from_pylist(made, TABLES["areas"].arrow())


def households(*periods: tuple[str | None, str | None]) -> pa.Table:
    made = [
        {
            "id": bytes([n] * 16), "lon": 117.0, "lat": 30.0, "precision": "point", "persons": n + 1, "residence_area": "1",
            "since": first and day(first), "until": last and day(last),
        }
        for n, (first, last) in enumerate(periods)
    ]  # fmt: skip
    return pa.Table.from_pylist(made, TABLES["households"].arrow())


def codes(project: Project, when: dt.date | None) -> list[str]:
    return [str(c) for c in project.areas(when, "x").column("code").to_pylist()]


def test_periods_include_both_ends_and_null_is_unbounded(register: Register) -> None:
    inside = [
        (None, None),
        ("2024-06-30", None),
        (None, "2024-06-30"),
        ("2024-06-30", "2024-06-30"),
        ("1900-01-01", "2024-07-01"),
    ]
    outside = [("2024-07-01", None), (None, "2024-06-29"), ("2023-01-01", "2024-06-29")]
    register.write("households", households(*inside, *outside), Source("h.csv", "1"))
    assert register.read_as_of("households", DAY).column("persons").to_pylist() == [1, 2, 3, 4, 5]
    assert register.read("households").num_rows == 8, "all of them are kept"


def test_the_default_date_is_that_of_the_newest_load(project: Project) -> None:
    assert project.day_of("areas", DAY) == DAY
    today = dt.datetime.now(dt.UTC).date()
    rows = areas(
        ("x", "ends", None, f"{today - dt.timedelta(1)}"), ("x", "goes on", None, None), ("x", "new", f"{today}", None)
    )
    project.write("areas", rows, Source("a.csv", "1"))
    assert project.day_of("areas", None) == project.vintages("areas")[0].loaded_at.date()
    assert codes(project, None) == ["goes on", "new"]
    assert codes(project, today - dt.timedelta(1)) == ["ends", "goes on"]
    assert project.read_as_of("areas", None).equals(project.areas(None, "x"))


def test_tables_without_periods_and_empty_ones_are_unchanged(project: Project) -> None:
    assert project.read_as_of("areas", DAY).num_rows == 0
    assert project.read_as_of("stations", DAY).num_rows == 0
    assert project.areas(None, "x").schema.equals(TABLES["areas"].arrow())


def test_no_valid_row_is_an_error_that_names_the_date(register: Register) -> None:
    register.write("households", households((None, "2020-01-01")), Source("h.csv", "1"))
    with pytest.raises(
        InputError,
        match=r"households: by since and until no row is valid on 2024-06-30; set another date as as_of in study\.toml",
    ):
        register.read_as_of("households", DAY)


def test_the_digest_of_a_date_is_that_of_its_rows(register: Register) -> None:
    register.write("households", households((None, None), (None, "2020-01-01")), Source("h.csv", "1"))
    before = register.digest_as_of("households", DAY)
    assert before != register.digest("households")
    register.write("households", households((None, None)), Source("h.csv", "2"))
    assert register.digest_as_of("households", DAY) == register.digest("households") == before


def test_generations_of_a_code_live_in_one_file(project: Project) -> None:
    rows = areas(("x", "1", None, "2023-12-31"), ("x", "1", "2024-01-01", None), ("x", "2", None, None))
    project.write("areas", rows, Source("a.csv", "1"))
    for when, first in (("2023-12-31", None), ("2024-01-01", day("2024-01-01"))):
        table = project.areas(day(when), "x")
        assert table.column("code").to_pylist() == ["1", "2"]
        assert table.column("valid_from").to_pylist() == [first, None]


def test_null_in_a_key_is_a_value_like_any_other(project: Project) -> None:
    both = areas(("x", "1", None, "2023-12-31"), ("x", "1", "2024-01-01", None))
    project.write("areas", both, Source("a.csv", "1"))
    longer = areas(("x", "1", None, "2023-12-30"), ("x", "2", None, None))
    vintage = project.write("areas", longer, Source("a.csv", "2"))
    assert (vintage.added, vintage.removed, vintage.changed) == (1, 1, 1)
    with pytest.raises(DuplicateKeys, match=r"areas: 1 keys .* are already current from another source"):
        project.write("areas", longer.slice(0, 1), Source("b.csv", "1"))
    with pytest.raises(DuplicateKeys, match=r"areas: 1 keys .* more than once in b\.csv"):
        project.write("areas", pa.concat_tables([longer.slice(0, 1)] * 2), Source("b.csv", "1"))


def test_areas_are_those_of_the_code_system_of_the_study(project: Project) -> None:
    project.write("areas", areas(("gb2020", "1", None, None), ("gb2020", "2", None, None)), Source("a.csv", "1"))
    project.write("areas", areas(("nbs2023", "1", "2023-01-01", None)), Source("b.csv", "1"))
    with pytest.raises(
        InputError, match=r"several code systems are loaded, gb2020, nbs2023, and code_system in study\.toml is 'x'"
    ):
        project.areas(DAY, "x")
    assert project.areas(DAY, "nbs2023").column("code").to_pylist() == ["1"]
    assert codes(project, day("2022-12-31")) == ["1", "2"], "the other system has no areas of that day"


def test_a_repeated_code_on_a_date_is_refused_with_advice(project: Project) -> None:
    project.write("areas", areas(("x", "1", None, None), ("x", "2", None, None)), Source("a.csv", "1"))
    project.write("areas", areas(("x", "1", "2023-01-01", None)), Source("b.csv", "1"))
    message = r"1 codes occur more than once, the first is 1 \(x 2023-01-01 to \.{3}, x \.{3} to \.{3}\).*valid_from"
    with pytest.raises(InputError, match=message):
        project.areas(DAY, "x")
    assert codes(project, day("2022-12-31")) == ["1", "2"]
