"""The data quality report: all checks of the register's households, counted for the whole register and by area."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import Any

import pyarrow as pa

from geoservice.disclosure.data_quality.area_codes import check_area_codes
from geoservice.disclosure.data_quality.area_totals import check_area_totals
from geoservice.disclosure.data_quality.base import CHECKS, QualityFinding
from geoservice.disclosure.data_quality.duplicates import check_duplicates
from geoservice.disclosure.data_quality.geocoding import check_geocoding
from geoservice.disclosure.data_quality.heaping import check_heaping
from geoservice.disclosure.data_quality.living_elsewhere import check_living_elsewhere
from geoservice.disclosure.data_quality.missing import check_missing
from geoservice.disclosure.data_quality.quality_data import QualityData, Surroundings
from geoservice.disclosure.data_quality.regions import Region
from geoservice.disclosure.data_quality.results import CheckResult
from geoservice.disclosure.data_quality.wrong import check_wrong
from geoservice.errors import InputError
from geoservice.progress import Progress

STAGE = "checking households"
REGISTRY: tuple[tuple[str, Callable[[QualityData], Iterator[CheckResult]]], ...] = (
    ("missing", check_missing),
    ("wrong", check_wrong),
    ("area_codes", check_area_codes),
    ("duplicates", check_duplicates),
    ("living_elsewhere", check_living_elsewhere),
    ("heaping", check_heaping),
    ("area_totals", check_area_totals),
    ("geocoding", check_geocoding),
)
COLUMNS: Mapping[str, Any] = {
    "check": pa.string(), "item": pa.string(), "severity": pa.string(), "level": pa.string(), "area": pa.string(),
    "rows": pa.int64(), "of": pa.int64(), "share": pa.float64(), "value": pa.float64(), "expected": pa.float64(),
    "zh": pa.string(), "en": pa.string(),
}  # fmt: skip


@dataclass(frozen=True)
class QualityReport:
    """The findings about one register; private, since it has exact counts.

    Attributes
    ----------
    day
        The day whose households count.
    households
        Number of households in the register, also of those that left.
    regions
        The areas of each level that findings are about.
    households_by_region
        By level, households that live in each of these areas.
    totals
        One finding an item for the whole register, also those with no household, in the order of the checks.
    by_area
        Findings of areas, without those that have none.
    """

    day: date
    households: int
    regions: Mapping[str, tuple[Region, ...]]
    households_by_region: Mapping[str, tuple[int, ...]]
    totals: tuple[QualityFinding, ...]
    by_area: tuple[QualityFinding, ...]

    def of_check(self, check: str) -> list[QualityFinding]:
        """Return the findings of a check about the whole register."""
        return [finding for finding in self.totals if finding.item.check == check]

    def problems(self, severity: str) -> list[QualityFinding]:
        """Return the findings of a severity about the whole register that have any household or area."""
        return [finding for finding in self.totals if finding.item.severity == severity and finding.is_problem]

    def table(self) -> pa.Table:
        """Return all findings as a table with the columns :data:`COLUMNS`."""
        return pa.Table.from_pylist([_row(finding) for finding in (*self.totals, *self.by_area)], pa.schema(COLUMNS))


def _row(finding: QualityFinding) -> dict[str, Any]:
    item = finding.item
    numbers = {name: getattr(finding, name) for name in ("rows", "of", "share", "value", "expected")}
    return {
        "check": item.check, "item": item.id, "severity": item.severity, "level": finding.level, "area": finding.area,
        **{name: None if isnan(number) else number for name, number in numbers.items()},
        "zh": finding.sentence("zh"), "en": finding.sentence("en"),
    }  # fmt: skip


def data_quality(
    households: pa.Table, around: Surroundings, progress: Progress = lambda _stage, _fraction: None
) -> QualityReport:
    """Return the data quality report of a register.

    Parameters
    ----------
    households : pyarrow.Table
        The current rows of the register, also those that are not valid on the day.
    around : Surroundings
        Areas, the day, code lists, and the public data to compare with.
    progress : callable
        Called with a stage and a fraction.

    Returns
    -------
    QualityReport
        Counts of households by area; no household can be identified from its rows by a key.

    Raises
    ------
    InputError
        There are no households.
    """
    if not households.num_rows:
        raise InputError("households: none are loaded; load them with: geoservice import households FILE")
    progress(STAGE, 0.0)
    data = QualityData.of(households, around)
    findings: list[QualityFinding] = []
    for done, (name, check) in enumerate(REGISTRY, 1):
        assert name in CHECKS
        for result in check(data):
            findings.extend(result.findings(data))
        progress(STAGE, done / len(REGISTRY))
    return QualityReport(
        around.day, len(data.columns), data.regions.by_level,
        {level: tuple(data.households(level).tolist()) for level in data.residence},
        tuple(f for f in findings if not f.area), tuple(f for f in findings if f.area),
    )  # fmt: skip
