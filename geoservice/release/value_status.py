"""What a map needs to know of the property that colours it: whether its value is certain enough, and why one is missing."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from geoservice.layer import Label
from geoservice.measures import OK, UNCERTAIN, measure_of, uncertain
from geoservice.release.base import PublishedColumn
from geoservice.release.layer_columns import Property, codes


def status_of(column: PublishedColumn | None, rows: pd.DataFrame, size: int) -> Property | None:
    """Return the property ``<styled>_status`` of a layer's ``size`` features, or None where the styled one is no measure.

    ``ok``, ``uncertain`` where the margin is too wide, or the reason why there is no value; null where the release table has no
    row: nothing was measured. ``rows`` are those of the release table at the layer's geographies, with ``at``: the position of
    the feature.
    """
    if column is None or column.measure is None:
        return None
    mine = rows[rows["measure"] == column.measure]
    for dimension, value in column.dimensions.items():
        mine = mine[mine[dimension] == value]
    wide = uncertain(measure_of(column.measure).kind, mine["value"].to_numpy(float), mine["margin"].to_numpy(float))
    status = np.full(size, None, object)
    status[mine["at"].to_numpy()] = np.where(
        wide & (mine["status"] == OK).to_numpy(), UNCERTAIN, mine["status"].to_numpy(object)
    )
    title = Label(zh=f"{column.title.zh}：状态", en=f"{column.title.en}: status")
    values: pa.Array[Any] = pa.array(status, pa.string())
    return PublishedColumn(name=f"{column.name}_status", title=title, type="text", values=codes(values)), values
