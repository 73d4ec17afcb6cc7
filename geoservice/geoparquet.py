"""The metadata of GeoParquet 1.1: geometry types, bounding box, CRS, and the covering column of bounding boxes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from geoservice.geo import Objects

VERSION = "1.1.0"
GEOMETRY = "geometry"
"""The name of the geometry column."""
BBOX = "bbox"
"""The name of the covering column: a struct of :data:`CORNERS`, in degrees, null for a missing or empty geometry."""
CORNERS = ("xmin", "ymin", "xmax", "ymax")
GEOMETRY_TYPES = (
    "Point",
    "LineString",
    "LinearRing",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
)
"""GeoParquet's names of geometry types, in the order of shapely's type numbers."""


class GeometrySummary:
    """The types and the bounding box of all shapes of a file."""

    def __init__(self) -> None:
        self._types: set[str] = set()
        self._boxes: list[Any] = []

    def add(self, shapes: Objects) -> None:
        """Add shapes to the summary."""
        present = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
        if len(present):
            kinds = np.unique(np.column_stack([shapely.get_type_id(present), shapely.has_z(present)]), axis=0)
            self._types |= {GEOMETRY_TYPES[kind] + (" Z" if has_z else "") for kind, has_z in kinds.tolist()}
            self._boxes.append(shapely.total_bounds(present))

    @property
    def bbox(self) -> tuple[float, float, float, float] | None:
        """West, south, east and north of all shapes, None without any."""
        if not self._boxes:
            return None
        boxes = np.array(self._boxes)
        (west, south), (east, north) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        return float(west), float(south), float(east), float(north)

    def geo(self, crs: Mapping[str, Any] | None = None, *, covering: bool = False) -> dict[str, Any]:
        """Return the value of the metadata key ``geo``.

        Parameters
        ----------
        crs
            PROJJSON of the coordinates; None is OGC:CRS84, which GeoParquet assumes.
        covering
            Whether the file has the column :data:`BBOX`.
        """
        column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(self._types)}
        if crs is not None:
            column["crs"] = dict(crs)
        if self.bbox is not None:
            column["bbox"] = list(self.bbox)
        if covering:
            column["covering"] = {"bbox": {corner: [BBOX, corner] for corner in CORNERS}}
        return {"version": VERSION, "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
