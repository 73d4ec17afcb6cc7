"""Layout of a table of text: its header of one or two rows, its last row, and rows of totals."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from geoservice.ingest.header_names import PLACES, guess_columns
from geoservice.ingest.header_vocabulary import Fields

HEADER_ROWS = 20
"""Number of rows from the top that may be the header."""
HEAD = 50
"""Number of rows from the top that show how many cells a row has."""
_TOTAL = re.compile(r"(?P<of>.{0,12}?)(合计|总计|小计|共计|累计)|总数|汇总|(sub|grand|page)?total|sum")
_FOOT = re.compile(
    r"(填表|制表|填报|审核|复核|负责|单位|统计|报出日期|打印|联系|电话|日期|数据来源|来源|截至|注|备注|说明|note|source"
    r"|prepared by)[^:：]{0,6}[:：]|第\s*\d+\s*页|共\s*\d+\s*\S{1,2}$",
    re.IGNORECASE,
)
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_CHOICES = ("group", "level", "tier", "sex", "age")
Row = Sequence[str | None]


class Header(NamedTuple):
    """Position of a header: its first row, its number of rows, and its names up to the last one."""

    top: int
    rows: int
    names: list[str]


class Layout(NamedTuple):
    """Known columns of a table: the number of columns, and which hold locations or choices such as a group."""

    width: int = 0
    places: tuple[int, ...] = ()
    choices: tuple[int, ...] = ()

    @classmethod
    def of(cls, names: Sequence[str], fields: Fields) -> "Layout":
        """Return the layout from the names in a header; ``fields`` as for :func:`find_header`."""
        mapping = guess_columns(list(dict.fromkeys(names)), fields)
        places, choices = (tuple(names.index(mapping[f]) for f in group if f in mapping) for group in (PLACES, _CHOICES))
        return cls(len(names), places, choices)

    def has_place(self, row: Row) -> bool:
        """Whether a row has a location, unlike totals and remarks."""
        return any(i < len(row) and row[i] is not None for i in self.places)


def find_header(rows: Sequence[Row], fields: Fields, stated: int | None = None) -> Header:
    """Return the header of a table: the row, or two rows, with most names of our columns; else the first filled row.

    Parameters
    ----------
    rows
        The table from its top; merged cells are filled in.
    fields
        Our columns and the names files use for them; empty if nothing is known of the table.
    stated
        The row of the header according to the user, from 1.

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
        for top in range(min(HEADER_ROWS, len(rows) - height + 1)):
            candidate = _header(rows, top, height)
            least = max(most, 1 if (top, height) != (plain, 1) else 0)
            if _count_texts(candidate.names) > least:
                known = len(guess_columns(list(dict.fromkeys(candidate.names)), fields))
                best, most = (candidate, known) if known > least else (best, most)
    return best


def _count_texts(names: Sequence[str]) -> int:
    """Return how many different names have a letter: an upper bound of known names, and low for rows of data."""
    return sum(any(map(str.isalpha, n)) for n in set(names))


def head_notes(rows: Sequence[Row], header: Header) -> list[str]:
    """Return the notes on a header and the rows above it."""
    above = sum(any(c is not None for c in row) for row in rows[: header.top])
    notes = [f"{above} row(s) above the header in row {header.top + 1} were skipped"] if above else []
    two = f"the header was read from two rows, {header.top + 1} and {header.top + 2}"
    return [*notes, two] if header.rows == 2 else notes


def titles_of(rows: Sequence[Row], header: Header) -> list[str]:
    """Return the texts above a header, without repetition within a row."""
    return [c for row in rows[: header.top] for c in dict.fromkeys(row) if c is not None]


def _header(rows: Sequence[Row], top: int, height: int) -> Header:
    """Return the header in one or two rows; of two rows, the lower name, or the upper where the lower is empty."""
    width = max(len(r) for r in rows[top : top + height])
    upper = [*rows[top], *[None] * (width - len(rows[top]))]
    lower = [*rows[top + 1], *[None] * (width - len(rows[top + 1]))] if height == 2 else [None] * width
    names = [(b or a or "").strip() for a, b in zip(upper, lower, strict=True)]
    last = max((i for i, n in enumerate(names) if n), default=-1)
    return Header(top, height, names[: last + 1])


_UNKNOWN = Layout()


def is_total(row: Row, layout: Layout = _UNKNOWN) -> bool:
    """Whether a row is a total: one of its first three cells says so, after nothing but a running number.

    A row with a location is not a total, and in a choice column the word may name the total group. If a number or the name of
    what is summed comes first, the row must have empty cells too.

    >>> is_total(["合计", None, "120"]), is_total(["杨桥镇小计", None, "120"]), is_total(["总计里村", None, "120"])
    (True, True, False)
    >>> is_total(["1", "Total", "Station", "20"]), is_total(["340811", "合计", "20"], Layout(3, choices=(1,)))
    (False, False)
    """
    if layout.has_place(row):
        return False
    for i, cell in enumerate(row[:3]):
        word = re.sub(r"\s|[:：]$|[(（].*[)）]$", "", cell or "").lower()
        if i not in layout.choices and (match := _TOTAL.fullmatch(word)):
            empty = sum(c is None for c in row)
            return (not match["of"] or empty > 0) and (not any(row[:i]) or empty > 0.5 * len(row))
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


def is_below_table(row: Row, layout: Layout) -> bool:
    """Whether a row below a table is not part of it: empty, only a running number, or a remark.

    >>> [is_below_table(r, Layout(3)) for r in (["3", None, None], ["填表人：李", None, None], ["3", None, "注：旧址"])]
    [True, True, False]
    """
    filled = [c for c in row if c is not None]
    if not filled:
        return True
    if layout.has_place(row) or len(filled) >= layout.width:
        return False
    numbered = layout.width > 2 and len(filled) == 1 and row[0] is not None and filled[0].isdecimal()
    return numbered or _FOOT.match(filled[0].strip()) is not None


def stray_notes(numbering: int, totals: int, below: int) -> list[str]:
    """Return the notes on rows that are not part of the table."""
    counts = {
        "row that numbers the columns was": numbering,
        "row(s) of totals were": totals,
        "row(s) below the table, with remarks or only a number, were": below,
    }
    return [f"{n} {what} skipped" for what, n in counts.items() if n]
