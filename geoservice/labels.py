"""Labels of the values of dimensions and geographies, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from geoservice.layer import Label

Labels = Mapping[str | int, Label]

MODES: Labels = MappingProxyType({
    "walk": Label(zh="步行", en="walking"),
    "cycle": Label(zh="骑行", en="cycling"),
    "drive": Label(zh="驾车", en="driving"),
})  # fmt: skip
TIERS: Labels = MappingProxyType({
    "any": Label(zh="任一级", en="any tier"),
    "county": Label(zh="县级", en="county"),
    "township": Label(zh="乡镇级", en="township"),
    "village": Label(zh="村级", en="village"),
    "van": Label(zh="流动车", en="van"),
})  # fmt: skip
GROUPS: Labels = MappingProxyType({
    "all": Label(zh="全部人口", en="everybody"),
    "resident": Label(zh="户籍人口", en="residents"),
    "migrant": Label(zh="流动人口", en="migrants"),
})  # fmt: skip
GEOGRAPHIES: Labels = MappingProxyType({
    "province": Label(zh="省级", en="provinces"),
    "city": Label(zh="市级", en="cities"),
    "county": Label(zh="县级", en="counties"),
    "township": Label(zh="乡镇级", en="townships"),
    "village": Label(zh="村级", en="villages"),
    "station": Label(zh="服务站点", en="stations"),
    "catchment": Label(zh="服务范围", en="catchments"),
    "gap": Label(zh="服务空白区", en="service gaps"),
    "cell": Label(zh="网格", en="cells of a grid"),
    "leaf": Label(zh="人口小地块", en="small places with people"),
})  # fmt: skip


def tier_label(tier: str) -> Label:
    """Return the label of the stations of a tier.

    >>> tier_label("village").zh, tier_label("village").en
    ('村级站点', 'village stations')
    """
    label = TIERS.get(tier) or Label(zh=tier, en=tier)
    return Label(zh=f"{label.zh}站点", en=f"{label.en} stations")


def service_label(service: str, study: Mapping[str, Any]) -> Label:
    """Return the label of a service, from the study in a manifest."""
    return _study_label("services", service, study) or Label(zh=service, en=service)


def group_label(group: str, study: Mapping[str, Any]) -> Label:
    """Return the label of a group, from the study in a manifest.

    >>> group_label("old", {"groups": [{"id": "old", "title": {"zh": "老年人", "en": "65 and over"}}]}).en
    '65 and over'
    """
    return _study_label("groups", group, study) or GROUPS.get(group) or Label(zh=group, en=group)


def _study_label(kind: str, name: str, study: Mapping[str, Any]) -> Label | None:
    title = next((item["title"] for item in study.get(kind) or () if item["id"] == name), None)
    return Label(**title) if title else None
