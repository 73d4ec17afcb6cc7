"""Points and polygons of a file's rows in WGS 84; missing, invalid and misplaced geometries are rejected."""

import numpy as np
import shapely

from geoservice.errors import BadGeometry, WrongPlace
from geoservice.geo import Bools, Floats, Objects
from geoservice.ingest.arrow_compute import bools
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.columns import require
from geoservice.ingest.coordinate_pairs import Inside
from geoservice.ingest.coordinate_readings import FilePoints, other_reading, sample
from geoservice.ingest.coordinates import has_coordinates, read_coordinates
from geoservice.ingest.crs import crs_title, is_degrees, to_wgs84
from geoservice.ingest.file_geometries import FileGeometries, geometries
from geoservice.ingest.header_names import COORDINATES, PAIR_FIELDS
from geoservice.ingest.report import Options
from geoservice.ingest.stated_crs import choose_crs
from geoservice.schema import TableName

SPREADSHEET_CELL = 32_767
"""Limit of a spreadsheet cell in characters."""
_DEGREES = "degrees, longitude -180 to 180 and latitude -90 to 90"
_UNKNOWN = "they look like projected metres; state the CRS with --crs EPSG:<number>"


def read_points(
    cells: ColumnValues, table: TableName, options: Options, *, surfaces: bool = False, inside: Inside | None = None
) -> tuple[Floats, Floats, str]:
    """Return WGS 84 longitudes and latitudes (NaN where rejected) and the CRS they were read in.

    ``surfaces`` allows polygons, such as mapped buildings, each replaced by a point inside it; ``inside`` returns the share of
    points inside the loaded areas, None without areas. ``cells.points`` is set to the coordinates as in the file.

    Raises
    ------
    MissingColumn
        There is neither a geometry nor coordinate columns.
    WrongPlace
        Most coordinates are out of range in degrees, or nowhere on Earth; the message says what they look like.
    """
    private = table == "households"
    file_geometries = None if has_coordinates(cells) and cells.raw.geometry is None else geometries(cells)
    crs = choose_crs(cells, options, file_geometries.srid if file_geometries else 0)
    if file_geometries is None:
        if not has_coordinates(cells):
            hint = "; or geoservice gazetteer build first: then addresses are looked up" if cells.has("address") else ""
            hint = f", or both in one column: --map lon,lat=HEADER or --map lat,lon=HEADER{hint}"
            require(table, cells.mapping, cells.raw.columns.column_names, ("lon", "lat"), hint)
        cells.points = read_coordinates(cells, crs, inside, private=private)
    else:
        cells.points = FilePoints(crs, *_of_shapes(cells, file_geometries, surfaces=surfaces, private=private), {})
    x, y = cells.points.x, cells.points.y
    _check_degrees(cells, cells.points, inside)
    lon, lat = to_wgs84(crs, x, y)
    with np.errstate(invalid="ignore"):
        good = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    outside = ~good & np.isfinite(x) & np.isfinite(y)
    if outside.sum() > 0.5 * len(outside) and (diagnosis := other_reading(cells.points, inside)):
        raise WrongPlace(f"{cells.rejects.file}: most coordinates are not on Earth in {crs_title(crs)}; {diagnosis}")
    cells.reject(
        outside, location_column(cells, "lat"), f"not on Earth in {crs_title(crs)}", _DEGREES, kind=WrongPlace, private=private
    )
    return np.where(good, lon, np.nan), np.where(good, lat, np.nan), crs_title(crs)


def location_column(cells: ColumnValues, name: str) -> str:
    """Return the column to name in messages about a location: ``name``, or the one that holds the coordinates instead."""
    pairs = PAIR_FIELDS if name in COORDINATES else ()
    text = ("wkt",) if cells.raw.geometry is None else ()
    return next((n for n in (name, *pairs, *text) if cells.has(n)), "geometry")


def _of_shapes(cells: ColumnValues, file_geometries: FileGeometries, *, surfaces: bool, private: bool) -> tuple[Floats, Floats]:
    shapes, broken = file_geometries.shapes, file_geometries.broken
    kinds = shapely.get_type_id(shapes)
    single = (kinds == 4) & (shapely.get_num_geometries(shapes) == 1)
    shapes = np.where(single, shapely.get_geometry(shapes, 0), shapes)
    areal = np.isin(kinds, (3, 6)) & ~shapely.is_empty(shapes)
    if surfaces and areal.any():
        shapes = np.where(areal, shapely.point_on_surface(shapes), shapes)
        cells.notes.append(f"{int(areal.sum())} polygons were read as a point inside them")
    good = (shapely.get_type_id(shapes) == 0) & ~shapely.is_empty(shapes)
    name = location_column(cells, "geometry")
    _refuse_broken(cells, broken, "a point", private=private)
    cells.reject(shapely.is_missing(shapes) & ~broken, name, "no geometry", "a point", kind=BadGeometry, private=private)
    cells.reject(~good & ~shapely.is_missing(shapes), name, "no point", "a point", kind=BadGeometry, private=private)
    shapes = _only(shapes, good)
    return shapely.get_x(shapes), shapely.get_y(shapes)


