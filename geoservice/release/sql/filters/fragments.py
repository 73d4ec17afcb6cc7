"""Fragments of SQL with their bound values."""

import re
from typing import Any, NamedTuple

from geoservice.cql2.ast import Literal
from geoservice.db import Dialect

_PLACEHOLDER = re.compile(r"\{(\d+)\}")
_TYPES = {
    "text": "string",
    "integer": "int64",
    "number": "double",
    "boolean": "bool",
    "date": "date32[day]",
    "timestamp": "timestamp[us]",
}


class Fragment(NamedTuple):
    """A fragment of SQL and its values in the order of their parameter marks."""

    text: str
    values: tuple[Any, ...] = ()


def fill(template: str, *fragments: Fragment) -> Fragment:
    """Return a template with ``{0}``, ``{1}``, ... filled in; a fragment that occurs twice adds its values twice.

    >>> fill("({0} > {1} OR {0} IS NULL)", Fragment("x + ?", (1,)), Fragment("?", (2,)))
    Fragment(text='(x + ? > ? OR x + ? IS NULL)', values=(1, 2, 1))
    """
    values: list[Any] = []

    def substitute(match: re.Match[str]) -> str:
        fragment = fragments[int(match[1])]
        values.extend(fragment.values)
        return fragment.text

    return Fragment(_PLACEHOLDER.sub(substitute, template), tuple(values))


def join(separator: str, fragments: list[Fragment]) -> Fragment:
    """Return fragments joined by a separator such as ``AND``."""
    return Fragment(separator.join(f.text for f in fragments), tuple(v for f in fragments for v in f.values))


def bind(dialect: Dialect, value: Any, kind: str) -> Fragment:
    """Return a bound value, cast to the type of a kind of property."""
    return Fragment(f"CAST({dialect.mark} AS {dialect.types[_TYPES[kind]]})", (value,))


def literal(dialect: Dialect, node: Literal) -> Fragment:
    """Return a bound literal."""
    return bind(dialect, node.value, node.kind)
