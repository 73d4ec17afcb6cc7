"""Colours and words of a drawn layer; every text is escaped here, because Leaflet takes labels for HTML."""

from collections.abc import Mapping
from html import escape
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from geoservice.layer import Style
from geoservice.release.base import PublishedColumn, PublishedLayer

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "en": {"suppressed": "suppressed or no data", "synthetic": "Synthetic data: the households of this study are made up.",
           "below": "below {0}", "between": "{0} to {1}", "above": "{0} and more", "release": "release"},
    "zh": {"suppressed": "未公布或无数据", "synthetic": "虚构数据：本研究的住户为虚构。",
           "below": "低于 {0}", "between": "{0} 至 {1}", "above": "{0} 及以上", "release": "发布版本"},
})  # fmt: skip


def asked(study: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a still map shows: the study's first service and mode, within the service's standard, for everybody.

    >>> asked({"services": [{"id": "clinic", "standard_minutes": 15}], "modes": ["walk", "drive"]})
    {'tier': 'any', 'nth': 1, 'group': 'all', 'service': 'clinic', 'minutes': 15, 'mode': 'walk'}
    """
    service = next(iter(study.get("services") or [{}]))
    mode = next(iter(study.get("modes") or [None]))
    wanted = {"service": service.get("id"), "minutes": service.get("standard_minutes"), "mode": mode}
    return {"tier": "any", "nth": 1, "group": "all", **{k: v for k, v in wanted.items() if v is not None}}


def coloured(layer: PublishedLayer) -> PublishedColumn | None:
    """Return the column that colours a layer."""
    return next((c for c in layer.columns if c.name == layer.style.property), None)


def colour(style: Style, value: Any) -> str:
    """Return the colour of a value: its class's, or that of the suppressed for what has no value.

    >>> style = Style(breaks=(20, 40), colours=("#aaaaaa", "#bbbbbb", "#cccccc"))
    >>> [colour(style, v) for v in (19.9, 20, 40, None)]
    ['#aaaaaa', '#bbbbbb', '#cccccc', '#cfcfcf']
    """
    if len(style.colours) < 2 or len(style.colours) != len(style.breaks) + 1:
        return style.colours[0] if style.colours else "#3366aa"
    if not isinstance(value, int | float):
        return style.suppressed
    return style.colours[sum(value >= edge for edge in style.breaks)]


def classes(style: Style, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return colour and text of each class, the suppressed last.

    >>> classes(Style(breaks=(20,), colours=("#aaaaaa", "#bbbbbb")), WORDS["en"])
    [('#aaaaaa', 'below 20'), ('#bbbbbb', '20 and more'), ('#cfcfcf', 'suppressed or no data')]
    """
    if len(style.colours) != len(style.breaks) + 1 or not style.breaks:
        return []
    edges = [f"{b:g}" for b in style.breaks]
    texts = [words["below"].format(edges[0])]
    texts += [words["between"].format(a, b) for a, b in pairwise(edges)]
    texts.append(words["above"].format(edges[-1]))
    return [*zip(style.colours, texts, strict=True), (style.suppressed, words["suppressed"])]


def label(column: PublishedColumn | None, properties: Mapping[str, Any], language: str) -> str:
    """Return a feature's label as HTML: its name and the value that colours it; suppressed is said, never shown as zero."""
    names = [properties.get(n) for n in (f"name_{language}", "name", "station_name", "name_zh", "name_en", "unit")]
    text = f"<b>{escape(str(next((n for n in names if n), '')))}</b>"
    if column is not None:
        value = properties.get(column.name)
        shown = WORDS[language]["suppressed"] if value is None else f"{value:g} {column.unit}".strip()
        text += f"<br>{escape(getattr(column.title, language))}: {escape(shown)}"
    return text


def legend(layer: PublishedLayer, column: PublishedColumn | None, language: str, unfolded: bool) -> str:
    """Return a layer's legend as HTML that folds, empty where it has no classes."""
    rows = classes(layer.style, WORDS[language])
    if column is None or not rows:
        return ""
    title = escape(getattr(layer.title, language)) + "<br><small>" + escape(getattr(column.title, language))
    title += f" ({escape(column.unit)})</small>" if column.unit else "</small>"
    cells = (f'<div><i style="background:{escape(c)}"></i>{escape(text)}</div>' for c, text in rows)
    return f"<details{' open' if unfolded else ''}><summary>{title}</summary>{''.join(cells)}</details>"
