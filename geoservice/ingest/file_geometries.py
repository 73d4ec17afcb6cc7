"""The geometries of a file, out of its geometry column or out of text, and the coordinate system that they state themselves."""

from typing import NamedTuple

import numpy as np
import shapely
from pyproj import CRS

from geoservice.errors import InputError, ParameterError
from geoservice.geo import Bools, Objects
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.crs import crs_title, parse_crs
from geoservice.ingest.geometry_values import parse_text, parse_wkb


class FileGeometries(NamedTuple):
    """Geometries in a file's own CRS, None where it has none; which cells held no readable one; their SRID, 0 for none."""

    shapes: Objects
    broken: Bools
    srid: int


def geometries(cells: ColumnValues) -> FileGeometries | None:
    """Return the file's geometries; None if it has no geometry at all.

    Raises
    ------
    InputError
        They state different coordinate systems.
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


def _title(cells: ColumnValues) -> str:
    return cells.mapping.get("wkt", "geometry") if cells.raw.geometry is None else "geometry"


def _srid(cells: ColumnValues, shapes: Objects) -> int:
    stated = shapely.get_srid(shapes)
    srids, first = np.unique(np.where(stated > 0, stated, 0), return_index=True)
    rows = {int(n): int(cells.faults.rows[i]) for n, i in zip(srids, first, strict=True) if n}
    if len(rows) > 1:
        said = ", ".join(f"SRID {n} (row {row})" for n, row in rows.items())
        raise InputError(f"column {_title(cells)}: the geometries are in different coordinate systems, {said}; allowed is one")
    return next(iter(rows), 0)


def crs_of_srid(cells: ColumnValues, srid: int) -> str:
    """Return the CRS that geometries state; raises :class:`InputError` for one not known, or another than the file's."""
    try:
        crs = parse_crs(str(srid))
    except ParameterError as e:
        raise InputError(f"column {_title(cells)}: SRID {srid} is no EPSG code; say it with --crs EPSG:<number>") from e
    own = cells.raw.meta.crs
    if own and not CRS.from_user_input(own).equals(CRS.from_user_input(crs), ignore_axis_order=True):
        said = f"the geometries say SRID {srid}, the file {crs_title(parse_crs(own))}"
        raise InputError(f"column {_title(cells)}: {said}; say which with --crs")
    return own or crs
