"""Formatting of numbers for pages and maps, with their margin or the reason why a value is missing."""

from collections.abc import Mapping, Sequence
from math import ceil, isfinite
from types import MappingProxyType
from typing import Any, NamedTuple

from geoservice.layer import Label
from geoservice.measures import BEYOND, NOBODY, NOT_APPLICABLE, UNCERTAIN, UNDER, UNSTABLE, Kind, uncertain

ABOUT, PLUS_MINUS, MINUS, THIN = "≈\u202f", "\u202f±\u202f", "\u2212", "\u202f"
"""Signs and narrow no-break spaces."""

DECIMALS: Mapping[Kind, int] = MappingProxyType(
    {
        "count": 0,
        "rank": 0,
        "class": 0,
        "year": 0,
        "ratio": 1,
        "difference": 1,
        "minutes": 1,
        "rate": 1,
        "index": 2,
        "score": 2,
    }
)
NO_DATA = "no_data"
SMALLEST_P = 0.001
"""The smallest p-value that three decimals show."""

WORDS: Mapping[str, Label] = MappingProxyType({
    UNCERTAIN: Label(zh="误差大于数值", en="margin larger than the number"),
    BEYOND: Label(zh="超出检索时间", en="beyond the time searched"),
    NOT_APPLICABLE: Label(zh="不适用", en="not applicable"),
    NOBODY: Label(zh="无人居住", en="nobody lives here"),
    UNSTABLE: Label(zh="类别不稳定", en="class not stable"),
    UNDER: Label(zh="数目过少", en="few"),
    NO_DATA: Label(zh="无数据", en="no data"),
})  # fmt: skip
"""Text for a number that is uncertain, and in place of one that is missing."""

UNITS: Mapping[str, Label] = MappingProxyType({
    "person": Label(zh="人", en="persons"),
    "household": Label(zh="户", en="households"),
    "visit": Label(zh="人次", en="visits"),
    "min": Label(zh="分钟", en="min"),
    "per 1000": Label(zh="‰", en="per 1 000"),
    "per 1000 persons": Label(zh="名额/千人", en="places per 1 000 persons"),
    "percentage point": Label(zh="百分点", en="percentage points"),
})  # fmt: skip
"""Labels of the units in layer files; the other units are signs."""


def _classes(high: Label, low: Label, levels: Sequence[str]) -> dict[int, Label]:
    """Return the texts of classes 1, 2, ... that are high and -1, -2, ... that are low, by the level of each."""
    signed = [(sign * k, label, level) for k, level in enumerate(levels, 1) for sign, label in ((1, high), (-1, low))]
    return {number: _format_label(label, level) for number, label, level in signed}


def _format_label(label: Label, part: object) -> Label:
    return Label(zh=label.zh.format(part), en=label.en.format(part))


def _at_5_percent(zh: str, en: str) -> Label:
    return Label(zh=f"{zh}（错误发现率 5%）", en=f"{en}, false discovery rate 5 %")


_PATTERNS = (
    ("新增{spot}：最后一期首次偏{high}", "new {spot}: {high} in the last period for the first time"),
    ("连续{spot}：最近几期连续偏{high}，此前没有", "consecutive {spot}: {high} in the last periods, never before"),
    ("增强{spot}：几乎各期都{high}，且越来越{high}", "intensifying {spot}: {high} in nearly all periods, more and more so"),
    ("持续{spot}：几乎各期都{high}", "persistent {spot}: {high} in nearly all periods"),
    ("减弱{spot}：几乎各期都{high}，但程度减轻", "diminishing {spot}: {high} in nearly all periods, less and less so"),
    ("零星{spot}：时有时无，最后一期偏{high}", "sporadic {spot}: {high} on and off, and in the last period"),
    ("振荡{spot}：最后一期偏{high}，此前曾偏{low}", "oscillating {spot}: {high} in the last period, {low} before"),
    ("历史{spot}：以往几乎各期都{high}，最后一期不{high}", "historical {spot}: {high} in nearly all periods, but not now"),
)
"""Texts of the classes of emerging hotspots in the order of their codes (analysis/trend/labels.py)."""
_HOT = {"zh": {"spot": "热点", "high": "高", "low": "低"}, "en": {"spot": "hot spot", "high": "high", "low": "low"}}
_COLD = {"zh": {"spot": "冷点", "high": "低", "low": "高"}, "en": {"spot": "cold spot", "high": "low", "low": "high"}}
_FUNNEL = {
    0: Label(zh="在漏斗图界限以内", en="within the limits of the funnel"),
    **_classes(
        Label(zh="高于漏斗图 {}% 界限", en="above the {} % limit of the funnel"),
        Label(zh="低于漏斗图 {}% 界限", en="below the {} % limit of the funnel"),
        ("95", "99.8"),
    ),
}