def _refuse_broken(cells: ColumnValues, broken: Bools, allowed: str, *, private: bool = False) -> None:
    """Reject unreadable geometries; long ones may have been cut off by a spreadsheet."""
    name = location_column(cells, "geometry")
    cut = broken & bools(pc.fill_null(pc.equal(pc.utf8_length(cells.column(name)), SPREADSHEET_CELL), False))
    cells.reject(broken & ~cut, name, "geometry cannot be read", allowed, kind=BadGeometry, private=private)
    reason = f"the geometry is cut off after {SPREADSHEET_CELL} characters, the limit of a spreadsheet cell"
    cells.reject(cut, name, reason, allowed, kind=BadGeometry, private=private)


def _check_degrees(cells: ColumnValues, points: FilePoints, inside: Inside | None = None) -> None:
    """Raise :class:`WrongPlace` if coordinates read as degrees are mostly out of range."""
    x, y = sample(points.x, points.y)
    if not len(x) or not is_degrees(points.crs) or ((np.abs(x) > 180) | (np.abs(y) > 90)).mean() <= 0.5:
        return
    raise WrongPlace(
        f"{cells.rejects.file}: most coordinates, read as {crs_title(points.crs)}, are out of range (allowed: {_DEGREES}); "
        f"{other_reading(points, inside) or _UNKNOWN}"
    )


def read_polygons(cells: ColumnValues, options: Options) -> tuple[list[bytes | None], str]:
    """Return WKB polygons in WGS 84 (None where missing) and the CRS they were read in; invalid ones are rejected."""
    file_geometries = geometries(cells)
    if file_geometries is None:
        return [None] * len(cells), ""
    transformed, crs = polygons_of(cells, options, file_geometries)
    return [None if s is None else bytes(w) for s, w in zip(transformed, shapely.to_wkb(transformed), strict=True)], crs


def polygons_of(cells: ColumnValues, options: Options, file_geometries: FileGeometries) -> tuple[Objects, str]:
    """Return polygons in WGS 84, None where missing or rejected, and the CRS they were read in."""
    shapes = file_geometries.shapes
    crs = choose_crs(cells, options, file_geometries.srid)
    name = location_column(cells, "geometry")
    present = ~shapely.is_missing(shapes)
    wrong = present & ~np.isin(shapely.get_type_id(shapes), (3, 6))
    allowed = "a valid polygon or multipolygon"
    _refuse_broken(cells, file_geometries.broken, allowed)
    cells.reject(wrong | (present & shapely.is_empty(shapes)), name, "no polygon", allowed, kind=BadGeometry)
    faulty = present & ~wrong & ~shapely.is_valid(shapes)
    reasons = [f"invalid polygon: {r}" for r in shapely.is_valid_reason(shapes[faulty])]
    cells.rejects.add(faulty, cells.mapping.get(name, name), [""] * int(faulty.sum()), reasons, allowed, kind=BadGeometry)
    good = present & ~wrong & ~faulty & ~shapely.is_empty(shapes)
    return _to_wgs84(cells, shapely.force_2d(_only(shapes, good)), crs), crs_title(crs)


def _to_wgs84(cells: ColumnValues, shapes: Objects, crs: str) -> Objects:
    corners = shapely.get_coordinates(shapes)
    cells.points, cells.polygons = FilePoints(crs, corners[:, 0], corners[:, 1], {}), shapes
    _check_degrees(cells, cells.points)
    transformed: Objects = shapely.transform(shapes, lambda xy: np.column_stack(to_wgs84(crs, xy[:, 0], xy[:, 1])))
    bounds = shapely.bounds(transformed)
    with np.errstate(invalid="ignore"):
        out_of_range = ~shapely.is_missing(transformed) & ~(
            (np.abs(bounds[:, [0, 2]]) <= 180).all(axis=1) & (np.abs(bounds[:, [1, 3]]) <= 90).all(axis=1)
        )
    cells.reject(
        out_of_range, location_column(cells, "geometry"), f"not on Earth in {crs_title(crs)}", _DEGREES, kind=WrongPlace
    )
    return _only(transformed, ~out_of_range)


def _only(shapes: Objects, mask: Bools) -> Objects:
    """Return a copy of the shapes with None where ``mask`` is false."""
    masked: Objects = shapes.copy()
    masked[~mask] = None
    return masked
