"""Uptake: how many of those entitled were served."""

import re

import pyarrow as pa

from geoservice.ingest import words
from geoservice.ingest.arrow import bools
from geoservice.ingest.arrow import compute as pc
from geoservice.ingest.cells import Cells
from geoservice.ingest.columns import require
from geoservice.ingest.rows import Built, Columns, Context, finish, text_of, with_default


def build_uptake(cells: Cells, context: Context) -> Built:
    """Read use of services: persons served never above persons entitled."""
    require("uptake", cells.mapping, cells.raw.columns.column_names, ("area", "period", "service", "served", "eligible"))
    area = cells.code("area", required=True)
    known = pa.array(context.areas.column("code").to_pylist(), pa.string())
    if len(known):
        strange = bools(pc.and_(area.is_valid(), pc.invert(pc.is_in(area, value_set=known))))
        cells.refuse(strange, "area", "no area of this code is loaded", "codes of areas loaded")
    allowed = "a year 2024, a quarter 2024Q1 or a month 2024-01 (2024.1 may be January or October)"
    period = text_of(cells.parsed("period", to_period, allowed, required=True))
    service = text_of(cells.choice("service", words.of_study(context.study.services), required=True))
    group = with_default(cells.choice("group", words.of_groups(context.study)), "all")
    cells.unique(
        ["area", "period", "service", "group"],
        [c.to_numpy(zero_copy_only=False) for c in (area.combine_chunks(), period, service, group)],
    )
    served, _ = cells.whole("served", 0, 10**10, unit="persons", required=True)
    eligible, _ = cells.whole("eligible", 0, 10**10, unit="persons", required=True)
    cells.refuse(
        (served > eligible) & ~cells.faults.bad, "served", "more than are entitled", "at most the eligible of the same row"
    )
    columns: Columns = {
        "area": area,
        "period": period,
        "service": service,
        "group": group,
        "served": served,
        "eligible": eligible,
    }
    return Built(finish("uptake", columns, cells), "")


_PERIOD = re.compile(r"(\d{4})年?(?:第?([1-4一二三四])季度?|[Qq]([1-4])|[-/.]?[Qq]([1-4])|[-/.]?(\d{1,2})月?)?")
_MONTH_AS_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.]0?1(?:[ T]00:00(?::00)?)?")
"""A month that a spreadsheet turned into its first day."""


def to_period(text: str) -> str:
    """Return a year, quarter or month in one spelling.

    ``2024.1`` is refused: a spreadsheet drops the zero of October, ``2024.10``.

    >>> to_period("2024年"), to_period("2024年第1季度"), to_period("2024-q3"), to_period("2024年3月"), to_period("2024-03-01")
    ('2024', '2024Q1', '2024Q3', '2024-03', '2024-03')
    """
    bare = text.replace(" ", "")
    found = _PERIOD.fullmatch(bare)
    if day := _MONTH_AS_DAY.fullmatch(text):
        year, quarter, month = day[1], None, day[2]
    elif found and not bare.endswith(".1"):
        year, chinese, *quarters, month = found.groups()
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
