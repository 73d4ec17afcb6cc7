"""CQL2 JSON turned into a tree that fits the layer."""

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
from geoservice.cql2.geometries import ToLonLat, shape
from geoservice.cql2.logic import FALSE, all_of, any_of, opposite
from geoservice.cql2.operators import ARRAYS, COMPARISONS, OF_INTERVALS, PREDICATES, SPATIAL, TEMPORAL
from geoservice.cql2.patterns import MAX_LENGTH, MAX_WILDCARDS, wildcards
from geoservice.cql2.queryables import Queryables
from geoservice.cql2.scalars import GEOMETRY, Scalars, describe, same_kind
from geoservice.cql2.value_text import shown
from geoservice.errors import ParameterError


class Checker(Scalars):
    """Reads a whole filter."""

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
            **dict.fromkeys((*TEMPORAL, *OF_INTERVALS), self._temporal_relation),
            **dict.fromkeys(ARRAYS, self._array),
        }

    def predicate(self, value: Any) -> Node:
        """Return what is true or false of a feature."""
        self.deeper()
        reader = self._readers.get(self.op(value))
        found = reader(self.op(value), value) if reader else self._truth(value)
        self.higher()
        return found

    def _truth(self, value: Any) -> Node:
        found = self.scalar(value)
        if found.kind != "boolean" or not isinstance(found, (Literal, Property)):
            raise ParameterError(f"filter: got {describe(found)}, expected a condition that is true or false")
        return found

    def _logic(self, op: str, value: dict[str, Any]) -> Node:
        parts = self.arguments(value, op)
        if len(parts) < 2:
            raise ParameterError(f"filter: {op} got {len(parts)} conditions, allowed are 2 or more")
        join = all_of if op == "and" else any_of
        return join([self.predicate(p) for p in parts])

    def _not(self, op: str, value: dict[str, Any]) -> Node:
        return opposite(self.predicate(self.arguments(value, op, 1)[0]))

    def _comparison(self, op: str, value: dict[str, Any]) -> Node:
        left, right = (self.scalar(a) for a in self.arguments(value, op, 2))
        same_kind(op, left, right)
        return Comparison(op, left, right)

    def _like(self, op: str, value: dict[str, Any]) -> Node:
        text, pattern = (self.textual("LIKE", a) for a in self.arguments(value, op, 2))
        stated = pattern.text if isinstance(pattern, Fold) else pattern
        if isinstance(stated, Property):
            raise ParameterError("filter: LIKE got a property as its pattern, allowed is a text")
        _check_pattern(str(stated.value))
        return Like(text, pattern)

    def _between(self, op: str, value: dict[str, Any]) -> Node:
        middle, low, high = (self.scalar(a) for a in self.arguments(value, op, 3))
        same_kind("BETWEEN", middle, low, high)
        return Between(middle, low, high)

    def _in(self, op: str, value: dict[str, Any]) -> Node:
        what, options = self.arguments(value, op, 2)
        if not isinstance(options, list):
            raise ParameterError(f"filter: IN got {shown(options)}, allowed is a list in brackets")
        found, among = self.scalar(what), tuple(dict.fromkeys(self.scalar(x) for x in options))
        same_kind("IN", found, *among)
        return In(found, among) if among else FALSE

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
            shape(inner, self._to_lonlat)
            return FALSE
        return IsNull(self.scalar(inner))

    def _spatial(self, op: str, value: dict[str, Any]) -> Node:
        left, right = (self._place(op, a) for a in self.arguments(value, op, 2))
        if isinstance(left, Property):
            return Spatial(op, left, right)
        if isinstance(right, Property):
            return Spatial(SPATIAL[op], right, left)
        relation = getattr(shapely, op.removeprefix("s_"))
        return Literal(bool(relation(shapely.from_wkb(left.wkb), shapely.from_wkb(right.wkb))), "boolean")

    def _place(self, op: str, value: Any) -> Property | GeometryLiteral:
        if isinstance(value, dict) and ("bbox" in value or "type" in value):
            return shape(value, self._to_lonlat)
        self.op(value)
        if not isinstance(value, dict) or "property" not in value:
            raise ParameterError(f"filter: {op} takes the geometry and shapes, got {shown(value)}")
        found = self.property(value["property"])
        if found.kind != GEOMETRY:
            raise ParameterError(f"filter: {op} takes the geometry and shapes, got {describe(found)}")
        return found

    def _temporal_relation(self, op: str, value: dict[str, Any]) -> Node:
        left, right = (self.interval(a, op) for a in self.arguments(value, op, 2))
        return Temporal(op, left, right)

    def _array(self, op: str, value: dict[str, Any]) -> Node:
        left, right = (self._elements(op, a) for a in self.arguments(value, op, 2))
        return array_node(op, left, right)

    def _elements(self, op: str, value: Any) -> tuple[Any, ...]:
        """Return what an array holds: values, and arrays as tuples."""
        if isinstance(value, dict) and "property" in value:
            found = self.property(value["property"])
            raise ParameterError(f"filter: {op} takes arrays, got {describe(found)}; layer {self.layer} has no arrays")
        self.op(value)
        if not isinstance(value, list):
            raise ParameterError(f"filter: {op} takes arrays, got {shown(value)}")
        return tuple(self._element(op, v) for v in value)

    def _element(self, op: str, value: Any) -> Any:
        self.deeper()
        found: Iterable[Any] | Any = self._elements(op, value) if isinstance(value, list) else self.scalar(value)
        self.higher()
        return found


def _check_pattern(pattern: str) -> None:
    for n, what, most in ((len(pattern), "characters", MAX_LENGTH), (wildcards(pattern), "wildcards", MAX_WILDCARDS)):
        if n > most:
            raise ParameterError(f"filter: the pattern of LIKE got {n} {what}, at most {most} are allowed")
