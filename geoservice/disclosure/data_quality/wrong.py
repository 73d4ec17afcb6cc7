"""Wrong items: impossible numbers, combinations and dates, and points outside their area."""

import re
from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
import shapely

from geoservice.areas import area_outlines
from geoservice.disclosure.data_quality.base import Bilingual, QualityItem, Severity
from geoservice.disclosure.data_quality.household_columns import NULL, HouseholdColumns
from geoservice.disclosure.data_quality.missing import on_earth
from geoservice.disclosure.data_quality.quality_data import QualityData
from geoservice.disclosure.data_quality.results import CheckResult, MarkedHouseholds
from geoservice.geo import Bools, Int32s
from geoservice.schema import COARSE_PRECISIONS, PRECISIONS

CHECK = "wrong"
MANY_PERSONS = 15
"""More persons than this in one household: an institution, or several households in one row."""
CHILD_AGE = 16
OLDEST_YEARS = 110
EXACT_METRES, COARSE_METRES = 300.0, 20.0
"""A point of a building is not this uncertain; a point of a whole village is not this exact."""


def _item(name: str, severity: Severity, title: Bilingual, sentence: Bilingual) -> QualityItem:
    counted = Bilingual(f"{{rows}} 户（{{share}}）{sentence.zh}。", f"{{rows}} households ({{share}}) {sentence.en}.")
    return QualityItem(name, CHECK, severity, title, counted)


FEW = _item(
    "persons_below_one",
    "error",
    Bilingual("人数小于 1", "Less than one person"),
    Bilingual("的人数小于 1", "have less than one person"),
)
MANY = _item(
    "persons_many", "warning", Bilingual(f"人数多于 {MANY_PERSONS}", f"More than {MANY_PERSONS} persons"),
    Bilingual(
        f"的人数多于 {MANY_PERSONS}：可能是集体户、机构，或一行登记了多户",
        f"have more than {MANY_PERSONS} persons: institutions, or several households in one row",
    ),
)  # fmt: skip
GROUP = _item(
    "group_above_persons", "error", Bilingual("人群人数超过总人数", "More members of a group than persons"),
    Bilingual("中某个人群的人数超过全户人数，或为负数", "have more members of a group than persons, or a negative number"),
)  # fmt: skip
AGES = _item(
    "age_groups_above_persons", "error", Bilingual("年龄组合计超过总人数", "More persons in two age groups than persons"),
    Bilingual("中两个互不重叠的年龄组合计超过全户人数", "have more persons in two age groups that do not overlap than persons"),
)  # fmt: skip
CHILDREN = _item(
    "children_alone", "warning", Bilingual("全户均为儿童", "Children alone"),
    Bilingual("只有儿童，没有成人", "consist of children alone"),
)  # fmt: skip
FUTURE = _item(
    "since_in_future", "error", Bilingual("起始日期在未来", "First day in the future"),
    Bilingual("的居住起始日期晚于最近一次导入", "moved in after the day of the last import"),
)  # fmt: skip
EARLY = _item(
    "since_too_early", "warning", Bilingual("起始日期过早", "First day too early"),
    Bilingual(
        f"的居住起始日期早于 {OLDEST_YEARS} 年前，可能是默认值",
        f"moved in more than {OLDEST_YEARS} years ago, perhaps a default date",
    ),
)  # fmt: skip
BACKWARDS = _item(
    "until_before_since", "error", Bilingual("结束早于开始", "Last day before the first"),
    Bilingual("的居住结束日期早于起始日期", "left before they moved in"),
)  # fmt: skip
PRECISION = _item(
    "precision_unknown", "error", Bilingual("定位精度无效", "Unknown precision"),
    Bilingual("的定位精度不是规定的取值", "have a precision that is none of the allowed ones"),
)  # fmt: skip
CONTRADICTION = _item(
    "precision_contradiction", "warning", Bilingual("精度与误差矛盾", "Precision and uncertainty contradict each other"),
    Bilingual(
        "的定位精度与误差（米）矛盾，或误差为负数",
        "have an uncertainty in metres that is negative or does not fit the stated precision",
    ),
)  # fmt: skip
OUTSIDE = _item(
    "point_outside_area", "error", Bilingual("坐标不在居住地内", "Point outside its area"),
    Bilingual(
        "的坐标不在其居住地范围内：导入住户之后区划边界可能已更换，请重新导入住户",
        "have a point outside their area of residence: areas were perhaps loaded again after the households; load these again",
    ),
)  # fmt: skip


