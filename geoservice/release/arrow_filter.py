"""Filters evaluated on Arrow columns in memory; Arrow's three-valued logic is that of SQL.

Only comparisons of properties with literals or each other are supported. Patterns, dates, geometries and arithmetic are left to
the database engines.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from geoservice.cql2.ast import Between, Comparison, Filter, In, IsNull, Literal, Logic, Node, Not, Property, Scalar
from geoservice.release.layer_columns import TYPES

Columns = Mapping[str, Any]
Predicate = Callable[[Columns], Any]
"""A function of columns (Arrow arrays) that returns true, false or null for each row."""

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": pc.equal, "<>": pc.not_equal, "<": pc.less, "<=": pc.less_equal, ">": pc.greater, ">=": pc.greater_equal,
}  # fmt: skip

MAX_COMPARISONS = 16
"""Comparisons in a filter that is evaluated here. An engine evaluates longer ones, because its queries can be cancelled."""

_SUPPORTED = {"text", "integer", "number", "boolean"}


class CompiledFilter:
    """A filter as a predicate; ``names`` are the properties whose columns it needs."""

    def __init__(self, root: Node) -> None:
        self.names: set[str] = set()
        self._comparisons = 0
        self.predicate: Predicate = self._node(root)

    def _node(self, node: Node) -> Predicate:
        match node:
            case Logic(op, parts):
                conditions, join = [self._node(p) for p in parts], pc.and_kleene if op == "and" else pc.or_kleene
                return lambda columns: reduce(join, (condition(columns) for condition in conditions))
            case Not(part):
                inner = self._node(part)
                return lambda columns: pc.invert(inner(columns))
            case IsNull(Property() as prop):
                column = self._column(prop, prop.kind)
                return lambda columns: pc.is_null(column(columns))
            case Property():
                return self._column(node, "boolean")
            case _:
                return self._comparison(node)

    def _comparison(self, node: Node) -> Predicate:
        self._comparisons += 1
        if self._comparisons > MAX_COMPARISONS:
            raise _UnsupportedError
        match node:
            case Comparison(op, left, right):
                return self._compare(op, _common_kind(left, right), left, right)
            case Between(value, low, high):
                kind = _common_kind(value, low, high)
                over, under = self._compare(">=", kind, value, low), self._compare("<=", kind, value, high)
                return lambda columns: pc.and_kleene(over(columns), under(columns))
            case In(Property() as prop, options):
                return self._in(prop, options)
            case _:
                raise _UnsupportedError

    def _compare(self, op: str, kind: str, left: Scalar, right: Scalar) -> Predicate:
        if (kind == "boolean" and op not in {"=", "<>"}) or not (isinstance(left, Property) or isinstance(right, Property)):
            raise _UnsupportedError
        compare, one, other = _COMPARE[op], self._scalar(left, kind), self._scalar(right, kind)
        return lambda columns: compare(one(columns), other(columns))

    def _in(self, prop: Property, options: Sequence[Scalar]) -> Predicate:
        kind = _common_kind(prop, *options)
        column, members = self._column(prop, kind), pa.array([_constant(o, kind) for o in options], TYPES[kind])

        def predicate(columns: Columns) -> Any:
            values = column(columns)
            return pc.if_else(pc.is_valid(values), pc.is_in(values, members), pa.scalar(None, pa.bool_()))

        return predicate

    def _scalar(self, value: Scalar, kind: str) -> Predicate:
        if isinstance(value, Property):
            return self._column(value, kind)
        constant = pa.scalar(_constant(value, kind), TYPES[kind])
        return lambda _: constant

    def _column(self, prop: Property, kind: str) -> Predicate:
        name = prop.name
        if prop.kind not in _SUPPORTED:
            raise _UnsupportedError
        self.names.add(name)
        if kind == "number" and prop.kind == "integer":
            return lambda columns: pc.cast(columns[name], pa.float64(), safe=False)
        return lambda columns: columns[name]


class _UnsupportedError(Exception):
    """The filter has a condition that only the engines evaluate."""


def compile_filter(checked_filter: Filter) -> CompiledFilter | None:
    """Return a filter as a predicate on columns; None if an engine must evaluate it."""
    try:
        return CompiledFilter(checked_filter.root)
    except _UnsupportedError:
        return None


def _common_kind(*values: Scalar) -> str:
    """Return the kind in which values are compared: integers stay integers if all values are, as in the engines."""
    kinds = {v.kind for v in values}
    if kinds == {"integer", "number"}:
        return "number"
    if len(kinds) > 1 or not kinds <= _SUPPORTED:
        raise _UnsupportedError
    return kinds.pop()


def _constant(value: Scalar, kind: str) -> Any:
    if not isinstance(value, Literal) or value.value is None:
        raise _UnsupportedError
    return float(value.value) if kind == "number" and isinstance(value.value, int) else value.value
