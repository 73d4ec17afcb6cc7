"""A zone drawn on the map: a polygon or a circle, as in a question."""

from functools import cached_property
from typing import Annotated, Literal

import numpy as np
import shapely
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from geoservice.geo import BBox, Bools, Floats, haversine_m
from geoservice.live.position import Position

MAX_POSITIONS = 10_000
"""Positions of a zone."""
MAX_METRES = 500_000.0
METRES_A_DEGREE = 111_000.0
"""Less than the metres of a degree of latitude."""


def _checked_ring(ring: tuple[Position, ...]) -> tuple[Position, ...]:
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise ValueError("a ring needs four positions or more, and the last one must equal the first")
    return ring


Ring = Annotated[tuple[Position, ...], Field(max_length=MAX_POSITIONS), AfterValidator(_checked_ring)]
Rings = Annotated[tuple[Ring, ...], Field(min_length=1, max_length=100)]


class _Zone(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Circle(_Zone):
    """A circle: ``center`` in degrees, ``radius`` in metres."""

    type: Literal["Circle"]
    center: Position
    radius: float = Field(gt=0, le=MAX_METRES)

    @property
    def bbox(self) -> BBox:
        """A box around the circle."""
        lon, lat = self.center
        height = self.radius / METRES_A_DEGREE
        width = height / max(np.cos(np.radians(min(abs(lat) + height, 89.9))), 1e-3)
        return BBox(lon - width, lat - height, lon + width, lat + height)

    def contains(self, lon: Floats, lat: Floats) -> Bools:
        """Return which places are in the circle."""
        center = np.array(self.center)
        return np.asarray(haversine_m(center[:1], center[1:], lon, lat) <= self.radius, np.bool_)


class Polygon(_Zone):
    """A GeoJSON polygon; where its rings cross themselves, what they go round an odd number of times is inside."""

    type: Literal["Polygon"]
    coordinates: Rings

    @cached_property
    def shape(self) -> shapely.Geometry:
        """The polygon."""
        return _polygon(self.coordinates)

    @property
    def bbox(self) -> BBox:
        """The box around the polygon."""
        return BBox(*(float(v) for v in shapely.bounds(self.shape)))

    def contains(self, lon: Floats, lat: Floats) -> Bools:
        """Return which places are in the polygon."""
        shape = self.shape
        shapely.prepare(shape)
        return np.asarray(shapely.contains_xy(shape, lon, lat), np.bool_)


class MultiPolygon(Polygon):
    """A GeoJSON multipolygon; parts may overlap."""

    type: Literal["MultiPolygon"]  # type: ignore[assignment]
    coordinates: Annotated[tuple[Rings, ...], Field(min_length=1, max_length=1000)]  # type: ignore[assignment]

    @cached_property
    def shape(self) -> shapely.Geometry:
        """The multipolygon."""
        return shapely.union_all([_polygon(rings) for rings in self.coordinates])


Zone = Annotated[Circle | Polygon | MultiPolygon, Field(discriminator="type")]


def _polygon(rings: tuple[tuple[Position, ...], ...]) -> shapely.Geometry:
    """Return a valid polygon of rings."""
    shell, *holes = (shapely.linearrings(np.array(ring)) for ring in rings)
    return shapely.make_valid(shapely.polygons(shell, holes or None))


def inside(zone: "Circle | Polygon", lon: Floats, lat: Floats) -> Bools:
    """Return which places are in a zone; shape ``(n,)``.

    >>> inside(Circle(type="Circle", center=(25.0, 60.0), radius=1000), np.array([25.0, 25.1]), np.array([60.0, 60.0])).tolist()
    [True, False]
    """
    box = zone.bbox
    near = (lon >= box.west) & (lon <= box.east) & (lat >= box.south) & (lat <= box.north)
    near[near] = zone.contains(lon[near], lat[near])
    return near
