"""Arithmetic in double precision that never fails.

Where a result is undefined (1/0, a root of -1) or larger than any number, it is null, so the feature does not match. DuckDB
goes on with infinity and "not a number", which are turned into null at the end and where they could be lost on the way
(1/infinity is 0). PostgreSQL raises an error instead, so that what may leave the range of numbers is looked at before it is
computed, in a subquery that gives each operand a name: written out twice at every step, a formula would double at every step.
``OFFSET 0`` keeps the planner from doing just that. :class:`Span` says where all of this is not needed: counts are small.
"""
# ruff: noqa: S608 - fragments of a condition: values are bound, names are quoted by the dialect

import math
from collections.abc import Callable
from typing import NamedTuple

from geoservice.cql2.ast import Arithmetic, Literal, Property, Scalar
from geoservice.db import Dialect
from geoservice.release.sql.filters.fragments import Fragment, bound, put

_TINY = 5e-324
_COLUMN = 1e300
"""Nothing larger is computed with: no count or share is, and sums of what is smaller stay within the range of numbers."""
_SAFE = 1e307
_LN_MOST, _LN_LEAST = 709.7, -744.0


class ValueRange(NamedTuple):
    """What is known of a result: the most and the least it can be, signs and zero aside; is it whole; may it be infinite."""

    high: float
    low: float
    whole: bool
    wild: bool = False

    @property
    def tame(self) -> bool:
        """Whether it stays within the range of numbers on both sides."""
        return self.high <= _SAFE and self.low >= 1 / _SAFE


_ANY = ValueRange(math.inf, _TINY, False, True)


def real(dialect: Dialect, node: Scalar) -> Fragment:
    """Return a number as a double, null where it is none."""
    if isinstance(node, Property) and node.kind == "number":
        return Fragment(dialect.quote(node.name))
    if isinstance(node, Literal):
        return bound(dialect, node.value if node.value is None else float(node.value), "number")  # type: ignore[arg-type] # a number
    piece, span = _real(dialect, node)
    if not span.wild:
        return piece
    if dialect.engine == "duckdb":
        return put("CASE WHEN abs({0}) <= 1e308 THEN {0} END", piece)
    return put("(SELECT CASE WHEN abs(v) <= 1e308 THEN v END FROM (SELECT {0} AS v OFFSET 0) AS o)", piece)


def _real(dialect: Dialect, node: Scalar) -> tuple[Fragment, ValueRange]:
    if isinstance(node, Arithmetic):
        return _computed(dialect, node)
    if isinstance(node, Literal):
        value = 0.0 if node.value is None else float(node.value)  # type: ignore[arg-type] # checked to be a number
        missing = node.value is None or abs(value) > _COLUMN
        return bound(dialect, None if missing else value, "number"), ValueRange(
            abs(value), abs(value) or 1.0, value.is_integer()
        )
    assert isinstance(node, Property)
    name = Fragment(dialect.quote(node.name))
    if node.kind == "integer":
        return put(f"CAST({{0}} AS {dialect.types['double']})", name), ValueRange(2.0**63, 1.0, True)
    return put(f"CASE WHEN abs({{0}}) <= {_COLUMN} THEN {{0}} END", name), ValueRange(_COLUMN, _TINY, False)


def _computed(dialect: Dialect, node: Arithmetic) -> tuple[Fragment, ValueRange]:
    (left, a), (right, b) = _real(dialect, node.left), _real(dialect, node.right)
    span = _SPANS[node.op](a, b)
    if dialect.engine == "duckdb":
        return _duckdb(node, left, a, right, b), span
    tame = _quotient(a, b).tame if node.op == "div" else span.tame  # what is cut to a whole number was a quotient before
    return put(_PLAIN[node.op] if tame and node.op in _PLAIN else _CAREFUL[node.op], left, right), span


