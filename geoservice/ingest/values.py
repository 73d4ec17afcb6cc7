"""Text to numbers, codes, dates and words, whole columns at a time; nothing here knows a table."""

import calendar
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from geoservice.geo import Bools, Floats, Objects
from geoservice.ingest.arrow_compute import Column, bools
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.value_vocabulary import FLAG

Text = Column
NOTHING = ("na", "n/a", "#n/a", "#na", "nan", "null", "none", "-", "--", "—", "/", "\\", "无", "空", "不详", "未知")
"""Words, in lower case, that mean "no value" wherever a number, a date, a code or a choice is expected."""
SPREADSHEET_ERROR = r"^#(REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)$"
"""What a spreadsheet shows where a formula has no value."""
_WIDE = "[\uff01-\uff5e\u3000\u00a0]"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[ T]\d{1,2}:\d{2}.*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
FOREVER = 9999
"""Year that databases write where there is no end."""


class Parsed(NamedTuple):
    """A parsed column: values, which cells were empty, which were not acceptable; shapes ``(n,)``."""

    values: Any
    empty: Bools
    bad: Bools


def narrow(text: Text) -> Text:
    """Return text with white space trimmed and full-width letters, digits and spaces made narrow; empty becomes null."""
    trimmed = pc.utf8_trim_whitespace(text)
    wide = pc.match_substring_regex(trimmed, _WIDE)
    if pc.any(wide).as_py():
        changed = [
            None if v is None else unicodedata.normalize("NFKC", v).strip() for v in pc.filter(trimmed, wide).to_pylist()
        ]
        trimmed = pc.replace_with_mask(
            trimmed.combine_chunks(), pc.fill_null(wide, False).combine_chunks(), pa.array(changed, pa.string())
        )
        trimmed = pa.chunked_array([trimmed], pa.string())
    trimmed = _without_guards(trimmed)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _without_guards(text: Text) -> Text:
    """Return text without what keeps a spreadsheet from reading it as a number: ``="0112"``, ``'0112``."""
    if pc.any(pc.match_substring_regex(text, "^[='’]")).as_py():
        text = pc.replace_substring_regex(text, r'^=\s*"([^"]*)"$', r"\1")
        text = pc.replace_substring_regex(text, r"^['’](\d.*)$", r"\1")
    return text


def without_nothing(text: Text) -> Text:
    """Return narrow text with words that mean no value as null."""
    nothing = pc.is_in(pc.utf8_lower(text), value_set=pa.array(NOTHING))
    return pc.if_else(nothing, pa.scalar(None, pa.string()), text)


def numbers(column: Text, decimal_comma: bool = False) -> Parsed:
    """Parse numbers: full-width digits and thousands separators are understood; infinite ones are bad.

    ``decimal_comma`` says that a comma begins the decimals and a point stands between thousands, as in files whose cells are
    separated by semicolons.

    >>> parsed = numbers(pa.chunked_array([["1,234.5", "１２", None, "abc", "NaN"]]))
    >>> parsed.values.tolist(), parsed.bad.tolist()
    ([1234.5, 12.0, nan, nan, nan], [False, False, False, True, False])
    >>> numbers(pa.chunked_array([["116,951", "1.234,5", "7"]]), decimal_comma=True).values.tolist()
    [116.951, 1234.5, 7.0]
    """
    text = narrow(column)
    if decimal_comma and pc.any(pc.match_substring(text, ",")).as_py():
        text = pc.replace_substring(pc.replace_substring(text, ".", ""), ",", ".")
    try:
        values = pc.cast(text, pa.float64()).to_numpy()
        empty = bools(pc.is_null(text))
        if np.isnan(values[~empty]).any():
            empty = bools(pc.is_null(without_nothing(text)))
    except pa.ArrowInvalid:
        text = without_nothing(text)
        empty = bools(pc.is_null(text))
        plain = pc.fill_null(pc.match_substring_regex(text, _NUMBER), False)
        values = pc.cast(pc.if_else(plain, text, pa.scalar(None, pa.string())), pa.float64()).to_numpy().copy()
        rest = np.flatnonzero(~bools(plain) & ~empty)
        values[rest] = [_grouped(v) for v in text.take(pa.array(rest)).to_pylist()]
    values = np.asarray(values, float)
    bad = ~empty & ~np.isfinite(values)
    return Parsed(np.where(bad, np.nan, values), empty, bad)


