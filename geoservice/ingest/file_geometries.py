"""The geometries of a file, from its geometry column or from text, and the CRS that they state."""

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
    """Geometries in the CRS of the file, None where missing; a mask of unreadable ones; their SRID, 0 for none."""

    shapes: Objects
    broken: Bools
    srid: int


def geometries(cells: ColumnValues) -> FileGeometries | None:
    """Return the geometries of a file; None if it has no geometry column.

    Raises
    ------
    InputError
        The geometries state different coordinate systems.
    """
    if cells.raw.geometry is not None:
        parsed = parse_wkb(cells.raw.geometry)
    elif cells.has("wkt"):
        parsed = parse_text(cells.text("wkt"))
    else:
        return None
    if n := int(parsed.curved.sum()):
        note = f"{n} geometries with curves or patches were read as straight lines and polygons"
        cells.notes.extend([] if note in cells.notes else [note])
    return FileGeometries(parsed.shapes, parsed.broken, _srid(cells, parsed.shapes))


def _title(cells: ColumnValues) -> str:
    return cells.mapping.get("wkt", "geometry") if cells.raw.geometry is None else "geometry"


def _srid(cells: ColumnValues, shapes: Objects) -> int:
    stated = shapely.get_srid(shapes)
    srids, first = np.unique(np.where(stated > 0, stated, 0), return_index=True)
    rows = {int(n): int(cells.rejects.rows[i]) for n, i in zip(srids, first, strict=True) if n}
    if len(rows) > 1:
        stated_srids = ", ".join(f"SRID {n} (row {row})" for n, row in rows.items())
        raise InputError(
            f"column {_title(cells)}: the geometries have different coordinate systems: {stated_srids}; allowed is one"
        )
    return next(iter(rows), 0)


def crs_of_srid(cells: ColumnValues, srid: int) -> str:
    """Return the CRS that geometries state; raises :class:`InputError` if it is unknown or contradicts the file's."""
    try:
        crs = parse_crs(str(srid))
    except ParameterError as e:
        raise InputError(f"column {_title(cells)}: SRID {srid} is no EPSG code; state the CRS with --crs EPSG:<number>") from e
    file_crs = cells.raw.meta.crs
    if file_crs and not CRS.from_user_input(file_crs).equals(CRS.from_user_input(crs), ignore_axis_order=True):
        conflict = f"the geometries state SRID {srid}, the file {crs_title(parse_crs(file_crs))}"
        raise InputError(f"column {_title(cells)}: {conflict}; choose one with --crs")
    return file_crs or crs