def _sum(a: ValueRange, b: ValueRange) -> ValueRange:
    high, whole = a.high + b.high, a.whole and b.whole
    return ValueRange(high, 1.0 if whole else _TINY, whole, a.wild or b.wild or high > _SAFE)


def _product(a: ValueRange, b: ValueRange) -> ValueRange:
    span = ValueRange(a.high * b.high, a.low * b.low, a.whole and b.whole, a.wild or b.wild)
    return span if span.tame else span._replace(wild=True)


def _quotient(a: ValueRange, b: ValueRange) -> ValueRange:
    return ValueRange(a.high / b.low if b.low >= 1 / _SAFE else math.inf, a.low / b.high if b.high else _TINY, False, True)


_SPANS: dict[str, Callable[[ValueRange, ValueRange], ValueRange]] = {
    "+": _sum,
    "-": _sum,
    "*": _product,
    "/": _quotient,
    "div": lambda a, b: _quotient(a, b)._replace(whole=True, low=1.0),
    "%": lambda a, b: _sum(a, b)._replace(wild=True),  # rounding may leave more than the divisor of a huge number
    "^": lambda _a, _b: _ANY,
}


def _duckdb(node: Arithmetic, left: Fragment, a: ValueRange, right: Fragment, b: ValueRange) -> Fragment:
    op, right = node.op, _finite(right, b)
    if op == "^":
        return put("pow({0}, {1})", _finite(left, a), right)
    if op == "div":
        return put("trunc({0} / {1})", left, right)
    if op != "%":
        return put(f"({{0}} {op} {{1}})", left, right)
    if isinstance(node.left, Arithmetic) or isinstance(node.right, Arithmetic):
        pair = "[{'x': {0}, 'y': {1}}]"
        return put(f"list_transform({pair}, lambda o: o.x - o.y * trunc(o.x / o.y))[1]", left, right)
    return put("({0} - {1} * trunc({0} / {1}))", left, right)


def _finite(piece: Fragment, span: ValueRange) -> Fragment:
    return put("list_filter([{0}], lambda v: isfinite(v))[1]", piece) if span.wild else piece


_PLAIN = {"+": "({0} + {1})", "-": "({0} - {1})", "*": "({0} * {1})", "/": "({0} / nullif({1}, 0))"}
_PLAIN["div"] = f"trunc{_PLAIN['/']}"


def _named(cases: str) -> str:
    return f"(SELECT CASE WHEN x IS NULL OR y IS NULL THEN NULL {cases} END FROM (SELECT {{0}} AS x, {{1}} AS y OFFSET 0) AS o)"


def _within(logarithm: str, result: str, small: str = "0") -> str:
    return f"WHEN {logarithm} > {_LN_MOST} THEN NULL WHEN {logarithm} < {_LN_LEAST} THEN {small} ELSE {result}"


_SUM = "WHEN abs(x) <= 8e307 AND abs(y) <= 8e307 THEN x {} y"
_BY = "WHEN y = 0 THEN NULL WHEN x = 0 THEN 0 "
_RATIO = "ln(abs(x)) - ln(abs(y))"
_EXPONENT = "least(greatest(y, -1e300), 1e300) * ln(abs(x))"
_CAREFUL = {
    "+": _named(_SUM.format("+")),
    "-": _named(_SUM.format("-")),
    "*": _named("WHEN x = 0 OR y = 0 THEN 0 " + _within("ln(abs(x)) + ln(abs(y))", "x * y")),
    "/": _named(_BY + _within(_RATIO, "x / y")),
    "div": _named(_BY + _within(_RATIO, "trunc(x / y)")),
    "%": _named(_BY + _within(_RATIO, "x - y * trunc(x / y)", "x")),
    "^": _named(
        "WHEN x = 0 THEN CASE WHEN y = 0 THEN 1 WHEN y > 0 THEN 0 END WHEN x < 0 AND y <> trunc(y) THEN NULL "
        "WHEN abs(y) < 1e-290 THEN 1 " + _within(_EXPONENT, "power(x, y)")
    ),
}
