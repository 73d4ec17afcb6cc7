"""Population table: public counts of people by point, cell or polygon."""

import re

import numpy as np
import pyarrow as pa
import shapely

from geoservice.errors import BadGeometry, WrongPlace
from geoservice.geo import Floats, Objects
from geoservice.ingest.area_lookup import AreaLookup, check_ranges
from geoservice.ingest.arrow_compute import Column
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.columns import require
from geoservice.ingest.coordinate_doctor import check_stated_areas
from geoservice.ingest.coordinate_readings import other_reading
from geoservice.ingest.date_periods import to_day_or_year
from geoservice.ingest.file_geometries import geometries
from geoservice.ingest.geometry import location_column, polygons_of, read_points
from geoservice.ingest.report import Options
from geoservice.ingest.table_builder import BuildContext, BuiltTable, Columns, finish
from geoservice.ingest.values import floats_or_null
from geoservice.schema import GROUP_PREFIX

MAX_PERSONS = 1e8
"""Most persons of one unit; more indicate an error."""
_H3 = r"^8[0-9a-f]{14}$"


def build_population(cells: ColumnValues, context: BuildContext) -> BuiltTable:
    """Return the population table: points, polygons, H3 cells or pixels, each with its persons.

    Raises
    ------
    MissingColumn, WrongPlace
        There is no column of persons or of locations; every unit is outside the areas.
    """
    require("population", cells.mapping, cells.raw.columns.column_names, ("persons",))
    groups = tuple(g for g in context.study.group_ids if cells.has(GROUP_PREFIX + g))
    areas = AreaLookup.of(context.areas)
    shapes, crs = _shapes(cells, context, areas)
    check_stated_areas(cells, context.areas, context.options)
    _check_areas(cells, areas, shapes, crs)
    columns: Columns = {"id": _ids(cells)}
    columns["geometry"] = pa.array(shapely.to_wkb(shapes).tolist(), pa.binary())
    columns["persons"] = cells.number("persons", 0, MAX_PERSONS, unit="persons", required=True)
    for name, unit in (("households", "households"), ("persons_margin", "persons")):
        columns[name] = floats_or_null(cells.number(name, 0, MAX_PERSONS, unit=unit))
    columns["source"] = cells.text("source")
    columns["date"] = pa.array(
        cells.parsed("date", to_day_or_year, "a year such as 2024, a month 202403 or a day"), pa.date32()
    )
    columns |= {GROUP_PREFIX + g: _group(cells, GROUP_PREFIX + g) for g in groups}
    return BuiltTable(finish("population", columns, cells, groups), crs)


def _ids(cells: ColumnValues) -> Column:
    """Return the ids of the units: their codes, else their H3 indexes, else row numbers."""
    name = "id" if cells.has("id") else "h3"
    if not cells.has(name):
        cells.notes.append("there is no id column: units are identified by their row in the file")
        return pc.cast(cells.raw.rows, pa.string())
    key = cells.code(name, required=True).combine_chunks()
    cells.unique([name], [key.to_numpy(zero_copy_only=False)])
    return key


def _shapes(cells: ColumnValues, context: BuildContext, areas: AreaLookup) -> tuple[Objects, str]:
    """Return points or polygons in WGS 84, None where rejected: from a geometry, else an H3 index, else coordinates."""
    file_geometries = geometries(cells)
    if file_geometries is None and (name := _h3_column(cells, context.options)):
        return _hexagons(cells, name), "H3"
    if file_geometries is not None and (shapely.get_dimensions(file_geometries.shapes) == 2).any():
        polygons, crs = polygons_of(cells, context.options, file_geometries)
        missing = shapely.is_missing(polygons) & ~cells.rejects.bad
        cells.reject(missing, location_column(cells, "geometry"), "no geometry", "a polygon", kind=BadGeometry)
        return polygons, crs
    lon, lat, crs = read_points(cells, "population", context.options, inside=areas.inside)
    points: Objects = shapely.points(lon, lat)
    points[~np.isfinite(lon) | ~np.isfinite(lat)] = None
    return points, crs


def _h3_column(cells: ColumnValues, options: Options) -> str:
    """Return the column of H3 indexes: ``h3``, or ``id`` if all its values are H3 cells; empty if there is none."""
    if cells.has("h3"):
        return "h3"
    if not cells.has("id") or options.mapping.get("h3") == "":
        return ""
    text = cells.text("id")
    if not pc.all(pc.fill_null(pc.match_substring_regex(text, _H3), False)).as_py():
        return ""
    import h3

    if not all(map(h3.is_valid_cell, text.to_pylist())):
        return ""
    column = cells.mapping["id"]
    cells.notes.append(f"column {column} holds H3 cells, which were used as geometry; use --map h3= to prevent this")
    return "id"


def _hexagons(cells: ColumnValues, name: str) -> Objects:
    import h3

    def outline(index: str) -> shapely.Polygon:
        index = h3.int_to_str(int(index)) if re.fullmatch("[0-9]{16,19}", index) else index.lower()
        if not re.fullmatch("[0-9a-f]{15}", index) or not h3.is_valid_cell(index):  # h3 overflows on other texts
            raise ValueError(index)
        return shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(index)])

    return cells.parsed(name, outline, "an H3 cell such as 8928308280fffff", required=True)


def _check_areas(cells: ColumnValues, areas: AreaLookup, shapes: Objects, crs: str) -> None:
    """Note units outside every area, as a file may cover a country; raise if all are, or most and another reading fits."""
    present = ~shapely.is_missing(shapes)
    if not len(areas.codes):
        check_ranges(cells)
    if not len(areas.codes) or not present.any():
        return
    representative = shapely.point_on_surface(shapes[present])
    lon, lat = shapely.get_x(representative), shapely.get_y(representative)
    outside = areas.locate(lon, lat) < 0
    diagnosis = other_reading(cells.points, areas.inside) if outside.mean() > 0.5 and cells.points is not None else ""
    if (outside.all() or diagnosis) and cells.refusal is None:
        raise WrongPlace(
            f"{outside.mean():.0%} of the units, read as {crs}, are outside every area; "
            f"{diagnosis or 'are these the right areas?'}"
        )
    if outside.any():
        cells.notes.append(f"{int(outside.sum())} of {len(lon)} units are outside every area; their people are not counted")


def _group(cells: ColumnValues, name: str) -> Floats:
    values = cells.number(name, 0, MAX_PERSONS, unit="persons")
    if n := int((np.isnan(values) & ~cells.rejects.bad).sum()):
        cells.notes.append(f"column {cells.mapping[name]}: {n} empty cells were read as 0")
    return np.nan_to_num(values)
