"""Pieces of SQL with the values bound in them, put together."""

import re
from typing import Any, NamedTuple

from geoservice.cql2.ast import Literal
from geoservice.db import Dialect

_HOLE = re.compile(r"\{(\d+)\}")
_TYPES = {
    "text": "string",
    "integer": "int64",
    "number": "double",
    "boolean": "bool",
    "date": "date32[day]",
    "timestamp": "timestamp[us]",
}


class Fragment(NamedTuple):
    """A piece of SQL and its values in the order of their marks."""

    text: str
    values: tuple[Any, ...] = ()


def put(template: str, *pieces: Fragment) -> Fragment:
    """Fill ``{0}``, ``{1}``, ... of a template; a piece used twice brings its values twice.

    >>> put("({0} > {1} OR {0} IS NULL)", Piece("x + ?", (1,)), Piece("?", (2,)))
    Piece(text='(x + ? > ? OR x + ? IS NULL)', values=(1, 2, 1))
    """
    values: list[Any] = []

    def fill(match: re.Match[str]) -> str:
        piece = pieces[int(match[1])]
        values.extend(piece.values)
        return piece.text

    return Fragment(_HOLE.sub(fill, template), tuple(values))


def joined(word: str, pieces: list[Fragment]) -> Fragment:
    """Put pieces one after the other with a word between them."""
    return Fragment(word.join(p.text for p in pieces), tuple(v for p in pieces for v in p.values))


def bound(dialect: Dialect, value: Any, kind: str) -> Fragment:
    """Bind a value as the type of a kind of property."""
    return Fragment(f"CAST({dialect.mark} AS {dialect.types[_TYPES[kind]]})", (value,))


def literal(dialect: Dialect, node: Literal) -> Fragment:
    """Bind a literal."""
    return bound(dialect, node.value, node.kind)
