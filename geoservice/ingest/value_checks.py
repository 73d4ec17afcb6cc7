"""What the values of a column must look like before its header is taken for one of ours: a wrong guess is worse than none."""

import re
from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa

from geoservice.ingest import words
from geoservice.ingest.periods import to_day_or_year, to_period
from geoservice.ingest.values import NOTHING, to_date, to_flag
from geoservice.schema import GROUP_PREFIX

SAMPLE = 1000
"""Rows that are looked at, from the first."""
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
_KEYS = {"id", "code"}
_NAMES = {"name", "name_zh", "name_en"}
_REPEATED = 0.3
"""Least share of different values among keys; persons of one household share its key, regions of a country a code."""
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.:/-]{0,31}")
_KEY = re.compile(r"(?=.*\d)[^\s,;，；。]{1,40}|[A-Za-z]{11}")
_PLACE = re.compile(r"[\u4e00-\u9fff·]{2,24}")
_NUMBER = re.compile(r"[+-]?[\d,. ]*\d[\d,. ]*(e[+-]?\d+)?", re.IGNORECASE)
_FRACTION = re.compile(r"[+-]?\d*[.,]\d*[1-9]\d*")
_ADDRESS = re.compile(r"\d|号|弄|栋|室|单元|路|组$")
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z]")
_ANGLE = re.compile(r"[-+]?\d{1,3}(\.\d+)?|.*\d.*[°º度'′NSEWnsew].*|[东西南北NSEWnsew].*\d.*")
_METRES = re.compile(r"[-+]?\d{4,8}(\.\d+)?")
_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}")
_MIDNIGHT = re.compile(r"[T ]0{1,2}:00(:00(\.0+)?)?")
_WKT = re.compile(r"\s*(SRID=\d+;)?\s*(MULTI)?(POINT|POLYGON|LINESTRING|GEOMETRYCOLLECTION)", re.IGNORECASE)
_H3 = re.compile(r"8[0-9a-fA-F]{14}|\d{18}")
_HOURS = re.compile(r"\d|时|天|周|日|午|全|open|closed|daily|mo|tu|we|th|fr|sa|su", re.IGNORECASE)
_RANKS = {"一级", "二级", "三级", "1", "2", "3", "4"}
"""Words of tiers that hospitals use the other way round, or for something else."""


class Sample:
    """The first thousand values below each header, as far as they are looked at."""

    def __init__(self, columns: pa.Table) -> None:
        self._columns = columns.slice(0, SAMPLE)
        self._values: dict[str, list[str]] = {}

    def values(self, header: str) -> list[str]:
        """Return the values below a header that say something."""
        if header not in self._values:
            texts = (v.strip(" ='’\"") for v in self._columns.column(header).to_pylist() if v)
            self._values[header] = [v for v in texts if v and v.lower() not in NOTHING]
        return self._values[header]

    def rows(self, *headers: str) -> list[tuple[str, ...]]:
        """Return the rows of some columns in which none is empty."""
        columns = (self._columns.column(h).to_pylist() for h in headers)
        return [tuple(str(v) for v in row) for row in zip(*columns, strict=True) if all(row)]

    def grade(self, field: str, header: str, sure: bool) -> float:
        """Return how well the values below a header fit a column: 1 well, ``DOUBTFUL`` perhaps, 0 not.

        ``sure`` says that the header names the column; then values that are wrong here and there are no hindrance, for they
        will be refused by name, and no values at all are none either.
        """
        values = self.values(header)
        if not values:
            return DOUBTFUL if sure and field not in _KEYS else 0.0
        return fits(field, header, values, sure=sure)


def fits(field: str, header: str, values: Sequence[str], *, sure: bool = True) -> float:
    """Return how well values, none of them empty, fit a column."""
    if field in _KEYS:
        return _grade_of_keys(values, sure=sure)
    if field == "registered_area" and (set(values) == {"0", "1"} or _share(values, _is_word_for_yes_or_no) == 1):
        return 0.0
    if field == "area" and not sure and not any(c.isdigit() for v in values for c in v):
        return 0.0
    if field == "parent" and not sure and len(set(values)) > 0.8 * len(values):
        return 0.0
    if field in {"tier", "level"}:
        return float(_is_rank(field, header, values, sure=sure))
    if field in _STRICT:
        return float(_share(values, _STRICT[field]) >= 0.8)
    if field in _NAMES and len(values) >= FEW and len(set(values)) < (0.5 if sure else 0.9) * len(values):
        return 0.0
    good = _share(values, _LOOSE.get(field, _is_number if field.startswith(GROUP_PREFIX) else _is_anything))
    return float((sure and len(values) < FEW and field not in {"since", "until"}) or good >= (0.5 if sure else 0.9))


