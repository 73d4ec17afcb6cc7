"""What can be doubtful about an answer: code, points off the score, text; and why there is none."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple


class Fault(NamedTuple):
    """A fault of an answer: the points that it takes off the score, and what it means."""

    points: int
    text_zh: str
    text_en: str


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "missing_level": Fault(2, "未写乡镇或城市", "the township or the city is not stated"),
        "unknown_level": Fault(4, "所写的某级区划查不到", "an area that is stated is not known"),
        "wrong_level": Fault(10, "所写的某级区划与其他内容矛盾", "an area that is stated contradicts the rest"),
        "typo": Fault(6, "有一个错字", "one character is wrong, missing or too many"),
        "other_suffix": Fault(2, "通名不同（如镇、街道）", "the kind of area is another one, such as town for street office"),
        "old_name": Fault(3, "曾用名", "the name is a former one"),
        "ambiguous": Fault(5, "有几处同样符合", "several places fit as well"),
        "part_unknown": Fault(3, "更细的部分查不到", "a finer part that is stated is not known"),
        "number_unknown": Fault(3, "门牌号无法定位", "the door number cannot be placed"),
        "number_far": Fault(10, "离已知门牌较远", "the nearest known door plates are far away"),
        "number_range": Fault(2, "门牌号是一段号码的一部分", "the number is part of a range of numbers"),
        "suffix_unknown": Fault(3, "只知主号，附号查不到", "the number is known, its suffix is not"),
        "parity_other": Fault(5, "只知对侧门牌", "only door plates of the other side of the road are known"),
        "town_unknown": Fault(5, "道路跨乡镇，所在乡镇不明", "the road is in several townships and none is stated"),
        "lane_unknown": Fault(
            4, "弄巷查不到，按路上的号码定位", "the lane is not known; it is placed by its number on the road"
        ),
        "poi_only": Fault(2, "只按地点名称定位", "only the name of the place is known, not the road that is stated"),
        "relative": Fault(5, "只有相对位置", "the position is stated relative to another place"),
    }
)

REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "not_an_address": ("不是地址", "it is no address"),
        "outside_scope": ("在给定区域之外", "it is outside the given area"),
        "too_coarse": ("只能定位到市级或省级", "nothing smaller than a city or province is known of it"),
        "not_found": ("地名库中查不到", "the gazetteer has no such place"),
        "ambiguous": ("有几处同样符合", "several places fit as well"),
    }
)
"""Why an address has no place, in Chinese and in English."""


def points_off(codes: Iterable[str]) -> int:
    """Return the points that faults take off the score.

    >>> points_off(["typo", "old_name"])
    9
    """
    return sum(FAULTS[code].points for code in codes)
