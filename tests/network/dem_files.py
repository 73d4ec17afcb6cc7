"""Elevation models for tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rasterio

WEST, NORTH, CELL = 116.99, 30.52, 1 / 3600


def write_dem(
    path: Path,
    elevation: Callable[[np.ndarray, np.ndarray], Any] | np.ndarray,
    size: tuple[int, int] = (108, 144),
    corner: tuple[float, float] = (WEST, NORTH),
    cell: float = CELL,
    crs: str | None = "EPSG:4326",
    **profile: Any,
) -> Path:
    """Write a GeoTIFF of float32; a function gets the x and y of the centres of the cells."""
    rows, columns = elevation.shape if isinstance(elevation, np.ndarray) else size
    x = corner[0] + (np.arange(columns) + 0.5) * cell
    y = corner[1] - (np.arange(rows) + 0.5) * cell
    values = elevation if isinstance(elevation, np.ndarray) else np.broadcast_to(elevation(*np.meshgrid(x, y)), (rows, columns))
    units = profile.pop("units", None)
    options = {"dtype": "float32", "count": 1, **profile}
    transform = rasterio.Affine(cell, 0, corner[0], 0, -cell, corner[1])
    with rasterio.open(path, "w", driver="GTiff", height=rows, width=columns, crs=crs, transform=transform, **options) as out:
        for band in range(1, options["count"] + 1):
            out.write(values.astype(options["dtype"]), band)
        if units:
            out.units = (units,) * options["count"]
    return path


def write_hgt(folder: Path, name: str, elevation: np.ndarray) -> Path:
    """Write an SRTM tile of 3 arc seconds."""
    path = folder / name
    elevation.astype(">i2").tofile(path)
    return path
