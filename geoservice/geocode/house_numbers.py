"""Numbers of doors, as they are written on maps and in tables."""

import re
import unicodedata

from geoservice.addresses.door_number import DoorNumber, door_number

_SEPARATOR = re.compile(r"[,;，；、]\s*")
MOST = 50
"""Most numbers of one plate; a longer list is none."""


def house_numbers(text: str, country: str) -> list[DoorNumber]:
    """Return the door numbers of a plate, which may list several; none if it states none.

    Parameters
    ----------
    text : str
        As written on the map.
    country : str
        ISO 3166 code, or empty if it is not known: what ``12-14`` means differs in China.

    Examples
    --------
    >>> house_numbers("12a; 14", "")
    [DoorNumber(number=12, to_number=12, suffix='a'), DoorNumber(number=14, to_number=14, suffix='')]
    >>> house_numbers("甲66号", "CN"), house_numbers("东区", "CN")
    ([DoorNumber(number=66, to_number=66, suffix='甲')], [])
    """
    parts = _SEPARATOR.split(unicodedata.normalize("NFKC", text).strip())
    numbers = (door_number(part, country) for part in parts[:MOST])
    return [number for number in numbers if number is not None]
