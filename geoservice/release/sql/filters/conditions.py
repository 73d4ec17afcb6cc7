"""Conditions of SQL out of the nodes of a filter."""

from typing import Any

from geoservice.cql2.ast import (
    Arithmetic,
    Between,
    Comparison,
    Filter,
    Fold,
    In,
    IsNull,
    Like,
    Literal,
    Logic,
    Node,
    Not,
    Property,
    Scalar,
    Spatial,
    Temporal,
)
from geoservice.db import Dialect
from geoservice.release.base import PublishedLayer
from geoservice.release.sql.filters import arithmetic, spatial, temporal, text
from geoservice.release.sql.filters.fragments import Fragment, joined, literal, put


def where(dialect: Dialect, layer: PublishedLayer, wanted: Filter) -> tuple[str, list[Any]]:
    """Return the condition, in brackets, and its values, for the ``WHERE`` of a query on the layer's table."""
    piece = put("({0})", _Conditions(dialect, layer).node(wanted.root))
    return piece.text, list(piece.values)


class _Conditions:
    def __init__(self, dialect: Dialect, layer: PublishedLayer) -> None:
        self._dialect, self._layer = dialect, layer

    def node(self, node: Node) -> Fragment:
        """Return what is true, false or unknown of a feature."""
        match node:
            case Logic(op, parts):
                return put("({0})", joined(f" {op.upper()} ", [self.node(p) for p in parts]))
            case Not(part):
                return put("(NOT {0})", self.node(part))
            case Spatial():
                return spatial.relation(self._dialect, self._layer, node)
            case Temporal():
                return temporal.relation(self._dialect, node)
            case _:
                return self._compared(node)

    def _compared(self, node: Comparison | Like | Between | In | IsNull | Literal | Property) -> Fragment:
        match node:
            case IsNull(part):
                return put("({0} IS NULL)", self._any(part))
            case Comparison(op, left, right):
                return put(f"({{0}} {op} {{1}})", *self._alike(left, right))
            case Between(value, low, high):
                return put("({0} BETWEEN ({1}) AND ({2}))", *self._alike(value, low, high))
            case In(value, options):
                first, *others = self._alike(value, *options)
                return put("({0} IN ({1}))", first, joined(", ", others))
            case Like(value, pattern):
                return text.like(self._dialect, value, pattern)
            case _:
                return self._plain(node)

    def _any(self, node: Node | Scalar) -> Fragment:
        return self._plain(node) if isinstance(node, (Literal, Property, Arithmetic, Fold)) else self.node(node)

    def _alike(self, *values: Scalar) -> list[Fragment]:
        """Return values of one type: whole numbers stay whole where all of them are."""
        kinds = {v.kind for v in values}
        if "number" in kinds:
            return [arithmetic.real(self._dialect, v) for v in values]
        return [self._plain(v) for v in values]

    def _plain(self, value: Scalar) -> Fragment:
        if value.kind == "text":
            return text.text(self._dialect, value)
        if isinstance(value, Literal):
            return literal(self._dialect, value)
        if isinstance(value, Property):
            return Fragment(self._dialect.quote(value.name))
        return arithmetic.real(self._dialect, value)
