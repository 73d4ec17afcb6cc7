"""A client's value as a message shows it."""

import reprlib
from typing import Any

_SHORT = reprlib.Repr()
_SHORT.maxlevel = 4
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = 80


def shown(value: Any, most: int = 80) -> str:
    """Return a value of JSON in at most so many characters; ``repr`` itself would fail on one that is nested deep."""
    return _SHORT.repr(value)[:most]
