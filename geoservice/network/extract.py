"""OSM extracts as files: whether one can be read as it is, and its objects as lines of text.

libosmium filters objects and writes them in its text format OPL (https://osmcode.org/opl-file-format/). That takes a tenth of
the time of a call of Python for each object and each node of a way.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from osmium.osm import NODE, RELATION, WAY

from geoservice.durable import is_disk_full
from geoservice.errors import NetworkError, UnreadableFile
from geoservice.geo import Ints

_OPL = "opl,add_metadata=false,locations_on_ways=true"
_ONE_VERSION = (
    "Expected is an extract with one version of each street: of a history take one day (osmium time-filter HISTORY -o "
    "day.osm.pbf), apply changes to their extract (osmium apply-changes EXTRACT CHANGES -o new.osm.pbf), and join extracts "
    "with osmium merge"
)
ENTITIES = {"n": NODE, "w": WAY, "r": RELATION}


@contextmanager
def readable_extract(path: Path) -> Iterator[None]:
    """Raise :class:`UnreadableFile` if the extract does not exist or osmium cannot read it in this block."""
    if not path.is_file():
        raise UnreadableFile(f"{path.name} not found; expected an OSM extract (.osm.pbf)")
    try:
        yield
    except RuntimeError as e:
        if is_disk_full(e):
            raise
        raise UnreadableFile(f"{path.name}: not readable as an OSM extract (.osm.pbf): {e}") from e


def check_single_versions(path: Path) -> None:
    """Raise :class:`NetworkError` if the file says, by its name or its header, that it has changes or a history."""
    file = osmium.io.File(str(path))
    if file.has_multiple_object_versions or osmium.io.Reader(file, osmium.osm.NOTHING).header().has_multiple_object_versions:
        raise NetworkError(f"{path.name} is a history or a file of changes. {_ONE_VERSION}")


def check_unique(path: Path, way: Ints) -> None:
    """Raise :class:`NetworkError` if an id is twice among those of ways; array of shape ``(ways,)``."""
    ids, count = np.unique(way, return_counts=True)
    if (count > 1).any():
        raise NetworkError(f"{path.name}: way {ids[count > 1][0]} is in the file more than once. {_ONE_VERSION}")


def copy_objects(reader: Any, target: Any, *handlers: Any) -> None:
    """Write the objects of an ``osmium.io.Reader`` that pass the handlers to an ``osmium.io.File``."""
    out = osmium.SimpleWriter(target, overwrite=True)
    try:
        with out:
            osmium.apply(reader, *handlers, out)
    except BaseException:
        # a writer that failed, on a full disk, ends the process when it is destroyed: so it never is
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(out))
        raise


class Extract:
    """An extract whose objects are read by filters; ``scratch`` is a folder for the text.

    The locations of nodes are kept from the first call that reads nodes, for the ways of the following ones.
    """

    def __init__(self, path: Path, scratch: Path) -> None:
        self.path = path
        self._text = scratch / "objects.opl"
        self._locations = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
        self._locations.ignore_errors()

    def lines(self, **filters: Any) -> Iterator[bytes]:
        """Return the objects that pass a filter of their type as lines; the keywords are n, w or r."""
        entities = osmium.osm.NOTHING
        for name, filter_ in filters.items():
            filter_.enable_for(ENTITIES[name])
            entities |= ENTITIES[name]
        reader = osmium.io.Reader(str(self.path), entities)
        copy_objects(reader, osmium.io.File(str(self._text), _OPL), self._locations, *filters.values())
        with self._text.open("rb") as text:
            yield from text
        self._text.unlink()

    def check_ids(self, way: bytes, nodes: bytes) -> None:
        """Raise :class:`NetworkError` if a way, by its fields of id and nodes, or a node of it has a negative id."""
        if b"-" not in way and b"n-" not in nodes:
            return
        name = self.path.name
        raise NetworkError(
            f"{name}: way {way[1:].decode()}: it or a node of it has a negative id, as drafts have that were not uploaded to "
            f"OpenStreetMap; allowed are positive ids: osmium sort {name} -o sorted.osm.pbf, then osmium renumber "
            "sorted.osm.pbf -o streets.osm.pbf"
        )

    def check_order(self, missing: Ints) -> None:
        """Raise :class:`NetworkError` if the extract has nodes that were missing when its ways were read."""
        if not len(missing):
            return
        nodes: Any = osmium.FileProcessor(str(self.path), NODE).with_filter(osmium.filter.IdFilter(np.unique(missing).tolist()))
        for node in nodes:
            raise NetworkError(
                f"{self.path.name}: not sorted: node {node.id} comes after a way that it belongs to; expected are nodes, then "
                f"ways, then relations: osmium sort {self.path.name} -o sorted.osm.pbf"
            )
