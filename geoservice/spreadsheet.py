"""Cells of workbooks that no spreadsheet program interprets as formulas."""

import re
from typing import Any

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_AMBIGUOUS = frozenset("=#")
"""First characters of formulas and of error values."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def escape_formula(text: str) -> str:
    """Return a cell text that no spreadsheet interprets as a formula; plain numbers are unchanged.

    >>> escape_formula("=1+1"), escape_formula("-5"), escape_formula("@SUM(A1)"), escape_formula("村")
    ("'=1+1", '-5', "'@SUM(A1)", '村')
    """
    risky = text[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} and not _NUMBER.fullmatch(text)
    return f"'{text}" if risky else text


def text_cell(sheet: Any, text: str) -> Any:
    """Return a text as a value for a write-only sheet of openpyxl: never a formula, and without characters that XML forbids.

    Only a text that openpyxl could take for something else becomes a cell of its own, which takes ten times as long.
    """
    from openpyxl.cell import WriteOnlyCell

    value = _CONTROL.sub("", escape_formula(text))
    if value[:1] not in _AMBIGUOUS:
        return value
    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"
    return cell
