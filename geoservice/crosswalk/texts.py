"""What the values of a crosswalk mean, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType

METHOD_LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "name": {"zh": "全名", "en": "name"},
    "short_name": {"zh": "简称", "en": "short name"},
    "overlap": {"zh": "边界重叠", "en": "borders"},
    "none": {"zh": "未对应", "en": "none"},
})  # fmt: skip
REASON_LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "no_level": {"zh": "另一代码表没有这一级区域", "en": "the other system has no areas of its level"},
    "no_parent": {"zh": "上级区域没有对应", "en": "the area above it has no counterpart"},
    "no_counterpart": {"zh": "没有同名区域", "en": "no area has its name"},
    "several_candidates": {"zh": "名称对应多个区域", "en": "its name fits several areas"},
    "borders_apart": {"zh": "同名区域的边界不重叠", "en": "the area of its name lies elsewhere"},
    "split": {"zh": "对应另一代码表的多个区域", "en": "it is divided among several areas"},
    "merge": {"zh": "只是对应区域的一部分", "en": "it is a part of its counterpart"},
    "many_to_many": {"zh": "与多个区域交叉对应", "en": "its parts belong to several areas that have other parts too"},
    "unknown": {"zh": "代码表中没有该代码", "en": "no area of this code is loaded"},
})  # fmt: skip
"""Why an area or code has no counterpart of its own."""
