"""Read streets from an OSM extract (PBF or XML) for all modes: node references, coordinates and the tags of the rules."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import osmium

from geoservice.errors import NetworkError, UnreadableFile
from geoservice.geo import Floats, Int32s, Ints
from geoservice.network.rules import KEYS

Progress = Callable[[str, float], None]
_PROGRESS_STEP = 5_000


@contextmanager
def readable_extract(path: Path) -> Iterator[None]:
    """Raise :class:`UnreadableFile` if the extract does not exist or osmium cannot read it in this block."""
    if not path.is_file():
        raise UnreadableFile(f"{path.name} not found; expected an OSM extract (.osm.pbf)")
    try:
        yield
    except RuntimeError as e:
        raise UnreadableFile(f"{path.name}: not readable as an OSM extract (.osm.pbf): {e}") from e


@dataclass(frozen=True)
class OsmStreets:
    """Ways with a ``highway`` tag: way ``i`` runs over ``ref[start[i]:start[i + 1]]``, its tags are ``kinds[kind[i]]``.

    ``ref`` are OSM node ids, ``lon`` and ``lat`` degrees, all of shape ``(nodes of ways,)``. A way that leaves the extract
    is cut where its nodes are missing; ``cut`` counts such ways.
    """

    start: Ints
    kind: Int32s
    ref: Ints
    lon: Floats
    lat: Floats
    kinds: tuple[dict[str, str], ...]
    cut: int


class _Collector:
    def __init__(self) -> None:
        self.start = [0]
        self.kind: list[int] = []
        self.ref: list[int] = []
        self.lon: list[float] = []
        self.lat: list[float] = []
        self.kinds: dict[tuple[str | None, ...], int] = {}
        self.cut = 0

    def way(self, way: "osmium.osm.Way") -> None:
        tags = tuple(way.tags.get(k) for k in KEYS)
        kind = self.kinds.setdefault(tags, len(self.kinds))
        nodes = [(n.ref, n.location) for n in way.nodes]
        placed = [(ref, location.lon, location.lat) if location.valid() else None for ref, location in nodes]
        self.cut += None in placed
        stretch: list[tuple[int, float, float]] = []
        for node in [*placed, None]:
            if node is not None:
                stretch.append(node)
            else:
                self._add_stretch(stretch, kind)
                stretch = []

    def _add_stretch(self, stretch: list[tuple[int, float, float]], kind: int) -> None:
        if len(stretch) < 2:
            return
        self.ref += [ref for ref, _, _ in stretch]
        self.lon += [lon for _, lon, _ in stretch]
        self.lat += [lat for _, _, lat in stretch]
        self.start.append(len(self.ref))
        self.kind.append(kind)

    def streets(self) -> OsmStreets:
        kinds = tuple({k: v for k, v in zip(KEYS, values, strict=True) if v is not None} for values in self.kinds)
        ids, lon, lat = np.array(self.ref, np.int64), np.array(self.lon, float), np.array(self.lat, float)
        return OsmStreets(np.array(self.start, np.int64), np.array(self.kind, np.int32), ids, lon, lat, kinds, self.cut)


def read_streets(path: Path, progress: Progress) -> OsmStreets:
    """Return every way with a ``highway`` tag.

    Raises
    ------
    UnreadableFile
        If the file does not exist or is not OSM.
    NetworkError
        If it has no street.
    """
    collector = _Collector()
    with readable_extract(path):
        ways: Any = osmium.FileProcessor(str(path)).with_locations()
        ways = ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)).with_filter(osmium.filter.KeyFilter("highway"))
        for number, way in enumerate(ways):
            collector.way(way)
            if number % _PROGRESS_STEP == 0:
                progress("reading streets", 0.0)
    if not collector.kind:
        raise NetworkError(f"{path.name}: no way has the tag highway; expected an OSM extract with streets and their nodes")
    progress("reading streets", 1.0)
    return collector.streets()
