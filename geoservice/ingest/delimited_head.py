"""The head of a delimited text file: its encoding, its delimiter and its header."""

import codecs
import csv
import io
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from geoservice.errors import EmptyFile
from geoservice.ingest.encodings import find_encoding
from geoservice.ingest.header_vocabulary import Fields
from geoservice.ingest.sheet_layout import HEAD, find_header, head_notes, titles_of

_DELIMITERS = ",;\t|"
_BYTES = 1 << 18
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
"""The line in which spreadsheets state the delimiter."""

MAX_LINE = 4 << 20
"""Longest line in bytes; geometries as text exceed the default cell limit of Python's csv module."""


class Head(NamedTuple):
    """What the first lines of a file show.

    ``names`` are the column names, including empty ones; ``rows`` and ``lines`` count up to the end of the header, where a row
    takes several lines if one of its cells does.
    """

    encoding: str
    delimiter: str
    names: list[str]
    rows: int
    lines: int
    notes: list[str]
    titles: list[str]


def read_head(path: Path, header_row: int | None, fields: Fields) -> Head:
    """Return the head of a file; ``header_row``, from 1, states the header's row, ``fields`` lists names that it may hold.

    Raises
    ------
    WrongEncoding, EmptyFile
        As :func:`find_encoding`; the file has no content, or no such row.
    """
    csv.field_size_limit(MAX_LINE)
    encoding = find_encoding(path)
    sample = _sample(path, encoding, HEAD + (header_row or 0))
    if not sample.strip():
        raise EmptyFile("the file holds only whitespace")
    above = _lines_above(sample)
    text = "".join(lines_of(sample)[above if header_row is None else header_row - 1 :])
    if not text.strip():
        raise EmptyFile("there are no rows below the header")
    stated = _SEPARATOR.match(sample.lstrip())
    delimiter = stated[1] if stated else find_delimiter(text)
    rows, ends = _top_rows(sample, delimiter)
    if stated:
        rows[above - 1] = []
    header = find_header(rows, fields, header_row)
    end = header.top + header.rows
    width = max(map(len, rows[header.top : end]))
    names = [*header.names, *[""] * (width - len(header.names))]
    return Head(encoding, delimiter, names, end, ends[end - 1], head_notes(rows, header), titles_of(rows, header))


def _sample(path: Path, encoding: str, lines: int) -> str:
    with path.open("rb") as file:
        text = codecs.getincrementaldecoder(encoding)().decode(file.read(_BYTES))
    return "".join(lines_of(text)[:lines])


def _lines_above(sample: str) -> int:
    """Return how many lines come before the table: blank ones and the one that states the delimiter."""
    lines = lines_of(sample)
    blank = next(i for i, line in enumerate(lines) if line.strip())
    return blank + bool(_SEPARATOR.match(lines[blank]))


def _top_rows(sample: str, delimiter: str) -> tuple[list[list[str | None]], list[int]]:
    """Return the first rows, blank cells as None, and the number of lines up to the end of each row."""
    reader = csv.reader(lines_of(sample), delimiter=delimiter)
    rows = [([c if c.strip() else None for c in cells], reader.line_num) for cells in reader]
    return [cells for cells, _ in rows], [line for _, line in rows]


def lines_of(text: str) -> list[str]:
    """Return the lines of a text with their line ends; ``str.splitlines`` would also split at form feeds and the like."""
    return list(io.StringIO(text, newline=""))


def find_delimiter(sample: str) -> str:
    r"""Return the delimiter for which most lines have the same number (> 1) of cells; a comma if there is none.

    >>> find_delimiter("a;b,c;d\n1;2,5;3\n")
    ';'
    """

    def score(delimiter: str) -> tuple[float, int]:
        widths = [len(cells) for cells in csv.reader(lines_of(sample), delimiter=delimiter) if cells]
        counts = Counter(w for w in widths if w > 1)
        return max(((n / len(widths), width) for width, n in counts.items()), default=(0.0, 0))

    best = max(_DELIMITERS, key=score)
    return best if score(best)[0] > 0 else ","
