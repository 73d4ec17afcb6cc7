"""Digital elevation models as files: GeoTIFF in any CRS and SRTM .hgt, alone or in ZIP archives."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from geoservice.errors import InputError, TooLarge, UnreadableFile, WrongPlace
from geoservice.geo import WGS84, BBox

SUFFIXES = (".tif", ".tiff", ".hgt")
LOWEST, HIGHEST = -500.0, 9_000.0
"""Elevations on land, in metres."""
MAX_BYTES = 2**32
"""Largest size of a raster in an archive, unpacked."""
_METRES = {
    **dict.fromkeys(("", "m", "metre", "meter", "metres", "meters"), 1.0),
    **dict.fromkeys(("ft", "foot", "feet"), 0.3048),
}


class DemSource(NamedTuple):
    """An opened raster: its name for messages, its bounds and cell in degrees, its missing value, and metres by its unit."""

    raster: Any
    name: str
    bounds: BBox
    cell: tuple[float, float]
    missing: float | None
    crs: Any
    scale: float
    offset: float


def parsed_crs(crs: str) -> Any:
    """Return a CRS that a user states; raises :class:`InputError` if there is none of this name."""
    from rasterio.crs import CRS

    try:
        return CRS.from_user_input(crs)
    except ValueError as e:  # CRSError is one, as is what it does not catch
        raise InputError(f"--crs: got {crs!r}, allowed is EPSG:<number>") from e


def open_rasters(path: Path) -> Iterator[tuple[Any, str]]:
    """Yield the rasters of a file, opened, with their names for messages."""
    for location, name in _members(path):
        yield _open(location, name), name


def _members(path: Path) -> list[tuple[str, str]]:
    """Return GDAL's path and the name of each raster in a file."""
    if not path.name.lower().endswith(".zip"):
        return [(str(path), path.name)]
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [e for e in archive.infolist() if e.filename.lower().endswith(SUFFIXES)]
    except (zipfile.BadZipFile, OSError) as e:
        raise UnreadableFile(f"{path.name}: not readable as a ZIP archive") from e
    if not entries:
        raise UnreadableFile(f"{path.name}: the archive has no elevation model; expected {', '.join(SUFFIXES)}")
    if large := [e for e in entries if e.file_size > MAX_BYTES]:
        raise TooLarge(f"{path.name}: {large[0].filename} has {large[0].file_size:,} bytes, allowed are {MAX_BYTES:,}")
    names = sorted(e.filename for e in entries)
    archive_path = f"/vsizip/{{{path.absolute()}}}"
    return [(f"{archive_path}/{name}", path.name if len(names) == 1 else f"{path.name}/{name}") for name in names]


def _open(location: str, name: str) -> Any:
    import rasterio
    from rasterio.errors import RasterioError

    driver = "SRTMHGT" if location.lower().endswith(".hgt") else "GTiff"
    try:
        return rasterio.open(location, driver=driver)
    except RasterioError as e:
        raise UnreadableFile(
            f"{name}: not readable as an elevation model; expected a GeoTIFF, or an SRTM tile that is named after its corner, "
            "such as N30E116.hgt"
        ) from e


def checked_source(raster: Any, name: str, crs: Any) -> DemSource:
    """Return a raster that can be an elevation model, with its place and its unit; raises :class:`InputError`."""
    from rasterio.errors import RasterioError

    if raster.count != 1:
        raise InputError(f"{name}: the raster has {raster.count} bands, an elevation model has one")
    if raster.crs is None and crs is None:
        raise InputError(f"{name}: the raster states no CRS; state it with --crs EPSG:<number>")
    unit = (raster.units[0] or "").strip().lower()
    if unit not in _METRES:
        raise InputError(f"{name}: elevations are in {unit!r}, allowed are {', '.join(filter(None, _METRES))}")
    scale, offset = raster.scales[0] * _METRES[unit], raster.offsets[0] * _METRES[unit]
    crs = raster.crs or crs
    try:
        missing = _missing(raster, name, scale, offset)
    except RasterioError as e:
        raise UnreadableFile(f"{name}: the raster is damaged or incomplete") from e
    return DemSource(raster, name, *_place(raster, crs, name), missing, crs, scale, offset)


def _place(raster: Any, crs: Any, name: str) -> tuple[BBox, tuple[float, float]]:
    """Return the bounds and the width and height of a cell in degrees on WGS 84."""
    from rasterio.errors import RasterioError
    from rasterio.warp import transform_bounds

    if raster.transform.is_identity:
        raise InputError(f"{name}: the raster has no position; an elevation model is georeferenced")
    left, bottom, right, top = raster.bounds
    bounds = BBox(left, min(bottom, top), right, max(bottom, top))  # rows may run from south to north
    try:
        box = bounds if crs == WGS84 else BBox(*transform_bounds(crs, WGS84, *bounds))
    except RasterioError as e:
        raise WrongPlace(f"{name}: its bounds have no place on WGS 84: {e}; is its CRS correct?") from e
    if not (-360 <= box.west < box.east <= 360 and -90.1 <= box.south < box.north <= 90.1):
        raise WrongPlace(f"{name}: its bounds {tuple(bounds)} have no place on WGS 84; is its CRS correct?")
    if crs == WGS84:  # the same cells to the last bit
        return box, (abs(raster.transform.a), abs(raster.transform.e))
    return box, ((box.east - box.west) / raster.width, (box.north - box.south) / raster.height)


def _missing(raster: Any, name: str, scale: float, offset: float) -> float | None:
    """Return the value that means no data: the file's, or the only one outside the elevations of this earth; else NaN."""
    impossible: set[float] = set()
    for _, window in raster.block_windows(1):
        values = raster.read(1, window=window, masked=True).compressed()
        metres = values * scale + offset
        impossible.update(np.unique(values[np.isfinite(metres) & ((metres < LOWEST) | (metres > HIGHEST))])[:2].tolist())
        if len(impossible) > (raster.nodata is None):
            break
    if not impossible:
        nodata: float | None = raster.nodata
        return nodata if nodata is not None or np.dtype(raster.dtypes[0]).kind != "f" else np.nan
    if raster.nodata is None and len(impossible) == 1:
        return float(impossible.pop())
    raise InputError(
        f"{name}: a value is {min(impossible):g}, allowed are elevations of {LOWEST:g} to {HIGHEST:g} m and one value for "
        "no data"
    )
