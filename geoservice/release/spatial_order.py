"""Spatial order of features: neighbours are stored together, so that DuckDB skips the other rows."""

from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geoservice.geo import Ints, hilbert_index

MIN_UNITS_FOR_CURVE = 10_000
"""From this number of units on, a geography is in spatial order: nobody reads so many in the order of their codes."""


def hilbert_positions(shapes: NDArray[Any]) -> Ints:
    """Return the position of each shape's centroid on a Hilbert curve, -1 for an empty shape; shape ``(n,)``."""
    centroids = shapely.centroid(shapes)
    present = np.flatnonzero(~shapely.is_missing(centroids) & ~shapely.is_empty(centroids))
    positions = np.full(len(shapes), -1, np.int64)
    positions[present] = hilbert_index(shapely.get_x(centroids[present]), shapely.get_y(centroids[present]))
    return positions


def sort_units(units: pa.Table) -> pa.Table:
    """Return the units of one geography in order of their codes or, if there are many, along the Hilbert curve."""
    by_code = units.sort_by("unit")
    if units.num_rows < MIN_UNITS_FOR_CURVE:
        return by_code
    shapes = np.asarray(shapely.from_wkb(by_code["geometry"].to_numpy()))
    return by_code.take(np.argsort(hilbert_positions(shapes), kind="stable"))
