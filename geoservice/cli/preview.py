"""The preview of an import in the terminal: headers and columns, and the first rows with their errors."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from geoservice.ingest import Report
    from geoservice.ingest.preview import Preview, PreviewRow, Unmatched

_WIDEST = 24
"""Most characters that are shown of a value."""


def print_preview(report: "Report", preview: "Preview", console: "Console") -> None:
    """Print which header goes to which column and why, how to correct it, and the first rows.

    Values of households are shown on a terminal only, not in a file or a pipe.
    """
    from rich.table import Table
    from rich.text import Text

    if report.layer:
        console.print(f"  sheet or layer: {report.layer}", markup=False)
    table = Table("column", "header", "", box=None, pad_edge=False)
    for ours, theirs in report.mapping.items():
        table.add_row(ours, Text(theirs), "")
    for column in preview.columns:
        table.add_row(column.name, "-", Text(_why(column)))
    for header in preview.unused:
        table.add_row("-", Text(header.name), Text(_why(header)))
    console.print(table)
    if preview.options:
        console.print(f"  to correct this, edit and repeat it with: {preview.options}", markup=False)
    _print_rows(report, preview, console)


def _why(unmatched: "Unmatched") -> str:
    from geoservice.ingest.preview import REASONS

    names = f": {', '.join(unmatched.candidates)}" if unmatched.candidates else ""
    return ("NEEDED; " if unmatched.is_needed else "") + REASONS[unmatched.reason]["en"] + names


def _print_rows(report: "Report", preview: "Preview", console: "Console") -> None:
    from rich.table import Table
    from rich.text import Text

    from geoservice.register.store import TABLES as PRIVATE

    show_values = report.table not in PRIVATE or console.is_terminal
    if show_values and preview.rows:
        rows = Table("row", box=None, pad_edge=False)
        for header in preview.headers:
            rows.add_column(Text(header))
        for row in preview.rows:
            wrong = {f.column for f in row.faults}
            cells = zip(preview.headers, row.values, strict=True)
            rows.add_row(str(row.row), *(Text(v[:_WIDEST], style="bold red" if h in wrong else "") for h, v in cells))
        console.print(rows)
    for row in preview.rows:
        _print_faults(row, console, show_values=show_values)
    if not show_values:
        console.print("  values of households are shown on a terminal only")


def _print_faults(row: "PreviewRow", console: "Console", *, show_values: bool) -> None:
    for fault in row.faults:
        value = f", got {fault.value[:_WIDEST]!r}" if show_values else ""
        line = f"  row {row.row}, column {fault.column}: {fault.reason}{value}, allowed: {fault.allowed}"
        console.print(line, markup=False, style="red")
