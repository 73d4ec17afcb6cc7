"""Closures of a study: streets that are shut or slow for a time, by a drawn shape or by their OSM ids."""

import re
from datetime import date
from typing import Annotated, Any

import shapely
from pydantic import AfterValidator, ConfigDict, Field, field_validator, model_validator
from shapely.errors import ShapelyError
from shapely.geometry import shape as from_geojson

from geoservice.study.base import Frozen, Id, Mode, Title

_OSM_ID = re.compile(r"[wn][1-9][0-9]{0,17}")
_ALLOWED = "polygons and lines"
_GEOJSON_FAULTS = (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError)
_DRAWN = ("LineString", "LinearRing", "Polygon", "MultiLineString", "MultiPolygon")


def _osm_id(text: str) -> str:
    if not _OSM_ID.fullmatch(text):
        raise ValueError("allowed are w with the id of an OSM way, as w123, and n with that of a node, as n456")
    return text


OsmId = Annotated[str, AfterValidator(_osm_id)]


def shape_fault(shape: shapely.Geometry) -> str | None:
    """Return what is wrong with the shape of a closure in degrees on WGS 84, None if nothing is.

    >>> shape_fault(shapely.Point(1, 2))
    'it is a Point, allowed are polygons and lines'
    >>> shape_fault(shapely.LineString([(30.5, 117), (30.6, 117)]))
    'it lies between 30.5 117 and 30.6 117, allowed are degrees, longitude before latitude'
    """
    parts = shapely.get_parts(shapely.get_parts([shape])) if shape.geom_type == "GeometryCollection" else [shape]
    if other := [p.geom_type for p in parts if p.geom_type not in _DRAWN]:
        return f"it is a {other[0]}, allowed are {_ALLOWED}"
    if shape.is_empty:
        return f"it is empty, allowed are {_ALLOWED}"
    west, south, east, north = shape.bounds
    if not (max(-west, east) <= 180 and max(-south, north) <= 90):
        return f"it lies between {west:g} {south:g} and {east:g} {north:g}, allowed are degrees, longitude before latitude"
    return None if shape.is_valid else f"it is not valid: {shapely.is_valid_reason(shape)}"


def parse_shape(value: str | dict[str, Any]) -> shapely.Geometry:
    """Return the geometry of WKT or of a GeoJSON geometry; raises ValueError for anything else."""
    try:
        shape = shapely.from_wkt(value) if isinstance(value, str) else from_geojson(value)
    except _GEOJSON_FAULTS as e:
        raise ValueError(f"allowed are {_ALLOWED}, as WKT text or a GeoJSON geometry") from e
    if fault := shape_fault(shape):
        raise ValueError(fault)
    return shapely.force_2d(shape)


class Closure(Frozen):
    """Streets that are closed, or ``factor`` times slower, to some or all modes of the study, for a time or always.

    They are those that ``shape`` or the shapes of ``file`` meet, or the ways (``w123``) and nodes (``n456``) of ``osm``.
    Both days of the period count.
    """

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    id: Id
    title: Title
    file: str | None = Field(None, min_length=1, description="file of polygons and lines, beside study.toml")
    layer: str | None = Field(None, min_length=1, description="layer of the file")
    crs: str | None = Field(None, min_length=1, description="CRS of the file, if it states none")
    shape: str | dict[str, Any] | None = Field(None, description="polygons or lines, as WKT or GeoJSON")
    osm: tuple[OsmId, ...] = Field((), max_length=10_000, description="ids of OSM ways and nodes")
    factor: float | None = Field(None, gt=1, le=100, description="times slower; closed without it")
    modes: tuple[Mode, ...] = Field((), description="modes that it concerns; by default all of the study")
    start: date | None = Field(None, alias="from", description="first day")
    until: date | None = Field(None, description="last day")

    @field_validator("shape")
    @classmethod
    def _readable(cls, value: str | dict[str, Any] | None) -> str | dict[str, Any] | None:
        if value is not None:
            parse_shape(value)
        return value

    @model_validator(mode="after")
    def _consistent(self) -> "Closure":
        def fail(message: str) -> None:
            raise ValueError(message)

        if sum(map(bool, (self.file, self.shape, self.osm))) != 1:
            fail(f"{self.id}: needs one of file, shape and osm, and only one")
        if (self.layer or self.crs) and not self.file:
            fail(f"{self.id}: layer and crs belong to a file; a shape is in degrees on WGS 84, longitude first")
        if self.factor is not None and (nodes := [i for i in self.osm if i.startswith("n")]):
            fail(f"{self.id}.factor: nodes such as {nodes[0]} can be closed, but not slower; give the ids of ways")
        if self.start and self.until and self.start > self.until:
            fail(f"{self.id}.until: got {self.until}, allowed is {self.start} (from) or later")
        return self

    @property
    def geometry(self) -> shapely.Geometry | None:
        """The shape in study.toml; None if the closure has a file or ids."""
        return None if self.shape is None else parse_shape(self.shape)

    def in_force(self, day: date) -> bool:
        """Whether it counts on a day."""
        return (self.start is None or self.start <= day) and (self.until is None or day <= self.until)
