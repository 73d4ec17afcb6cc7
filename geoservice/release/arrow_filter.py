"""A checked filter put to columns in memory. Arrow's logic of true, false and null is that of SQL.

What is compared here is plain: properties with literals or each other. Patterns, dates, places and sums are for the engines.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from geoservice.cql2.ast import Between, Comparison, Filter, In, IsNull, Literal, Logic, Node, Not, Property, Scalar
from geoservice.release.layer_columns import TYPES

Columns = Mapping[str, Any]
Test = Callable[[Columns], Any]
"""Columns, each an Arrow array, to what is true, false or null of each row."""

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": pc.equal, "<>": pc.not_equal, "<": pc.less, "<=": pc.less_equal, ">": pc.greater, ">=": pc.greater_equal,
}  # fmt: skip


MOST = 16
"""Comparisons of a filter that is put to columns here: an engine can be stopped when a longer one takes its time."""

_PLAIN = {"text", "integer", "number", "boolean"}


class Compiled:
    """A filter's test; ``names`` are the properties whose columns it needs."""

    def __init__(self, root: Node) -> None:
        self.names: set[str] = set()
        self._comparisons = 0
        self.test: Test = self._node(root)

    def _node(self, node: Node) -> Test:
        match node:
            case Logic(op, parts):
                tests, join = [self._node(p) for p in parts], pc.and_kleene if op == "and" else pc.or_kleene
                return lambda columns: reduce(join, (test(columns) for test in tests))
            case Not(part):
                negated = self._node(part)
                return lambda columns: pc.invert(negated(columns))
            case IsNull(Property() as named):
                there = self._column(named, named.kind)
                return lambda columns: pc.is_null(there(columns))
            case Property():
                return self._column(node, "boolean")
            case _:
                return self._counted(node)

    def _counted(self, node: Node) -> Test:
        self._comparisons += 1
        if self._comparisons > MOST:
            raise _BeyondError
        match node:
            case Comparison(op, left, right):
                return self._compared(op, _kind(left, right), left, right)
            case Between(value, low, high):
                kind = _kind(value, low, high)
                over, under = self._compared(">=", kind, value, low), self._compared("<=", kind, value, high)
                return lambda columns: pc.and_kleene(over(columns), under(columns))
            case In(Property() as named, options):
                return self._listed(named, options)
            case _:
                raise _BeyondError

    def _compared(self, op: str, kind: str, left: Scalar, right: Scalar) -> Test:
        if (kind == "boolean" and op not in {"=", "<>"}) or not (isinstance(left, Property) or isinstance(right, Property)):
            raise _BeyondError
        compare, one, other = _COMPARE[op], self._scalar(left, kind), self._scalar(right, kind)
        return lambda columns: compare(one(columns), other(columns))

    def _listed(self, named: Property, options: Sequence[Scalar]) -> Test:
        kind = _kind(named, *options)
        column, listed = self._column(named, kind), pa.array([_constant(o, kind) for o in options], TYPES[kind])

        def test(columns: Columns) -> Any:
            values = column(columns)
            return pc.if_else(pc.is_valid(values), pc.is_in(values, listed), pa.scalar(None, pa.bool_()))

        return test

    def _scalar(self, value: Scalar, kind: str) -> Test:
        if isinstance(value, Property):
            return self._column(value, kind)
        constant = pa.scalar(_constant(value, kind), TYPES[kind])
        return lambda _: constant

    def _column(self, named: Property, kind: str) -> Test:
        name = named.name
        if named.kind not in _PLAIN:
            raise _BeyondError
        self.names.add(name)
        if kind == "number" and named.kind == "integer":
            return lambda columns: pc.cast(columns[name], pa.float64(), safe=False)
        return lambda columns: columns[name]


class _BeyondError(Exception):
    """Something that the engines do."""


def compiled(wanted: Filter) -> Compiled | None:
    """Return a filter as a test of columns; None where an engine must answer it."""
    try:
        return Compiled(wanted.root)
    except _BeyondError:
        return None


def _kind(*values: Scalar) -> str:
    """Return what values are compared as: whole numbers stay whole where all of them are, as the engines do it."""
    kinds = {v.kind for v in values}
    if kinds == {"integer", "number"}:
        return "number"
    if len(kinds) > 1 or not kinds <= _PLAIN:
        raise _BeyondError
    return kinds.pop()


def _constant(value: Scalar, kind: str) -> Any:
    if not isinstance(value, Literal) or value.value is None:
        raise _BeyondError
    return float(value.value) if kind == "number" else value.value  # type: ignore[arg-type]  # a number, as its kind says
