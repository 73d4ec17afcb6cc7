"""Rows of a release as cells of an HTML table: each number with its margin, or the reason why it has no value."""

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from geoservice.measures import measure_of, uncertain
from geoservice.number_text import Limits, class_label, format_number, p_text
from geoservice.release.base import PublishedLayer
from geoservice.server.features.geojson import property_names
from geoservice.server.pages import Number

NUMBER_COLUMNS = ("measure", "value", "margin", "status")
"""Columns of the release table that together make a number."""


def headings(table: pa.Table, layer: PublishedLayer, language: str) -> list[str]:
    """Return the heading of each visible column: its title and unit in a language, or its name."""
    titles = {c.name: getattr(c.title, language) + (f" ({c.unit})" if c.unit else "") for c in layer.columns}
    return [titles.get(n, n) for n in visible_columns(table, layer)]


def visible_columns(table: pa.Table, layer: PublishedLayer) -> list[str]:
    """Return the properties that have a column; a margin and a status are in the column of their number."""
    names = property_names(table)
    merged = {c.name for c in layer.columns if c.margin_of in names}
    merged |= {f"{c.name}_status" for c in layer.columns if c.measure is not None and c.name in names}
    if _is_release_table(table, layer):
        merged.add("margin")
    return [n for n in names if n not in merged]


def _is_release_table(table: pa.Table, layer: PublishedLayer) -> bool:
    return layer.geometry == "none" and set(NUMBER_COLUMNS) <= set(table.column_names)


def cells(table: pa.Table, layer: PublishedLayer, language: str, limits: Limits) -> Iterable[Sequence[Any]]:
    """Return the cells of each row, in the order of :func:`headings`."""
    measures = {c.name: c.measure for c in layer.columns if c.measure is not None}
    columns = []
    for name in visible_columns(table, layer):
        values = table.column(name).to_pylist()
        if name in measures:
            margins = _column(table, f"{name}_margin")
            status = _column(table, f"{name}_status")
            rows = zip(values, margins, status, strict=True)
            values = [number(measures[name], v, m, s, language, limits) for v, m, s in rows]
        elif name == "value" and _is_release_table(table, layer):
            numbers = zip(*(table.column(n).to_pylist() for n in NUMBER_COLUMNS), strict=True)
            values = [number(name, v, m, s, language, limits) for name, v, m, s in numbers]
        columns.append(values)
    return zip(*columns, strict=True) if columns else [()] * table.num_rows


def _column(table: pa.Table, name: str) -> list[Any]:
    return table.column(name).to_pylist() if name in table.column_names else [None] * table.num_rows


def number(
    measure: str, value: float | None, margin: float | None, status: str | None, language: str, limits: Limits
) -> Number:
    """Return the cell of a number; a class is a text."""
    kind, label = measure_of(measure).kind, class_label(measure, value)
    if label is not None:
        return Number(getattr(label, language), "s")
    if value is not None and measure.endswith("_p"):
        return Number(p_text(value), "n")
    text = format_number(kind, value, margin, status, language, limits)
    if value is None:
        return Number(text, "s")
    return Number(text, "n u" if margin is not None and uncertain(kind, value, margin) else "n")
