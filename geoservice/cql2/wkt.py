"""A cursor over tokens that parses WKT and BBOX to GeoJSON."""

from collections.abc import Callable
from typing import Any

from geoservice.cql2.lexer import LexerToken
from geoservice.errors import ParameterError

_GEOMETRIES = {  # GeoJSON's type, and the depth of brackets around a position
    "point": ("Point", 0),
    "linestring": ("LineString", 1),
    "polygon": ("Polygon", 2),
    "multipoint": ("MultiPoint", 1),
    "multilinestring": ("MultiLineString", 2),
    "multipolygon": ("MultiPolygon", 3),
    "geometrycollection": ("GeometryCollection", 1),
    "bbox": ("", 1),
}


class WktParser:
    """A cursor over the tokens of a filter, with the parser of geometries."""

    def __init__(self, tokens: list[LexerToken]) -> None:
        self.tokens, self.index = tokens, 0

    @property
    def next(self) -> LexerToken:
        """The token to be read next."""
        return self.tokens[self.index]

    def advance(self) -> LexerToken:
        """Read a token; the cursor never passes the end."""
        token = self.next
        self.index = min(self.index + 1, len(self.tokens) - 1)
        return token

    def accept(self, text: str) -> bool:
        """Read the next token if it is this one, and return whether it is."""
        matches = self._is(text)
        if matches:
            self.advance()
        return matches

    def _is(self, text: str) -> bool:
        return self.next.kind not in {"text", "quoted"} and self.next.text.lower() == text

    def expect(self, text: str, expected: str) -> None:
        """Read this token; raises :class:`ParameterError` for any other."""
        if not self._is(text):
            raise self.error(expected, self.next)
        self.advance()

    def error(self, expected: str, got: LexerToken) -> ParameterError:
        """Return an error with the position, the token and what was expected."""
        return ParameterError(f"filter: at character {got.position} got {got.description}, expected {expected}")

    def comma_list(self, read: Callable[[], Any]) -> list[Any]:
        """Read a comma-separated list up to the closing bracket."""
        items = [read()]
        while self.accept(","):
            items.append(read())
        self.expect(")", ", or )")
        return items

    def is_geometry(self, name: str) -> bool:
        """Whether the token just read begins a geometry: ``point`` may also be a property."""
        following = self.tokens[min(self.index + 1, len(self.tokens) - 1)].text
        return name in _GEOMETRIES and (self._is("(") or (self._is("z") and following == "("))

    def geometry(self, name: str) -> dict[str, Any]:
        """Read what follows the name of a geometry."""
        self.accept("z")
        self.expect("(", "(")
        kind, depth = _GEOMETRIES[name]
        if name == "bbox":
            return {"bbox": self.comma_list(self._coordinate)}
        if name == "geometrycollection":
            return {"type": kind, "geometries": self.comma_list(self._member)}
        return {"type": kind, "coordinates": self._positions(depth, name == "multipoint")}

    def _member(self) -> dict[str, Any]:
        token = self.advance()
        name = token.text.lower()
        if token.kind != "word" or name in {"bbox", "geometrycollection"} or not self.is_geometry(name):
            raise self.error("POINT, LINESTRING, POLYGON or a MULTI of these", token)
        return self.geometry(name)

    def _positions(self, depth: int, points: bool) -> list[Any]:
        if depth == 0:
            position = [self._coordinate()]
            while not self.accept(")"):
                position.append(self._coordinate())
            return position
        if depth == 1:
            return self.comma_list(lambda: self._bracketed_position() if points else self._position())
        return self.comma_list(lambda: self._bracketed_positions(depth - 1))

    def _bracketed_positions(self, depth: int) -> list[Any]:
        self.expect("(", "(")
        return self._positions(depth, False)

    def _bracketed_position(self) -> list[float]:
        """Read a position of a MULTIPOINT: the standard requires brackets around it, much software leaves them out."""
        return self._positions(0, False) if self.accept("(") else self._position()

    def _position(self) -> list[float]:
        position = [self._coordinate()]
        while not (self._is(",") or self._is(")")):
            position.append(self._coordinate())
        return position

    def _coordinate(self) -> float:
        sign = -1.0 if self.accept("-") else 1.0
        if sign > 0:
            self.accept("+")
        token = self.advance()
        if token.kind != "number":
            raise self.error("a number", token)
        return sign * float(token.text)
