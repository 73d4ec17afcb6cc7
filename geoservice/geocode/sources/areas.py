"""The areas of a project: their codes, names and borders on a date, and what they were called before."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geoservice.areas import area_outlines
from geoservice.geocode.area_shapes import half_extent_m, point_inside
from geoservice.geocode.area_tree import UNKNOWN, AreaRow
from geoservice.geocode.code_changes import CodeChange
from geoservice.geocode.place_table import CHANGES
from geoservice.schema import LEVELS, TABLES

SOURCE = "areas"
_BATCH = 20_000


class ProjectAreas(NamedTuple):
    """Areas with the shapes of those that have one, and former names of those whose earlier generations are loaded."""

    rows: list[AreaRow]
    shapes: Mapping[int, shapely.Geometry]
    changes: list[tuple[str, CodeChange]]

    def change_tables(self) -> list[tuple[str, pa.Table]]:
        """Return the former names by code system, as tables."""
        systems: dict[str, list[CodeChange]] = {}
        for system, change in self.changes:
            systems.setdefault(system, []).append(change)
        return [(s, pa.Table.from_pylist([c._asdict() for c in changes], CHANGES)) for s, changes in systems.items()]


def project_areas(current: pa.Table, loaded: pa.Table, day: date) -> ProjectAreas:
    """Return the areas of a project on a day.

    Parameters
    ----------
    current
        The areas of the day, as :data:`geoservice.schema.AREAS`.
    loaded
        All areas that are loaded.
    day
        Areas that ended before it gave their names and codes to later ones of the same code.
    """
    areas = current.filter(pc.is_in(current.column("level"), pa.array(LEVELS)))
    outlines = area_outlines(areas)
    records = areas.drop_columns(["geometry"]).to_pylist()
    rows, shapes = list[AreaRow](), dict[int, shapely.Geometry]()
    for i, record in enumerate(records):
        shape = outlines.get(record["code"])
        lon, lat, radius = UNKNOWN, UNKNOWN, UNKNOWN
        if shape is not None:
            shapes[i] = shape
            lon, lat = point_inside(shape, outlines.get(record["parent"]))
            radius = float(half_extent_m(np.array([shape]))[0])
        rows.append(_row(record, lon, lat, radius))
    return ProjectAreas(rows, shapes, _changes(loaded, {r["code"]: r for r in records}, day))


def division_table(table: pa.Table) -> list[AreaRow]:
    """Return the rows of a table of codes and names, without grid cells; its columns are those of areas."""
    batches = table.to_batches(max_chunksize=_BATCH)  # dictionaries of all rows would need hundreds of megabytes
    return [_row(r) for batch in batches for r in batch.to_pylist() if r["level"] in LEVELS]


def _row(record: Mapping[str, object], lon: float = UNKNOWN, lat: float = UNKNOWN, radius: float = UNKNOWN) -> AreaRow:
    zh, en = str(record["name_zh"]), str(record["name_en"])
    system, code, level = str(record["code_system"]), str(record["code"]), LEVELS.index(str(record["level"]))
    parent = record["parent"]
    period = [v if isinstance(v, date) else None for v in (record["valid_from"], record["valid_to"])]
    english = None if en == zh else en
    return AreaRow(system, code, zh, english, level, None if parent is None else str(parent), lon, lat, radius, *period)


def _changes(loaded: pa.Table, current: Mapping[str, Mapping[str, object]], day: date) -> list[tuple[str, CodeChange]]:
    """Return former names of codes that are still in use."""
    columns = [c.name for c in TABLES["areas"].columns if c.name != "geometry"]
    former = [r for r in loaded.select(columns).to_pylist() if r["valid_to"] is not None and r["valid_to"] < day]
    return [
        (r["code_system"], CodeChange(r["code"], r["name_zh"], r["code"], str(current[r["code"]]["name_zh"]), r["valid_to"]))
        for r in former
        if r["code"] in current
    ]
