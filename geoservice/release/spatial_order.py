"""The order in which features lie: what is read together lies together, so that DuckDB skips the rest."""

from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geoservice.geo import Ints, hilbert_index

MANY = 10_000
"""Units of one geography that nobody reads through in the order of their codes."""


def along_curve(shapes: NDArray[Any]) -> Ints:
    """Return how far along a Hilbert curve the centroid of each shape lies, -1 for none; shape ``(n,)``."""
    middle = shapely.centroid(shapes)
    there = np.flatnonzero(~shapely.is_missing(middle) & ~shapely.is_empty(middle))
    along = np.full(len(shapes), -1, np.int64)
    along[there] = hilbert_index(shapely.get_x(middle[there]), shapely.get_y(middle[there]))
    return along


def in_order(units: pa.Table) -> pa.Table:
    """Return the units of one geography by their codes, or, when there are many, along the curve."""
    by_code = units.sort_by("unit")
    if units.num_rows < MANY:
        return by_code
    shapes = np.asarray(shapely.from_wkb(by_code["geometry"].to_numpy()))
    return by_code.take(np.argsort(along_curve(shapes), kind="stable"))
