"""Import digital elevation models into one grid of elevations, filled in and smoothed."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from geoservice.errors import InputError, TooLarge, WrongPlace
from geoservice.geo import METRES_PER_DEGREE, WGS84, BBox, Floats
from geoservice.network.dem_source import LOWEST, DemSource, checked_source, open_rasters, parsed_crs
from geoservice.network.terrain import (
    SMOOTHING_CELLS,
    SMOOTHING_M,
    Grid,
    TerrainReport,
    grid_digest,
    make_current,
    new_elevations,
)
from geoservice.progress import Progress

MIN_CELL_M = 10.0
"""Finer models are averaged to cells of this size."""
FILL_M = 500.0
"""Cells without data are filled in from cells with data at most this far away."""
MAX_CELLS = 2**30
_STRIP_CELLS = 2**21


def import_dem(files: Sequence[Path], folder: Path, crs: str | None, near: BBox | None, progress: Progress) -> TerrainReport:
    """Make one terrain of some elevation models and make it current.

    Models may overlap: the first with a value counts. They are brought to one grid on WGS 84 with the smallest of their cells,
    at least ``MIN_CELL_M``, small holes are filled in, and elevations are smoothed by a Gaussian of ``SMOOTHING_M`` or
    ``SMOOTHING_CELLS``, whichever is longer, so that the noise of a model does not become slopes.

    Parameters
    ----------
    files : sequence of Path
    folder : Path
        Folder of the terrain.
    crs : str or None
        CRS of files that state none.
    near : BBox or None
        Box of the streets; None if there are none yet.
    progress : Progress

    Raises
    ------
    UnreadableFile, InputError
        A file is no elevation model, or states no CRS.
    WrongPlace, TooLarge
        None of the files meets the streets; they lie too far apart for one grid.
    """
    default = None if crs is None else parsed_crs(crs)
    with ExitStack() as opened:
        sources = [
            checked_source(opened.enter_context(raster), name, default) for path in files for raster, name in open_rasters(path)
        ]
        if near and not any(s.bounds.intersects(near) for s in sources):
            boxes = "; ".join(f"{s.name} {_describe(s.bounds)}" for s in sources)
            raise WrongPlace(f"no elevation model meets the streets of the project, {_describe(near)}: {boxes}")
        grid = _common_grid(sources)
        with new_elevations(folder, grid) as (array, path):
            filled = unknown = 0
            for row, elevations, holes in _strips(sources, grid, progress):
                array[row : row + len(elevations)] = elevations
                missing = np.isnan(elevations)
                unknown += int(missing.sum())
                filled += int((holes & ~missing).sum())
            if unknown == array.size:
                raise InputError(f"{', '.join(s.name for s in sources)}: no cell has an elevation")
            array.flush()
            report = TerrainReport(grid_digest(grid, array), grid, tuple(s.name for s in sources), filled, unknown)
            make_current(folder, path, report)
    progress("terrain", 1.0)
    return report


def _describe(box: BBox) -> str:
    return f"({box.west:.3f} to {box.east:.3f} east, {box.south:.3f} to {box.north:.3f} north)"


def _common_grid(sources: Sequence[DemSource]) -> Grid:
    """Return the grid that covers all sources, aligned with the one of the smallest cells."""
    finest = min(sources, key=lambda s: s.cell)
    west, south = min(s.bounds.west for s in sources), min(s.bounds.south for s in sources)
    east, north = max(s.bounds.east for s in sources), max(s.bounds.north for s in sources)
    smallest = MIN_CELL_M / METRES_PER_DEGREE
    parallel = max(float(np.cos(np.radians((south + north) / 2))), 0.01)
    dlon, dlat = max(finest.cell[0], smallest / parallel), max(finest.cell[1], smallest)
    west = finest.bounds.west - dlon * np.ceil(round((finest.bounds.west - west) / dlon, 3))
    north = finest.bounds.north + dlat * np.ceil(round((north - finest.bounds.north) / dlat, 3))
    rows, columns = (max(int(np.ceil(round(size, 3))), 2) for size in ((north - south) / dlat, (east - west) / dlon))
    if rows * columns > MAX_CELLS:
        raise TooLarge(
            f"{', '.join(s.name for s in sources)}: one grid for all has {rows:,} x {columns:,} cells, allowed are "
            f"{MAX_CELLS:,}; leave out models that are far from the others"
        )
    return Grid(float(west), float(north), dlon, dlat, rows, columns)


def _strips(sources: Sequence[DemSource], grid: Grid, progress: Progress) -> Iterator[tuple[int, Floats, Any]]:
    """Yield strips of the grid: the first row, the elevations in the end, and which cells had no data."""
    fill = max(int(np.ceil(FILL_M / grid.cell_m)), 1)
    sigma = tuple(max(SMOOTHING_M / size, SMOOTHING_CELLS) for size in (grid.cell_m, grid.parallel_m))
    reach = int(np.ceil(4 * max(sigma))) + 1
    height = max(_STRIP_CELLS // grid.columns, 1)
    for top in range(0, grid.rows, height):
        progress("terrain", top / grid.rows)
        bottom = min(top + height, grid.rows)
        first, last = max(top - fill - reach, 0), min(bottom + fill + reach, grid.rows)
        raw = _mosaic(sources, grid, first, last)
        filled = _filled(raw, fill)
        above, below = min(top, reach), min(grid.rows - bottom, reach)
        part = filled[top - first - above : bottom - first + below]
        smooth = _smoothed(part, sigma, (reach - above, reach - below), reach)
        yield top, smooth[above : above + bottom - top], np.isnan(raw[top - first : bottom - first])


def _mosaic(sources: Sequence[DemSource], grid: Grid, first: int, last: int) -> Floats:
    """Return the elevations of rows of the grid, NaN where no source has data."""
    import rasterio
    from rasterio.enums import Resampling
    from rasterio.warp import reproject

    transform = rasterio.Affine(grid.dlon, 0, grid.west, 0, -grid.dlat, grid.north - first * grid.dlat)
    result = np.full((last - first, grid.columns), np.nan)
    for source in sources:
        values = np.full(result.shape, np.nan)
        reproject(
            rasterio.band(source.raster, 1),
            values,
            src_crs=source.crs,
            src_nodata=source.missing,
            dst_transform=transform,
            dst_crs=WGS84,
            dst_nodata=np.nan,
            resampling=Resampling.bilinear,
        )
        result = np.where(np.isnan(result), values * source.scale + source.offset, result)
    return result


def _filled(elevations: Floats, distance: int) -> Floats:
    """Return elevations with unknown cells interpolated from known ones, at most ``distance`` cells away."""
    from rasterio.fill import fillnodata

    known = np.isfinite(elevations)
    if known.all() or not known.any():
        return elevations
    below = np.float32(LOWEST * 10)
    filled = fillnodata(np.where(known, elevations, below).astype(np.float32), known, max_search_distance=distance)
    return np.where(known, elevations, np.where(filled == below, np.nan, filled))


def _smoothed(elevations: Floats, sigma: tuple[float, ...], beyond: tuple[int, int], sideways: int) -> Floats:
    """Return elevations averaged with a Gaussian over known cells; edges are continued point-symmetrically, as planes are."""
    from scipy.ndimage import gaussian_filter

    rows, columns = elevations.shape
    known = np.isfinite(elevations)
    padding = ((min(beyond[0], rows - 1), min(beyond[1], rows - 1)), (min(sideways, columns - 1),) * 2)
    z = np.pad(elevations, padding, mode="reflect", reflect_type="odd")
    weight = np.isfinite(z)
    total = gaussian_filter(np.where(weight, z, 0.0), sigma, mode="nearest")
    share = gaussian_filter(weight.astype(float), sigma, mode="nearest")
    mean = total / np.maximum(share, 1e-9)
    return np.where(known, mean[padding[0][0] : padding[0][0] + rows, padding[1][0] : padding[1][0] + columns], np.nan)
