"""Formatting of numbers for pages and maps, with their margin or the reason why a value is missing."""

from collections.abc import Mapping
from math import ceil, isfinite
from types import MappingProxyType
from typing import Any, NamedTuple

from geoservice.layer import Label
from geoservice.measures import BEYOND, NOBODY, NOT_APPLICABLE, UNCERTAIN, UNDER, Kind, uncertain

ABOUT, PLUS_MINUS, MINUS, THIN = "≈\u202f", "\u202f±\u202f", "\u2212", "\u202f"
"""Signs and narrow no-break spaces."""

DECIMALS: Mapping[Kind, int] = MappingProxyType({"count": 0, "rank": 0, "ratio": 1, "difference": 1, "minutes": 1})
NO_DATA = "no_data"

WORDS: Mapping[str, Label] = MappingProxyType({
    UNCERTAIN: Label(zh="误差大于数值", en="margin larger than the number"),
    BEYOND: Label(zh="超出检索时间", en="beyond the time searched"),
    NOT_APPLICABLE: Label(zh="不适用", en="not applicable"),
    NOBODY: Label(zh="无人居住", en="nobody lives here"),
    UNDER: Label(zh="数目过少", en="few"),
    NO_DATA: Label(zh="无数据", en="no data"),
})  # fmt: skip
"""Text for a number that is uncertain, and in place of one that is missing."""

UNITS: Mapping[str, Label] = MappingProxyType({
    "person": Label(zh="人", en="persons"),
    "household": Label(zh="户", en="households"),
    "min": Label(zh="分钟", en="min"),
    "percentage point": Label(zh="百分点", en="percentage points"),
})  # fmt: skip
"""Labels of the units in layer files; the other units are signs."""

_UNDER = Label(zh="少于 {}", en="under {}")
_BEYOND = Label(zh="> {} 分钟", en="> {} minutes")


class Limits(NamedTuple):
    """Bounds of a study's numbers: counts under ``below`` are not stated, times above ``minutes`` were not searched."""

    below: int | None = None
    minutes: int | None = None


NO_LIMITS = Limits()


def limits_of(study: Mapping[str, Any]) -> Limits:
    """Return the limits of a study in the form of the manifest.

    >>> limits_of({"minutes": [15, 60], "disclosure": {"hide_below": 10}}), limits_of({})
    (Limits(below=10, minutes=60), Limits(below=None, minutes=None))
    """
    disclosure, minutes = study.get("disclosure") or {}, study.get("minutes") or [None]
    return Limits(disclosure.get("hide_below"), minutes[-1])


def unit_label(unit: str) -> Label:
    """Return the label of a unit in a layer file.

    >>> unit_label("person").zh, unit_label("%").zh
    ('人', '%')
    """
    return UNITS.get(unit) or Label(zh=unit, en=unit)


def reason_label(status: str | None, limits: Limits = NO_LIMITS) -> Label:
    """Return the text in place of a number, in both languages; status None means that nothing was measured.

    >>> reason_label("under", Limits(below=10)).en, reason_label("beyond", Limits(minutes=60)).zh, reason_label(None).en
    ('under 10', '> 60 分钟', 'no data')
    """
    if status == UNDER and limits.below is not None:
        return _format_label(_UNDER, limits.below)
    if status == BEYOND and limits.minutes is not None:
        return _format_label(_BEYOND, limits.minutes)
    return WORDS.get(status or NO_DATA, WORDS[NO_DATA])


def _format_label(label: Label, number: int) -> Label:
    return Label(zh=label.zh.format(number), en=label.en.format(number))


def format_number(
    kind: Kind, value: float | None, margin: float | None, status: str | None, language: str, limits: Limits = NO_LIMITS
) -> str:
    """Return a number as text with its margin, or the reason why it is missing.

    Counts and ranks have no decimals, other numbers have one; margins have two significant figures and no more decimals than
    their number. A count whose margin reaches 0 is a range from 0; another uncertain number has ``≈`` before it; a ratio is
    never written below 0. A missing value is replaced by its reason: ``status`` as in the release table or of a styled
    property.

    >>> format_number("count", 1240.3, 61.8, "ok", "en").replace(THIN, " ")
    '1 240 ± 62'
    >>> format_number("count", 12.0, 28.0, "ok", "en"), format_number("count", None, None, "nobody", "zh")
    ('0–40', '无人居住')
    >>> format_number("ratio", 31.25, 24.6, "ok", "en").replace(THIN, " ")
    '≈ 31.2 ± 25'
    """
    if value is None or not isfinite(value):
        return str(getattr(reason_label(status, limits), language))
    if margin is None or not margin > 0:
        return _number(kind, value)
    if kind == "count" and value <= margin:
        upper = ceil(value + margin - 1e-9)
        return f"0–{_grouped(upper, 0)}" if upper > 0 else "0"
    prefix = ABOUT if uncertain(kind, value, margin) else ""
    return f"{prefix}{_number(kind, value)}{PLUS_MINUS}{margin_text(kind, margin)}"


def margin_text(kind: Kind, margin: float) -> str:
    """Return a margin with two significant figures, with no more decimals than its number, and never rounded down to 0.

    >>> [margin_text("ratio", m).replace(THIN, " ") for m in (1234.0, 61.8, 3.21, 0.96, 0.0312)], margin_text("count", 0.2)
    (['1 200', '62', '3.2', '1.0', '0.1'], '1')
    """
    rounded = max(float(f"{margin:.1e}"), 10.0 ** -DECIMALS[kind])
    return _grouped(rounded, DECIMALS[kind] if rounded < 10 else 0)


def _number(kind: Kind, value: float) -> str:
    text = _grouped(max(value, 0.0) if kind == "ratio" else value, DECIMALS[kind])
    return f"+{text}" if kind == "difference" and value > 0 and text.strip("0.") else text


def _grouped(number: float, decimals: int) -> str:
    text = f"{number:,.{decimals}f}".replace(",", THIN)
    return text.removeprefix("-") if not text.strip("-0.") else text.replace("-", MINUS)
