"""What the values of a column must look like before its header is taken for one of ours: a wrong guess is worse than none."""

import re
from collections.abc import Callable, Sequence

from geoservice.ingest import words
from geoservice.ingest.coordinate_pairs import looks_like_pair
from geoservice.ingest.degrees import looks_like_angle
from geoservice.ingest.geometry_values import GEOMETRY_TEXT
from geoservice.ingest.header_names import COORDINATES
from geoservice.ingest.values import NOTHING, to_date, to_flag
from geoservice.schema import GROUP_PREFIX

SAMPLE = 1000
"""Rows that are looked at, from the first."""
FEW = 5
"""Numbers and days are not judged by fewer values than this."""
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.:/-]{0,31}")
_PLACE = re.compile(r"[\u4e00-\u9fff·]{2,24}")
_NUMBER = re.compile(r"[+-]?[\d,. ]*\d[\d,. ]*(e[+-]?\d+)?", re.IGNORECASE)
_ADDRESS = re.compile(r"\d|号|弄|栋|室|单元|路|组$")
_GEOMETRY = re.compile(GEOMETRY_TEXT)
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


def fits(field: str, header: str, values: Sequence[str]) -> bool:
    """Whether values, of which empty ones are left out, can be those of a column; anything fits a column without values."""
    filled = [v.strip(" ='’\"") for v in values if v.strip() and v.strip().lower() not in NOTHING]
    if not filled:
        return field != "coordinates"
    if field == "registered_area" and (set(filled) == {"0", "1"} or _mostly(filled, _is_word_for_yes_or_no, 1.0)):
        return False
    if field in {"registered_area", "parent"}:
        return _mostly(filled, _is_area, 0.8)
    if field in {"tier", "level"}:
        known = words.TIER if field == "tier" else words.LEVEL
        floors = field == "tier" and header.strip().lower() == "level" and _mostly(filled, _is_number, 1.0)
        return not floors and _mostly(filled, lambda v: v.lower() in known, 0.8)
    if field == "wkt" or field in COORDINATES:  # numbers of areas may be called geometry as well
        kinds = {"wkt": _is_geometry, "coordinates": looks_like_pair}
        return _mostly(filled, kinds.get(field, _may_be_angle), 0.5)
    return len(filled) < FEW or _mostly(filled, _kind_of(field), 0.5)  # a value that is none will be refused by name


def _is_geometry(value: str) -> bool:
    return bool(_GEOMETRY.match(value))


def _kind_of(field: str) -> Callable[[str], bool]:
    if field in {"since", "until", "valid_from", "valid_to"}:
        return _is_date
    return _is_number if field in NUMBERS or field.startswith(GROUP_PREFIX) else lambda _value: True


def _may_be_angle(value: str) -> bool:
    """Whether a value is no pair; 116 57 may be minutes without their sign, which is refused by name."""
    return looks_like_angle(value) or not looks_like_pair(value)


def _mostly(values: Sequence[str], good: Callable[[str], bool], share: float) -> bool:
    return sum(map(good, values)) >= share * len(values)


def _is_area(value: str) -> bool:
    """Whether a value is an area's code, its name, or a structure that may hold a code; an address is neither."""
    return bool(_CODE.fullmatch(value) or value.startswith("{") or (_PLACE.fullmatch(value) and not _ADDRESS.search(value)))


def _is_word_for_yes_or_no(value: str) -> bool:
    """Whether a value is yes or no in words; a single letter or digit may be a code."""
    try:
        to_flag(value)
    except ValueError:
        return False
    return len(value) > 1 or not value.isascii()


def _is_number(value: str) -> bool:
    return bool(_NUMBER.fullmatch(value))


def _is_date(value: str) -> bool:
    try:
        to_date(value)
    except ValueError:
        return False
    return True
