"""Where in a sheet the table is: its header, of one row or two, and its last row."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from geoservice.ingest.header_names import guess
from geoservice.ingest.vocabulary import Fields

LOOKED_AT = 20
"""Rows from the top that may be the header."""
_TOTAL = {"合计", "总计", "小计", "共计", "总数", "汇总", "total", "sum", "subtotal", "grand total"}
_FOOT = re.compile(
    r"(填表|制表|填报|审核|复核|负责|单位负责|统计负责|报出日期|注|备注|说明|note|source|prepared by)[^:：]{0,6}[:：]",
    re.IGNORECASE,
)
Row = Sequence[str | None]


class Header(NamedTuple):
    """Where the header is: its first row, how many rows it has, and its names, cut after the last one."""

    top: int
    rows: int
    names: list[str]


def find_header(rows: Sequence[Row], fields: Fields, stated: int | None = None) -> Header:
    """Return the header of a sheet: the row, or the two rows, with most names of our columns; else the first that is filled.

    Parameters
    ----------
    rows
        The sheet from its top; merged cells are filled in.
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
    filled = [len({c for c in row if c is not None}) for row in rows[:50]]  # a title may be merged over all columns
    plain = next(i for i, n in enumerate(filled) if n >= min(2, max(filled)))
    best, most = _header(rows, plain, 1), -1
    for height in (1, 2):
        for top in range(min(LOOKED_AT, len(rows) - height + 1)):
            made = _header(rows, top, height)
            known = len(guess(list(dict.fromkeys(made.names)), fields))
            if known > max(most, 1 if (top, height) != (plain, 1) else 0):
                best, most = made, known
    return best


def _header(rows: Sequence[Row], top: int, height: int) -> Header:
    """Take names from the rows: of two rows the lower name, or the upper where the lower one is empty."""
    wide = max(len(r) for r in rows[top : top + height])
    upper = [*rows[top], *[None] * (wide - len(rows[top]))]
    lower = [*rows[top + 1], *[None] * (wide - len(rows[top + 1]))] if height == 2 else [None] * wide
    names = [(b or a or "").strip() for a, b in zip(upper, lower, strict=True)]
    last = max((i for i, n in enumerate(names) if n), default=-1)
    return Header(top, height, names[: last + 1])


def is_total(row: Row) -> bool:
    """Whether a row adds others up: one of its first three cells says so.

    >>> is_total(["合计", None, "120"]), is_total(["1", "甲村", "120"])
    (True, False)
    """
    return any((c or "").replace(" ", "").strip(":：").lower() in _TOTAL for c in row[:3])


def body_end(rows: Sequence[Row]) -> int:
    """Return how many rows the table has: remarks below it, and rows that hold no more than a running number, are none.

    >>> body_end([["1", "甲", "5"], ["2", "乙", "6"], ["3", None, None], [None, None, None], ["填表人：李", None, None]])
    2
    """
    end = len(rows)
    wide = max((sum(c is not None for c in r) for r in rows), default=0)
    while end:
        there = [c for c in rows[end - 1] if c is not None]
        numbered = wide > 2 and len(there) == 1 and rows[end - 1][0] is not None and there[0].isdecimal()
        if there and not numbered and not (len(there) < wide and any(_FOOT.match(c.strip()) for c in there)):
            break
        end -= 1
    return end