def _grade_of_keys(values: Sequence[str], *, sure: bool) -> float:
    """Return how well values are keys: no fractions, no clock times, and all different where the name is not sure."""
    if _share(values, lambda v: bool(_FRACTION.fullmatch(v) or _CLOCK.search(v))) >= 0.5:
        return 0.0
    different = len(set(values)) / len(values)
    if sure:
        return 1.0 if different >= 0.95 else DOUBTFUL if different >= _REPEATED else 0.0
    return float(different >= 0.98 and _share(values, lambda v: bool(_KEY.fullmatch(v))) >= 0.95)


def _is_rank(field: str, header: str, values: Sequence[str], *, sure: bool) -> bool:
    """Whether values are tiers or levels; numbers below "level" may be floors, and hospitals have classes called 三级."""
    known = words.TIER if field == "tier" else words.LEVEL
    if field == "level" and "admin" in header.lower() and _share(values, _is_number) == 1:
        return False  # OpenStreetMap's, which differ from country to country
    if field == "tier" and set(values) <= _RANKS and not (sure and "层级" in header or "tier" in header.lower()):
        return False
    return _share(values, lambda v: v.lower() in known) >= 0.8


def _share(values: Sequence[str], good: Callable[[str], bool]) -> float:
    return sum(map(good, values)) / len(values)


def _is_area(value: str) -> bool:
    """Whether a value is an area's code, its name, or a structure that may hold a code; an address is neither."""
    return bool(_CODE.fullmatch(value) or value.startswith("{") or (_PLACE.fullmatch(value) and not _ADDRESS.search(value)))


def _is_word_for_yes_or_no(value: str) -> bool:
    """Whether a value is yes or no in words; a single letter or digit may be a code."""
    return _is_flag(value) and (len(value) > 1 or not value.isascii())


def _is_flag(value: str) -> bool:
    return _parses(to_flag, value)


def _is_day(value: str) -> bool:
    """Whether a value is a day; a moment with a time of day is when somebody typed."""
    return _parses(to_date, value) and not (_CLOCK.search(value) and not _MIDNIGHT.search(value))


def _parses(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


def _is_number(value: str) -> bool:
    return bool(_NUMBER.fullmatch(value))


def _is_whole(value: str) -> bool:
    return _is_number(value) and not _FRACTION.fullmatch(value)


def _is_text(value: str) -> bool:
    return not _is_number(value)


def _has_letter(value: str) -> bool:
    return bool(_LETTER.search(value))


def _is_longitude(value: str) -> bool:
    return _is_within(value, 180)


def _is_latitude(value: str) -> bool:
    return _is_within(value, 180)  # exchanged columns are told by the places check, which knows the areas


def _is_within(value: str, most: float) -> bool:
    if _METRES.fullmatch(value):
        return True
    return bool(_ANGLE.fullmatch(value)) and not (_is_number(value) and abs(float(value.replace(",", "."))) > most)


def _is_anything(_value: str) -> bool:
    return True


_STRICT: Mapping[str, Callable[[str], bool]] = {
    "registered_area": _is_area,
    "parent": _is_area,
    "area": lambda v: bool(_CODE.fullmatch(v)),
    "precision": lambda v: v.lower() in words.PRECISION,
    "active": _is_flag,
    "wkt": lambda v: bool(_WKT.match(v)),
    "h3": lambda v: bool(_H3.fullmatch(v)),
    "lon": _is_longitude,
    "lat": _is_latitude,
}
"""Columns whose values must be of a kind, whatever the header says."""
_LOOSE: Mapping[str, Callable[[str], bool]] = {
    **dict.fromkeys(NUMBERS, _is_number),
    **dict.fromkeys(("served", "eligible"), _is_whole),
    **dict.fromkeys(("since", "until", "valid_from", "valid_to"), _is_day),
    **dict.fromkeys(("services", "equipment", "service", "group", "source", "address"), _is_text),
    **dict.fromkeys(("name", "name_zh"), _has_letter),
    "name_en": lambda v: bool(_LATIN.search(v)),
    "persons_margin": _is_number,
    "period": lambda v: _parses(to_period, v),
    "date": lambda v: _parses(to_day_or_year, v),
    "opening_hours": lambda v: bool(_HOURS.search(v)) and not _is_number(v) and not _is_day(v),
}
"""Columns of which half of the values must be of a kind."""
