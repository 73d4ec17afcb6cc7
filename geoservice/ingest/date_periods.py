"""Parsing of years, quarters, months and dates."""

import re
from datetime import date

from geoservice.ingest.values import to_date

_PERIOD = re.compile(r"(\d{4})年?(?:第?([1-4一二三四])季度?|[Qq]([1-4])|[-/.]?[Qq]([1-4])|[-/.]?(\d{1,2})月?)?")
_MONTH_AS_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.]0?1(?:[ T]00:00(?::00)?)?")
"""A month that a spreadsheet converted to its first day."""


def to_period(text: str) -> str:
    """Return a year, quarter or month in canonical form.

    ``2024.1`` is rejected: it may be October, since spreadsheets drop the zero of ``2024.10``.

    >>> to_period("2024年"), to_period("2024年第1季度"), to_period("2024-q3"), to_period("2024年3月"), to_period("2024-03-01")
    ('2024', '2024Q1', '2024Q3', '2024-03', '2024-03')
    """
    bare = text.replace(" ", "")
    match = _PERIOD.fullmatch(bare)
    if day := _MONTH_AS_DAY.fullmatch(text):
        year, quarter, month = day[1], None, day[2]
    elif match and not bare.endswith(".1"):
        year, chinese, *quarters, month = match.groups()
        quarter = chinese or next((q for q in quarters if q), None)
    else:
        raise ValueError(text)
    if not 1900 <= int(year) <= 2100:
        raise ValueError(text)
    if quarter:
        return f"{year}Q{'一二三四'.find(quarter) + 1 or quarter}"
    if month is None:
        return str(year)
    if not 1 <= int(month) <= 12:
        raise ValueError(text)
    return f"{year}-{int(month):02d}"


def to_day_or_year(text: str) -> date:
    """Return a date; a year or month becomes its first day.

    >>> to_day_or_year("2020"), to_day_or_year("2020年"), to_day_or_year("202011"), to_day_or_year("2020-11-01")
    (datetime.date(2020, 1, 1), datetime.date(2020, 1, 1), datetime.date(2020, 11, 1), datetime.date(2020, 11, 1))
    """
    if re.fullmatch(r"[12]\d{3}年?", text):
        return date(int(text[:4]), 1, 1)
    if re.fullmatch(r"(19|20)\d{2}(0[1-9]|1[0-2])", text):
        return date(int(text[:4]), int(text[4:]), 1)
    return to_date(text)
