"""Invented floor areas, equipment and hours of the demo's stations, and an invented standard that some of them miss."""

import numpy as np

from geoservice.geo import Floats

FLOOR_AREA = {"county": (6000, 0.4), "township": (1250, 0.3), "village": (75, 0.35)}
"""Mean in square metres, and relative spread; vans state none."""
EQUIPMENT = {
    "county": ("彩超", "心电图机", "血压计", "血糖仪"),
    "township": ("B超", "心电图机", "血压计", "血糖仪"),
    "village": ("血压计", "血糖仪", "听诊器"),
    "van": ("血压计", "血糖仪", "心电图机"),
}
HOURS = {
    "county": ("24小时",),
    "township": ("周一至周五8:00-12:00、14:00-17:30；周六8:00-12:00", "每天8:00-17:00", "工作日8:30-11:30"),
    "village": ("周一至周六8:00-12:00、14:00-17:00", "工作日8:00-11:30", "每天8:00-18:00", ""),
    "van": ("周二、周四9:00-15:00", "工作日9:00-16:00"),
}
"""As offices write them; one village station in four states none."""
MISSING, UNSTATED = 0.12, 0.1
"""Share of the pieces of equipment that a station does not have, and of the stations that state no floor area."""

STANDARDS = """\
# What the demo's stations need to be ready. Made up, as the stations are: no authority's standard.
# 演示用站点标准，与站点一样均为虚构，不是任何主管部门的标准。
[title]
zh = "演示用站点标准（虚构）"
en = "Standard of the demo's stations (made up)"

[tiers.county]
floor_area_m2 = 3000
staff = 60
hours_per_week = 40

[tiers.township]
floor_area_m2 = 1000
staff = 20
hours_per_week = 40
equipment = ["彩超|B超", "心电图机", "血压计"]
services = ["health_check", "vaccination"]

[tiers.village]
floor_area_m2 = 60
staff = 1
hours_per_week = 35
equipment = ["血压计", "血糖仪", "听诊器"]
services = ["health_check"]

[tiers.van]
hours_per_week = 20
equipment = ["血压计", "心电图机"]
"""


def floor_areas(tiers: list[str], rng: np.random.Generator) -> list[int | None]:
    """Return the floor area of each station in whole square metres; None for vans, and for some that state none."""
    spread: Floats = rng.standard_normal(len(tiers))
    stated = rng.random(len(tiers)) >= UNSTATED
    means = [FLOOR_AREA.get(tier) for tier in tiers]
    return [
        None if mean is None or not known else round(mean[0] * max(0.3, 1 + mean[1] * s))
        for mean, s, known in zip(means, spread.tolist(), stated.tolist(), strict=True)
    ]


def equipment(tiers: list[str], rng: np.random.Generator) -> list[str]:
    """Return the equipment of each station, separated by commas."""
    return ["、".join(item for item in EQUIPMENT[tier] if rng.random() >= MISSING) for tier in tiers]


def opening_hours(tiers: list[str], rng: np.random.Generator) -> list[str]:
    """Return the opening hours of each station, empty for some that state none."""
    return [HOURS[tier][int(rng.integers(len(HOURS[tier])))] for tier in tiers]
