"""The street graph of one mode on disk and in memory, as memory-mapped arrays.

``<folder>/network.json`` names the current build. Its graphs are ``<folder>/<build>/<mode>/<array>.npy``, and its folder
``places`` holds the places where people may live (:mod:`geoservice.network.places`). A new build is written beside the old
one and becomes current when ``network.json`` is replaced, so a reader sees one build or the other.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from mmap import MADV_DONTNEED, mmap
from pathlib import Path
from typing import Any

import numpy as np

from geoservice.errors import NetworkError, NotFound
from geoservice.geo import BBox, Bools, Floats, Int32s, Ints, LocalProjection
from geoservice.network.index_file import read_index_file

INDEX = "network.json"
FORMAT = 3


@dataclass(frozen=True)
class Graph:
    """Junctions, arcs and edges of one mode; all arrays are read-only. Times are int32 ms, lengths metres.

    Junctions are in Hilbert order. The search runs over *nodes*: a junction is the node of the same number, and further ones
    where the way on depends on the way there (:mod:`geoservice.network.expansion`). A trip from junction ``j`` starts at the
    node ``source[j]``, one to it ends at ``sink[j]``. An *arc* leads from a node to another, in compressed rows: the arcs out
    of ``n`` are ``forward_indices[forward_indptr[n]:forward_indptr[n + 1]]`` and take ``forward_ms``; the arcs into ``n`` are
    in ``reverse_*``. Only the quickest of parallel arcs is kept, and there are no self-loops.

    An *edge* is a stretch of street between two junctions: ``u`` to ``v`` takes ``ms_forward``, back ``ms_backward``, -1 where
    not allowed (a one-way edge runs from ``u`` to ``v``); the arcs to ``u`` and ``v`` take ``delay_u`` and ``delay_v`` more,
    the time lost at intersections. From a point on the edge the traveller leaves it at the node ``leave_u`` or ``leave_v``; to
    a point on it the edge is entered from ``enter_u`` or ``enter_v``. ``component``, ``piece`` and ``large`` are those of
    :class:`geoservice.network.components.Components`; points snap to edges with ``entrance``.

    Edge ``e`` has the vertices ``shape_start[e]:shape_start[e + 1]`` of the ``shape_*`` arrays: degrees, metres in
    ``projection``, and from ``u`` to the vertex the metres, the ms along (``shape_forward``) and the ms back to ``u``
    (``shape_backward``; 0 on one-way edges). Each segment between two OSM nodes is rounded to whole ms before they are added
    up, so times equal those on the graph of all OSM nodes.

    ``access_ms`` is the time of a metre of straight line between a point and the street it snaps to.

    Shapes: junctions ``(n,)``, edges ``(m,)``, vertices ``(k,)``.
    """

    mode: str
    projection: LocalProjection
    access_ms: float
    lon: Floats
    lat: Floats
    osm_id: Ints
    source: Int32s
    sink: Int32s
    forward_indptr: Ints
    forward_indices: Int32s
    forward_ms: Int32s
    reverse_indptr: Ints
    reverse_indices: Int32s
    reverse_ms: Int32s
    u: Int32s
    v: Int32s
    length_m: Floats
    ms_forward: Int32s
    ms_backward: Int32s
    delay_u: Int32s
    delay_v: Int32s
    leave_u: Int32s
    leave_v: Int32s
    enter_u: Int32s
    enter_v: Int32s
    component: Int32s
    piece: Int32s
    large: Bools
    entrance: Bools
    shape_start: Ints
    shape_lon: Floats
    shape_lat: Floats
    shape_x: Floats
    shape_y: Floats
    shape_m: Floats
    shape_forward: Int32s
    shape_backward: Int32s

    @property
    def junctions(self) -> int:
        """Number of junctions."""
        return len(self.lon)

    @property
    def nodes(self) -> int:
        """Number of nodes of the search."""
        return len(self.forward_indptr) - 1

    @property
    def edges(self) -> int:
        """Number of edges."""
        return len(self.u)

    @property
    def bbox(self) -> BBox:
        """Bounding box of all vertices in degrees."""
        lon, lat = self.shape_lon, self.shape_lat
        return BBox(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))

    def line(self, edge: int) -> tuple[Floats, Floats]:
        """Return the longitudes and latitudes of an edge's vertices, from ``u`` to ``v``."""
        vertices = slice(int(self.shape_start[edge]), int(self.shape_start[edge + 1]))
        return self.shape_lon[vertices], self.shape_lat[vertices]


ARRAYS = tuple(f.name for f in fields(Graph) if f.name not in {"mode", "projection", "access_ms"})


def graph_digest(graph: Graph) -> str:
    """Return the SHA-256 of the names, types, shapes and bytes of all arrays."""
    digest = hashlib.sha256(f"{FORMAT} {graph.mode} {tuple(graph.projection)} {graph.access_ms!r}".encode())
    for name in ARRAYS:
        array = getattr(graph, name)
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def save_graph(graph: Graph, folder: Path) -> None:
    """Write each array to a ``.npy`` file."""
    folder.mkdir(parents=True)
    for name in ARRAYS:
        np.save(folder / f"{name}.npy", getattr(graph, name), allow_pickle=False)


def read_index(folder: Path) -> dict[str, Any]:
    """Return ``network.json``: ``digest``, ``build``, ``source``, ``places``, and each mode's digest, projection and report.

    Raises :class:`NotFound` if no network was built.
    """
    missing = "no street network yet; make one with: geoservice import network FILE.osm.pbf"
    return read_index_file(folder / INDEX, "the street network", missing, FORMAT)


def index_frames(index: Mapping[str, Any]) -> dict[str, BBox]:
    """Return the frames of a network by mode, from its index; none for one that was not built in given frames."""
    return {mode: BBox(*box) for mode, box in index.get("frames", {}).items()}


def map_array(file: Path) -> Any:
    """Map an array into memory, read-only; raises :class:`NetworkError` where its file is damaged."""
    try:
        return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))
    except (ValueError, EOFError) as e:  # cut short, or no array
        name = f"{file.parent.name}/{file.name}"
        raise NetworkError(f"the street network is damaged: {name} cannot be read; import it again") from e


def release_pages(graph: Graph) -> None:
    """Give back the memory of a graph's mapped arrays, which are read from their files again when they are used."""
    for name in ARRAYS:
        mapped = getattr(graph, name).base
        if isinstance(mapped, np.memmap) and isinstance(mapped.base, mmap):
            mapped.base.madvise(MADV_DONTNEED)


def check_mode(index: Mapping[str, Any], mode: str) -> None:
    """Raise :class:`NotFound` if the network of an index has no such mode."""
    if mode not in index["modes"]:
        raise NotFound(f"the street network has no mode {mode!r}; it has {sorted(index['modes'])}")


def load_graph(folder: Path, mode: str) -> Graph:
    """Return the current graph of a mode, memory-mapped.

    Raises :class:`NotFound` if no network was built, or none for this mode.
    """
    for attempt in range(3):
        index = read_index(folder)
        check_mode(index, mode)
        mode_folder = folder / index["build"] / mode
        try:
            arrays = {name: map_array(mode_folder / f"{name}.npy") for name in ARRAYS}
        except FileNotFoundError:
            if attempt == 2:
                raise NetworkError("the street network is incomplete; import it again") from None
            continue  # another build became current between reading the index and opening the files
        entry = index["modes"][mode]
        return Graph(mode=mode, projection=LocalProjection(*entry["projection"]), access_ms=float(entry["access_ms"]), **arrays)
    raise AssertionError("unreachable")
