"""CQL2 JSON converted to a syntax tree that fits the layer."""

from collections.abc import Callable, Iterable
from typing import Any

import shapely

from geoservice.cql2.arrays import array_node
from geoservice.cql2.ast import (
    Between,
    Comparison,
    Fold,
    GeometryLiteral,
    In,
    IsNull,
    Like,
    Literal,
    Node,
    Property,
    Spatial,
    Temporal,
)
from geoservice.cql2.geometries import ToLonLat, geometry_literal
from geoservice.cql2.logic import FALSE, all_of, any_of, negate
from geoservice.cql2.operators import ARRAYS, COMPARISONS, INTERVAL_RELATIONS, PREDICATES, SPATIAL, TEMPORAL
from geoservice.cql2.patterns import MAX_LENGTH, MAX_WILDCARDS, wildcards
from geoservice.cql2.queryables import Queryables
from geoservice.cql2.scalars import GEOMETRY, Scalars, describe, same_kind
from geoservice.cql2.value_text import short_repr
from geoservice.errors import ParameterError


class Checker(Scalars):
    """Converts a filter to its syntax tree and raises :class:`ParameterError` where it does not fit the layer."""

    def __init__(self, queryables: Queryables, to_lonlat: ToLonLat | None) -> None:
        super().__init__(queryables)
        self._to_lonlat = to_lonlat
        self._readers: dict[str, Callable[[str, dict[str, Any]], Node]] = {
            "and": self._logic,
            "or": self._logic,
            "not": self._not,
            "like": self._like,
            "between": self._between,
            "in": self._in,
            "isNull": self._is_null,
            **dict.fromkeys(COMPARISONS, self._comparison),
            **dict.fromkeys(SPATIAL, self._spatial),
            **dict.fromkeys((*TEMPORAL, *INTERVAL_RELATIONS), self._temporal_relation),
            **dict.fromkeys(ARRAYS, self._array),
        }

    def predicate(self, value: Any) -> Node:
        """Return a condition: what is true or false for a feature."""
        self.enter_level()
        reader = self._readers.get(self.op(value))
        node = reader(self.op(value), value) if reader else self._boolean(value)
        self.leave_level()
        return node

    def _boolean(self, value: Any) -> Node:
        scalar = self.scalar(value)
        if scalar.kind != "boolean" or not isinstance(scalar, (Literal, Property)):
            raise ParameterError(f"filter: got {describe(scalar)}, expected a condition that is true or false")
        return scalar

    def _logic(self, op: str, value: dict[str, Any]) -> Node:
        parts = self.arguments(value, op)
        if len(parts) < 2:
            raise ParameterError(f"filter: {op} got {len(parts)} conditions, allowed are 2 or more")
        join = all_of if op == "and" else any_of
        return join([self.predicate(p) for p in parts])

    def _not(self, op: str, value: dict[str, Any]) -> Node:
        return negate(self.predicate(self.arguments(value, op, 1)[0]))

    def _comparison(self, op: str, value: dict[str, Any]) -> Node:
        left, right = (self.scalar(a) for a in self.arguments(value, op, 2))
        same_kind(op, left, right)
        return Comparison(op, left, right)

    def _like(self, op: str, value: dict[str, Any]) -> Node:
        text, pattern = (self.textual("LIKE", a) for a in self.arguments(value, op, 2))
        unfolded = pattern.text if isinstance(pattern, Fold) else pattern
        if isinstance(unfolded, Property):
            raise ParameterError("filter: LIKE got a property as its pattern, allowed is a text")
        _check_pattern(str(unfolded.value))
        return Like(text, pattern)

    def _between(self, op: str, value: dict[str, Any]) -> Node:
        middle, low, high = (self.scalar(a) for a in self.arguments(value, op, 3))
        same_kind("BETWEEN", middle, low, high)
        return Between(middle, low, high)

    def _in(self, op: str, value: dict[str, Any]) -> Node:
        tested, options = self.arguments(value, op, 2)
        if not isinstance(options, list):
            raise ParameterError(f"filter: IN got {short_repr(options)}, allowed is a list in brackets")
        scalar, members = self.scalar(tested), tuple(dict.fromkeys(self.scalar(x) for x in options))
        same_kind("IN", scalar, *members)
        return In(scalar, members) if members else FALSE

    def _is_null(self, op: str, value: dict[str, Any]) -> Node:
        inner = self.arguments(value, op, 1)[0]
        if not isinstance(inner, dict):
            return IsNull(self.scalar(inner))
        if "property" in inner:
            return IsNull(self.property(inner["property"]))
        if self.op(inner) in PREDICATES:
            return IsNull(self.predicate(inner))
        if "interval" in inner:
            ends = self.interval(inner, op)
            return any_of([IsNull(e) if isinstance(e, Property) else FALSE for e in (ends.start, ends.end)])
        if "bbox" in inner or "type" in inner:
            geometry_literal(inner, self._to_lonlat)
            return FALSE
        return IsNull(self.scalar(inner))

    def _spatial(self, op: str, value: dict[str, Any]) -> Node:
        left, right = (self._geometry_operand(op, a) for a in self.arguments(value, op, 2))
        if isinstance(left, Property):
            return Spatial(op, left, right)
        if isinstance(right, Property):
            return Spatial(SPATIAL[op], right, left)
        relation = getattr(shapely, op.removeprefix("s_"))
        return Literal(bool(relation(shapely.from_wkb(left.wkb), shapely.from_wkb(right.wkb))), "boolean")

    def _geometry_operand(self, op: str, value: Any) -> Property | GeometryLiteral:
        if isinstance(value, dict) and ("bbox" in value or "type" in value):
            return geometry_literal(value, self._to_lonlat)
        self.op(value)
        if not isinstance(value, dict) or "property" not in value:
            raise ParameterError(f"filter: {op} takes property geometry and geometries, got {short_repr(value)}")
        prop = self.property(value["property"])
        if prop.kind != GEOMETRY:
            raise ParameterError(f"filter: {op} takes property geometry and geometries, got {describe(prop)}")
        return prop

    def _temporal_relation(self, op: str, value: dict[str, Any]) -> Node:
        left, right = (self.interval(a, op) for a in self.arguments(value, op, 2))
        return Temporal(op, left, right)

    def _array(self, op: str, value: dict[str, Any]) -> Node:
        left, right = (self._elements(op, a) for a in self.arguments(value, op, 2))
        return array_node(op, left, right)

    def _elements(self, op: str, value: Any) -> tuple[Any, ...]:
        """Return the elements of an array: scalars, and nested arrays as tuples."""
        if isinstance(value, dict) and "property" in value:
            prop = self.property(value["property"])
            raise ParameterError(f"filter: {op} takes arrays, got {describe(prop)}; layer {self.layer} has no arrays")
        self.op(value)
        if not isinstance(value, list):
            raise ParameterError(f"filter: {op} takes arrays, got {short_repr(value)}")
        return tuple(self._element(op, v) for v in value)

    def _element(self, op: str, value: Any) -> Any:
        self.enter_level()
        element: Iterable[Any] | Any = self._elements(op, value) if isinstance(value, list) else self.scalar(value)
        self.leave_level()
        return element


def _check_pattern(pattern: str) -> None:
    for n, unit, limit in ((len(pattern), "characters", MAX_LENGTH), (wildcards(pattern), "wildcards", MAX_WILDCARDS)):
        if n > limit:
            raise ParameterError(f"filter: the pattern of LIKE has {n} {unit}, at most {limit} are allowed")
