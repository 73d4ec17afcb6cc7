"""Arrays as sets, written out: each element is compared with each. No layer has columns of arrays, so all of them are short."""

from typing import Any

from geoservice.cql2.ast import Comparison, Literal, Node
from geoservice.cql2.logic import FALSE, TRUE, all_of, any_of
from geoservice.cql2.scalars import NUMBERS
from geoservice.errors import ParameterError

MAX_PAIRS = 1000

Elements = tuple[Any, ...]
"""Scalars, and tuples for arrays within the array."""


def array_node(op: str, left: Elements, right: Elements) -> Node:
    """Return a relation of two arrays as comparisons of their elements."""
    if _size(left) * _size(right) > MAX_PAIRS:
        raise ParameterError(
            f"filter: {op} got {_size(left)} and {_size(right)} elements, at most {MAX_PAIRS} pairs are compared"
        )
    if op == "a_overlaps":
        return any_of([_same(a, b) for a in left for b in right])
    if op == "a_contains":
        return _within(right, left)
    if op == "a_containedBy":
        return _within(left, right)
    return _equal(left, right)


def _size(elements: Elements) -> int:
    return sum(_size(e) if isinstance(e, tuple) else 1 for e in elements) or 1


def _equal(left: Elements, right: Elements) -> Node:
    return all_of([_within(left, right), _within(right, left)])


def _within(inner: Elements, outer: Elements) -> Node:
    return all_of([any_of([_same(a, b) for b in outer]) for a in inner])


def _same(left: Any, right: Any) -> Node:
    if isinstance(left, tuple) or isinstance(right, tuple):
        return _equal(left, right) if isinstance(left, tuple) and isinstance(right, tuple) else FALSE
    if left.kind != right.kind and not {left.kind, right.kind} <= NUMBERS:
        return FALSE
    if isinstance(left, Literal) and isinstance(right, Literal):
        return TRUE if left.value == right.value else FALSE
    return Comparison("=", left, right)
