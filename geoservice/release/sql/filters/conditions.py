"""SQL conditions from the syntax tree of a filter."""

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
from geoservice.release.sql.filters.fragments import Fragment, fill, join, literal


def where(dialect: Dialect, layer: PublishedLayer, checked_filter: Filter) -> tuple[str, list[Any]]:
    """Return the condition, in brackets, and its values, for the ``WHERE`` of a query on the layer's table."""
    fragment = fill("({0})", _Conditions(dialect, layer).node(checked_filter.root))
    return fragment.text, list(fragment.values)


class _Conditions:
    def __init__(self, dialect: Dialect, layer: PublishedLayer) -> None:
        self._dialect, self._layer = dialect, layer

    def node(self, node: Node) -> Fragment:
        """Return the SQL of a condition."""
        match node:
            case Logic(op, parts):
                return fill("({0})", join(f" {op.upper()} ", [self.node(p) for p in parts]))
            case Not(part):
                return fill("(NOT {0})", self.node(part))
            case Spatial():
                return spatial.relation(self._dialect, self._layer, node)
            case Temporal():
                return temporal.relation(self._dialect, node)
            case _:
                return self._comparison(node)

    def _comparison(self, node: Comparison | Like | Between | In | IsNull | Literal | Property) -> Fragment:
        match node:
            case IsNull(part):
                return fill("({0} IS NULL)", self._node_or_scalar(part))
            case Comparison(op, left, right):
                return fill(f"({{0}} {op} {{1}})", *self._common_type(left, right))
            case Between(value, low, high):
                return fill("({0} BETWEEN ({1}) AND ({2}))", *self._common_type(value, low, high))
            case In(value, options):
                first, *others = self._common_type(value, *options)
                return fill("({0} IN ({1}))", first, join(", ", others))
            case Like(value, pattern):
                return text.like(self._dialect, value, pattern)
            case _:
                return self._scalar(node)

    def _node_or_scalar(self, node: Node | Scalar) -> Fragment:
        return self._scalar(node) if isinstance(node, (Literal, Property, Arithmetic, Fold)) else self.node(node)

    def _common_type(self, *values: Scalar) -> list[Fragment]:
        """Return values in one type: integers stay integers if all values are."""
        kinds = {v.kind for v in values}
        if "number" in kinds:
            return [arithmetic.real(self._dialect, v) for v in values]
        return [self._scalar(v) for v in values]

    def _scalar(self, value: Scalar) -> Fragment:
        if value.kind == "text":
            return text.text(self._dialect, value)
        if isinstance(value, Literal):
            return literal(self._dialect, value)
        if isinstance(value, Property):
            return Fragment(self._dialect.quote(value.name))
        return arithmetic.real(self._dialect, value)
