"""The geometries of a file, out of its geometry column or out of text, and the coordinate system that they state themselves."""

from typing import NamedTuple

import numpy as np
import shapely
from pyproj import CRS

from geoservice.errors import InputError, ParameterError
from geoservice.geo import Bools, Objects
from geoservice.ingest.cells import Cells
from geoservice.ingest.crs import crs_title, parse_crs
from geoservice.ingest.geometry_values import parse_text, parse_wkb


class FileGeometries(NamedTuple):
    """Geometries in a file's own CRS, None where it has none; which cells held no readable one; the CRS of their SRID."""

    shapes: Objects
    broken: Bools
    srid: str


def geometries(cells: Cells) -> FileGeometries | None:
    """Return the file's geometries; None if it has no geometry at all.

    Raises
    ------
    InputError
        They state different coordinate systems, or another than the file does, or one that is not known.
    """
    if cells.raw.geometry is not None:
        found = parse_wkb(cells.raw.geometry)
    elif cells.has("wkt"):
        found = parse_text(cells.text("wkt"))
    else:
        return None
    if n := int(found.curved.sum()):
        note = f"{n} geometries with curves or patches were read as straight lines and polygons"
        cells.notes.extend([] if note in cells.notes else [note])
    return FileGeometries(found.shapes, found.broken, _srid(cells, found.shapes))


def _srid(cells: Cells, shapes: Objects) -> str:
    """Return the CRS that the geometries themselves state, empty where they state none."""
    stated = shapely.get_srid(shapes)
    title = cells.mapping.get("wkt", "geometry") if cells.raw.geometry is None else "geometry"
    srids, first = np.unique(np.where(stated > 0, stated, 0), return_index=True)
    rows = {int(n): int(cells.faults.rows[i]) for n, i in zip(srids, first, strict=True) if n}
    if len(rows) > 1:
        said = ", ".join(f"SRID {n} (row {row})" for n, row in rows.items())
        raise InputError(f"column {title}: the geometries are in different coordinate systems, {said}; allowed is one")
    for n in rows:
        try:
            crs = parse_crs(str(n))
        except ParameterError as e:
            raise InputError(f"column {title}: SRID {n} is no EPSG code; say it with --crs EPSG:<number>") from e
        own = cells.raw.meta.crs
        if own and not _same_crs(own, crs):
            raise InputError(f"column {title}: the geometries say SRID {n}, the file {crs_title(parse_crs(own))}")
        return "" if own else crs
    return ""


def _same_crs(one: str, other: str) -> bool:
    return bool(CRS.from_user_input(one).equals(CRS.from_user_input(other), ignore_axis_order=True))
