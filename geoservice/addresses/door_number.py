"""Door numbers: the number, the end of a range, and the suffix."""

import re
from typing import NamedTuple

_CHINESE = re.compile(r"^(?P<before>[^0-9]{0,8}?)(?P<number>[0-9]{1,6})(?![0-9])(?P<rest>.{0,24})$", re.DOTALL)
_TO = re.compile(r"^[-~至到]([0-9]{1,6})$")
_WORDS = re.compile(r"[号號院#\s]")
_OTHER = re.compile(
    r"^(?P<number>[0-9]{1,6})(?:\s*(?:-|–|/)\s*(?P<to>[0-9]{1,6}))?\s*(?P<suffix>[a-zà-ÿ](?![a-zà-ÿ]))?", re.IGNORECASE
)
_MAX_RANGE = 20


class DoorNumber(NamedTuple):
    """A door number; ``to_number`` is the number itself but for a range such as 5-7; the suffix is in lower case.

    What tells doors of a number apart is the suffix: ``a`` of 12a, ``1`` of 66-1号, ``附3`` of 66号附3号, ``甲`` of 甲3号.
    """

    number: int
    to_number: int
    suffix: str


def door_number(text: str, country: str = "CN") -> DoorNumber | None:
    """Return the door number that a text states; None if it states none.

    Parameters
    ----------
    text : str
        Normalised: Arabic numerals, half width.
    country : str
        ISO 3166 code; in China ``66-1`` is a door within number 66.

    Examples
    --------
    >>> door_number("66号"), door_number("66-1号"), door_number("甲3号")
    (DoorNumber(number=66, to_number=66, suffix=''), DoorNumber(number=66, to_number=66, suffix='1'), \
DoorNumber(number=3, to_number=3, suffix='甲'))
    >>> door_number("5-7", "AT"), door_number("12 A", "FI"), door_number("号")
    (DoorNumber(number=5, to_number=7, suffix=''), DoorNumber(number=12, to_number=12, suffix='a'), None)
    """
    return _chinese(text) if country == "CN" else _other(text)


def _chinese(text: str) -> DoorNumber | None:
    match = _CHINESE.match(_WORDS.sub("", text))
    if match is None:
        return None
    number, before, rest = int(match["number"]), match["before"].removeprefix("第"), match["rest"]
    to = _TO.match(rest)
    if to and not before and _is_range(number, int(to[1])):
        return DoorNumber(number, int(to[1]), "")
    return DoorNumber(number, number, (before + rest.lstrip("-~之")).lower())


def _is_range(number: int, to: int) -> bool:
    return 0 < to - number <= _MAX_RANGE and (to - number) % 2 == 0


def _other(text: str) -> DoorNumber | None:
    match = _OTHER.match(text.strip())
    if match is None:
        return None
    number, to = int(match["number"]), int(match["to"] or 0)
    return DoorNumber(number, to if 0 < to - number <= 2 * _MAX_RANGE else number, (match["suffix"] or "").lower())
