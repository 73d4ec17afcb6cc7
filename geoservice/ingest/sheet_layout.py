"""Where in a table of text the rows are: its header, of one row or two, its last row, and rows that add others up."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from geoservice.ingest.header_names import PLACES, guess
from geoservice.ingest.header_vocabulary import Fields

LOOKED_AT = 20
"""Rows from the top that may be the header."""
HEAD = 50
"""Rows from the top that show how many cells a row has."""
_TOTAL = re.compile(r"(?P<of>.{0,12}?)(合计|总计|小计|共计|累计)|总数|汇总|(sub|grand|page)?total|sum")
_FOOT = re.compile(
    r"(填表|制表|填报|审核|复核|负责|单位|统计|报出日期|打印|联系|电话|日期|数据来源|来源|截至|注|备注|说明|note|source"
    r"|prepared by)[^:：]{0,6}[:：]|第\s*\d+\s*页|共\s*\d+\s*\S{1,2}$",
    re.IGNORECASE,
)
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_CHOICES = ("group", "level", "tier")
Row = Sequence[str | None]


class Header(NamedTuple):
    """Where the header is: its first row, how many rows it has, and its names, cut after the last one."""

    top: int
    rows: int
    names: list[str]


class Layout(NamedTuple):
    """What is known of a table's columns: how many there are, and which hold places, or words of a choice such as a group."""

    width: int = 0
    places: tuple[int, ...] = ()
    choices: tuple[int, ...] = ()

    @classmethod
    def of(cls, names: Sequence[str], fields: Fields) -> "Layout":
        """Take the columns out of the names in a header; ``fields`` as for :func:`find_header`."""
        found = guess(list(dict.fromkeys(names)), fields)
        places, choices = (tuple(names.index(found[f]) for f in group if f in found) for group in (PLACES, _CHOICES))
        return cls(len(names), places, choices)

    def has_place(self, row: Row) -> bool:
        """Whether a row says where it is, as neither totals nor remarks do."""
        return any(i < len(row) and row[i] is not None for i in self.places)


def find_header(rows: Sequence[Row], fields: Fields, stated: int | None = None) -> Header:
    """Return the header of a table: the row, or the two rows, with most names of our columns; else the first that is filled.

    Parameters
    ----------
    rows
        The table from its top; merged cells are filled in.
    fields
        Our columns and what strangers call them; empty where nothing is known of the table.
    stated
        The row that somebody said it is, from 1.

    Examples
    --------
    >>> rows = [["某县站点名册", None], ["填报单位：某局", None], ["站点编号", "名称"], ["1", "甲"]]
    >>> find_header(rows, {"id": {"names": ["站点编号"]}, "name": {"names": ["名称"]}})
    Header(top=2, rows=1, names=['站点编号', '名称'])
    """
    if stated is not None:
        return _header(rows, stated - 1, 1)
    filled = [len({c for c in row if c is not None}) for row in rows[:HEAD]]  # a title may be merged over all columns
    plain = next(i for i, n in enumerate(filled) if n >= min(2, max(filled)))
    best, most = _header(rows, plain, 1), -1
    for height in (1, 2):
        for top in range(min(LOOKED_AT, len(rows) - height + 1)):
            made = _header(rows, top, height)
            least = max(most, 1 if (top, height) != (plain, 1) else 0)
            if _texts(made.names) > least and (known := len(guess(list(dict.fromkeys(made.names)), fields))) > least:
                best, most = made, known
    return best


def _texts(names: Sequence[str]) -> int:
    """Count different names that have a letter: no more of them can be known, and rows of data have few."""
    return sum(any(map(str.isalpha, n)) for n in set(names))


def head_notes(rows: Sequence[Row], header: Header) -> list[str]:
    """Return what to tell of a header and of the rows above it."""
    above = sum(any(c is not None for c in row) for row in rows[: header.top])
    told = [f"{above} row(s) above the header in row {header.top + 1} were passed over"] if above else []
    two = f"the header was read from two rows, {header.top + 1} and {header.top + 2}"
    return [*told, two] if header.rows == 2 else told


def titles_of(rows: Sequence[Row], header: Header) -> list[str]:
    """Return the texts above a header, each once in a row."""
    return [c for row in rows[: header.top] for c in dict.fromkeys(row) if c is not None]


