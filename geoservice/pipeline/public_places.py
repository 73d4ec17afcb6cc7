"""The public places of a study, without people: its areas by level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geoservice.analysis.base import UNIT_SCHEMA, Units
from geoservice.areas import ancestors, area_outlines
from geoservice.errors import StudyError
from geoservice.geo import BBox, Int32s, LocalProjection
from geoservice.pipeline.other_codes import other_systems
from geoservice.schema import LEVELS


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


def read_places(table: pa.Table, levels: Sequence[str]) -> PublicPlaces:
    """Return the areas by level; raises :class:`StudyError` for a level of the study without an area that has an outline."""
    table = table.filter(pc.is_in(table.column("level"), pa.array(LEVELS))).sort_by("code")  # without cells of a grid
    others = other_systems(table)
    rows = table.select(["code", "level", "parent", "name_zh", "name_en", *others]).to_pylist()
    parents = {r["code"]: r["parent"] for r in rows}
    outlines, schema = area_outlines(table), pa.schema([*UNIT_SCHEMA, *(table.schema.field(name) for name in others)])
    areas: dict[str, Units] = {}
    for level in levels:
        at_level = [r for r in rows if r["level"] == level and r["code"] in outlines]
        if not at_level:
            levels_present = sorted({r["level"] for r in rows})
            raise StudyError(f"study.toml: levels has {level!r}, but the loaded areas have the levels {levels_present}")
        units = [{"unit": r["code"], **r, "geometry": shapely.to_wkb(outlines[r["code"]])} for r in at_level]
        areas[level] = Units(level, pa.Table.from_pylist(units, schema=schema))
    outline = shapely.union_all(shapely.from_wkb(areas[levels[0]].table.column("geometry").to_numpy(zero_copy_only=False)))
    return PublicPlaces(
        areas=areas,
        levels={r["code"]: r["level"] for r in rows},
        parents=parents,
        projection=LocalProjection.of(BBox(*shapely.bounds(outline))),
        outline=outline,
        outlines=outlines,
    )
