"""Colours and words of a drawn layer; every text is escaped here, because Leaflet takes labels for HTML."""

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
    graded,
    has_margin,
    missing,
    occurring,
    symbology_of,
    texts,
)
from geoservice.measures import UNCERTAIN, measure_of
from geoservice.number_text import WORDS as REASON_WORDS
from geoservice.number_text import Limits, format_number, reason_label, unit_label
from geoservice.release.base import PublishedColumn, PublishedLayer

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "en": {"synthetic": "Synthetic data: the households of this study are made up.", "release": "release"},
    "zh": {"synthetic": "虚构数据：本研究的住户为虚构。", "release": "发布版本"},
})  # fmt: skip


def requested_layers(study: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a still map shows: the study's first service and mode, within the service's standard, for everybody.

    >>> requested_layers({"services": [{"id": "clinic", "standard_minutes": 15}], "modes": ["walk", "drive"]})
    {'tier': 'any', 'nth': 1, 'group': 'all', 'service': 'clinic', 'minutes': 15, 'mode': 'walk'}
    """
    service = next(iter(study.get("services") or [{}]))
    mode = next(iter(study.get("modes") or [None]))
    wanted = {"service": service.get("id"), "minutes": service.get("standard_minutes"), "mode": mode}
    return {"tier": "any", "nth": 1, "group": "all", **{k: v for k, v in wanted.items() if v is not None}}


def colour(style: Style, value: Any, status: str | None = None) -> str:
    """Return the colour of a value: its class's, grey where it is uncertain, pale where there is none.

    >>> style = Style(property="p", breaks=(20, 40), colours=("#aaaaaa", "#bbbbbb", "#cccccc"))
    >>> [colour(style, v) for v in (19.9, 20, 40, None)], colour(style, 30, "uncertain")
    (['#aaaaaa', '#bbbbbb', '#cccccc', '#f0f0ee'], '#bcbac6')
    """
    known = value if isinstance(value, int | float) else nan
    at = int(classify(style, np.array([known], float), [status])[0])
    return {UNCERTAIN_CLASS: style.uncertain, NO_DATA_CLASS: style.no_data}.get(at) or symbology_of(style, "day").colours[at]


def classes(layer: PublishedLayer, language: str, limits: Limits) -> list[tuple[str, str]]:
    """Return colour and text of each class of a layer, then those of what is uncertain and of what has no value."""
    style = layer.style
    if not graded(style):
        return []
    shown = symbology_of(style, "day")
    colours = [shown.swatches[i] for i in occurring(style, limits)]
    known = [*zip(colours, texts(style, language, limits), strict=True)]
    wide = [(shown.swatch(shown.uncertain), getattr(REASON_WORDS[UNCERTAIN], language))] if has_margin(layer) else []
    return [*known, *wide, *((shown.swatch(style.no_data), getattr(label, language)) for label in missing(style, limits))]


def label(column: PublishedColumn | None, style: Style, properties: Mapping[str, Any], language: str, limits: Limits) -> str:
    """Return a feature's label as HTML: its name and the value that colours it with its margin, or why there is none."""
    names = [properties.get(n) for n in (f"name_{language}", "name", "station_name", "name_zh", "name_en", "unit")]
    text = f"<b>{escape(str(next((n for n in names if n), '')))}</b>"
    if column is not None:
        shown = number(column, properties, properties.get(style.status or ""), language, limits)
        text += f"<br>{escape(getattr(column.title, language))}: {escape(shown)}"
    return text


def number(column: PublishedColumn, properties: Mapping[str, Any], status: str | None, language: str, limits: Limits) -> str:
    """Return a feature's value of a column as text, with its unit."""
    value, margin = properties.get(column.name), properties.get(f"{column.name}_margin")
    if column.measure is not None:
        text = format_number(measure_of(column.measure).kind, value, margin, status, language, limits)
    else:
        text = getattr(reason_label(None), language) if value is None else f"{value:g}"
    return text if value is None else f"{text} {getattr(unit_label(column.unit), language)}".strip()


def legend(layer: PublishedLayer, column: PublishedColumn | None, language: str, limits: Limits, unfolded: bool) -> str:
    """Return a layer's legend as HTML that folds, empty where it has no classes."""
    rows = classes(layer, language, limits)
    if column is None or not rows:
        return ""
    title = escape(getattr(layer.title, language)) + "<br><small>" + escape(getattr(column.title, language))
    title += f" ({escape(getattr(unit_label(column.unit), language))})</small>" if column.unit else "</small>"
    cells = (f'<div><i style="background:{escape(c)}"></i>{escape(text)}</div>' for c, text in rows)
    state = " open" if unfolded else ""
    return f'<details data-layer="{layer.id}"{state}><summary>{title}</summary>{"".join(cells)}</details>'
