"""What the values of the release table's dimensions are called, where the study itself does not name them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from geoservice.layer import Label

MODES: Mapping[str | int, Label] = MappingProxyType({
    "walk": Label(zh="步行", en="walking"),
    "cycle": Label(zh="骑行", en="cycling"),
    "drive": Label(zh="驾车", en="driving"),
})  # fmt: skip
TIERS: Mapping[str | int, Label] = MappingProxyType({
    "any": Label(zh="任一级", en="any tier"),
    "county": Label(zh="县级", en="county"),
    "township": Label(zh="乡镇级", en="township"),
    "village": Label(zh="村级", en="village"),
    "van": Label(zh="流动车", en="van"),
})  # fmt: skip
GROUPS: Mapping[str | int, Label] = MappingProxyType({
    "all": Label(zh="全部人口", en="everybody"),
    "resident": Label(zh="户籍人口", en="residents"),
    "migrant": Label(zh="流动人口", en="migrants"),
})  # fmt: skip


def tier_label(tier: str) -> Label:
    """Return the stations of a tier in words.

    >>> tier_label("village").zh, tier_label("village").en
    ('村级站点', 'village stations')
    """
    label = TIERS.get(tier) or Label(zh=tier, en=tier)
    return Label(zh=f"{label.zh}站点", en=f"{label.en} stations")


def service_label(service: str, study: Mapping[str, Any]) -> Label:
    """Return a service in the words of a study as its manifest has it."""
    return _own_label("services", service, study) or Label(zh=service, en=service)


def group_label(group: str, study: Mapping[str, Any]) -> Label:
    """Return a group in the words of a study as its manifest has it.

    >>> group_label("old", {"groups": [{"id": "old", "title": {"zh": "老年人", "en": "65 and over"}}]}).en
    '65 and over'
    """
    return _own_label("groups", group, study) or GROUPS.get(group) or Label(zh=group, en=group)


def _own_label(kind: str, name: str, study: Mapping[str, Any]) -> Label | None:
    title = next((one["title"] for one in study.get(kind) or () if one["id"] == name), None)
    return Label(**title) if title else None
