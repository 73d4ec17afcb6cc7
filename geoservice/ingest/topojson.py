"""TopoJSON: areas whose common borders are written once.

GDAL's driver is not used: it leaves out objects without geometry, arcs that are not there, and reads a coordinate that is no
number as 0, all in silence.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError

from geoservice.errors import EmptyFile, InputError, UnreadableFile
from geoservice.geo import Floats
from geoservice.ingest.encodings import find_encoding
from geoservice.ingest.features import UNREADABLE, Features, json_text, put, wkb
from geoservice.ingest.raw_table import Meta, Rows


def read_topojson(path: Path, layer: str | None) -> Rows:
    """Return schema, batches and how one object of the topology was read; ``layer`` is its name where there are several.

    Raises
    ------
    UnreadableFile
        It is no JSON, or no topology.
    InputError, EmptyFile
        No such object, or several and none chosen; nothing in it.
    """
    encoding = find_encoding(path)
    topology = _topology(path, encoding)
    objects: dict[str, Any] = topology["objects"]
    if layer is not None and layer not in objects:
        raise InputError(f"there is no layer {layer!r}; layers are {sorted(objects)}")
    if layer is None and len(objects) != 1:
        raise InputError(f"there are {len(objects)} layers, say which one (--layer): {sorted(objects)}")
    name = layer if layer is not None else next(iter(objects))
    whole = objects[name]
    parts = whole.get("geometries") if whole.get("type") == "GeometryCollection" else [whole]
    if not parts:
        raise EmptyFile("there is nothing in it")
    arcs, features = _Arcs(topology), Features()
    for number, part in enumerate(parts, 1):
        features.add(number, _properties(part), _geometry(part, arcs))
    return features.table(Meta(encoding, layer=name))


def _topology(path: Path, encoding: str) -> dict[str, Any]:
    try:
        topology = json.loads(path.read_text(encoding))
    except json.JSONDecodeError as e:
        raise UnreadableFile(f"the JSON is damaged or cut short: line {e.lineno}, column {e.colno}: {e.msg}") from e
    except RecursionError as e:
        raise UnreadableFile("the JSON is nested too deep") from e
    objects = topology.get("objects") if isinstance(topology, dict) else None
    if not isinstance(objects, dict) or not all(isinstance(o, dict) for o in objects.values()) or not objects:
        raise UnreadableFile("the TopoJSON holds no objects")
    return dict(topology)


def _properties(part: Any) -> dict[str, str | None]:
    properties = part.get("properties") if isinstance(part, dict) else None
    found = {"id": json_text(part.get("id"))} if isinstance(part, dict) else {}
    for name, value in properties.items() if isinstance(properties, dict) else ():
        put(found, str(name), json_text(value))
    return found


def _geometry(part: Any, arcs: "_Arcs") -> bytes | None:
    try:
        return wkb(_shape(part, arcs))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ShapelyError):
        return UNREADABLE


def _shape(part: dict[str, Any], arcs: "_Arcs") -> shapely.Geometry | None:
    if part["type"] is None:
        return None
    make: dict[str, Callable[[], shapely.Geometry]] = {
        "Point": lambda: shapely.points(arcs.places([part["coordinates"]])[0]),
        "MultiPoint": lambda: shapely.multipoints(arcs.places(part["coordinates"])),
        "LineString": lambda: shapely.linestrings(arcs.line(part["arcs"])),
        "MultiLineString": lambda: shapely.multilinestrings([shapely.linestrings(arcs.line(n)) for n in part["arcs"]]),
        "Polygon": lambda: arcs.polygon(part["arcs"]),
        "MultiPolygon": lambda: shapely.multipolygons([arcs.polygon(rings) for rings in part["arcs"]]),
    }
    return make[part["type"]]()


class _Arcs:
    """The lines of a topology, each made from its steps when it is needed first."""

    def __init__(self, topology: dict[str, Any]) -> None:
        self._arcs = topology.get("arcs") or []
        self._transform = topology.get("transform")
        self._made: dict[int, Floats] = {}

    def places(self, numbers: Any) -> Floats:
        """Return places in the CRS, shape ``(n, 2)``, of positions that stand by themselves."""
        xy = _finite(np.array([place[:2] for place in numbers], float))
        if self._transform:
            xy = xy * np.array(self._transform["scale"], float) + np.array(self._transform["translate"], float)
        return xy

    def line(self, numbers: Sequence[int]) -> Floats:
        """Return the places along arcs one after the other; ``~i`` is arc ``i`` backwards."""
        parts = [self._arc(i) if i >= 0 else self._arc(~i)[::-1] for i in numbers]
        return np.concatenate([parts[0], *(p[1:] for p in parts[1:])])

    def polygon(self, rings: Sequence[Sequence[int]]) -> shapely.Geometry:
        """Return the polygon of its rings, the outer one first."""
        made = [shapely.linearrings(self.line(ring)) for ring in rings]
        return shapely.polygons(made[0], made[1:] or None)

    def _arc(self, i: int) -> Floats:
        if i not in self._made:
            steps = np.array([place[:2] for place in self._arcs[i]], float)
            self._made[i] = self.places(steps.cumsum(axis=0) if self._transform else steps)
        return self._made[i]


def _finite(xy: Floats) -> Floats:
    if xy.ndim != 2 or xy.shape[1] != 2 or not np.isfinite(xy).all():
        raise ValueError("a place is two numbers")
    return xy
