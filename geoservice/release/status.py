"""What a map needs to know of the property that colours it: whether a missing value is withheld, or was never there."""

import numpy as np
import pandas as pd
import pyarrow as pa

from geoservice.layer import Label, Style
from geoservice.release.base import PublishedColumn
from geoservice.release.expand import Property


def status_of(style: Style, column: PublishedColumn | None, rows: pd.DataFrame, size: int) -> Property | None:
    """Return the property ``<styled>_status`` of a layer's ``size`` features, or None where it would say nothing.

    ``released`` or ``suppressed`` is what the release table says of the unit; null where it has no row: nothing was measured.
    ``rows`` are those of the release table at the layer's geographies, with ``at``: the position of the feature.
    """
    if column is None or column.measure is None or not style.withheld:
        return None
    mine = rows[rows["measure"] == column.measure]
    for dimension, value in column.dimensions.items():
        mine = mine[mine[dimension] == value]
    said = np.full(size, None, object)
    said[mine["at"].to_numpy()] = mine["status"].to_numpy()
    title = Label(zh=f"{column.title.zh}：状态", en=f"{column.title.en}: status")
    return PublishedColumn(name=f"{column.name}_status", title=title, type="text"), pa.array(said, pa.string())
