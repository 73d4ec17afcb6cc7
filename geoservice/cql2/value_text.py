"""A client's value in an error message."""

import reprlib
from typing import Any

_SHORT = reprlib.Repr()
_SHORT.maxlevel = 4
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = 80


def short_repr(value: Any, max_length: int = 80) -> str:
    """Return a JSON value in at most so many characters; plain ``repr`` would fail on a deeply nested one."""
    return _SHORT.repr(value)[:max_length]