def _grouped(text: str) -> float:
    return float(text.replace(",", "")) if _THOUSANDS.fullmatch(text) else float("nan")


def codes(column: Text) -> tuple[Text, int, Bools]:
    """Return codes as text, how many had to be mended (``340811100.0``), and which a spreadsheet has spoilt (``3.4E+11``).

    >>> codes(pa.chunked_array([["0112", "340811100.0", "3.40811E+11", '="0113"', "#N/A"]]))[0].to_pylist()
    ['0112', '340811100', '3.40811E+11', '0113', None]
    """
    text = without_nothing(narrow(column))
    floated = pc.fill_null(pc.match_substring_regex(text, r"^\d+\.0+$"), False)
    mended = int(pc.sum(floated).as_py() or 0)
    if mended:
        text = pc.if_else(floated, pc.replace_substring_regex(text, r"\.0+$", ""), text)
    spoilt = pc.fill_null(pc.match_substring_regex(text, rf"^\d(\.\d+)?[eE]\+?\d+$|{SPREADSHEET_ERROR}"), False)
    return text, mended, bools(spoilt)


def each(column: Text, parse: Callable[[str], Any], *, nothing: bool = True) -> Parsed:
    """Parse every distinct text once; ``parse`` raises ValueError for what it does not accept, which becomes None."""
    text = without_nothing(narrow(column)) if nothing else narrow(column)
    coded = text.combine_chunks().dictionary_encode()
    words = coded.dictionary.to_pylist()
    answers = np.empty(len(words) + 1, object)
    wrong = np.zeros(len(words) + 1, bool)
    for i, word in enumerate(words):
        try:
            answers[i] = parse(word)
        except ValueError:
            wrong[i] = True
    empty = bools(coded.is_null())
    index = np.where(empty, len(words), pc.fill_null(coded.indices, 0).to_numpy())
    values: Objects = answers[index]
    return Parsed(values, empty, wrong[index])


def to_date(text: str) -> date:
    """Parse a day: ISO, slashes, dots, compact or Chinese; a month alone is its first day; a time of day is dropped.

    >>> to_date("2020年1月31日"), to_date("20200131"), to_date("2020/3")
    (datetime.date(2020, 1, 31), datetime.date(2020, 1, 31), datetime.date(2020, 3, 1))
    """
    found = _DATE.fullmatch(text) or _COMPACT.fullmatch(text)
    if not found:
        raise ValueError(text)
    year, month, day = (int(g or 1) for g in found.groups())
    if not ((1800 <= year <= 2200 or year == FOREVER) and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        raise ValueError(text)
    return date(year, month, day)


def to_flag(text: str) -> bool:
    """Parse yes or no in either language.

    >>> to_flag("是"), to_flag("no"), to_flag("停用"), to_flag("Operational"), to_flag("Not functional")
    (True, False, False, True, False)
    """
    if (flag := FLAG.get(re.sub(r"[\s_-]", "", text.lower()))) is None:
        raise ValueError(text)
    return flag == "yes"


def to_items(text: str) -> list[str]:
    """Split a list of words on any of ``; , 、 |`` in either width.

    >>> to_items("体检、 接种；接种|x")
    ['体检', '接种', 'x']
    """
    return list(dict.fromkeys(w for w in (p.strip() for p in re.split(r"[;；,，、|]", text)) if w))


def floats_or_null(values: Floats) -> Column:
    """Return reals with NaN as null."""
    return pa.array(values, pa.float64(), mask=np.isnan(values))
