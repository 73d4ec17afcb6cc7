"""Checks that the values of a column fit, before its header is mapped to one of ours: a wrong guess is worse than none."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from geoservice.age_labels import age_label
from geoservice.ingest import value_vocabulary
from geoservice.ingest.coordinate_pairs import looks_like_pair
from geoservice.ingest.date_periods import to_day_or_year, to_period
from geoservice.ingest.degrees import looks_like_angle
from geoservice.ingest.value_kinds import (
    has_digit,
    has_latin,
    has_letter,
    has_times,
    is_anything,
    is_area,
    is_boolean_word,
    is_code,
    is_coordinate,
    is_date,
    is_flag,
    is_h3,
    is_integer,
    is_key,
    is_not_key,
    is_number,
    is_text,
    is_wkt,
    may_be_opening_hours,
    parses,
)
from geoservice.schema import GROUP_PREFIX

MIN_VALUES = 5
"""Fewer values than these decide nothing for numbers and dates if the name is certain."""
DOUBTFUL = 0.5
"""Grade of values that may belong to a column but fit another one better."""
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
    "age_from",
    "age_to",
)
"""Columns of plain numbers, besides coordinates and the study's groups."""
_MIN_DISTINCT_KEYS = 0.3
"""Least share of distinct values among keys; persons of one household share its key, regions of a country its code."""
_RANKS = {"一级", "二级", "三级", "1", "2", "3", "4"}
"""Names of tiers that also mean hospital classes, in reverse order, or other things."""


class ValueColumn(NamedTuple):
    """The values below a header without empty ones; ``sure`` means that the header names the column."""

    header: str
    values: Sequence[str]
    sure: bool

    @property
    def distinct(self) -> float:
        """Share of distinct values."""
        return len(set(self.values)) / len(self.values)

    def share(self, good: Callable[[str], bool]) -> float:
        """Return the share of values for which ``good`` is true."""
        return sum(map(good, self.values)) / len(self.values)


def grade_values(field: str, column: ValueColumn) -> float:
    """Return how well values fit one of our columns, from 0 to 1."""
    if field in _CHECKS:
        return _CHECKS[field](column)
    if field in _STRICT:
        return float(column.share(_STRICT[field]) >= 0.8)
    return _half(column, _LOOSE.get(field, is_number if field.startswith(GROUP_PREFIX) else is_anything))


def _half(column: ValueColumn, good: Callable[[str], bool], few: int = MIN_VALUES) -> float:
    """Whether half of the values are good, or nine in ten if the name is not certain; a few values decide nothing."""
    too_few = column.sure and len(column.values) < few
    return float(too_few or column.share(good) >= (0.5 if column.sure else 0.9))


def _keys(column: ValueColumn) -> float:
    """Return how well values serve as keys: no fractions or clock times, and all distinct if the name is not certain."""
    if column.share(is_not_key) >= 0.5:
        return 0.0
    if column.sure:
        return 1.0 if column.distinct >= 0.95 else DOUBTFUL if column.distinct >= _MIN_DISTINCT_KEYS else 0.0
    return float(column.distinct >= 0.98 and column.share(is_key) >= 0.95)


def _names(column: ValueColumn) -> float:
    """Whether values are names: with letters, and mostly distinct."""
    if len(column.values) >= MIN_VALUES and column.distinct < (0.5 if column.sure else 0.9):
        return 0.0
    return _half(column, has_letter)


def _english_names(column: ValueColumn) -> float:
    return min(_names(column), _half(column, has_latin))


def _home_areas(column: ValueColumn) -> float:
    """Whether values are codes or names of areas, and not yes and no."""
    flags = set(column.values) == {"0", "1"} or column.share(is_boolean_word) == 1
    return float(not flags and column.share(is_area) >= 0.8)


def _parents(column: ValueColumn) -> float:
    """Whether values are areas; if the name is not certain, some must repeat, since an area has several parts."""
    return float((column.sure or column.distinct <= 0.8) and column.share(is_area) >= 0.8)


def _area_codes(column: ValueColumn) -> float:
    """Whether values are codes; without digits they may be names, unless the header says that they are codes."""
    digits = column.sure or any(c.isdigit() for v in column.values for c in v)
    return float(digits and column.share(is_code) >= 0.8)


def _tiers(column: ValueColumn) -> float:
    """Whether values are tiers; hospitals have classes named 三级, and numbers below "level" may be floors."""
    ranks = set(column.values) <= _RANKS and "层级" not in column.header and "tier" not in column.header.lower()
    return float(not ranks and column.share(lambda v: v.lower() in value_vocabulary.TIER) >= 0.8)


def _levels(column: ValueColumn) -> float:
    """Whether values are levels of areas; numbers below "admin level" are OpenStreetMap's, which differ by country."""
    osm = "admin" in column.header.lower() and column.share(is_number) == 1
    return float(not osm and column.share(lambda v: v.lower() in value_vocabulary.LEVEL) >= 0.8)


def _hours(column: ValueColumn) -> float:
    """Whether values are opening hours."""
    if not column.sure:
        return float(column.share(has_times) >= 0.8)
    return _half(column, may_be_opening_hours)


def _one_coordinate(column: ValueColumn) -> float:
    """Whether values are coordinates; under a certain name half of them suffice, and the others are rejected later."""
    if column.share(is_coordinate) >= 0.8:
        return 1.0
    return float(column.sure and column.share(_may_be_angle) >= 0.5)


def _may_be_angle(value: str) -> bool:
    """Whether a value has digits and is not a pair; 116 57 may be degrees and minutes without signs."""
    return has_digit(value) and (looks_like_angle(value) or not looks_like_pair(value))


def _geometries(column: ValueColumn) -> float:
    """Whether half of the values are geometries; fewer may be numbers of areas under the same name."""
    return float(column.share(is_wkt) >= 0.5)


def _pairs(column: ValueColumn) -> float:
    return float(column.share(looks_like_pair) >= 0.5)


def _days(column: ValueColumn) -> float:
    return _half(column, is_date, few=1)


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
"""Columns whose values must be of a kind, however certain the name."""
_LOOSE: Mapping[str, Callable[[str], bool]] = {
    **dict.fromkeys((*NUMBERS, "persons_margin"), is_number),
    **dict.fromkeys(("served", "eligible"), is_integer),
    **dict.fromkeys(("valid_from", "valid_to"), is_date),
    **dict.fromkeys(("services", "equipment", "service", "group", "source", "address"), is_text),
    "period": lambda v: parses(to_period, v),
    "date": lambda v: parses(to_day_or_year, v),
    "sex": lambda v: v.lower() in value_vocabulary.SEX,
    "age": lambda v: age_label(v) is not None,
}
"""Columns of which half of the values must be of a kind."""
