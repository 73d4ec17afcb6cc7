"""Uptake table: eligible and served persons by area, period, service and group."""

import pyarrow as pa

from geoservice.ingest import value_vocabulary
from geoservice.ingest.arrow_compute import bools
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.columns import require
from geoservice.ingest.date_periods import to_period
from geoservice.ingest.table_builder import BuildContext, BuiltTable, Columns, finish, text_of, with_default


def build_uptake(cells: ColumnValues, context: BuildContext) -> BuiltTable:
    """Return the uptake table; rows with more served than eligible persons are rejected."""
    require("uptake", cells.mapping, cells.raw.columns.column_names, ("area", "period", "service", "served", "eligible"))
    area = cells.code("area", required=True)
    loaded_codes = pa.array(context.areas.column("code").to_pylist(), pa.string())
    if len(loaded_codes):
        unknown = bools(pc.and_(area.is_valid(), pc.invert(pc.is_in(area, value_set=loaded_codes))))
        cells.reject(unknown, "area", "no area of this code is loaded", "codes of loaded areas")
    allowed = "a year 2024, a quarter 2024Q1 or a month 2024-01 (2024.1 may be January or October)"
    period = text_of(cells.parsed("period", to_period, allowed, required=True))
    service = text_of(cells.choice("service", value_vocabulary.synonyms_of(context.study.services), required=True))
    group = with_default(cells.choice("group", value_vocabulary.group_synonyms(context.study)), "all")
    cells.unique(
        ["area", "period", "service", "group"],
        [c.to_numpy(zero_copy_only=False) for c in (area.combine_chunks(), period, service, group)],
    )
    served, _ = cells.integer("served", 0, 10**10, unit="persons", required=True)
    eligible, _ = cells.integer("eligible", 0, 10**10, unit="persons", required=True)
    cells.reject(
        (served > eligible) & ~cells.rejects.bad, "served", "more than are eligible", "at most the eligible of the same row"
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
