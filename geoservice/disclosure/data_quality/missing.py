"""Missing items: columns without a value, and group columns that an area did not fill in."""

from collections.abc import Iterator

import numpy as np

from geoservice.disclosure.data_quality.base import Bilingual, QualityItem, Severity
from geoservice.disclosure.data_quality.household_columns import NULL
from geoservice.disclosure.data_quality.quality_data import QualityData
from geoservice.disclosure.data_quality.regions import sum_by_region
from geoservice.disclosure.data_quality.results import CheckResult, MarkedAreas, MarkedHouseholds
from geoservice.geo import Bools, Floats

CHECK = "missing"
LEAST_EXPECTED = 20.0
"""Members of a group expected in an area: with so many, none at all has a probability of two in a billion (Poisson)."""


def _item(name: str, severity: Severity, zh: str, en: str, effect: Bilingual) -> QualityItem:
    sentence = Bilingual(
        f"{{of}} 户中有 {{rows}} 户（{{share}}）缺少{zh}{effect.zh}。",
        f"{{rows}} of {{of}} households ({{share}}) have no {en}{effect.en}.",
    )
    return QualityItem(f"missing_{name}", CHECK, severity, Bilingual(f"缺少{zh}", f"No {en}"), sentence)


_NONE = Bilingual("", "")
POINT = _item(
    "point", "error", "坐标", "point", Bilingual("，或坐标不在地球上、为 0,0", ", or one that is not on the earth or is 0, 0")
)
PERSONS = _item("persons", "error", "人数", "number of persons", _NONE)
PRECISION = _item("precision", "error", "定位精度", "precision of the point", _NONE)
RESIDENCE = _item("residence_area", "error", "居住地", "area of residence", _NONE)
HOME = _item(
    "registered_area", "warning", "户籍地", "registered area", Bilingual("，均按本地户籍计算", ": they count as residents")
)
UNCERTAINTY = _item("uncertainty", "note", "定位误差（米）", "uncertainty of the point in metres", _NONE)
SINCE = _item("since", "note", "居住起始日期", "first day at this place (since)", _NONE)
GROUPS = _item("groups", "note", "某个人群的人数", "number for one of the groups", _NONE)


def check_missing(data: QualityData) -> Iterator[CheckResult]:
    """Yield the households without a value, by column, and the areas without a single member of a group."""
    columns = data.columns
    yield MarkedHouseholds(POINT, ~on_earth(columns.lon, columns.lat))
    yield MarkedHouseholds(PERSONS, columns.persons == NULL)
    yield MarkedHouseholds(PRECISION, columns.precision.is_null)
    yield MarkedHouseholds(RESIDENCE, columns.residence.is_null)
    yield MarkedHouseholds(HOME, columns.home.is_null)
    yield MarkedHouseholds(UNCERTAINTY, np.isnan(columns.uncertainty))
    yield MarkedHouseholds(SINCE, np.isnat(columns.since))
    if columns.groups:
        yield MarkedHouseholds(GROUPS, np.any([counts == NULL for counts in columns.groups.values()], axis=0))
    for group in columns.groups:
        yield _unfilled_areas(data, group)


def on_earth(lon: Floats, lat: Floats) -> Bools:
    """Return which points are on the earth, and not at the place of zero degrees that stands for missing coordinates.

    >>> on_earth(np.array([117.0, 0.0, np.nan, 200.0]), np.array([30.5, 0.0, 1.0, 1.0])).tolist()
    [True, False, False, False]
    """
    return np.asarray((np.abs(lon) <= 180) & (np.abs(lat) <= 90) & ((lon != 0) | (lat != 0)), bool)


def unfilled(members: Floats, persons: Floats) -> tuple[Bools, Floats]:
    """Return which areas have no member of a group although many are expected, and the expected number; shapes ``(areas,)``.

    The expected number is the share of the group in all other areas, times the persons of the area.

    >>> empty, expected = unfilled(np.array([100, 0, 0]), np.array([1000, 1000, 100]))
    >>> empty.tolist(), expected.round(1).tolist()
    ([False, True, False], [0.0, 90.9, 5.0])
    """
    other_persons = np.maximum(persons.sum() - persons, 1)
    expected = (members.sum() - members) / other_persons * persons
    return np.asarray((members == 0) & (expected >= LEAST_EXPECTED), bool), np.asarray(expected, float)


def _unfilled_areas(data: QualityData, group: str) -> CheckResult:
    marked, values, usual = {}, {}, {}
    for level, position in data.residence.items():
        n = len(data.regions.by_level[level])
        counts = (np.maximum(column, 0) for column in (data.columns.groups[group], data.columns.persons))
        values[level], persons = (sum_by_region(position, column, n) for column in counts)
        empty, usual[level] = unfilled(values[level], persons)
        marked[level] = np.flatnonzero(empty)
    return MarkedAreas(_unfilled_item(group, data.around.group_title(group)), marked, values, usual)


def _unfilled_item(group: str, title: Bilingual) -> QualityItem:
    return QualityItem(
        f"unfilled_{group}",
        CHECK,
        "warning",
        Bilingual(f"整区没有填写：{title.zh}", f"Not filled in: {title.en}"),
        Bilingual(
            f"{{areas}} 个区域（{{rows}} 户）在“{title.zh}”一栏没有任何人；很可能没有填写，导入时空白按 0 读取。",
            f"{{areas}} areas with {{rows}} households have nobody in “{title.en}”: the column was probably not filled in, and "
            "empty cells are read as 0.",
        ),
        Bilingual(
            f"{{rows}} 户中“{title.zh}”没有任何人，按其他区域的比例应约有 {{expected}} 人。",
            f"Nobody in {{rows}} households is in “{title.en}”; about {{expected}} persons are expected from the other areas.",
        ),
    )
