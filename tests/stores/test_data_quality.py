"""The data quality report of a register on both engines: nulls, dates and codes arrive as they were stored."""

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest
from made_up_register import VILLAGES, around, households, table

from geoservice.disclosure.data_quality import data_quality
from geoservice.register import Register
from geoservice.schema import HOUSEHOLDS
from geoservice.vintages import Source

NULLABLE = {"registered_area": None, "uncertainty_m": None, "since": None}


@pytest.fixture
def faulty() -> dict[str, list[Any]]:
    """Return a register with faults that a store accepts."""
    columns = households()
    for row in range(7):
        for name, value in NULLABLE.items():
            columns[name][row] = value
        columns["persons"][100 + row] = 16
        columns["since"][200 + row], columns["until"][200 + row] = dt.date(2020, 5, 5), dt.date(2020, 5, 4)
        columns["registered_area"][300 + row] = "不明"
        for values in columns.values():
            values.append(values[500 + row])
        columns["id"][-1] = row.to_bytes(16, "big")
    return columns


def test_the_report_is_that_of_the_rows_that_were_written(register: Register, faulty: dict[str, list[Any]]) -> None:
    rows = table(faulty).cast(HOUSEHOLDS.arrow(["over_65", "under_6"]))
    register.write("households", rows, Source("h.csv", "1"))
    report = data_quality(register.read("households"), around())
    assert report.table().equals(data_quality(rows.sort_by("id"), around()).table())
    counts = {(f.item.id, f.area): f.rows for f in (*report.totals, *report.by_area)}
    faults = {"missing_registered_area": 0, "missing_since": 0, "persons_many": 1, "until_before_since": 2, "home_unknown": 3}
    for item, village in faults.items():
        assert counts[item, ""] == counts[item, VILLAGES[village]] == 7
    assert sum(counts.get((f"duplicate_{band}", VILLAGES[5]), 0) for band in ("very_likely", "likely", "possible")) == 14


def test_a_register_without_the_optional_columns(register: Register, some_households: Any) -> None:
    rows: pa.Table = some_households(30)
    register.write("households", rows, Source("h.csv", "1"))
    report = data_quality(register.read("households"), around())
    counts = {f.item.id: f.rows for f in report.totals}
    assert counts["missing_since"] == counts["missing_uncertainty"] == 15
    assert counts["residence_unknown"] == 0
    assert "missing_groups" not in counts


def test_purge_erases_the_report(register: Register) -> None:
    register.quality_folder.mkdir()
    (register.quality_folder / "quality.txt").write_text("7")
    register.purge()
    assert not register.quality_folder.exists()
