"""Heaping: dates and sizes that are preferred, since somebody rounded or guessed them.

The measure is that of Whipple's index: the number of households with the value, as a percentage of the expected number. 100 is
no preference; from 125 on the UN calls data "approximate", from 175 on "very rough" (United Nations, Demographic Yearbook,
notes on age heaping). Days of the year are expected in proportion to the calendar. Round years and round sizes are compared
with the geometric mean of their neighbours, which a trend over the years does not change.
"""

from collections.abc import Callable, Iterator

import numpy as np

from geoservice.disclosure.data_quality.base import Bilingual, QualityItem, Severity
from geoservice.disclosure.data_quality.quality_data import QualityData
from geoservice.disclosure.data_quality.regions import count_by_region
from geoservice.disclosure.data_quality.results import CheckResult, PreferredValue
from geoservice.geo import Bools, Floats, Int32s, Ints

CHECK = "heaping"
DAYS_OF_YEAR = 365.25
WINDOW_YEARS = 30
MOST_PERSONS = 31


def _item(name: str, severity: Severity, title: Bilingual, what: Bilingual) -> QualityItem:
    return QualityItem(
        name, CHECK, severity, title,
        Bilingual(
            f"{what.zh}：{{of}} 户中比预期约多 {{rows}} 户（指数 {{index}}，无偏好时为 100）。",
            f"{what.en}: about {{rows}} of {{of}} households more than expected (index {{index}}; 100 is no preference).",
        ),
    )  # fmt: skip


NEW_YEAR = _item(
    "since_new_year",
    "warning",
    Bilingual("日期集中在 1 月 1 日", "Dates on 1 January"),
    Bilingual("起始日期为 1 月 1 日", "Moved in on 1 January"),
)
FIRST = _item(
    "since_first_of_month", "note", Bilingual("日期集中在每月 1 日", "Dates on the first of a month"),
    Bilingual("起始日期为 2 至 12 月的 1 日", "Moved in on the first of February to December"),
)  # fmt: skip
YEARS = _item(
    "since_round_year", "note", Bilingual("年份集中在逢 0、逢 5 年", "Years that end in 0 or 5"),
    Bilingual("起始年份以 0 或 5 结尾", "Moved in in a year that ends in 0 or 5"),
)  # fmt: skip
SIZES = _item(
    "persons_round",
    "note",
    Bilingual("人数集中在 5、10 等", "Round numbers of persons"),
    Bilingual("全户人数为 5 的倍数", "Households of 5, 10, 15 ... persons"),
)


def check_heaping(data: QualityData) -> Iterator[CheckResult]:
    """Yield the preferred days, years and sizes."""
    since, persons = data.columns.since, data.columns.persons
    dated = ~np.isnat(since) & (since <= np.datetime64(max(data.around.day, data.around.loaded)))
    month, day = calendar(since)
    yield PreferredValue(NEW_YEAR, dated & (day == 1) & (month == 1), dated, proportional(dated, 1 / DAYS_OF_YEAR))
    yield PreferredValue(FIRST, dated & (day == 1) & (month > 1), dated, proportional(dated, 11 / DAYS_OF_YEAR))
    last_year = data.around.day.year - 1  # the last one that is complete
    age = last_year - np.where(dated, since.astype("datetime64[Y]").astype(np.int64) + 1970, last_year + 1)
    yield _round_values(YEARS, age, np.array([a for a in range(1, WINDOW_YEARS) if (last_year - a) % 5 == 0]), WINDOW_YEARS)
    yield _round_values(SIZES, persons.astype(np.int64), np.arange(5, MOST_PERSONS - 1, 5), MOST_PERSONS)


def calendar(days: "np.ndarray[tuple[int], np.dtype[np.datetime64]]") -> tuple[Ints, Ints]:
    """Return month (1 to 12) and day of the month of dates, 0 where missing; shapes ``(n,)``.

    >>> [v.tolist() for v in calendar(np.array(["2024-02-29", "NaT"], "datetime64[D]"))]
    [[2, 0], [29, 0]]
    """
    missing, month = np.isnat(days), days.astype("datetime64[M]")
    number, day = month.astype(np.int64) % 12 + 1, (days - month).astype(np.int64) + 1
    return np.where(missing, 0, number), np.where(missing, 0, day)


def proportional(examined: Bools, share: float) -> Callable[[Int32s, int], Floats]:
    """Return a function that gives the expected number of each region as a share of its examined households."""
    return lambda position, regions: np.asarray(count_by_region(position, examined, regions) * share, float)


def _round_values(item: QualityItem, values: Ints, preferred: Ints, size: int) -> PreferredValue:
    examined = (values >= 0) & (values <= size)

    def expected(position: Int32s, regions: int) -> Floats:
        return neighbour_means(histogram(position, regions, values, examined, size), preferred)

    return PreferredValue(item, examined & np.isin(values, preferred), examined, expected)


def histogram(position: Int32s, regions: int, values: Ints, examined: Bools, size: int) -> Ints:
    """Return the number of examined households of each region by value from 0 to ``size``; shape ``(regions, size + 1)``."""
    inside = examined & (position >= 0)
    key = position[inside].astype(np.int64) * (size + 1) + values[inside]
    return np.bincount(key, minlength=regions * (size + 1)).reshape(regions, size + 1)


def neighbour_means(counts: Ints, preferred: Ints) -> Floats:
    """Return the sum over preferred values of the geometric mean of the counts of both neighbours; shape ``(regions,)``.

    >>> neighbour_means(np.array([[0, 8, 20, 2]]), np.array([2])).tolist()
    [4.0]
    """
    means = np.sqrt(counts[:, preferred - 1] * counts[:, preferred + 1].astype(float))
    return np.asarray(means.sum(axis=1), float)
