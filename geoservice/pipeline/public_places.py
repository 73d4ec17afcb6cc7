"""The public places of a study, without people: its areas by level and its square cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geoservice.analysis.base import Units
from geoservice.areas import ancestors, area_outlines, last_containing
from geoservice.errors import StudyError
from geoservice.geo import BBox, Floats, Int32s, LocalProjection, Objects
from geoservice.layer import Label
from geoservice.schema import LEVELS

_TEXTS = pa.schema([(n, pa.string()) for n in ("unit", "name_zh", "name_en", "parent")])
UNITS = _TEXTS.append(pa.field("geometry", pa.binary()))


@dataclass(frozen=True)
class PublicPlaces:
    """Areas of each published level, the hierarchy of all areas, and the projection of the study.

    ``outlines`` are the outlines, in degrees, of every area that has one, at any level.
    """

    areas: Mapping[str, Units]
    levels: Mapping[str, str]
    parents: Mapping[str, str | None]
    projection: LocalProjection
    outline: shapely.Geometry
    outlines: Mapping[str, shapely.Geometry]

    def index(self, codes: Sequence[str], level: str) -> Int32s:
        """Return, for each area code, the position of its area of ``level`` in ``areas[level]``, -1 for none."""
        position = {code: i for i, code in enumerate(self.areas[level].ids)}
        positions = (next((position[a] for a in ancestors(c, self.parents) if a in position), -1) for c in codes)
        return np.fromiter(positions, np.int32, len(codes))

    def lowest_names(self, lon: Floats, lat: Floats) -> list[Label]:
        """Return the names of the area of the lowest level around each place; empty outside."""
        units = self.areas[list(self.areas)[-1]]
        outlines = np.array([self.outlines[code] for code in units.ids], object)
        names = units.table.select(["name_zh", "name_en"]).to_pylist()
        labels = [Label(zh=name["name_zh"] or "", en=name["name_en"] or "") for name in names]
        return [labels[p] if p >= 0 else Label(zh="", en="") for p in last_containing(outlines, lon, lat)]


def read_places(table: pa.Table, levels: Sequence[str]) -> PublicPlaces:
    """Return the areas by level; raises :class:`StudyError` for a level of the study without an area that has an outline."""
    table = table.filter(pc.is_in(table.column("level"), pa.array(LEVELS))).sort_by("code")  # without cells of a grid
    rows = table.select(["code", "level", "parent", "name_zh", "name_en"]).to_pylist()
    parents = {r["code"]: r["parent"] for r in rows}
    outlines = area_outlines(table)
    areas: dict[str, Units] = {}
    for level in levels:
        at_level = [r for r in rows if r["level"] == level and r["code"] in outlines]
        if not at_level:
            levels_present = sorted({r["level"] for r in rows})
            raise StudyError(f"study.toml: levels has {level!r}, but the loaded areas have the levels {levels_present}")
        units = [{"unit": r["code"], **r, "geometry": shapely.to_wkb(outlines[r["code"]])} for r in at_level]
        areas[level] = Units(level, pa.Table.from_pylist(units, schema=UNITS))
    outline = shapely.union_all(shapely.from_wkb(areas[levels[0]].table.column("geometry").to_numpy(zero_copy_only=False)))
    return PublicPlaces(
        areas=areas,
        levels={r["code"]: r["level"] for r in rows},
        parents=parents,
        projection=LocalProjection.of(BBox(*shapely.bounds(outline))),
        outline=outline,
        outlines=outlines,
    )


@dataclass(frozen=True)
class SquareCells:
    """Square cells over the study's outline: units, centres in degrees, side in metres, and index by column and row."""

    units: Units
    lon: Floats
    lat: Floats
    side: float
    by_position: Mapping[tuple[int, int], int]

    def index(self, x: Floats, y: Floats) -> Int32s:
        """Return the position of the cell of each projected point, -1 outside; shape ``(n,)``."""
        keys = zip(np.floor(x / self.side).astype(int).tolist(), np.floor(y / self.side).astype(int).tolist(), strict=True)
        return np.fromiter((self.by_position.get(k, -1) for k in keys), np.int32, len(x))


def make_cells(places: PublicPlaces, side: float) -> SquareCells:
    """Return the cells of a grid of ``side`` metres that intersect the outline, named by column and row."""
    projection = places.projection
    plane = shapely.transform(places.outline, lambda p: np.column_stack(projection.forward(p[:, 0], p[:, 1])))
    west, south, east, north = shapely.bounds(plane)
    columns = np.arange(np.floor(west / side), np.floor(east / side) + 1)
    rows = np.arange(np.floor(south / side), np.floor(north / side) + 1)
    col, row = (a.ravel() for a in np.meshgrid(columns, rows))
    shapely.prepare(plane)
    squares = shapely.box(col * side, row * side, (col + 1) * side, (row + 1) * side)
    intersecting = shapely.intersects(plane, squares)
    col, row, squares = col[intersecting], row[intersecting], squares[intersecting]
    lon, lat = projection.inverse((col + 0.5) * side, (row + 0.5) * side)
    names = [f"c{c:.0f}_{r:.0f}" for c, r in zip(col, row, strict=True)]
    degrees: Objects = shapely.transform(squares, lambda p: np.column_stack(projection.inverse(p[:, 0], p[:, 1])))
    shapes = shapely.to_wkb(degrees).tolist()
    cells = [{"unit": n, "name_zh": n, "name_en": n, "geometry": g} for n, g in zip(names, shapes, strict=True)]
    table = pa.Table.from_pylist(cells, schema=UNITS)
    by_position = {(int(c), int(r)): i for i, (c, r) in enumerate(zip(col, row, strict=True))}
    return SquareCells(Units("cell", table), lon, lat, side, by_position)
