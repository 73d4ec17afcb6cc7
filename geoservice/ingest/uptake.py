"""Uptake table: eligible and served persons by area, period, service and group."""

from geoservice.ingest import value_vocabulary
from geoservice.ingest.area_codes import area_codes
from geoservice.ingest.arrow_compute import bools
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.columns import require
from geoservice.ingest.date_periods import to_period
from geoservice.ingest.table_builder import BuildContext, BuiltTable, Columns, finish, text_of, with_default

LEAST = 10
"""Fewest persons served, and not served, of a row that is not public already."""


def build_uptake(cells: ColumnValues, context: BuildContext) -> BuiltTable:
    """Return the uptake table.

    Rows with more served than eligible persons are rejected, and those with few persons on one side, who could be recognised,
    unless the column ``published`` says that the row is public already.
    """
    require("uptake", cells.mapping, cells.raw.columns.column_names, ("area", "period", "service", "served", "eligible"))
    area = area_codes(cells, context.areas, context.crosswalk)
    allowed = "a year 2024, a quarter 2024Q1 or a month 2024-01 (2024.1 may be January or October)"
    period = text_of(cells.parsed("period", to_period, allowed, required=True))
    service = text_of(cells.choice("service", value_vocabulary.synonyms_of(context.study.services), required=True))
    group = with_default(cells.choice("group", value_vocabulary.group_synonyms(context.study)), "all")
    cells.unique(
        ["area", "period", "service", "group"],
        [c.to_numpy(zero_copy_only=False) for c in (area, period, service, group)],
    )
    served, _ = cells.integer("served", 0, 10**10, unit="persons", required=True)
    eligible, _ = cells.integer("eligible", 0, 10**10, unit="persons", required=True)
    cells.reject(
        (served > eligible) & ~cells.rejects.bad, "served", "more than are eligible", "at most the eligible of the same row"
    )
    few = [(n > 0) & (n < LEAST) for n in (served, eligible - served)]
    cells.reject(
        (few[0] | few[1]) & ~bools(cells.flags("published", False)) & ~cells.rejects.bad,
        "served",
        f"1 to {LEAST - 1} persons are served or not served, who could be recognised",
        f"none, or {LEAST} or more, of both; or any number in a row whose column published (已公开) says yes",
    )
    columns: Columns = {
        "area": area,
        "period": period,
        "service": service,
        "group": group,
        "served": served,
        "eligible": eligible,
    }
    return BuiltTable(finish("uptake", columns, cells), "")
