"""Values that a filter states, read strictly, and what can be computed of them before any feature is seen."""

import math
import re
from datetime import date, datetime
from typing import Any

from geoservice.cql2.ast import Literal
from geoservice.cql2.value_text import shown
from geoservice.errors import ParameterError

MOST = 1e308
"""No result of arithmetic is larger: beyond it lies what no number holds."""
_INTEGER = 2**63
_EXACT = 2**53
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TIMESTAMP = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?Z\Z")


def literal(value: Any) -> Literal:
    """Return a text, number or boolean as it stands in JSON; raises :class:`ParameterError` for one that no database holds."""
    if isinstance(value, bool):
        return Literal(value, "boolean")
    if isinstance(value, str):
        return Literal(_plain_text(value), "text")
    if isinstance(value, (int, float)):
        return number(value)
    raise ParameterError(f"filter: got {shown(value)}, expected a text, a number, true, false or an object of CQL2")


def _plain_text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ParameterError(f"filter: got the text {shown(value)}, allowed is text of whole characters") from None
    if "\0" in value:
        raise ParameterError(f"filter: got the text {shown(value)}, allowed is text without NUL")
    return value


def number(value: float) -> Literal:
    """Return a number; a whole one is an integer however it was written, as far as that loses nothing."""
    if isinstance(value, int) and -_INTEGER <= value < _INTEGER:
        return Literal(value, "integer")
    try:
        real = float(value)
    except OverflowError:
        real = math.inf
    if not abs(real) <= MOST:
        raise ParameterError(f"filter: got the number {str(value)[:40]}, allowed are numbers from -{MOST} to {MOST}")
    if real.is_integer() and abs(real) < _EXACT:
        return Literal(int(real), "integer")
    return Literal(real, "number")


def instant(value: Any) -> Literal:
    """Return a date (``2020-02-29``) or a timestamp in UTC (``2020-02-29T23:59:59.5Z``)."""
    text = value if isinstance(value, str) else ""
    try:
        if _DATE.match(text):
            return Literal(date.fromisoformat(text), "date")
        if found := _TIMESTAMP.match(text):
            day, time, fraction = found.groups()
            return Literal(datetime.fromisoformat(f"{day}T{time}.{(fraction or '0')[:6]:0<6}"), "timestamp")
    except ValueError:  # such as a 30th of February
        pass
    raise ParameterError(f"filter: got {shown(value)}, allowed are dates (2020-02-29) and times in UTC (2020-02-29T23:59:59Z)")


def calculate(op: str, left: float, right: float) -> Literal:
    """Return the result of ``+ - * / % div ^``; None where there is none, as of 1/0, and where it is larger than ``MOST``.

    >>> calculate("div", -7, 2).value, calculate("%", -7, 2).value, calculate("/", 1, 0).value, calculate("^", 2, 0.5).value
    (-3, -1, None, 1.4142135623730951)
    """
    try:
        found = _RESULT[op](left, right)
        return number(found) if isinstance(found, (int, float)) else Literal(None, "number")
    except (ArithmeticError, ParameterError):
        return Literal(None, "number")


def _quotient(left: float, right: float) -> int:
    return math.trunc(left / right)


_RESULT: dict[str, Any] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "div": _quotient,
    "%": lambda a, b: a - b * _quotient(a, b),
    "^": lambda a, b: float(a) ** float(b),
}
