"""What siting needs of a study, from a project or from a release: its arrays, and its settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geoservice.areas import last_containing
from geoservice.demand import DemandSurface
from geoservice.geo import BBox, Floats, LocalProjection, Objects
from geoservice.labels import service_label
from geoservice.layer import Label
from geoservice.live.parameters import Parameters

NO_LABEL = Label(zh="", en="")


class SitingParameters(Parameters):
    """The settings of a study that siting needs; ``titles`` are those of its services by id."""

    titles: dict[str, Label]
    cell_metres: int

    @classmethod
    def of_study(cls, study: Mapping[str, Any]) -> "SitingParameters":
        """Return the settings of a study as JSON, as a manifest states it."""
        return cls(
            **Parameters.of(dict(study), ()).model_dump(),
            titles={s["id"]: service_label(s["id"], study) for s in study["services"]},
            cell_metres=study["cell_metres"],
        )


@dataclass(frozen=True)
class StudyArrays:
    """The public inputs of a study.

    ``areas`` has the columns ``geography``, ``name_zh``, ``name_en`` and ``geometry`` (WKB), levels from coarse to fine.
    ``stations`` are rows with the columns of the table of stations; a row with ``open`` set to false does not count.
    ``network`` is the folder of the streets.
    """

    surface: DemandSurface
    areas: pa.Table
    stations: Sequence[Mapping[str, Any]]
    network: Path

    @cached_property
    def outline(self) -> shapely.Geometry:
        """Return the union of the areas of the highest level, degrees."""
        return shapely.union_all(self._at_level(0)[0])

    @property
    def projection(self) -> LocalProjection:
        """Return the projection of the study."""
        return LocalProjection.of(BBox(*shapely.bounds(self.outline)))

    def _at_level(self, row: int) -> tuple[Objects, list[dict[str, str | None]]]:
        """Return outlines and names of the areas of the same level as a row of the table."""
        levels = np.array(self.areas.column("geography").to_pylist(), object)
        areas = self.areas.filter(pa.array(levels == levels[row]))
        outlines: Objects = shapely.from_wkb(areas.column("geometry").to_numpy(zero_copy_only=False))
        return outlines, areas.select(["name_zh", "name_en"]).to_pylist()

    @cached_property
    def _lowest(self) -> tuple[Objects, list[dict[str, str | None]]]:
        return self._at_level(-1)

    def area_names(self, lon: Floats, lat: Floats) -> list[Label]:
        """Return the names of the area of the study's lowest level around each place; empty outside."""
        outlines, names = self._lowest
        labels = [Label(zh=n["name_zh"] or "", en=n["name_en"] or "") for n in names]
        return [labels[i] if i >= 0 else NO_LABEL for i in last_containing(outlines, lon, lat)]
