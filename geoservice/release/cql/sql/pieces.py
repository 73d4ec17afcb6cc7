"""Pieces of SQL with the values bound in them, put together."""

import re
from typing import Any, NamedTuple

from geoservice.db import Dialect
from geoservice.release.cql.tree import Literal

_HOLE = re.compile(r"\{(\d+)\}")
_TYPES = {
    "text": "string",
    "integer": "int64",
    "number": "double",
    "boolean": "bool",
    "date": "date32[day]",
    "timestamp": "timestamp[us]",
}


class Piece(NamedTuple):
    """A piece of SQL and its values in the order of their marks."""

    text: str
    values: tuple[Any, ...] = ()


def put(template: str, *pieces: Piece) -> Piece:
    """Fill ``{0}``, ``{1}``, ... of a template; a piece used twice brings its values twice.

    >>> put("({0} > {1} OR {0} IS NULL)", Piece("x + ?", (1,)), Piece("?", (2,)))
    Piece(text='(x + ? > ? OR x + ? IS NULL)', values=(1, 2, 1))
    """
    values: list[Any] = []

    def fill(match: re.Match[str]) -> str:
        piece = pieces[int(match[1])]
        values.extend(piece.values)
        return piece.text

    return Piece(_HOLE.sub(fill, template), tuple(values))


def joined(word: str, pieces: list[Piece]) -> Piece:
    """Put pieces one after the other with a word between them."""
    return Piece(word.join(p.text for p in pieces), tuple(v for p in pieces for v in p.values))


def bound(dialect: Dialect, value: Any, kind: str) -> Piece:
    """Bind a value as the type of a kind of property."""
    return Piece(f"CAST({dialect.mark} AS {dialect.types[_TYPES[kind]]})", (value,))


def literal(dialect: Dialect, node: Literal) -> Piece:
    """Bind a literal."""
    return bound(dialect, node.value, node.kind)
