"""WKT of every geometry type, for what GEOS does not read: curves, patches, deeply nested collections."""

import re

import numpy as np
import shapely

from geoservice.ingest.curves import KINDS, LINES, MAX_DEPTH, Node, linearize

_UNTAGGED = {
    "POLYGON": "LINESTRING", "TRIANGLE": "LINESTRING", "MULTIPOINT": "POINT", "MULTILINESTRING": "LINESTRING",
    "MULTIPOLYGON": "POLYGON", "COMPOUNDCURVE": "LINESTRING", "CURVEPOLYGON": "LINESTRING", "MULTICURVE": "LINESTRING",
    "MULTISURFACE": "POLYGON", "POLYHEDRALSURFACE": "POLYGON", "TIN": "TRIANGLE",
}  # fmt: skip
"""Geometry type of a part without a keyword, by the type of its parent."""
_TOKEN = re.compile(r"\s*(?:([A-Za-z]+)|([(),])|([-+0-9.][-+0-9.eE]*))")


def from_wkt(text: str) -> shapely.Geometry:
    """Return the geometry of WKT; raises :class:`ValueError` if it cannot be read.

    >>> round(from_wkt("COMPOUNDCURVE((0 0, 1 0), CIRCULARSTRING(1 0, 2 1, 3 0))").length, 3)
    4.141
    """
    return linearize(_Parser(text).parse())


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = re.findall(_TOKEN, text)
        if _TOKEN.sub("", text).strip():
            raise ValueError("the WKT has invalid characters")
        self._position = 0

    def parse(self) -> Node:
        node = self._tagged("GEOMETRYCOLLECTION", 0)
        if self._position != len(self._tokens):
            raise ValueError("the WKT is longer than its geometry")
        return node

    def _next(self) -> tuple[str, str, str]:
        self._position += 1
        if self._position > len(self._tokens):
            raise ValueError("the WKT is cut short")
        word, sign, number = self._tokens[self._position - 1]
        return word.upper(), sign, number

    def _peek(self) -> str:
        return "".join(self._tokens[self._position]).upper() if self._position < len(self._tokens) else ""

    def _tagged(self, parent: str, depth: int) -> Node:
        kind = _UNTAGGED.get(parent, "")
        if self._peek() not in {"(", "EMPTY"}:
            kind = self._next()[0]
            if kind not in KINDS.values() and kind.rstrip("ZM") in KINDS.values():
                kind = kind.rstrip("ZM")
            if self._peek() in {"Z", "M", "ZM"}:
                self._next()
        if kind not in KINDS.values() or depth > MAX_DEPTH:
            raise ValueError("an unsupported geometry type")
        return self._body(kind, depth)

    def _body(self, kind: str, depth: int) -> Node:
        if self._peek() == "EMPTY":
            self._next()
            return Node(kind)
        self._sign("(")
        node = Node(kind)
        positions: list[list[float]] = []
        while True:
            if kind in LINES:
                positions.append(self._read_position())
            elif kind == "MULTIPOINT" and self._peek() not in {"(", "EMPTY"}:
                node.parts.append(Node("POINT", np.array([self._read_position()])))
            else:
                node.parts.append(self._tagged(kind, depth + 1))
            if self._next()[1] == ")":
                break
            if self._tokens[self._position - 1][1] != ",":
                raise ValueError("a comma or a bracket is missing")
        node.vertices = np.array(positions, float).reshape(-1, 2)
        return node

    def _sign(self, sign: str) -> None:
        if self._next()[1] != sign:
            raise ValueError(f"{sign} is missing")

    def _read_position(self) -> list[float]:
        numbers = []
        while self._position < len(self._tokens) and self._tokens[self._position][2]:
            numbers.append(float(self._next()[2]))
        if not 2 <= len(numbers) <= 4:
            raise ValueError("a position is two to four numbers")
        return numbers[:2]
