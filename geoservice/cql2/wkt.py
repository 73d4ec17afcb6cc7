"""Words read one by one, and the shapes among them: WKT and BBOX turned into GeoJSON."""

from collections.abc import Callable
from typing import Any

from geoservice.cql2.lexer import LexerToken
from geoservice.errors import ParameterError

_SHAPES = {  # GeoJSON's name, and how many brackets stand around a position
    "point": ("Point", 0),
    "linestring": ("LineString", 1),
    "polygon": ("Polygon", 2),
    "multipoint": ("MultiPoint", 1),
    "multilinestring": ("MultiLineString", 2),
    "multipolygon": ("MultiPolygon", 3),
    "geometrycollection": ("GeometryCollection", 1),
    "bbox": ("", 1),
}


class Wkt:
    """A place in a list of words."""

    def __init__(self, words: list[LexerToken]) -> None:
        self.words, self.at = words, 0

    @property
    def word(self) -> LexerToken:
        """The word to be read next."""
        return self.words[self.at]

    def take(self) -> LexerToken:
        """Read a word; the end is never passed."""
        word = self.word
        self.at = min(self.at + 1, len(self.words) - 1)
        return word

    def taken(self, text: str) -> bool:
        """Read the word if it is this one."""
        fits = self._is(text)
        if fits:
            self.take()
        return fits

    def _is(self, text: str) -> bool:
        return self.word.kind not in {"text", "quoted"} and self.word.text.lower() == text

    def expect(self, text: str, wanted: str) -> None:
        """Read this word; raises :class:`ParameterError` for any other."""
        if not self._is(text):
            raise self.error(wanted, self.word)
        self.take()

    def error(self, wanted: str, got: LexerToken) -> ParameterError:
        """Say what was wanted and what is there."""
        return ParameterError(f"filter: at character {got.at} got {got.shown}, expected {wanted}")

    def listed(self, read: Callable[[], Any]) -> list[Any]:
        """Read things with commas between them up to the closing bracket."""
        found = [read()]
        while self.taken(","):
            found.append(read())
        self.expect(")", ", or )")
        return found

    def is_shape(self, name: str) -> bool:
        """Whether the word just read begins a shape: ``point`` may also be a property."""
        following = self.words[min(self.at + 1, len(self.words) - 1)].text
        return name in _SHAPES and (self._is("(") or (self._is("z") and following == "("))

    def shape(self, name: str) -> dict[str, Any]:
        """Read what follows the name of a shape."""
        self.taken("z")
        self.expect("(", "(")
        kind, depth = _SHAPES[name]
        if name == "bbox":
            return {"bbox": self.listed(self._coordinate)}
        if name == "geometrycollection":
            return {"type": kind, "geometries": self.listed(self._member)}
        return {"type": kind, "coordinates": self._positions(depth, name == "multipoint")}

    def _member(self) -> dict[str, Any]:
        word = self.take()
        name = word.text.lower()
        if word.kind != "word" or name in {"bbox", "geometrycollection"} or not self.is_shape(name):
            raise self.error("POINT, LINESTRING, POLYGON or a MULTI of these", word)
        return self.shape(name)

    def _positions(self, depth: int, points: bool) -> list[Any]:
        if depth == 0:
            position = [self._coordinate()]
            while not self.taken(")"):
                position.append(self._coordinate())
            return position
        if depth == 1:
            return self.listed(lambda: self._bracketed_position() if points else self._position())
        return self.listed(lambda: self._inner(depth - 1))

    def _inner(self, depth: int) -> list[Any]:
        self.expect("(", "(")
        return self._positions(depth, False)

    def _bracketed_position(self) -> list[float]:
        """Read a position of a MULTIPOINT: the standard wants brackets around it, much software leaves them out."""
        return self._positions(0, False) if self.taken("(") else self._position()

    def _position(self) -> list[float]:
        position = [self._coordinate()]
        while not (self._is(",") or self._is(")")):
            position.append(self._coordinate())
        return position

    def _coordinate(self) -> float:
        sign = -1.0 if self.taken("-") else 1.0
        if sign > 0:
            self.taken("+")
        word = self.take()
        if word.kind != "number":
            raise self.error("a number", word)
        return sign * float(word.text)
