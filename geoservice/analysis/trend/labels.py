"""The 17 classes of emerging hot spots: codes, names, and titles and meanings in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

NEW, CONSECUTIVE, INTENSIFYING, PERSISTENT, DIMINISHING, SPORADIC, OSCILLATING, HISTORICAL = range(1, 9)
"""Codes of the classes of hot spots; those of cold spots are the same below zero, and 0 is no pattern."""


class EmergingClass(NamedTuple):
    """A class: its code, its name in tables, and its title and meaning by language."""

    code: int
    name: str
    title: Mapping[str, str]
    meaning: Mapping[str, str]


_PATTERNS = (
    (NEW, "new", "新增", "最后一期首次成为显著{spot}", "A significant {en} in the last period for the first time"),
    (
        CONSECUTIVE,
        "consecutive",
        "连续",
        "最近至少连续两期为显著{spot}，此前从未出现，总计不足九成时期",
        "A significant {en} in an unbroken run of at least two last periods, never before, and in less than 90 % of all",
    ),
    (
        INTENSIFYING,
        "intensifying",
        "增强",
        "至少九成时期（含最后一期）为显著{spot}，且聚集程度显著增强",
        "A significant {en} in at least 90 % of the periods and in the last one, significantly more intense over time",
    ),
    (
        PERSISTENT,
        "persistent",
        "持续",
        "至少九成时期（含最后一期）为显著{spot}，聚集程度没有显著趋势",
        "A significant {en} in at least 90 % of the periods and in the last one, without a significant trend of its intensity",
    ),
    (
        DIMINISHING,
        "diminishing",
        "减弱",
        "至少九成时期（含最后一期）为显著{spot}，但聚集程度显著减弱",
        "A significant {en} in at least 90 % of the periods and in the last one, significantly less intense over time",
    ),
    (
        SPORADIC,
        "sporadic",
        "零星",
        "最后一期为显著{spot}，此前时有时无，总计不足九成时期，从未成为显著{other}",
        "A significant {en} in the last period and on and off before, in less than 90 % of the periods; never a {en_other}",
    ),
    (
        OSCILLATING,
        "oscillating",
        "振荡",
        "最后一期为显著{spot}，此前曾为显著{other}，{spot}不足九成时期",
        "A significant {en} in the last period and a {en_other} in an earlier one; a {en} in less than 90 % of the periods",
    ),
    (
        HISTORICAL,
        "historical",
        "历史",
        "至少九成时期为显著{spot}，但最后一期不是",
        "A significant {en} in at least 90 % of the periods, but not in the last one",
    ),
)
_NAMES = {
    "hot": {"spot": "热点", "other": "冷点", "en": "hot spot", "en_other": "cold spot"},
    "cold": {"spot": "冷点", "other": "热点", "en": "cold spot", "en_other": "hot spot"},
}


def _classes() -> dict[int, EmergingClass]:
    title, meaning = {"zh": "无模式", "en": "No pattern"}, {"zh": "不属于任何热点或冷点类型", "en": "None of the other classes"}
    classes = {0: EmergingClass(0, "none", title, meaning)}
    for sign, side in ((1, "hot"), (-1, "cold")):
        names = _NAMES[side]
        for code, name, zh, zh_meaning, en_meaning in _PATTERNS:
            title = {"zh": zh + names["spot"], "en": f"{name.capitalize()} {names['en']}"}
            meaning = {"zh": zh_meaning.format(**names), "en": en_meaning.format(**names)}
            classes[sign * code] = EmergingClass(sign * code, f"{name}_{side}", title, meaning)
    return classes


CLASSES: Mapping[int, EmergingClass] = MappingProxyType(_classes())
"""All classes by code."""