def check_wrong(data: QualityData) -> Iterator[CheckResult]:
    """Yield the households with impossible or implausible values."""
    columns = data.columns
    has_persons = columns.persons != NULL
    yield MarkedHouseholds(FEW, has_persons & (columns.persons < 1))
    yield MarkedHouseholds(MANY, columns.persons > MANY_PERSONS)
    yield MarkedHouseholds(GROUP, has_persons & group_beyond(columns.groups, columns.persons))
    yield MarkedHouseholds(AGES, has_persons & disjoint_ages_beyond(columns.groups, columns.persons))
    yield MarkedHouseholds(CHILDREN, children_alone(columns.groups, columns.persons))
    yield from _dates(data)
    known = np.isin(columns.precision.texts, PRECISIONS)
    yield MarkedHouseholds(PRECISION, columns.precision.among(~known))
    yield MarkedHouseholds(CONTRADICTION, contradictory(columns))
    yield MarkedHouseholds(OUTSIDE, points_outside(data))


def _dates(data: QualityData) -> Iterator[CheckResult]:
    columns, around = data.columns, data.around
    latest = np.datetime64(max(around.day, around.loaded))
    earliest = latest - np.timedelta64(round(OLDEST_YEARS * 365.25), "D")
    dated = ~np.isnat(columns.since)
    yield MarkedHouseholds(FUTURE, columns.since > latest, dated)
    yield MarkedHouseholds(EARLY, columns.since < earliest, dated)
    yield MarkedHouseholds(BACKWARDS, columns.until < columns.since, dated & ~np.isnat(columns.until))


def group_beyond(groups: Mapping[str, Int32s], persons: Int32s) -> Bools:
    """Return which households have more members of a group than persons, or a negative number; shape ``(n,)``."""
    beyond = np.zeros(len(persons), np.bool_)
    for members in groups.values():
        beyond |= (members > persons) | (members < NULL)
    return beyond


def disjoint_ages_beyond(groups: Mapping[str, Int32s], persons: Int32s) -> Bools:
    """Return which households have more members of ``under_<a>`` and ``over_<b>``, a <= b, together than persons.

    >>> groups = {"under_6": np.array([1, 1], np.int32), "over_65": np.array([1, 2], np.int32)}
    >>> disjoint_ages_beyond(groups, np.array([2, 2], np.int32)).tolist()
    [False, True]
    """
    under, over = ages(groups, "under"), ages(groups, "over")
    beyond = np.zeros(len(persons), np.bool_)
    for (a, young), (b, old) in product(under.items(), over.items()):
        if a <= b:
            beyond |= np.maximum(young, 0) + np.maximum(old, 0) > persons
    return beyond


def children_alone(groups: Mapping[str, Int32s], persons: Int32s) -> Bools:
    """Return which households have no person above a group of children, ``under_<a>`` with a <= 16; shape ``(n,)``."""
    alone = np.zeros(len(persons), np.bool_)
    for age, members in ages(groups, "under").items():
        if age <= CHILD_AGE:
            alone |= (members == persons) & (persons > 0)
    return alone


def ages(groups: Mapping[str, Int32s], side: str) -> dict[int, Int32s]:
    """Return the groups ``under_<age>`` or ``over_<age>`` by age.

    >>> list(ages({"under_6": np.zeros(1, np.int32), "disabled": np.zeros(1, np.int32)}, "under"))
    [6]
    """
    matches = {name: re.fullmatch(rf"{side}_(\d+)", name) for name in groups}
    return {int(match[1]): groups[name] for name, match in matches.items() if match}


def contradictory(columns: HouseholdColumns) -> Bools:
    """Return which households have an uncertainty that is negative, or does not fit the stated precision; shape ``(n,)``."""
    texts, metres = columns.precision.texts, columns.uncertainty
    exact, coarse = (columns.precision.among(np.isin(texts, names)) for names in (("point", "building"), COARSE_PRECISIONS))
    return np.asarray((metres < 0) | (exact & (metres > EXACT_METRES)) | (coarse & (metres < COARSE_METRES)), bool)


def points_outside(data: QualityData) -> Bools:
    """Return which households have a point outside their area of residence; not if the area has no border or is not loaded."""
    columns, shapes = data.columns, area_outlines(data.around.areas)
    order = np.argsort(columns.residence.index, kind="stable")
    edges = np.searchsorted(columns.residence.index[order], np.arange(len(columns.residence.texts) + 1))
    outside, usable = np.zeros(len(columns), np.bool_), on_earth(columns.lon, columns.lat)
    for i, code in enumerate(columns.residence.texts):
        rows = order[edges[i] : edges[i + 1]]
        rows = rows[usable[rows]]
        if (shape := shapes.get(code)) is not None and len(rows):
            shapely.prepare(shape)
            outside[rows] = ~shapely.intersects_xy(shape, columns.lon[rows], columns.lat[rows])
    return outside
