"""A template as a workbook: a sheet to fill in, and one that explains its columns. No cell is a formula."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from geoservice.durable import atomic_write
from geoservice.ingest.template import Language, TemplateColumn
from geoservice.spreadsheet import escape_formula

_SHEETS = {"zh": ("填写", "说明"), "en": ("data", "columns")}
_TITLES = {
    "zh": ("列名", "含义", "计量单位", "可填内容", "必填", "示例"),
    "en": ("column", "meaning", "unit", "allowed", "needed", "example"),
}
_NEEDED = {"zh": ("是", "否"), "en": ("yes", "no")}
_LIST_LIMIT = 255
"""Most characters of a list of choices in a cell's validation."""
_WIDTHS = (18, 60, 10, 44, 8, 30)


def write_template(columns: Sequence[TemplateColumn], language: Language, path: Path) -> None:
    """Write a template; required columns are bold, codes are text, and choices are offered as a list."""
    book = Workbook()
    data, explained = book.active, book.create_sheet(_SHEETS[language][1])
    data.title = _SHEETS[language][0]
    for index, column in enumerate(columns, 1):
        _put(data, 1, index, column.header, bold=column.required)
        _format(data, get_column_letter(index), column)
    data.freeze_panes = "A2"
    _explain(explained, columns, language)
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        book.save(file)


def _format(sheet: Any, letter: str, column: TemplateColumn) -> None:
    sheet.column_dimensions[letter].width = max(12, 2 * len(column.header) + 4)
    if column.is_text:
        sheet.column_dimensions[letter].number_format = "@"
    listed = ",".join(column.choices)
    if column.choices and len(listed) <= _LIST_LIMIT:
        choices = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False)
        choices.add(f"{letter}2:{letter}1048576")
        sheet.add_data_validation(choices)


def _explain(sheet: Any, columns: Sequence[TemplateColumn], language: Language) -> None:
    rows = max((len(c.examples) for c in columns), default=1)
    titles = [*_TITLES[language], *(f"{_TITLES[language][-1]} {i}" for i in range(2, rows + 1))]
    for index, title in enumerate(titles, 1):
        _put(sheet, 1, index, title, bold=True)
        sheet.column_dimensions[get_column_letter(index)].width = _WIDTHS[min(index, len(_WIDTHS)) - 1]
    for row, column in enumerate(columns, 2):
        texts = [column.header, column.meaning, column.unit, column.allowed, _NEEDED[language][not column.required]]
        for index, text in enumerate([*texts, *(column.examples * rows)[:rows]], 1):
            _put(sheet, row, index, text)
    sheet.freeze_panes = "A2"


def _put(sheet: Any, row: int, column: int, text: str, *, bold: bool = False) -> None:
    cell = sheet.cell(row, column)
    cell.value, cell.data_type, cell.number_format = escape_formula(text), "s", "@"
    cell.font, cell.alignment = Font(bold=bold), Alignment(wrap_text=True, vertical="top")
