"""Cuts an OSM extract into one for each region, with everything that the street network near the region needs.

The objects are read from the file once and kept as text (:mod:`geoservice.network.opl_blocks`) while it is decided, for 64
regions at a time, which objects belong to which. More regions are cut in groups first.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import reduce
from pathlib import Path

import numpy as np
import osmium
import shapely

from geoservice.durable import atomic_write, sync
from geoservice.errors import NetworkError
from geoservice.geo import BBox, Ints, LocalProjection, hilbert_index
from geoservice.network.extract import ENTITIES, check_single_versions, copy_objects, readable_extract
from geoservice.network.opl import relation_of
from geoservice.network.opl_blocks import blocks, node_block, object_ids, selected_lines, way_block
from geoservice.network.region_bits import REGIONS, RegionBits, RegionSets
from geoservice.network.turn_restrictions import is_turn_restriction
from geoservice.progress import Progress
from geoservice.scratch import scratch_folder

_OPL = "opl,add_metadata=false"
_ROUNDED = 1.005
"""The outline of a buffer is made of straight lines, on a plane that is true to 0.1 %: so it is drawn a little wider."""
Outlines = Mapping[str, shapely.Geometry]


def cut_extract(pbf: Path, regions: Outlines, buffer_m: float, folder: Path, progress: Progress) -> dict[str, Path]:
    """Write ``<folder>/<code>.osm.pbf`` for each region that has anything near it, and return the files by code.

    A file has the nodes within ``buffer_m`` of the region, the ways with such a node with all their nodes, and the relations
    with such a node or way as a member. Of turn restrictions and multipolygons it has all member ways, with their nodes.
    Objects keep their ids, tags and order; versions and authors are left out. Temporary files of about six times the size of
    the extract are written in ``folder``, and 16 bytes of memory are needed for each node in a region.

    Parameters
    ----------
    pbf
        OSM extract.
    regions
        Outlines in degrees, by code.
    buffer_m
        Metres around each outline.
    folder
        Of the files; it is created if it does not exist.
    progress
        Called with a stage and a fraction.

    Raises
    ------
    UnreadableFile
        If the file does not exist or is not OSM.
    NetworkError
        If it is a history, or has nothing near any region; then no file was changed.
    """
    reach = {code: _buffered(outline, buffer_m) for code, outline in regions.items()}
    folder.mkdir(parents=True, exist_ok=True)
    with readable_extract(pbf), scratch_folder(".cut", folder) as scratch:
        check_single_versions(pbf)
        files = _cut_in_groups(pbf, reach, Path(scratch), progress)
        if not files:
            raise NetworkError(
                f"{pbf.name}: nothing is within {buffer_m:,.0f} m of {', '.join(regions):.200}; is it of another place?"
            )
        return {code: _write(files[code], folder / f"{code}.osm.pbf") for code in regions if code in files}


def _buffered(outline: shapely.Geometry, metres: float) -> shapely.Geometry:
    plane = LocalProjection.of(BBox(*shapely.bounds(outline)))
    there = shapely.transform(outline, lambda xy: np.column_stack(plane.forward(*xy.T)))
    around = shapely.buffer(there, metres * _ROUNDED)
    return shapely.transform(around, lambda xy: np.column_stack(plane.inverse(*xy.T)))


def _cut_in_groups(pbf: Path, regions: Outlines, scratch: Path, progress: Progress) -> dict[str, Path]:
    """Return a file of text for each region that has objects."""
    if len(regions) <= REGIONS:
        return _Cutter(pbf, regions, scratch, progress).cut()
    codes, outlines = list(regions), np.array(list(regions.values()), object)
    centre = shapely.get_coordinates(shapely.centroid(outlines))
    curve = np.argsort(hilbert_index(*centre.T), kind="stable")
    members = {str(i): part for i, part in enumerate(np.array_split(curve, -(-len(codes) // REGIONS)))}
    (inner := scratch / "groups").mkdir()
    groups = _cut_in_groups(pbf, {i: shapely.union_all(outlines[part]) for i, part in members.items()}, inner, progress)
    files: dict[str, Path] = {}
    for number, text in groups.items():
        (own := scratch / number).mkdir()
        files |= _cut_in_groups(text, {codes[i]: outlines[i] for i in members[number]}, own, progress)
        text.unlink()
    return files


def _write(text: Path, target: Path) -> Path:
    with atomic_write(target) as fresh:
        copy_objects(osmium.io.Reader(osmium.io.File(str(text), "opl")), osmium.io.File(str(fresh), "pbf"))
        sync(fresh)
    text.unlink()
    return target


class _Cutter:
    """Cuts up to 64 regions; ``scratch`` is a folder for text."""

    def __init__(self, source: Path, regions: Outlines, scratch: Path, progress: Progress) -> None:
        self._source, self._regions, self._scratch, self._progress = source, regions, scratch, progress
        self._text = {entity: scratch / f"source.{entity}" for entity in ENTITIES}
        self._bits = np.uint64(1) << np.arange(len(regions), dtype=np.uint64)
        self._nodes, self._ways, self._relations = RegionSets(), RegionSets(), RegionSets()

    def cut(self) -> dict[str, Path]:
        """Return a file of text for each region that has objects."""
        for step, work in enumerate((self._read, self._find_nodes, self._find_ways, self._find_relations, self._complete_ways)):
            self._progress("cutting streets", step / 6)
            work()
        self._progress("cutting streets", 5 / 6)
        files = self._select()
        self._progress("cutting streets", 1.0)
        return files

    def _read(self) -> None:
        source = osmium.io.File(str(self._source), "opl") if self._source.suffix == ".opl" else str(self._source)
        for entity, text in self._text.items():
            copy_objects(osmium.io.Reader(source, ENTITIES[entity]), osmium.io.File(str(text), _OPL))

    def _find_nodes(self) -> None:
        outlines = np.array(list(self._regions.values()), object)
        shapely.prepare(outlines)
        box = BBox(*shapely.total_bounds(outlines))
        self._nodes.add(self._nodes_inside(block, outlines, box) for block in blocks(self._text["n"]))

    def _nodes_inside(self, block: bytes, outlines: "np.ndarray[tuple[int], np.dtype[np.object_]]", box: BBox) -> "_Found":
        ids, lon, lat = node_block(block)
        near = (lon >= box.west) & (lon <= box.east) & (lat >= box.south) & (lat <= box.north)
        tree = shapely.STRtree(shapely.points(lon[near], lat[near]))
        regions = np.zeros(int(near.sum()), np.uint64)
        for bit, outline in zip(self._bits, outlines, strict=True):
            regions[tree.query(outline, "intersects")] |= bit
        return _found(ids[near], regions)

    def _find_ways(self) -> None:
        self._ways.add(self._ways_inside(block) for block in blocks(self._text["w"]))

    def _ways_inside(self, block: bytes) -> "_Found":
        ways = way_block(block)
        filled = np.flatnonzero(np.diff(ways.start))
        if not len(filled):
            return _found(ways.id[filled], np.empty(0, np.uint64))
        return _found(ways.id[filled], np.bitwise_or.reduceat(self._nodes.of(ways.ref), ways.start[filled]))

    def _find_relations(self) -> None:
        """Find the relations of regions, and the ways that their turn restrictions and multipolygons need."""
        found: list[_Found] = []
        needed: list[_Found] = []
        with self._text["r"].open("rb") as lines:
            for relation in map(relation_of, lines):
                members = {t: np.array([m.ref for m in relation.members if m.type == t], np.int64) for t in "nw"}
                bits = reduce(np.bitwise_or, (*self._nodes.of(members["n"]), *self._ways.of(members["w"])), np.uint64(0))
                found.append(_found(np.array([relation.id]), np.array([bits])))
                if bits and (relation.tags.get("type") == "multipolygon" or is_turn_restriction(relation.tags)):
                    needed.append((members["w"], np.full(len(members["w"]), bits)))
        self._relations.add(found)
        self._ways.add(needed)

    def _complete_ways(self) -> None:
        """Add the nodes of ways that are outside of a region."""
        self._nodes.add([self._nodes_of_ways(block) for block in blocks(self._text["w"])])

    def _nodes_of_ways(self, block: bytes) -> "_Found":
        ways = way_block(block)
        regions = np.repeat(self._ways.of(ways.id), np.diff(ways.start))
        return _found(ways.ref, regions & ~self._nodes.of(ways.ref))

    def _select(self) -> dict[str, Path]:
        """Write the objects of each region to a file of text."""
        files = {code: self._scratch / f"{number}.opl" for number, code in enumerate(self._regions)}
        with ExitStack() as stack:
            out = [stack.enter_context(file.open("wb")) for file in files.values()]
            for block, regions in self._objects():
                for bit, file in zip(self._bits, out, strict=True):
                    if (selected := regions & bit > 0).any():
                        file.write(selected_lines(block, selected))
        for text in self._text.values():
            text.unlink()
        return {code: file for code, file in files.items() if file.stat().st_size}

    def _objects(self) -> Iterator[tuple[bytes, RegionBits]]:
        for entity, sets in (("n", self._nodes), ("w", self._ways), ("r", self._relations)):
            for block in blocks(self._text[entity]):
                yield block, sets.of(object_ids(block))


_Found = tuple[Ints, RegionBits]


def _found(ids: Ints, regions: RegionBits) -> _Found:
    """Return the objects that are in a region."""
    return ids[regions > 0], regions[regions > 0]
