"""The stages of jobs: what a job is doing, in both languages, and how far it is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

Texts = Mapping[str, str]


class Stage(NamedTuple):
    """A stage: its part of the whole job, in per cent, and its name by language."""

    start: int
    end: int
    texts: Texts


def _stage(start: int, end: int, zh: str, en: str) -> Stage:
    return Stage(start, end, MappingProxyType({"zh": zh, "en": en}))


STAGES: Mapping[str, Stage] = MappingProxyType({
    "reading": _stage(0, 5, "读取数据", "Reading the data"),
    "snapping": _stage(5, 10, "将居民点与站点匹配到道路", "Placing people and stations on streets"),
    "travel times": _stage(10, 40, "计算到候选点的时间", "Travel times to the candidates"),
    "greedy": _stage(40, 50, "逐个选点", "Choosing one site after the other"),
    "swap": _stage(50, 60, "交换站点以改进", "Exchanging sites"),
    "bound": _stage(60, 75, "计算最优值的上限", "Bounding the best choice"),
    "center": _stage(40, 95, "缩短最长时间", "Shortening the longest time"),
    "covering": _stage(40, 95, "覆盖全部人口", "Covering everybody"),
    "fairness": _stage(40, 95, "比较覆盖与公平", "Weighing coverage against fairness"),
    "solver": _stage(75, 95, "寻找更好的方案", "Looking for a better choice"),
    "curve": _stage(95, 99, "计算覆盖曲线", "Coverage by number of sites"),
    "read": _stage(0, 40, "读取文件", "Reading the file"),
    "check": _stage(40, 80, "检查各行", "Checking the rows"),
    "write": _stage(80, 99, "写入", "Writing"),
})  # fmt: skip
"""The stages that :mod:`geoservice.siting`, :mod:`geoservice.analysis.siting` and imports report."""
STATUS_TEXTS: Mapping[str, Texts] = MappingProxyType({
    "accepted": {"zh": "排队等候", "en": "Waiting"},
    "running": {"zh": "运行中", "en": "Running"},
    "successful": {"zh": "已完成", "en": "Done"},
    "failed": {"zh": "失败", "en": "Failed"},
    "dismissed": {"zh": "已取消", "en": "Dismissed"},
})  # fmt: skip


def per_cent(stage: str, fraction: float) -> int:
    """Return how far a job is; an unknown stage is at its beginning.

    >>> per_cent("travel times", 0.5), per_cent("curve", 1.0), per_cent("", 0.0)
    (25, 99, 0)
    """
    if stage not in STAGES:
        return 0
    start, end, _ = STAGES[stage]
    return int(start + (end - start) * min(max(fraction, 0.0), 1.0))


def stage_text(status: str, stage: str, language: str) -> str:
    """Return what a job is doing.

    >>> stage_text("running", "solver", "en"), stage_text("accepted", "", "zh")
    ('Looking for a better choice', '排队等候')
    """
    texts = STAGES[stage].texts if status == "running" and stage in STAGES else STATUS_TEXTS[status]
    return texts[language]
