"""Kinds of values: codes, numbers, dates, coordinates, geometries, opening hours."""

import re
from collections.abc import Callable

from geoservice.ingest.geometry_values import GEOMETRY_TEXT
from geoservice.ingest.values import to_date, to_flag

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.:/-]{0,31}")
_KEY = re.compile(r"(?=.*\d)[^\s,;，；。]{1,40}|[A-Za-z]{11}")
_PLACE = re.compile(r"[\u4e00-\u9fff·]{2,24}")
_NUMBER = re.compile(r"[+-]?[\d,. ]*\d[\d,. ]*(e[+-]?\d+)?", re.IGNORECASE)
_FRACTION = re.compile(r"[+-]?\d*[.,]\d*[1-9]\d*")
_ADDRESS = re.compile(r"\d|号|弄|栋|室|单元|路|组$")
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z]")
_ANGLE = re.compile(
    r"[-+]?\d{1,3}([.,]\d+)?|\d{1,3}[ :]\d{1,2}[ :]\d{1,2}([.,]\d+)?|.*\d.*[°º度'′NSEWnsew].*|[东西南北NSEWnsew].*\d.*"
)
_DEGREES = re.compile(r"[-+]?\d{1,3}([.,]\d+)?")
_METRES = re.compile(r"[-+]?\d{4,8}([.,]\d+)?")
_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}")
_MIDNIGHT = re.compile(r"[T ]0{1,2}:00(:00(\.0+)?)?")
_WKT = re.compile(GEOMETRY_TEXT)
_H3 = re.compile(r"8[0-9a-fA-F]{14}|\d{18}")
_HOURS = re.compile(r"\d|时|天|周|日|午|全|open|closed|daily|mo|tu|we|th|fr|sa|su", re.IGNORECASE)
_OPEN = re.compile(r"\d[:：]\d\d|周|星期|每|全天|24|午|Mo|M-|daily|Mon", re.IGNORECASE)


def is_area(value: str) -> bool:
    """Whether a value is an area's code, its name, or a JSON object that may hold a code; addresses are excluded."""
    return bool(_CODE.fullmatch(value) or value.startswith("{") or (_PLACE.fullmatch(value) and not _ADDRESS.search(value)))


def is_boolean_word(value: str) -> bool:
    """Whether a value is yes or no as a word; a single letter or digit may be a code."""
    return is_flag(value) and (len(value) > 1 or not value.isascii())


def is_flag(value: str) -> bool:
    """Whether a value is yes or no."""
    return parses(to_flag, value)


def is_date(value: str) -> bool:
    """Whether a value is a date; with a time of day it is a time of data entry."""
    return parses(to_date, value) and not (_CLOCK.search(value) and not _MIDNIGHT.search(value))


def parses(parse: Callable[[str], object], value: str) -> bool:
    """Whether a value is accepted by a parser."""
    try:
        parse(value)
    except ValueError:
        return False
    return True


def is_number(value: str) -> bool:
    """Whether a value is a number."""
    return bool(_NUMBER.fullmatch(value))


def is_integer(value: str) -> bool:
    """Whether a value is an integer."""
    return is_number(value) and not _FRACTION.fullmatch(value)


def is_text(value: str) -> bool:
    """Whether a value is not a number."""
    return not is_number(value)


def has_letter(value: str) -> bool:
    """Whether a value has a letter of any script."""
    return bool(_LETTER.search(value))


def is_coordinate(value: str) -> bool:
    """Whether a value is an angle or metres; exchanged axes are detected later, against the areas."""
    if _METRES.fullmatch(value):
        return True
    return bool(_ANGLE.fullmatch(value)) and not (_DEGREES.fullmatch(value) and abs(float(value.replace(",", "."))) > 180)


def has_digit(value: str) -> bool:
    """Whether there is a digit in a value."""
    return any(c.isdecimal() for c in value)


def is_anything(_value: str) -> bool:
    """Return True."""
    return True


def is_code(value: str) -> bool:
    """Whether a value is an area's code."""
    return bool(_CODE.fullmatch(value))


def is_key(value: str) -> bool:
    """Whether a value is certainly a key: it has a digit and no spaces; eleven letters are a DHIS2 key."""
    return bool(_KEY.fullmatch(value))


def is_not_key(value: str) -> bool:
    """Whether a value is a fraction or has a time of day, unlike keys."""
    return bool(_FRACTION.fullmatch(value) or _CLOCK.search(value))


def has_latin(value: str) -> bool:
    """Whether a value has Latin letters."""
    return bool(_LATIN.search(value))


def is_wkt(value: str) -> bool:
    """Whether a value is a geometry as text."""
    return bool(_WKT.match(value))


def is_h3(value: str) -> bool:
    """Whether a value may be an H3 cell."""
    return bool(_H3.fullmatch(value))


def may_be_opening_hours(value: str) -> bool:
    """Whether a value may be opening hours: text that is neither a number nor a date."""
    return bool(_HOURS.search(value)) and not is_number(value) and not is_date(value)


def has_times(value: str) -> bool:
    """Whether a value has times of day or days of the week."""
    return bool(_OPEN.search(value))
