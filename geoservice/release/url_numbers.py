"""Numbers in URLs: ASCII digits only; Python's own parsers also accept other digits and underscores."""

import re

_WHOLE = re.compile(r"[-+ ]?\d{1,40}", re.ASCII)
_REAL = re.compile(r"[-+ ]?(\d{1,40}(\.\d{0,400})?|\.\d{1,400})(e[-+ ]?\d{1,4})?", re.ASCII | re.IGNORECASE)


def is_whole_number(text: str) -> bool:
    """Whether a text is a whole number.

    >>> is_whole_number("12"), is_whole_number("1_2"), is_whole_number("１２")
    (True, False, False)
    """
    return _WHOLE.fullmatch(text) is not None


def whole_number(text: str) -> int:
    """Return a whole number; a plus that was not encoded arrives as a space. Raises ValueError.

    >>> whole_number(" 12"), whole_number("-3")
    (12, -3)
    """
    if not is_whole_number(text):
        raise ValueError(text)
    return int(text)


def real_number(text: str) -> float:
    """Return a number; a plus that was not encoded arrives as a space. Raises ValueError.

    >>> real_number("1e 3"), real_number("-.5")
    (1000.0, -0.5)
    """
    if not _REAL.fullmatch(text):
        raise ValueError(text)
    return float(text.replace(" ", "+"))