def _header(rows: Sequence[Row], top: int, height: int) -> Header:
    """Take names from the rows: of two rows the lower name, or the upper where the lower one is empty."""
    wide = max(len(r) for r in rows[top : top + height])
    upper = [*rows[top], *[None] * (wide - len(rows[top]))]
    lower = [*rows[top + 1], *[None] * (wide - len(rows[top + 1]))] if height == 2 else [None] * wide
    names = [(b or a or "").strip() for a, b in zip(upper, lower, strict=True)]
    last = max((i for i, n in enumerate(names) if n), default=-1)
    return Header(top, height, names[: last + 1])


_UNKNOWN = Layout()


def is_total(row: Row, layout: Layout = _UNKNOWN) -> bool:
    """Whether a row adds others up: one of its first three cells says so, with nothing but a running number before it.

    A row with a place is none, and the words of a choice may say total of a group. Behind a number, or with the name of what is
    added up in front, the word alone is not enough: such a row has empty cells too.

    >>> is_total(["合计", None, "120"]), is_total(["杨桥镇小计", None, "120"]), is_total(["总计里村", None, "120"])
    (True, True, False)
    >>> is_total(["1", "Total", "Station", "20"]), is_total(["340811", "合计", "20"], Layout(3, choices=(1,)))
    (False, False)
    """
    if layout.has_place(row):
        return False
    for i, cell in enumerate(row[:3]):
        word = re.sub(r"\s|[:：]$|[(（].*[)）]$", "", cell or "").lower()
        if i not in layout.choices and (found := _TOTAL.fullmatch(word)):
            empty = sum(c is None for c in row)
            return (not found["of"] or empty > 0) and (not any(row[:i]) or empty > 0.5 * len(row))
        if cell is not None and not word.isdecimal():
            return False
    return False


def is_numbering(row: Row) -> bool:
    """Whether a row below the header numbers the columns: 1 2 3 4 5, or 甲 乙 1 2 3.

    >>> is_numbering(["甲", "乙", "1", "2"]), is_numbering(["1", "2", "3"])
    (True, False)
    """
    labels = [(c or "").strip("()（） ") for c in row]
    stems = sum(a == b for a, b in zip(labels, _STEMS, strict=False))
    numbered = labels == [*_STEMS[:stems], *(str(i) for i in range(1, len(labels) - stems + 1))]
    return numbered and len(labels) >= (3 if stems else 5)


def is_foot(row: Row, layout: Layout) -> bool:
    """Whether a row below a table is none of it: empty, a running number alone, or a remark.

    >>> [is_foot(r, Layout(3)) for r in (["3", None, None], ["填表人：李", None, None], ["3", None, "注：旧址"])]
    [True, True, False]
    """
    there = [c for c in row if c is not None]
    if not there:
        return True
    if layout.has_place(row) or len(there) >= layout.width:
        return False
    numbered = layout.width > 2 and len(there) == 1 and row[0] is not None and there[0].isdecimal()
    return numbered or _FOOT.match(there[0].strip()) is not None


class Body(NamedTuple):
    """Which rows below a header are the table's, and what to tell of the others."""

    kept: list[int]
    notes: list[str]


def find_body(rows: Sequence[Row], layout: Layout) -> Body:
    """Return the table's rows without a numbering of the columns, totals, and what stands below the last one.

    >>> find_body([["1", "甲", "5"], ["合计", None, "5"], [None] * 3, ["填表人：李", None, None]], Layout(3)).kept
    [0]
    """
    first = int(bool(rows) and is_numbering(rows[0][: layout.width]))
    end = len(rows)
    while end > first and is_foot(rows[end - 1], layout):
        end -= 1
    kept = [i for i in range(first, end) if not is_total(rows[i], layout)]
    below = sum(any(c is not None for c in r) for r in rows[end:])
    return Body(kept, stray_notes(first, end - first - len(kept), below))


def stray_notes(numbering: int, totals: int, below: int) -> list[str]:
    """Return what to tell of the rows that are none of the table."""
    told = {
        "row that numbers the columns was": numbering,
        "row(s) of totals were": totals,
        "row(s) below the table, without more than a number or with remarks, were": below,
    }
    return [f"{n} {what} passed over" for what, n in told.items() if n]
