"""A table of uptake of the toy district's villages."""

from dataclasses import replace

import pyarrow as pa

from geoservice.schema import UPTAKE


def uptake(context, share, periods, eligible=200):
    """A table where ``share(column, row, period)`` of the eligible persons are served."""
    rows = [
        {"area": a, "period": str(2010 + p), "service": "clinic", "group": "all", "eligible": eligible,
         "served": round(eligible * share(int(a[1]), int(a[2]), p))}
        for a in context.areas["village"].ids for p in range(periods)
    ]  # fmt: skip
    return replace(context, uptake=pa.Table.from_pylist(rows, schema=UPTAKE.arrow()))
