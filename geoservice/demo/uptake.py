"""Invented uptake of demo counties: check-ups of the elderly and vaccination of small children, by area and quarter.

Eligible persons follow the demo's households. The shares served are made up: lower far from the county town, different from
village to village, rising over three years; most in the east, while the south-west falls behind.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from scipy.spatial import cKDTree

from geoservice.demo.households import OVER_65, UNDER_6, LaneSegments
from geoservice.demo.settlements import KINDS
from geoservice.demo.stations import CHECKS, MEAN_PERSONS, VACCINES
from geoservice.demo.world import World
from geoservice.geo import Floats, Ints, Objects

QUARTERS = tuple(f"{year}Q{quarter}" for year in range(2023, 2027) for quarter in range(1, 5))[2:14]
"""Three years up to the day of the demo's register."""


class _Course(NamedTuple):
    """How a share develops: percent in the first quarter; percentage points by quarter, by distance, and between villages."""

    service: str
    group: str
    first: float
    rise: float
    far: float
    spread: float


_COURSES = (
    (_Course(VACCINES, "六岁以下", 86.0, 0.3, -5.0, 2.5), UNDER_6),
    (_Course(CHECKS, "六十五岁及以上", 60.0, 0.6, -12.0, 6.0), OVER_65),
)


def make_uptake(world: World, lanes: LaneSegments, households: int, rng: np.random.Generator) -> pa.Table:
    """Return served and eligible persons of villages, townships and the county by quarter, with Chinese headers."""
    middle = (lanes.ends[:, :2] + lanes.ends[:, 2:]) / 2
    village: Ints = world.land.village[cKDTree(world.land.sites).query(middle)[1]]
    codes = np.array(world.land.codes, object)
    persons = households * MEAN_PERSONS * lanes.weight / lanes.weight.sum()
    segments = np.maximum(np.bincount(village, minlength=len(codes)), 1)
    centres = np.column_stack([np.bincount(village, middle[:, i], len(codes)) / segments for i in (0, 1)])
    parts = []
    for course, share in _COURSES:
        people = persons * np.array([share[k] for k in KINDS])[lanes.kind]
        eligible = np.maximum(np.bincount(village, people, len(codes)).round(), 1)
        served = rng.binomial(eligible.astype(int)[:, None], _shares(course, centres, rng)).astype(float)
        parts += [_table(course, width, codes, eligible, served) for width in (12, 9, 6)]
    return pa.concat_tables(parts)


def _shares(course: _Course, centres: Floats, rng: np.random.Generator) -> Floats:
    """Return the share served by village and quarter, shape ``(villages, quarters)``."""
    east, north = ((centres - centres.mean(axis=0)) / np.ptp(centres, axis=0)).T
    far = np.hypot(east, north)
    quarter = np.arange(len(QUARTERS))
    start = course.first + course.far * (far - far.mean()) * 2 + rng.normal(0, course.spread, len(centres))
    rise = course.rise * (1 + 2 * np.clip(east * 2, 0, 1) - 2.5 * np.clip(-east - north, 0, 1))
    percent = start[:, None] + rise[:, None] * quarter + rng.normal(0, course.spread / 4, (len(centres), len(QUARTERS)))
    return np.asarray(np.clip(percent / 100, 0.05, 0.99), float)


def _table(course: _Course, width: int, villages: Objects, eligible: Floats, served: Floats) -> pa.Table:
    """Return the sums over areas: those whose codes are the first ``width`` digits of the villages'."""
    codes, area = np.unique([code[:width] for code in villages], return_inverse=True)
    sums = np.zeros((len(codes), len(QUARTERS)))
    np.add.at(sums, area, served)
    number = len(codes) * len(QUARTERS)
    return pa.table(
        {
            "区域代码": pa.array(np.repeat(codes, len(QUARTERS))),
            "时期": list(QUARTERS) * len(codes),
            "服务": [course.service] * number,
            "人群": [course.group] * number,
            "应服务人数": pa.array(np.repeat(np.bincount(area, eligible).astype(int), len(QUARTERS))),
            "服务人数": pa.array(sums.ravel().astype(int)),
            "已公开": ["是"] * number,
        }
    )
