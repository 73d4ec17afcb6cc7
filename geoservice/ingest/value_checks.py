"""What the values of a column must look like before its header is taken for one of ours: a wrong guess is worse than none."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from geoservice.ingest import value_vocabulary
from geoservice.ingest.coordinate_pairs import looks_like_pair
from geoservice.ingest.date_periods import to_day_or_year, to_period
from geoservice.ingest.degrees import looks_like_angle
from geoservice.ingest.value_kinds import (
    has_digit,
    has_latin,
    has_letter,
    is_anything,
    is_area,
    is_code,
    is_coordinate,
    is_day,
    is_flag,
    is_h3,
    is_key,
    is_no_key,
    is_number,
    is_opening,
    is_text,
    is_timetable,
    is_whole,
    is_wkt,
    is_word_for_yes_or_no,
    parses,
)
from geoservice.schema import GROUP_PREFIX

FEW = 5
"""Fewer values than these decide nothing about numbers and days under a sure name."""
DOUBTFUL = 0.5
"""Grade of values that may be a column's, where another column's are better."""
NUMBERS = (
    "persons",
    "households",
    "capacity",
    "staff",
    "floor_area_m2",
    "start_delay_s",
    "served",
    "eligible",
    "uncertainty_m",
)
"""Columns of plain numbers, beside coordinates and the groups of the study."""
_REPEATED = 0.3
"""Least share of different values among keys; persons of one household share its key, regions of a country a code."""
_RANKS = {"一级", "二级", "三级", "1", "2", "3", "4"}
"""Words of tiers that hospitals use the other way round, or for something else."""


class ValueColumn(NamedTuple):
    """The values below a header, none of them empty; ``sure`` says that the header names the column."""

    header: str
    values: Sequence[str]
    sure: bool

    @property
    def different(self) -> float:
        """Share of values that no row before has."""
        return len(set(self.values)) / len(self.values)

    def share(self, good: Callable[[str], bool]) -> float:
        """Return the share of values that are good."""
        return sum(map(good, self.values)) / len(self.values)


def fits(field: str, column: ValueColumn) -> float:
    """Return how well values fit one of our columns."""
    if field in _CHECKS:
        return _CHECKS[field](column)
    if field in _STRICT:
        return float(column.share(_STRICT[field]) >= 0.8)
    return _half(column, _LOOSE.get(field, is_number if field.startswith(GROUP_PREFIX) else is_anything))


def _half(column: ValueColumn, good: Callable[[str], bool], few: int = FEW) -> float:
    """Whether half of the values are good, of a column whose name is not sure nine in ten; few values decide nothing."""
    few_of_sure = column.sure and len(column.values) < few
    return float(few_of_sure or column.share(good) >= (0.5 if column.sure else 0.9))


def _keys(column: ValueColumn) -> float:
    """Return how well values are keys: no fractions, no clock times, and all different where the name is not sure."""
    if column.share(is_no_key) >= 0.5:
        return 0.0
    if column.sure:
        return 1.0 if column.different >= 0.95 else DOUBTFUL if column.different >= _REPEATED else 0.0
    return float(column.different >= 0.98 and column.share(is_key) >= 0.95)


def _names(column: ValueColumn) -> float:
    """Whether values are names: letters, and few of them twice."""
    if len(column.values) >= FEW and column.different < (0.5 if column.sure else 0.9):
        return 0.0
    return _half(column, has_letter)


def _english_names(column: ValueColumn) -> float:
    return min(_names(column), _half(column, has_latin))


def _home_areas(column: ValueColumn) -> float:
    """Whether values are codes or names of areas; yes and no are neither."""
    flags = set(column.values) == {"0", "1"} or column.share(is_word_for_yes_or_no) == 1
    return float(not flags and column.share(is_area) >= 0.8)


def _parents(column: ValueColumn) -> float:
    """Whether values are areas; under a name that is not sure some must be there twice, for an area has several parts."""
    return float((column.sure or column.different <= 0.8) and column.share(is_area) >= 0.8)


def _area_codes(column: ValueColumn) -> float:
    """Whether values are codes; without digits they may be names, where the header does not say that they are codes."""
    digits = column.sure or any(c.isdigit() for v in column.values for c in v)
    return float(digits and column.share(is_code) >= 0.8)


def _tiers(column: ValueColumn) -> float:
    """Whether values are tiers; hospitals have classes called 三级, and numbers below "level" may be floors."""
    ranks = set(column.values) <= _RANKS and "层级" not in column.header and "tier" not in column.header.lower()
    return float(not ranks and column.share(lambda v: v.lower() in value_vocabulary.TIER) >= 0.8)


def _levels(column: ValueColumn) -> float:
    """Whether values are levels of areas; numbers below "admin level" are OpenStreetMap's, which differ by country."""
    osm = "admin" in column.header.lower() and column.share(is_number) == 1
    return float(not osm and column.share(lambda v: v.lower() in value_vocabulary.LEVEL) >= 0.8)


def _hours(column: ValueColumn) -> float:
    """Whether values are times of a day or week."""
    if not column.sure:
        return float(column.share(is_timetable) >= 0.8)
    return _half(column, is_opening)


def _one_coordinate(column: ValueColumn) -> float:
    """Whether values are coordinates in a usual form; under a sure name others with digits too, which are refused by name."""
    if column.share(is_coordinate) >= 0.8:
        return 1.0
    return float(column.sure and column.share(_may_be_angle) >= 0.5)


def _may_be_angle(value: str) -> bool:
    """Whether a value with digits is no pair; 116 57 may be minutes without their sign."""
    return has_digit(value) and (looks_like_angle(value) or not looks_like_pair(value))


def _geometries(column: ValueColumn) -> float:
    """Whether half of the values are geometries: others are refused by name, but numbers of areas may be called so as well."""
    return float(column.share(is_wkt) >= 0.5)


def _pairs(column: ValueColumn) -> float:
    return float(column.share(looks_like_pair) >= 0.5)


def _days(column: ValueColumn) -> float:
    return _half(column, is_day, few=1)


_CHECKS: Mapping[str, Callable[[ValueColumn], float]] = {
    **dict.fromkeys(("id", "code"), _keys),
    **dict.fromkeys(("name", "name_zh"), _names),
    "name_en": _english_names,
    "registered_area": _home_areas,
    "parent": _parents,
    "area": _area_codes,
    "tier": _tiers,
    "level": _levels,
    "opening_hours": _hours,
    **dict.fromkeys(("since", "until"), _days),
    **dict.fromkeys(("lon", "lat"), _one_coordinate),
    "coordinates": _pairs,
    "wkt": _geometries,
}
"""Checks of a whole column."""
_STRICT: Mapping[str, Callable[[str], bool]] = {
    "precision": lambda v: v.lower() in value_vocabulary.PRECISION,
    "active": is_flag,
    "h3": is_h3,
}
"""Columns whose values must be of a kind, whatever the header says."""
_LOOSE: Mapping[str, Callable[[str], bool]] = {
    **dict.fromkeys((*NUMBERS, "persons_margin"), is_number),
    **dict.fromkeys(("served", "eligible"), is_whole),
    **dict.fromkeys(("valid_from", "valid_to"), is_day),
    **dict.fromkeys(("services", "equipment", "service", "group", "source", "address"), is_text),
    "period": lambda v: parses(to_period, v),
    "date": lambda v: parses(to_day_or_year, v),
}
"""Columns of which half of the values must be of a kind."""
