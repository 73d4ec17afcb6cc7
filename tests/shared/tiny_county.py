"""A tiny county for the audit: one township, two villages of 420 m, squares of 200 and 100 m."""

from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geoservice.demand import Places
from geoservice.disclosure.audit import NeighbourPair
from geoservice.disclosure.measure import Households, queries_for
from geoservice.disclosure.tree import PlaceTree, build_tree
from geoservice.geo import LocalProjection
from geoservice.schema import AREAS

PLANE = LocalProjection(100.0, 0.0)


def area(code: str, level: str, parent: str | None, box: tuple[float, float, float, float]) -> dict[str, Any]:
    lon, lat = PLANE.inverse(np.array(box[::2]), np.array(box[1::2]))
    shape = shapely.to_wkb(shapely.box(lon[0], lat[0], lon[1], lat[1]))
    names = {"code_system": "local", "code": code, "name_zh": code, "name_en": code}
    return {**names, "level": level, "parent": parent, "geometry": shape}


def areas() -> pa.Table:
    rows = [
        area("C", "county", None, (0, 0, 840, 420)),
        area("C1", "township", "C", (0, 0, 840, 420)),
        area("C11", "village", "C1", (0, 0, 420, 420)),
        area("C12", "village", "C1", (420, 0, 840, 420)),
    ]
    return pa.Table.from_pylist(rows, schema=AREAS.arrow())


def places(step: float = 20.0) -> Places:
    x, y = (a.ravel() for a in np.meshgrid(np.arange(10, 840, step), np.arange(10, 420, step)))
    lon, lat = PLANE.inverse(x, y)
    return Places(lon, lat, np.ones(len(lon)), np.zeros(len(lon), bool))


def tree() -> PlaceTree:
    return build_tree(areas(), places())


def world(neighbours: int = 19, persons: int = 8, made: PlaceTree | None = None) -> NeighbourPair:
    """The target has its own square in village C11, which has so few other households that its branch often stops."""
    made = made or tree()
    west = np.flatnonzero([a == "C11" for a in made.base_area]).astype(np.int32)
    square = np.concatenate([west[np.arange(neighbours) % 4 + 1], np.full(30, made.base_area.index("C12"))]).astype(np.int32)
    n = len(square)
    classes = (np.arange(n) % 4).astype(np.int32)
    arrival = np.where(classes > 0, np.arange(n) // 4 % 4, -1).astype(np.int32)
    location = (np.arange(n) % 4).astype(np.int32)
    others = Households(square, classes, np.full(n, 2), {"under_6": np.arange(n) % 2}, location, arrival)
    first = np.zeros(1, np.int32)
    target = Households(west[:1], np.array([3], np.int32), np.array([persons]), {"under_6": np.array([2])}, first, first)
    return NeighbourPair(made, queries_for(["under_6"], migrants=True, arrivals=True), others, target)
