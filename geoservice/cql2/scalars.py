"""The values and properties of a filter, checked against the layer."""

from typing import Any

from geoservice.cql2.ast import Arithmetic, Fold, Interval, Literal, Property, Scalar
from geoservice.cql2.operators import ARITHMETIC, CANONICAL_NAMES, INTERVAL_RELATIONS, PREDICATES
from geoservice.cql2.parser import MAX_DEPTH
from geoservice.cql2.queryables import Queryables
from geoservice.cql2.value_text import short_repr
from geoservice.cql2.values import calculate, instant, literal
from geoservice.errors import ParameterError

GEOMETRY = "geometry"
NUMBERS = {"integer", "number"}
INSTANTS = {"date", "timestamp"}
MAX_FOLDS = 50


class Scalars:
    """Converts the scalars and intervals of a filter on one layer; ``used`` are the properties so far."""

    def __init__(self, queryables: Queryables) -> None:
        self.layer, self.has_geometry, self.kinds = queryables.layer, queryables.has_geometry, queryables.types
        self.used: dict[str, None] = {}
        self._depth = self._folds = 0

    def enter_level(self) -> None:
        """Count one more level of nesting; raises :class:`ParameterError` when it is too deep. The caller leaves it again."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ParameterError(f"filter: nested more than {MAX_DEPTH} deep")

    def leave_level(self) -> None:
        """Count one level of nesting less."""
        self._depth -= 1

    def op(self, value: Any) -> str:
        """Return the operator of an object, empty if it has none; raises :class:`ParameterError` for a custom function."""
        name = value.get("op") if isinstance(value, dict) else None
        if name is None:
            return ""
        operator = CANONICAL_NAMES.get(name.lower()) if isinstance(name, str) else None
        if operator is None:
            raise ParameterError(f"filter: function {short_repr(name)} does not exist; this service defines none of its own")
        return operator

    def arguments(self, value: dict[str, Any], op: str, *counts: int) -> list[Any]:
        """Return the arguments of an operator; raises :class:`ParameterError` unless their number is one of ``counts``."""
        arguments = value.get("args")
        if not isinstance(arguments, list) or (counts and len(arguments) not in counts):
            got = len(arguments) if isinstance(arguments, list) else 0
            raise ParameterError(f"filter: {op} got {got} arguments, allowed are {' or '.join(map(str, counts)) or 'lists'}")
        return arguments

    def property(self, name: Any) -> Property:
        """Return a property by its name; the geometry is ``geometry``, or ``geom`` unless a property has that name."""
        if isinstance(name, str) and name in self.kinds:
            self.used[name] = None
            return Property(name, self.kinds[name])
        if name in (GEOMETRY, "geom"):
            if not self.has_geometry:
                raise ParameterError(f"filter: property {name}: layer {self.layer} has no geometry")
            self.used[GEOMETRY] = None
            return Property(GEOMETRY, GEOMETRY)
        allowed = [*self.kinds, *([GEOMETRY] if self.has_geometry else [])]
        raise ParameterError(
            f"filter: property {short_repr(name)}: layer {self.layer} does not have it, allowed are {', '.join(allowed)}"
        )

    def scalar(self, value: Any) -> Scalar:
        """Return a text, number, boolean, instant, property or an expression of these."""
        self.enter_level()
        scalar = self._scalar(value)
        self.leave_level()
        return scalar

    def _scalar(self, value: Any) -> Scalar:
        if not isinstance(value, dict):
            return literal(value)
        op = self.op(value)
        if op in ARITHMETIC:
            return self._arithmetic(op, self.arguments(value, op, 2))
        if op in {"casei", "accenti"}:
            return self._fold(op, self.arguments(value, op, 1)[0])
        if op in PREDICATES:
            raise ParameterError(f"filter: {op} is true or false and cannot be compared, used in arithmetic or listed")
        return self._object(value)

    def _object(self, value: dict[str, Any]) -> Scalar:
        if "property" in value:
            prop = self.property(value["property"])
            if prop.kind == GEOMETRY:
                raise ParameterError(f"filter: property {prop.name} (geometry): allowed are the spatial functions and IS NULL")
            return prop
        for kind in ("date", "timestamp"):
            if kind in value:
                return self._instant(kind, value[kind])
        raise ParameterError(f"filter: got {short_repr(value)}, expected a text, number, boolean, date, time or property")

    def _instant(self, kind: str, text: Any) -> Literal:
        value = instant(text)
        if value.kind != kind:
            raise ParameterError(f"filter: {kind.upper()} got {short_repr(text, 40)}, which is a {value.kind}")
        return value

    def _arithmetic(self, op: str, arguments: list[Any]) -> Scalar:
        left, right = (self.numeric(op, a) for a in arguments)
        if isinstance(left, Literal) and isinstance(right, Literal):
            if isinstance(left.value, (int, float)) and isinstance(right.value, (int, float)):
                return calculate(op, left.value, right.value)
            return Literal(None, "number")
        return Arithmetic(op, left, right)

    def numeric(self, op: str, value: Any) -> Scalar:
        """Return a scalar that is a number; raises :class:`ParameterError` for another kind."""
        scalar = self.scalar(value)
        if scalar.kind not in NUMBERS:
            raise ParameterError(f"filter: {op} takes numbers, got {describe(scalar)}")
        return scalar

    def textual(self, op: str, value: Any) -> Literal | Property | Fold:
        """Return a scalar that is a text; raises :class:`ParameterError` for another kind."""
        scalar = self.scalar(value)
        if scalar.kind != "text" or isinstance(scalar, Arithmetic):
            raise ParameterError(f"filter: {op} takes text, got {describe(scalar)}")
        return scalar

    def _fold(self, op: str, value: Any) -> Fold:
        text = self.textual(op.upper(), value)
        self._folds += isinstance(text, Property)
        if self._folds > MAX_FOLDS:
            raise ParameterError(f"filter: CASEI or ACCENTI of more than {MAX_FOLDS} properties; use IN with a list of texts")
        inner = text if isinstance(text, Fold) else Fold(text, False, False)
        return Fold(inner.text, inner.case or op == "casei", inner.accents or op == "accenti")

    def interval(self, value: Any, op: str) -> Interval:
        """Return an interval, or an instant as one; some operators take intervals only."""
        if isinstance(value, dict) and "interval" in value:
            ends = value["interval"]
            if not isinstance(ends, list) or len(ends) != 2:
                raise ParameterError(f"filter: INTERVAL got {short_repr(ends, 60)}, allowed are a start and an end")
            return _check_order(Interval(self._end(ends[0]), self._end(ends[1])))
        if op in INTERVAL_RELATIONS:
            raise ParameterError(f"filter: {op} takes two INTERVALs, got {short_repr(value)}")
        time = self._temporal(value)
        return Interval(time, time)

    def _end(self, value: Any) -> Literal | Property | None:
        if isinstance(value, str):
            return None if value == ".." else instant(value)
        return self._temporal(value)

    def _temporal(self, value: Any) -> Literal | Property:
        scalar = self.scalar(value)
        if scalar.kind not in INSTANTS or not isinstance(scalar, (Literal, Property)):
            raise ParameterError(f"filter: expected a DATE, TIMESTAMP or property of dates or times, got {describe(scalar)}")
        return scalar


def _check_order(interval: Interval) -> Interval:
    start, end = interval.start, interval.end
    if isinstance(start, Literal) and isinstance(end, Literal) and str(start.value) > str(end.value):
        raise ParameterError(f"filter: INTERVAL starts at {start.value}, after its end {end.value}")
    return interval


def describe(value: Scalar) -> str:
    """Return a value's description for an error message."""
    if isinstance(value, Property):
        return f"property {value.name} ({value.kind})"
    if isinstance(value, Literal):
        return f"the {value.kind} {str(value.value)!r:.60}"
    return "a computed number" if isinstance(value, Arithmetic) else "a text"


def same_kind(op: str, *values: Scalar) -> None:
    """Raise :class:`ParameterError` unless values can be compared with each other."""
    first = values[0]
    allowed = NUMBERS if first.kind in NUMBERS else {first.kind}
    for other in values[1:]:
        if other.kind not in allowed:
            hint = "; T_BEFORE, T_AFTER and T_INTERSECTS take both" if {first.kind, other.kind} == INSTANTS else ""
            raise ParameterError(
                f"filter: {op} compares {describe(first)} with {describe(other)}, "
                f"allowed are {' and '.join(sorted(allowed))}{hint}"
            )
