"""XML read record by record, in any supported encoding; documents with a DTD, and so with entities, are refused."""

import codecs
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from geoservice.errors import UnreadableFile, WrongEncoding
from geoservice.ingest.encodings import CHUNK, find_encoding, first_invalid_byte

MAX_DEPTH = 200
"""Deepest nesting of elements."""
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*\bencoding=["']([A-Za-z0-9._-]+)""")
_CHINESE = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5"}


@dataclass
class Element:
    """An element by its local name; ``children`` are in order, ``text`` is its own text without surrounding whitespace."""

    tag: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the element's own text."""
        return "".join(self.pieces).strip()

    def find(self, *path: str) -> list["Element"]:
        """Return the elements at the end of a path of tags, in any namespace."""
        elements = [self]
        for tag in path:
            elements = [c for e in elements for c in e.children if c.tag == tag]
        return elements

    def value(self, *path: str) -> str | None:
        """Return the text of the first element of a path, None if it is missing or empty."""
        return next((e.text for e in self.find(*path)), None) or None


RecordHandler = Callable[[Element, Sequence[Element]], None]
"""Called with each record and its ancestors, outermost first."""


def read_records(path: Path, root: str, tags: Collection[str], take: RecordHandler) -> str:
    """Call ``take`` with every complete element of some tags; return the encoding.

    Raises
    ------
    UnreadableFile
        The file is not XML with that root, is damaged or truncated, or declares a DTD, whose entities could read files or
        expand without end.
    WrongEncoding
        As :func:`geoservice.ingest.encodings.find_encoding`.
    """
    encoding = _encoding(path)
    reader = _Reader(root, tags, take)
    try:
        for text in _decoded(path, encoding):
            reader.parser.Parse(text)
        reader.parser.Parse("", True)
    except expat.ExpatError as e:
        reason = expat.errors.messages[e.code]
        raise UnreadableFile(f"the XML is damaged or cut short: line {e.lineno}, column {e.offset + 1}: {reason}") from e
    return encoding


class _Reader:
    def __init__(self, root: str, tags: Collection[str], take: RecordHandler) -> None:
        self._root, self._tags, self._take = root, tags, take
        self._open: list[Element] = []
        self._record = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _doctype(self, *_args: object) -> None:
        raise UnreadableFile("the XML declares a document type (DTD), which can refer to other files; this is not allowed")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        element = Element(name.rpartition(" ")[2].rpartition(":")[2], attributes)
        if not self._open and element.tag != self._root:
            raise UnreadableFile(f"the root element is {element.tag[:40]!r}, allowed is {self._root!r}")
        if len(self._open) >= MAX_DEPTH:
            raise UnreadableFile(f"the XML is nested deeper than {MAX_DEPTH} elements")
        self._open.append(element)
        self._record += element.tag in self._tags

    def _text(self, text: str) -> None:
        self._open[-1].pieces.append(text)

    def _end(self, _name: str) -> None:
        element = self._open.pop()
        if element.tag in self._tags:
            self._record -= 1
            if not self._record:
                self._take(element, self._open)
                return
        if self._open:
            self._open[-1].children.append(element)


def _encoding(path: Path) -> str:
    """Return UTF-8 if it is valid, else the declared Chinese encoding if it is valid, else the one that reads best."""
    with path.open("rb") as file:
        declared = _DECLARED.match(file.read(1024))
    name = declared[1].decode().lower() if declared else ""
    bad = first_invalid_byte(path, "utf-8")
    if bad >= 0 and _CHINESE.get(name) and first_invalid_byte(path, _CHINESE[name]) < 0:
        return _CHINESE[name]
    if bad >= 0 and path.stat().st_size - bad <= 3:
        return "utf-8"  # truncated within a character, which the parser reports better
    return find_encoding(path)


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            try:
                yield decoder.decode(chunk)
            except UnicodeDecodeError as e:
                raise WrongEncoding(f"the text is not {encoding} throughout") from e
