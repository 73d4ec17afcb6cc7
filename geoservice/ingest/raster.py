"""Population rasters such as WorldPop or GHS-POP: pixels with people, as cells."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geoservice.errors import EmptyFile, InputError, TooLarge, UnreadableFile, WrongPlace
from geoservice.geo import WGS84, Floats, Ints, Objects
from geoservice.ingest.raw_table import Meta, text_schema

MAX_PIXELS = 5_000_000
"""Most pixels within the bounding box of the areas; at 100 m they cover 50 000 square kilometres."""
_BATCH = 200_000


def read_raster(
    path: Path, band: str | None, box: Sequence[float], crs: str | None
) -> tuple[pa.Schema, Iterator[pa.RecordBatch], Meta]:
    """Return schema, batches and metadata of the pixels: id, persons, and a cell as polygon in the raster's CRS.

    Parameters
    ----------
    path : Path
        GeoTIFF of counts, not densities.
    band : str or None
        Number of the band; None if there is only one.
    box : sequence of 4 floats
        West, south, east and north of the areas in degrees: pixels outside are not read.
    crs : str or None
        CRS of a file that states none.

    Raises
    ------
    UnreadableFile, InputError
        GDAL cannot read the file; no such band, or no CRS.
    WrongPlace, TooLarge, EmptyFile
        The raster does not meet the areas; too many pixels; no pixel with people.
    """
    import rasterio
    from rasterio.errors import RasterioError

    try:
        with rasterio.open(path, driver="GTiff") as source:
            return _cells(source, _band(source, band), box, crs)
    except RasterioError as e:
        raise UnreadableFile("GDAL cannot read it as GeoTIFF; it is damaged or in another format") from e


def _band(source: Any, requested: str | None) -> int:
    if requested is None and source.count == 1:
        return 1
    if requested is None or not requested.isdecimal() or not 1 <= int(requested) <= source.count:
        raise InputError(f"the raster has {source.count} bands, got --layer {requested}; allowed are 1 to {source.count}")
    return int(requested)


def _cells(source: Any, band: int, box: Sequence[float], crs: str | None) -> tuple[pa.Schema, Iterator[pa.RecordBatch], Meta]:
    if source.crs is None and crs is None:
        raise InputError("the raster states no CRS; state it with --crs EPSG:<number>")
    top, left, height, width = _window(source, box, crs)
    if height * width > MAX_PIXELS:
        raise TooLarge(
            f"the bounding box of the areas holds {height} x {width} pixels, allowed are {MAX_PIXELS:,}; "
            "crop the raster, or aggregate its pixels"
        )
    persons, empty = _persons(source, band, (top, left, height, width))
    rows, columns = np.nonzero(persons > 0)
    if not len(rows):
        raise EmptyFile("no pixel within the bounding box of the areas has people")
    meta = Meta(layer=f"band {band}", crs="" if source.crs is None else source.crs.to_wkt())
    meta.notes.append(f"{len(rows)} of {height * width} pixels near the areas have people; {empty} hold no data")
    schema = text_schema(["id", "persons"], geometry=True)
    batches = _batches(schema, source.transform, rows + top, columns + left, persons[rows, columns])
    return schema, batches, meta


def _window(source: Any, box: Sequence[float], crs: str | None) -> tuple[int, int, int, int]:
    """Return first row, first column, height and width of the window of pixels that meets the box."""
    from rasterio.warp import transform

    lon, lat = _outline(box)
    x, y = transform(WGS84, source.crs or crs, lon.tolist(), lat.tolist())
    column, row = _pixels(source.transform, x, y)
    good = np.isfinite(column) & np.isfinite(row)
    if not good.any():
        raise WrongPlace("the raster does not meet the areas; is its CRS correct?")
    left, right = max(int(np.floor(column[good].min())), 0), min(int(np.ceil(column[good].max())), source.width)
    top, bottom = max(int(np.floor(row[good].min())), 0), min(int(np.ceil(row[good].max())), source.height)
    if left >= right or top >= bottom:
        raise WrongPlace("the raster does not meet the areas; is its CRS correct?")
    return top, left, bottom - top, right - left


def _outline(box: Sequence[float], steps: int = 21) -> tuple[Floats, Floats]:
    """Return points along the edges of a box, since straight edges become curves in other projections."""
    west, south, east, north = box
    along, across = np.linspace(west, east, steps), np.linspace(south, north, steps)
    lon = np.concatenate([along, along, np.full(steps, west), np.full(steps, east)])
    lat = np.concatenate([np.full(steps, south), np.full(steps, north), across, across])
    return lon, lat


def _pixels(transform: Any, x: Sequence[float], y: Sequence[float]) -> tuple[Floats, Floats]:
    inverse = ~transform
    east, north = np.array(x, float), np.array(y, float)
    return inverse.a * east + inverse.b * north + inverse.c, inverse.d * east + inverse.e * north + inverse.f


def _persons(source: Any, band: int, window: tuple[int, int, int, int]) -> tuple[Floats, int]:
    """Return persons by pixel, 0 where there is no data, and the number of pixels without data."""
    from rasterio.windows import Window

    top, left, height, width = window
    pixels = source.read(band, window=Window(left, top, width, height), masked=True).astype(float)
    values = pixels.filled(np.nan) * source.scales[band - 1] + source.offsets[band - 1]
    empty = ~np.isfinite(values)
    return np.where(empty, 0.0, values), int(empty.sum())


def _batches(schema: pa.Schema, transform: Any, rows: Ints, columns: Ints, persons: Floats) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(rows), _BATCH):
        row, column = rows[start : start + _BATCH], columns[start : start + _BATCH]
        names = [f"r{r}_c{c}" for r, c in zip(row.tolist(), column.tolist(), strict=True)]
        numbers = pa.array(np.arange(start + 2, start + 2 + len(row)))
        text = pa.array(persons[start : start + _BATCH]).cast(pa.string())
        shapes = pa.array(shapely.to_wkb(cell_shapes(transform, row, column)).tolist(), pa.binary())
        yield pa.RecordBatch.from_arrays([numbers, pa.array(names, pa.string()), text, shapes], schema=schema)


def cell_shapes(transform: Any, row: Ints, column: Ints) -> Objects:
    """Return the outlines of pixels in the raster's CRS.

    Parameters
    ----------
    transform : affine.Affine
        From column and row to x and y.
    row, column : int arrays, shape (n,)

    Returns
    -------
    object array of polygons, shape (n,)
    """
    right, down = np.array([0, 1, 1, 0, 0]), np.array([0, 0, 1, 1, 0])
    c, r = column[:, None] + right, row[:, None] + down
    x, y = transform.a * c + transform.b * r + transform.c, transform.d * c + transform.e * r + transform.f
    return np.asarray(shapely.polygons(np.stack([x, y], axis=2)), object)
