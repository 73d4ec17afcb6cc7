"""Colours, labels and legends of a layer as HTML; every text is escaped here, because Leaflet parses labels as HTML."""

from collections.abc import Mapping
from html import escape
from math import nan
from types import MappingProxyType
from typing import Any

import numpy as np

from geoservice.layer import Style
from geoservice.maps.symbology import (
    NO_DATA_CLASS,
    UNCERTAIN_CLASS,
    classify,
    has_classes,
    has_margin,
    legend_texts,
    missing_labels,
    occurring_classes,
    symbology_of,
)
from geoservice.measures import UNCERTAIN, measure_of
from geoservice.number_text import WORDS as REASON_WORDS
from geoservice.number_text import Limits, format_number, reason_label, unit_label
from geoservice.release.base import PublishedColumn, PublishedLayer

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "en": {"synthetic": "Synthetic data: the households of this study are made up.", "release": "release"},
    "zh": {"synthetic": "虚构数据：本研究的住户为虚构。", "release": "发布版本"},
})  # fmt: skip


def default_dimensions(study: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dimensions that a static map shows: the study's first service and mode, its standard minutes, everybody.

    >>> default_dimensions({"services": [{"id": "clinic", "standard_minutes": 15}], "modes": ["walk", "drive"]})
    {'tier': 'any', 'nth': 1, 'group': 'all', 'service': 'clinic', 'minutes': 15, 'mode': 'walk'}
    """
    service = next(iter(study.get("services") or [{}]))
    mode = next(iter(study.get("modes") or [None]))
    dimensions = {"service": service.get("id"), "minutes": service.get("standard_minutes"), "mode": mode}
    return {"tier": "any", "nth": 1, "group": "all", **{k: v for k, v in dimensions.items() if v is not None}}


def colour(style: Style, value: Any, status: str | None = None) -> str:
    """Return the colour of a value: that of its class, grey if it is uncertain, pale if it is missing.

    >>> style = Style(property="p", breaks=(20, 40), colours=("#aaaaaa", "#bbbbbb", "#cccccc"))
    >>> [colour(style, v) for v in (19.9, 20, 40, None)], colour(style, 30, "uncertain")
    (['#aaaaaa', '#bbbbbb', '#cccccc', '#f0f0ee'], '#bcbac6')
    """
    number = value if isinstance(value, int | float) else nan
    index = int(classify(style, np.array([number], float), [status])[0])
    if index == UNCERTAIN_CLASS:
        return style.uncertain
    return style.no_data if index == NO_DATA_CLASS else symbology_of(style, "day").colours[index]


def classes(layer: PublishedLayer, language: str, limits: Limits) -> list[tuple[str, str]]:
    """Return colour and text of each class of a layer, then of uncertain and of missing values."""
    style = layer.style
    if not has_classes(style):
        return []
    symbology = symbology_of(style, "day")
    colours = [symbology.swatches[i] for i in occurring_classes(style, limits)]
    graded = [*zip(colours, legend_texts(layer, language, limits), strict=True)]
    uncertain = (
        [(symbology.swatch(symbology.uncertain), getattr(REASON_WORDS[UNCERTAIN], language))] if has_margin(layer) else []
    )
    return [
        *graded,
        *uncertain,
        *((symbology.swatch(style.no_data), getattr(label, language)) for label in missing_labels(style, limits)),
    ]


def label_html(
    column: PublishedColumn | None, style: Style, properties: Mapping[str, Any], language: str, limits: Limits
) -> str:
    """Return a feature's label as HTML: its name, and the styled value with its margin, or why it is missing."""
    names = [properties.get(n) for n in (f"name_{language}", "name", "station_name", "name_zh", "name_en", "unit")]
    text = f"<b>{escape(str(next((n for n in names if n), '')))}</b>"
    if column is not None:
        value = number_text(column, properties, properties.get(style.status or ""), language, limits)
        text += f"<br>{escape(getattr(column.title, language))}: {escape(value)}"
    return text


def number_text(
    column: PublishedColumn, properties: Mapping[str, Any], status: str | None, language: str, limits: Limits
) -> str:
    """Return a feature's value of a column as text, with its unit."""
    value, margin = properties.get(column.name), properties.get(f"{column.name}_margin")
    if column.measure is not None:
        text = format_number(measure_of(column.measure).kind, value, margin, status, language, limits)
    else:
        text = getattr(reason_label(None), language) if value is None else f"{value:g}"
    return text if value is None else f"{text} {getattr(unit_label(column.unit), language)}".strip()


def legend_html(layer: PublishedLayer, column: PublishedColumn | None, language: str, limits: Limits, unfolded: bool) -> str:
    """Return a layer's collapsible legend as HTML, empty if it has no classes."""
    rows = classes(layer, language, limits)
    if column is None or not rows:
        return ""
    title = escape(getattr(layer.title, language)) + "<br><small>" + escape(getattr(column.title, language))
    title += f" ({escape(getattr(unit_label(column.unit), language))})</small>" if column.unit else "</small>"
    cells = (f'<div><i style="background:{escape(c)}"></i>{escape(text)}</div>' for c, text in rows)
    state = " open" if unfolded else ""
    return f'<details data-layer="{layer.id}"{state}><summary>{title}</summary>{"".join(cells)}</details>'
