"""TopoJSON: areas that share the lines of their common borders.

GDAL's driver is not used: it silently drops objects without geometry and missing arcs, and reads an invalid coordinate as 0.
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
from geoservice.ingest.features import UNREADABLE, Features, add_property, json_text, to_wkb_2d
from geoservice.ingest.raw_table import Meta, Rows


def read_topojson(path: Path, layer: str | None) -> Rows:
    """Return schema, batches and metadata of one object of the topology; ``layer`` names it if there are several.

    Raises
    ------
    UnreadableFile
        The file is not JSON, or not a topology.
    InputError, EmptyFile
        No such object, or several and ``layer`` names none; the object is empty.
    """
    encoding = find_encoding(path)
    topology = _topology(path, encoding)
    objects: dict[str, Any] = topology["objects"]
    if layer is not None and layer not in objects:
        raise InputError(f"there is no layer {layer!r}; layers are {sorted(objects)}")
    if layer is None and len(objects) != 1:
        raise InputError(f"there are {len(objects)} layers; choose one with --layer: {sorted(objects)}")
    name = layer if layer is not None else next(iter(objects))
    collection = objects[name]
    parts = collection.get("geometries") if collection.get("type") == "GeometryCollection" else [collection]
    if not parts:
        raise EmptyFile("the layer is empty")
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
    texts = {"id": json_text(part.get("id"))} if isinstance(part, dict) else {}
    for name, value in properties.items() if isinstance(properties, dict) else ():
        add_property(texts, str(name), json_text(value))
    return texts


def _geometry(part: Any, arcs: "_Arcs") -> bytes | None:
    try:
        return to_wkb_2d(_shape(part, arcs))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ShapelyError):
        return UNREADABLE


def _shape(part: dict[str, Any], arcs: "_Arcs") -> shapely.Geometry | None:
    if part["type"] is None:
        return None
    constructors: dict[str, Callable[[], shapely.Geometry]] = {
        "Point": lambda: shapely.points(arcs.positions([part["coordinates"]])[0]),
        "MultiPoint": lambda: shapely.multipoints(arcs.positions(part["coordinates"])),
        "LineString": lambda: shapely.linestrings(arcs.line(part["arcs"])),
        "MultiLineString": lambda: shapely.multilinestrings([shapely.linestrings(arcs.line(n)) for n in part["arcs"]]),
        "Polygon": lambda: arcs.polygon(part["arcs"]),
        "MultiPolygon": lambda: shapely.multipolygons([arcs.polygon(rings) for rings in part["arcs"]]),
    }
    return constructors[part["type"]]()


class _Arcs:
    """The arcs of a topology, each decoded when it is first needed."""

    def __init__(self, topology: dict[str, Any]) -> None:
        self._arcs = topology.get("arcs") or []
        self._transform = topology.get("transform")
        self._decoded: dict[int, Floats] = {}

    def positions(self, numbers: Any) -> Floats:
        """Return positions in the CRS, shape ``(n, 2)``, of quantized positions that are not delta-encoded."""
        xy = _finite(np.array([position[:2] for position in numbers], float))
        if self._transform:
            xy = xy * np.array(self._transform["scale"], float) + np.array(self._transform["translate"], float)
        return xy

    def line(self, numbers: Sequence[int]) -> Floats:
        """Return the positions along consecutive arcs; ``~i`` is arc ``i`` reversed."""
        parts = [self._arc(i) if i >= 0 else self._arc(~i)[::-1] for i in numbers]
        return np.concatenate([parts[0], *(p[1:] for p in parts[1:])])

    def polygon(self, rings: Sequence[Sequence[int]]) -> shapely.Geometry:
        """Return the polygon of some rings, the outer one first."""
        linear_rings = [shapely.linearrings(self.line(ring)) for ring in rings]
        return shapely.polygons(linear_rings[0], linear_rings[1:] or None)

    def _arc(self, i: int) -> Floats:
        if i not in self._decoded:
            steps = np.array([position[:2] for position in self._arcs[i]], float)
            self._decoded[i] = self.positions(steps.cumsum(axis=0) if self._transform else steps)
        return self._decoded[i]


def _finite(xy: Floats) -> Floats:
    if xy.ndim != 2 or xy.shape[1] != 2 or not np.isfinite(xy).all():
        raise ValueError("a position is two finite numbers")
    return xy
