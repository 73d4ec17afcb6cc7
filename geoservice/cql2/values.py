"""The values in a filter, parsed strictly, and arithmetic of constants."""

import math
import re
from datetime import date, datetime
from typing import Any

from geoservice.cql2.ast import Literal
from geoservice.cql2.value_text import short_repr
from geoservice.errors import ParameterError

MAX_RESULT = 1e308
"""Largest result of arithmetic: little more overflows double precision."""
_INTEGER_LIMIT = 2**63
_EXACT_INTEGER_LIMIT = 2**53
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TIMESTAMP = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?Z\Z")


def literal(value: Any) -> Literal:
    """Return a text, number or boolean of JSON; raises :class:`ParameterError` for one that a database cannot hold."""
    if isinstance(value, bool):
        return Literal(value, "boolean")
    if isinstance(value, str):
        return Literal(_plain_text(value), "text")
    if isinstance(value, (int, float)):
        return number(value)
    raise ParameterError(f"filter: got {short_repr(value)}, expected a text, a number, true, false or an object of CQL2")


def _plain_text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ParameterError(f"filter: got the text {short_repr(value)}, allowed is text without lone surrogates") from None
    if "\0" in value:
        raise ParameterError(f"filter: got the text {short_repr(value)}, allowed is text without NUL")
    return value


def number(value: float) -> Literal:
    """Return a number; a whole number such as 2.0 is an integer, as long as no precision is lost."""
    if isinstance(value, int) and -_INTEGER_LIMIT <= value < _INTEGER_LIMIT:
        return Literal(value, "integer")
    try:
        real = float(value)
    except OverflowError:
        real = math.inf
    if not abs(real) <= MAX_RESULT:
        raise ParameterError(
            f"filter: got the number {str(value)[:40]}, allowed are numbers from -{MAX_RESULT} to {MAX_RESULT}"
        )
    if real.is_integer() and abs(real) < _EXACT_INTEGER_LIMIT:
        return Literal(int(real), "integer")
    return Literal(real, "number")


def instant(value: Any) -> Literal:
    """Return a date (``2020-02-29``) or a timestamp in UTC (``2020-02-29T23:59:59.5Z``)."""
    text = value if isinstance(value, str) else ""
    try:
        if _DATE.match(text):
            return Literal(date.fromisoformat(text), "date")
        if match := _TIMESTAMP.match(text):
            day, time, fraction = match.groups()
            return Literal(datetime.fromisoformat(f"{day}T{time}.{(fraction or '0')[:6]:0<6}"), "timestamp")
    except ValueError:  # such as a 30th of February
        pass
    raise ParameterError(
        f"filter: got {short_repr(value)}, allowed are dates (2020-02-29) and times in UTC (2020-02-29T23:59:59Z)"
    )


def calculate(op: str, left: float, right: float) -> Literal:
    """Return the result of ``+ - * / % div ^``; None if it is undefined, as of 1/0, or beyond ``MAX_RESULT``.

    >>> calculate("div", -7, 2).value, calculate("%", -7, 2).value, calculate("/", 1, 0).value, calculate("^", 2, 0.5).value
    (-3, -1, None, 1.4142135623730951)
    """
    try:
        result = _OPERATIONS[op](left, right)
        return number(result) if isinstance(result, (int, float)) else Literal(None, "number")
    except (ArithmeticError, ParameterError):
        return Literal(None, "number")


def _quotient(left: float, right: float) -> int:
    return math.trunc(left / right)


_OPERATIONS: dict[str, Any] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "div": _quotient,
    "%": lambda a, b: a - b * _quotient(a, b),
    "^": lambda a, b: float(a) ** float(b),
}
