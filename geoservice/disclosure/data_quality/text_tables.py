"""The data quality report as tables for a terminal or a text file."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import IO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from geoservice.disclosure.data_quality.base import CHECKS, SEVERITIES, Language, Severity, number_text, share_text
from geoservice.disclosure.data_quality.quality_report import QualityReport
from geoservice.disclosure.data_quality.texts import COLUMNS, COUNTS_ONLY, LEVELS, NOTHING, PRIVATE, SUMMARY, TITLE

COLOURS: dict[Severity, str] = {"error": "red", "warning": "yellow", "note": ""}
FILE_WIDTH = 160


def report_tables(report: QualityReport, language: Language, levels: Iterable[str]) -> Iterator[Table | Text]:
    """Yield the report: a heading, a table of the findings of each check, and the number of items by area of some levels."""
    yield Text(TITLE.to(language), style="bold")
    yield Text(PRIVATE.to(language), style="yellow")
    yield Text(summary(report, language))
    for check, title in CHECKS.items():
        yield Text(f"\n{title.to(language)}", style="bold")
        yield from _check_tables(report, check, language)
    for level in levels:
        yield Text(f"\n{LEVELS[level].to(language)}", style="bold")
        yield _area_table(report, level, language)
    yield Text(f"\n{COUNTS_ONLY.to(language)}")


def summary(report: QualityReport, language: Language) -> str:
    """Return a sentence with the day, the number of households, and the number of findings by severity."""
    counts = {f"{severity}s": len(report.problems(severity)) for severity in SEVERITIES}
    return SUMMARY.to(language).format(day=report.day, households=number_text(report.households), **counts)


def _check_tables(report: QualityReport, check: str, language: Language) -> Iterator[Table | Text]:
    problems = [finding for finding in report.of_check(check) if finding.is_problem]
    table = _table([("severity", False), ("rows", True), ("share", True), ("sentence", False)], language)
    for finding in problems:
        severity = Text(SEVERITIES[finding.item.severity].to(language), style=COLOURS[finding.item.severity])
        table.add_row(severity, number_text(finding.rows), share_text(finding.share), Text(finding.sentence(language)))
    if problems:
        yield table
    if rest := [finding.item.title.to(language) for finding in report.of_check(check) if not finding.is_problem]:
        separator = "、" if language == "zh" else "; "
        yield Text(f"{NOTHING.to(language)}: {separator.join(rest)}", style="dim")


def _table(columns: list[tuple[str, bool]], language: Language) -> Table:
    """Return an empty table with some columns, those of numbers to the right."""
    table = Table(box=None, pad_edge=False)
    for name, is_number in columns:
        table.add_column(COLUMNS[name].to(language), justify="right" if is_number else "left")
    return table


def _area_table(report: QualityReport, level: str, language: Language) -> Table:
    """Return the areas of a level with their households and the number of items by severity."""
    counts = Counter((f.area, f.item.severity) for f in report.by_area if f.level == level)
    table = _table([("area", False), ("name", False), ("rows", True)], language)
    for text in SEVERITIES.values():
        table.add_column(text.to(language).capitalize(), justify="right")
    for region, households in zip(report.regions[level], report.households_by_region[level], strict=True):
        items = (str(counts[region.code, severity]) for severity in SEVERITIES)
        table.add_row(Text(region.code), Text(region.name.to(language)), number_text(households), *items)
    return table


def write_text(report: QualityReport, language: Language, file: IO[str]) -> None:
    """Write the report as plain text."""
    console = Console(file=file, width=FILE_WIDTH, highlight=False, force_terminal=False, no_color=True)
    for part in report_tables(report, language, report.regions):
        console.print(part)
