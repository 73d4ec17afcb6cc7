"""Labels of the values of dimensions and geographies, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from geoservice.layer import Label
from geoservice.modes import MODES

Labels = Mapping[str | int, Label]

MODE_LABELS: Labels = MappingProxyType({name: mode.label for name, mode in MODES.items()})


def mode_labels(peak_factor: Mapping[str, float]) -> Labels:
    """Return the labels of modes in a study with peak factors.

    >>> mode_labels({"drive": 1.4})["drive"].zh, mode_labels({"drive": 1.4})["walk"].en
    ('驾车，高峰×1.4', 'walking')
    """
    return {mode: _peak_label(label, peak_factor.get(str(mode), 1.0)) for mode, label in MODE_LABELS.items()}


def _peak_label(label: Label, factor: float) -> Label:
    return label if factor == 1 else Label(zh=f"{label.zh}，高峰×{factor:g}", en=f"{label.en}, rush hour × {factor:g}")


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
    "same_county": Label(zh="县内跨乡镇流动人口", en="migrants from the same county"),
    "same_province": Label(zh="省内跨县流动人口", en="migrants from the same province"),
    "other_province": Label(zh="跨省流动人口", en="migrants from other provinces"),
    "arrived_under_1": Label(zh="居住不满1年的流动人口", en="migrants here for less than 1 year"),
    "arrived_1_to_5": Label(zh="居住1至5年的流动人口", en="migrants here for 1 to 5 years"),
    "arrived_over_5": Label(zh="居住5年以上的流动人口", en="migrants here for over 5 years"),
    "under_15": Label(zh="0-14岁", en="under 15"),
    "aged_15_64": Label(zh="15-64岁", en="15 to 64"),
    "over_65": Label(zh="65岁及以上", en="65 and over"),
    "arrived_unstated": Label(zh="居住时间不详的流动人口", en="migrants with no date of arrival"),
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
    "projection": Label(zh="各区域今后各年", en="areas by year"),
    "station_year": Label(zh="各站点今后各年", en="stations by year"),
    "van_stop": Label(zh="流动服务车停靠点", en="stops of vans"),
    "van_tour": Label(zh="流动服务车线路", en="tours of vans"),
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
