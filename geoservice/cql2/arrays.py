"""The array operators, expanded to comparisons of each element with each: no layer has array columns, so arrays are short."""

from typing import Any

from geoservice.cql2.ast import Comparison, Literal, Node
from geoservice.cql2.logic import FALSE, TRUE, all_of, any_of
from geoservice.cql2.scalars import NUMBERS
from geoservice.errors import ParameterError

MAX_PAIRS = 1000

Elements = tuple[Any, ...]
"""Scalars, and tuples for nested arrays."""


def array_node(op: str, left: Elements, right: Elements) -> Node:
    """Return an array operator as comparisons of the arrays' elements."""
    if _size(left) * _size(right) > MAX_PAIRS:
        raise ParameterError(
            f"filter: {op} got {_size(left)} and {_size(right)} elements, at most {MAX_PAIRS} pairs are compared"
        )
    if op == "a_overlaps":
        return any_of([_equal_elements(a, b) for a in left for b in right])
    if op == "a_contains":
        return _is_subset(right, left)
    if op == "a_containedBy":
        return _is_subset(left, right)
    return _equal_sets(left, right)


def _size(elements: Elements) -> int:
    return sum(_size(e) if isinstance(e, tuple) else 1 for e in elements) or 1


def _equal_sets(left: Elements, right: Elements) -> Node:
    return all_of([_is_subset(left, right), _is_subset(right, left)])


def _is_subset(inner: Elements, outer: Elements) -> Node:
    return all_of([any_of([_equal_elements(a, b) for b in outer]) for a in inner])


def _equal_elements(left: Any, right: Any) -> Node:
    if isinstance(left, tuple) or isinstance(right, tuple):
        return _equal_sets(left, right) if isinstance(left, tuple) and isinstance(right, tuple) else FALSE
    if left.kind != right.kind and not {left.kind, right.kind} <= NUMBERS:
        return FALSE
    if isinstance(left, Literal) and isinstance(right, Literal):
        return TRUE if left.value == right.value else FALSE
    return Comparison("=", left, right)
