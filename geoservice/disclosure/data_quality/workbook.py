"""The data quality report as a workbook: the whole register, a sheet for each level of areas, and the methods."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from math import isnan
from typing import IO, Any

from geoservice.disclosure.data_quality.base import CHECKS, LANGUAGES, SEVERITIES, WHOLE, Language, QualityFinding
from geoservice.disclosure.data_quality.quality_report import QualityReport
from geoservice.disclosure.data_quality.text_tables import summary
from geoservice.disclosure.data_quality.texts import COLUMNS, COUNTS_ONLY, LEVELS, METHODS, PRIVATE, TITLE
from geoservice.spreadsheet import text_cell

NUMBERS = ("rows", "of", "share", "value", "expected")
WIDTHS = {"area": 16, "name": 24, "check": 24, "item": 34, "severity": 10, "sentence": 110, "method": 140}
MAX_SHEET_ROWS, PROGRESS_ROWS = 1_048_575, 2000


def write_workbook(
    report: QualityReport, language: Language, file: IO[bytes], progress: Callable[[float], None] = lambda _fraction: None
) -> None:
    """Write the report as XLSX; every text is a text, never a formula.

    Parameters
    ----------
    report, language
        The report, and the language of headings.
    file
        Open for writing.
    progress
        Called with the completed fraction.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    findings, done = (*report.totals, *report.by_area), 0
    for level in (WHOLE, *report.regions):
        names = {region.code: region.name.to(language) for region in report.regions.get(level, ())}
        rows = [finding for finding in findings if finding.level == level]
        _write_findings(book, level, rows, names, language, partial(_report_progress, progress, len(findings), done))
        done += len(rows)
    _write_methods(book, report, language)
    book.save(file)


def _report_progress(progress: Callable[[float], None], total: int, before: int, rows: int) -> None:
    progress((before + rows) / total)


def _write_findings(
    book: Any,
    level: str,
    findings: Sequence[QualityFinding],
    names: dict[str, str],
    language: Language,
    written: Callable[[int], None],
) -> None:
    columns = (*(("area", "name") if names else ()), "check", "item", "severity", *NUMBERS)
    sheet = _sheet(book, LEVELS[level].to(language), [*columns, "sentence", "sentence"], language)
    for number, finding in enumerate(findings[:MAX_SHEET_ROWS]):
        if number % PROGRESS_ROWS == 0:
            written(number)
        sheet.append(list(_cells(sheet, finding, names, language)))


def _cells(sheet: Any, finding: QualityFinding, names: dict[str, str], language: Language) -> Iterable[Any]:
    item = finding.item
    place = (finding.area, names[finding.area]) if names else ()
    for text in (*place, *(t.to(language) for t in (CHECKS[item.check], item.title, SEVERITIES[item.severity]))):
        yield text_cell(sheet, text)
    for name in NUMBERS:
        number = getattr(finding, name)
        yield None if isnan(number) else number
    for each in (language, *(other for other in LANGUAGES if other != language)):
        yield text_cell(sheet, finding.sentence(each))


def _write_methods(book: Any, report: QualityReport, language: Language) -> None:
    sheet = _sheet(book, COLUMNS["method"].to(language), ["check", "method"], language)
    for text in (PRIVATE.to(language), summary(report, language), COUNTS_ONLY.to(language)):
        sheet.append([text_cell(sheet, TITLE.to(language)), text_cell(sheet, text)])
    for check, title in CHECKS.items():
        sheet.append([text_cell(sheet, title.to(language)), text_cell(sheet, METHODS[check].to(language))])


def _sheet(book: Any, title: str, columns: Sequence[str], language: Language) -> Any:
    """Return a new sheet with its header."""
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, name in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(name, 12)
    sheet.append([text_cell(sheet, COLUMNS[name].to(language)) for name in columns])
    return sheet
