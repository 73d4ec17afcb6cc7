"""Parsing of text columns to numbers, codes, dates and lists, vectorised; independent of tables."""

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
MISSING_WORDS = ("na", "n/a", "#n/a", "#na", "nan", "null", "none", "-", "--", "—", "/", "\\", "无", "空", "不详", "未知")
"""Words, in lower case, that mean "no value" where a number, a date, a code or a choice is expected."""
SPREADSHEET_ERROR = r"^#(REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)$"
"""Error values of spreadsheet formulas."""
_WIDE = "[\uff01-\uff5e\u3000\u00a0]"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[ T]\d{1,2}:\d{2}.*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
FOREVER = 9999
"""Year that databases use for "no end"."""


class Parsed(NamedTuple):
    """A parsed column: values, a mask of empty cells, a mask of invalid cells; shapes ``(n,)``."""

    values: Any
    empty: Bools
    bad: Bools


def normalize_text(text: Text) -> Text:
    """Return text with whitespace trimmed and full-width characters converted to half-width; empty becomes null."""
    trimmed = pc.utf8_trim_whitespace(text)
    if not pc.all(pc.string_is_ascii(trimmed)).as_py():
        trimmed = _without_wide(trimmed)
    trimmed = _without_guards(trimmed)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _without_wide(text: Text) -> Text:
    """Return text with full-width characters converted to half-width."""
    wide = pc.match_substring_regex(text, _WIDE)
    if not pc.any(wide).as_py():
        return text
    normalized = [None if v is None else unicodedata.normalize("NFKC", v).strip() for v in pc.filter(text, wide).to_pylist()]
    mask = pc.fill_null(wide, False).combine_chunks()
    return pa.chunked_array([pc.replace_with_mask(text.combine_chunks(), mask, pa.array(normalized, pa.string()))], pa.string())


def _without_guards(text: Text) -> Text:
    """Return text without the marks that keep a spreadsheet from reading it as a number: ``="0112"``, ``'0112``."""
    if any(pc.any(pc.starts_with(text, mark)).as_py() for mark in ("=", "'", "’")):
        text = pc.replace_substring_regex(text, r'^=\s*"([^"]*)"$', r"\1")
        text = pc.replace_substring_regex(text, r"^['’](\d.*)$", r"\1")
    return text


def without_missing(text: Text) -> Text:
    """Return text with the words for "no value" replaced by null; ``text`` is narrow."""
    nothing = pc.is_in(pc.utf8_lower(text), value_set=pa.array(MISSING_WORDS))
    return pc.if_else(nothing, pa.scalar(None, pa.string()), text)


def numbers(column: Text, decimal_comma: bool = False) -> Parsed:
    """Parse numbers, including full-width digits and thousands separators; infinite values are bad.

    ``decimal_comma`` makes the comma the decimal mark and the point the thousands separator, as in files whose cells are
    separated by semicolons.

    >>> parsed = numbers(pa.chunked_array([["1,234.5", "１２", None, "abc", "NaN"]]))
    >>> parsed.values.tolist(), parsed.bad.tolist()
    ([1234.5, 12.0, nan, nan, nan], [False, False, False, True, False])
    >>> numbers(pa.chunked_array([["116,951", "1.234,5", "7"]]), decimal_comma=True).values.tolist()
    [116.951, 1234.5, 7.0]
    """
    text = normalize_text(column)
    if decimal_comma and pc.any(pc.match_substring(text, ",")).as_py():
        text = pc.replace_substring(pc.replace_substring(text, ".", ""), ",", ".")
    try:
        values = pc.cast(text, pa.float64()).to_numpy()
        empty = bools(pc.is_null(text))
        if np.isnan(values[~empty]).any():
            empty = bools(pc.is_null(without_missing(text)))
    except pa.ArrowInvalid:
        text = without_missing(text)
        empty = bools(pc.is_null(text))
        plain = pc.fill_null(pc.match_substring_regex(text, _NUMBER), False)
        values = pc.cast(pc.if_else(plain, text, pa.scalar(None, pa.string())), pa.float64()).to_numpy().copy()
        others = np.flatnonzero(~bools(plain) & ~empty)
        values[others] = [_with_thousands(v) for v in text.take(pa.array(others)).to_pylist()]
    values = np.asarray(values, float)
    bad = ~empty & ~np.isfinite(values)
    return Parsed(np.where(bad, np.nan, values), empty, bad)


def _with_thousands(text: str) -> float:
    return float(text.replace(",", "")) if _THOUSANDS.fullmatch(text) else float("nan")


def codes(column: Text) -> tuple[Text, int, Bools]:
    """Return codes as text, the number of repaired ones (``340811100.0``), and a mask of unusable ones (``3.4E+11``).

    >>> codes(pa.chunked_array([["0112", "340811100.0", "3.40811E+11", '="0113"', "#N/A"]]))[0].to_pylist()
    ['0112', '340811100', '3.40811E+11', '0113', None]
    """
    text = without_missing(normalize_text(column))
    with_point = pc.fill_null(pc.match_substring_regex(text, r"^\d+\.0+$"), False)
    repaired = int(pc.sum(with_point).as_py() or 0)
    if repaired:
        text = pc.if_else(with_point, pc.replace_substring_regex(text, r"\.0+$", ""), text)
    unusable = pc.fill_null(pc.match_substring_regex(text, rf"^\d(\.\d+)?[eE]\+?\d+$|{SPREADSHEET_ERROR}"), False)
    return text, repaired, bools(unusable)


def parse_each(column: Text, parse: Callable[[str], Any], *, nothing: bool = True) -> Parsed:
    """Parse every distinct text once; values for which ``parse`` raises ValueError are None and marked as bad."""
    text = without_missing(normalize_text(column)) if nothing else normalize_text(column)
    coded = text.combine_chunks().dictionary_encode()
    texts = coded.dictionary.to_pylist()
    results = np.empty(len(texts) + 1, object)
    wrong = np.zeros(len(texts) + 1, bool)
    for i, value in enumerate(texts):
        try:
            results[i] = parse(value)
        except ValueError:
            wrong[i] = True
    empty = bools(coded.is_null())
    index = np.where(empty, len(texts), pc.fill_null(coded.indices, 0).to_numpy())
    values: Objects = results[index]
    return Parsed(values, empty, wrong[index])


def to_date(text: str) -> date:
    """Parse a date: ISO, slashes, dots, compact or Chinese; a month becomes its first day; a time of day is dropped.

    >>> to_date("2020年1月31日"), to_date("20200131"), to_date("2020/3")
    (datetime.date(2020, 1, 31), datetime.date(2020, 1, 31), datetime.date(2020, 3, 1))
    """
    match = _DATE.fullmatch(text) or _COMPACT.fullmatch(text)
    if not match:
        raise ValueError(text)
    year, month, day = (int(g or 1) for g in match.groups())
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
    """Split a list of texts at any of ``; , 、 |`` in either width.

    >>> to_items("体检、 接种；接种|x")
    ['体检', '接种', 'x']
    """
    return list(dict.fromkeys(w for w in (p.strip() for p in re.split(r"[;；,，、|]", text)) if w))


def floats_or_null(values: Floats) -> Column:
    """Return floats with NaN as null."""
    return pa.array(values, pa.float64(), mask=np.isnan(values))
