"""Titles and headings of the pages of scenarios, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType

TITLES: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "scenarios": {"en": "Stored scenarios", "zh": "已保存的情景"},
    "stations": {"en": "Stations of the scenario", "zh": "情景中的站点"},
    "conformance": {"en": "Conformance", "zh": "符合的标准"},
})  # fmt: skip
DESCRIPTION: Mapping[str, str] = MappingProxyType({
    "en": "Stations of the release with the edits of the scenario; the release itself does not change.",
    "zh": "按情景改动后的站点；发布本身不变。",
})  # fmt: skip
HEADS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "en": {"name": "Name", "owner": "Owner", "edit_count": "Changes", "updated": "Updated", "note": "Note", "id": "Id",
           "tier": "Tier", "services": "Services", "capacity": "Capacity", "start_delay_s": "Delay at the start, s",
           "status": "Status", "lon": "Longitude", "lat": "Latitude"},
    "zh": {"name": "名称", "owner": "所有者", "edit_count": "改动数", "updated": "更新时间", "note": "备注", "id": "编号",
           "tier": "级别", "services": "服务项目", "capacity": "服务能力", "start_delay_s": "出发延迟（秒）", "status": "状态",
           "lon": "经度", "lat": "纬度"},
})  # fmt: skip
STATUS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "en": {"release": "as in the release", "changed": "changed", "new": "new"},
    "zh": {"release": "与发布一致", "changed": "已修改", "new": "新设"},
})  # fmt: skip
