"""A clean register to plant faults in, and its report."""

from collections.abc import Callable
from typing import Any

import pytest
from made_up_register import around, households, table

from geoservice.disclosure.data_quality import QualityReport, data_quality

Columns = dict[str, list[Any]]
Report = Callable[..., QualityReport]


@pytest.fixture
def clean() -> Columns:
    return households()


@pytest.fixture
def report() -> Report:
    """Return ``report(columns, **surroundings)``."""
    return lambda columns, **changes: data_quality(table(columns), around(**changes))


@pytest.fixture
def counts() -> Callable[[QualityReport, str], dict[str, int]]:
    """Return ``counts(report, item)``: households by area code, the empty code for the whole register; zero is left out."""

    def count(report: QualityReport, item: str) -> dict[str, int]:
        found = [f for f in (*report.totals, *report.by_area) if f.item.id == item]
        assert found, item
        return {f.area: f.rows for f in found if f.is_problem}

    return count
