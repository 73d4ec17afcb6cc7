"""Streets that are closed or slow for a time, by drawn shapes or OSM ids."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import shapely

from geoservice.errors import StudyError
from geoservice.geo import Bools, Floats, Ints, Objects, haversine_m
from geoservice.network.osm import OsmStreets
from geoservice.network.rules import way_use
from geoservice.network.speeds import Speeds

CLOSED = float("inf")


@dataclass(frozen=True)
class StreetClosure:
    """Streets that take ``factor`` times as long (``CLOSED``: nobody passes) by each of ``modes``.

    They are those that meet ``shapes``, polygons and lines in degrees on WGS 84, those of the OSM ``ways``, and what meets at
    the OSM ``nodes``, which can only be closed.
    """

    id: str
    modes: tuple[str, ...]
    factor: float = CLOSED
    shapes: Objects = field(default_factory=lambda: np.empty(0, object))
    ways: tuple[int, ...] = ()
    nodes: tuple[int, ...] = ()

    def digest(self) -> str:
        """Return the SHA-256 of everything that it says."""
        words = repr((self.id, sorted(self.modes), self.factor, sorted(self.ways), sorted(self.nodes)))
        total = hashlib.sha256(words.encode())
        for shape in sorted(shapely.to_wkb(self.shapes)):
            total.update(shape)
        return total.hexdigest()


class ModeClosures(NamedTuple):
    """Closures of one mode.

    ``factor[k]`` is how many times longer the segment from node reference ``k`` of :class:`OsmStreets` to the next one takes,
    ``CLOSED`` if it is closed; ``nodes`` are the OSM ids of closed nodes.
    """

    factor: Floats
    nodes: Ints


class ClosedStreets(NamedTuple):
    """What a closure meets of the streets open to a mode: segments, their length, and nodes."""

    segments: int
    metres: float
    nodes: int


def check_ids(streets: OsmStreets, closures: Sequence[StreetClosure], extract: str) -> None:
    """Raise :class:`StudyError` for OSM ids that are no streets and no nodes of streets."""
    for closure in closures:
        for letter, ids, known in (("w", closure.ways, streets.way), ("n", closure.nodes, streets.ref)):
            numbers = np.array(ids, np.int64)
            if len(ids) and len(unknown := numbers[~np.isin(numbers, known)]):
                names = ", ".join(f"{letter}{i}" for i in unknown[:5].tolist())
                raise StudyError(f"study.toml: closures.{closure.id}.osm: no street of {extract} has {names}")


def mode_closures(
    streets: OsmStreets, mode: str, speeds: Speeds, closures: Sequence[StreetClosure]
) -> tuple[ModeClosures, dict[str, ClosedStreets]]:
    """Return the closures of a mode, and by closure what it meets; of several on a street the slowest counts."""
    segments = _Segments.of(streets, mode, speeds)
    factor = np.ones(len(streets.ref))
    met: dict[str, ClosedStreets] = {}
    nodes = np.empty(0, np.int64)
    for closure in (c for c in closures if mode in c.modes):
        meets = segments.meeting(closure)
        factor[segments.first[meets]] = np.maximum(factor[segments.first[meets]], closure.factor)
        closed = segments.nodes(closure)
        nodes = np.union1d(nodes, closed)
        met[closure.id] = ClosedStreets(len(meets), round(segments.metres(meets), 1), len(closed))
    return ModeClosures(factor, nodes), met


@dataclass(frozen=True)
class _Segments:
    """Segments of the ways open to a mode: position of the first node reference, OSM way, ends in degrees.

    Shapes ``(n,)``, ``(n,)`` and ``(n, 2, 2)``.
    """

    streets: OsmStreets
    first: Ints
    way: Ints
    ends: Floats

    @classmethod
    def of(cls, streets: OsmStreets, mode: str, speeds: Speeds) -> "_Segments":
        """Return the segments that ``mode`` may travel at least one way."""
        uses = (way_use(tags, mode, speeds) for tags in streets.kinds)
        is_open = np.array([u.forward.kmh > 0 or u.backward.kmh > 0 for u in uses], np.bool_)[streets.kind]
        keep = np.repeat(is_open, np.diff(streets.start))
        keep[streets.start[1:] - 1] = False
        first = np.flatnonzero(keep)
        place = np.column_stack([streets.lon, streets.lat])
        way = np.repeat(streets.way, np.diff(streets.start))[first]
        return cls(streets, first, way, np.stack([place[first], place[first + 1]], axis=1))

    def metres(self, index: Ints) -> float:
        """Return the total length of segments."""
        (lon1, lat1), (lon2, lat2) = (self.ends[index, end].T for end in (0, 1))
        return float(haversine_m(lon1, lat1, lon2, lat2).sum())

    def nodes(self, closure: StreetClosure) -> Ints:
        """Return the nodes of a closure at which there are segments."""
        nodes, ref = np.array(closure.nodes, np.int64), self.streets.ref
        return nodes[np.isin(nodes, ref[self.first]) | np.isin(nodes, ref[self.first + 1])] if len(nodes) else nodes

    def meeting(self, closure: StreetClosure) -> Ints:
        """Return the positions of the segments of a closure's ways, and of those that its shapes touch, cross or contain."""
        if not len(closure.shapes):
            return np.flatnonzero(np.isin(self.way, np.array(closure.ways, np.int64)))
        near = np.flatnonzero(_overlapping(self.ends, shapely.total_bounds(closure.shapes)))
        if not len(near):
            return near
        hits = shapely.STRtree(closure.shapes).query(shapely.linestrings(self.ends[near]), predicate="intersects")[0]
        return np.asarray(near[np.unique(hits)], np.int64)


def _overlapping(ends: Floats, bounds: Floats) -> Bools:
    """Return which segments have a bounding box that meets another one."""
    low, high = ends.min(axis=1), ends.max(axis=1)
    return np.asarray(((low <= bounds[2:]) & (high >= bounds[:2])).all(axis=1), np.bool_)