CLASSES: Mapping[str, Mapping[int, Label]] = MappingProxyType({
    "hotspot_class": {
        0: Label(zh="与偶然水平无差别", en="no more and no fewer than chance explains"),
        **_classes(
            Label(zh="高于偶然水平（错误发现率 {}%）", en="more than chance explains, false discovery rate {} %"),
            Label(zh="低于偶然水平（错误发现率 {}%）", en="fewer than chance explains, false discovery rate {} %"),
            ("10", "5", "1"),
        ),
    },
    "moran_class": {
        0: Label(zh="不显著", en="not significant"),
        1: _at_5_percent("高占比，周边也高", "high share among areas with high shares"),
        2: _at_5_percent("低占比，周边高", "low share among areas with high shares"),
        3: _at_5_percent("低占比，周边也低", "low share among areas with low shares"),
        4: _at_5_percent("高占比，周边低", "high share among areas with low shares"),
    },
    "funnel_class": _FUNNEL,
    "uptake_funnel": _FUNNEL,
    "uptake_target": {
        1: Label(zh="达标", en="target met"),
        0: Label(zh="尚不能判定", en="undecided"),
        -1: Label(zh="未达标", en="target not met"),
    },
    "emerging_class": {
        0: Label(zh="没有模式", en="no pattern"),
        **{
            sign * code: Label(zh=zh.format(**words["zh"]), en=en.format(**words["en"]))
            for sign, words in ((1, _HOT), (-1, _COLD))
            for code, (zh, en) in enumerate(_PATTERNS, 1)
        },
    },
    "excess_class": {
        0: Label(zh="不明显高于距离与规模能够解释的水平", en="not far above what distance and size explain"),
        1: Label(zh="明显高于距离与规模能够解释的水平", en="far above what distance and size explain"),
    },
})  # fmt: skip
"""Texts of the classes of measures, the same as those of the page (``class`` in its locales)."""

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


def p_text(p: float) -> str:
    """Return a p-value with three decimals.

    >>> p_text(0.0364), p_text(0.0002).replace("\u202f", " ")
    ('0.036', '< 0.001')
    """
    return f"<{THIN}0.001" if p < SMALLEST_P else f"{p:.3f}"


def class_label(measure: str, value: float | None) -> Label | None:
    """Return the text of a class, None for a measure or a class without one.

    >>> class_label("hotspot_class", 2.0).en, class_label("funnel_class", -2).zh, class_label("persons", 2.0)
    ('more than chance explains, false discovery rate 5 %', '低于漏斗图 99.8% 界限', None)
    """
    return None if value is None or not isfinite(value) else CLASSES.get(measure, {}).get(round(value))


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
    if kind in ("count", "rate") and value <= margin:
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
    if kind == "year":
        return f"{value:.0f}"
    text = _grouped(max(value, 0.0) if kind == "ratio" else value, DECIMALS[kind])
    return f"+{text}" if kind == "difference" and value > 0 and text.strip("0.") else text


def _grouped(number: float, decimals: int) -> str:
    text = f"{number:,.{decimals}f}".replace(",", THIN)
    return text.removeprefix("-") if not text.strip("-0.") else text.replace("-", MINUS)
