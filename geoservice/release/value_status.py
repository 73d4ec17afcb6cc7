"""The status property of a layer: whether a value is too uncertain, or the reason why it is missing."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geoservice.layer import Label, Style
from geoservice.measures import OK, REASONS, UNCERTAIN, measure_of, uncertain
from geoservice.release.base import PublishedColumn
from geoservice.release.layer_columns import Property, distinct_codes


def status_of(column: PublishedColumn, rows: pd.DataFrame, size: int) -> Property | None:
    """Return the property ``<styled>_status`` of a layer's ``size`` features, or None if the styled one is not a measure.

    Its values are ``ok``, ``uncertain`` if the margin is too wide, or the reason why a value is missing; null if the release
    table has no row. ``rows`` are those of the column's measure at the layer's geographies; ``at`` is the feature's position.
    """
    if column.measure is None:
        return None
    selected = rows
    for dimension, value in column.dimensions.items():
        selected = selected[selected[dimension] == value]
    wide = uncertain(measure_of(column.measure).kind, selected["value"].to_numpy(float), selected["margin"].to_numpy(float))
    status = np.full(size, None, object)
    status[selected["at"].to_numpy()] = np.where(
        wide & (selected["status"] == OK).to_numpy(), UNCERTAIN, selected["status"].to_numpy(object)
    )
    title = Label(zh=f"{column.title.zh}：状态", en=f"{column.title.en}: status")
    values: pa.Array[Any] = pa.array(status, pa.string())
    return PublishedColumn(name=f"{column.name}_status", title=title, type="text", values=distinct_codes(values)), values


def style_with_status(style: Style, column: PublishedColumn | None, status: Property | None) -> Style:
    """Return a style with the name of its status property and the reasons that occur in it."""
    if column is None or column.measure is None or status is None:
        return style
    occurring = set(pc.unique(status[1]).to_pylist())
    timed = measure_of(column.measure).kind == "minutes" and style.colours
    beyond = style.beyond or (style.colours[-1] if timed else None)
    return style.model_copy(
        update={"status": status[0].name, "beyond": beyond, "reasons": tuple(r for r in REASONS if r in occurring)}
    )
