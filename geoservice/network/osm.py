"""Read streets from an OSM extract (PBF or XML) for all modes: node references, coordinates and the tags of the rules."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from geoservice.errors import NetworkError
from geoservice.geo import Bools, Floats, Int32s, Ints
from geoservice.network.access import has_conditional
from geoservice.network.extract import Extract, check_single_versions, check_unique, readable_extract
from geoservice.network.plaza import plaza_streets
from geoservice.network.street_reader import StreetReader
from geoservice.network.turn_restrictions import TurnRestriction, complete_restrictions
from geoservice.network.way_table import among, beside, stretches
from geoservice.progress import Progress


class ReadCounts(NamedTuple):
    """Numbers of what was read: ways cut where the extract ends, turn restrictions, those without all members, and plazas.

    Of ``plazas_rim`` only the rim was read. ``conditional`` ways, nodes and turn restrictions have a tag with a condition,
    which is left out: their plain tags count.
    """

    ways_cut: int = 0
    restrictions: int = 0
    restrictions_left_out: int = 0
    plazas: int = 0
    plazas_rim: int = 0
    conditional: int = 0

    def line(self) -> str:
        """Return the numbers as text."""
        return (
            f"streets: {self.ways_cut:,} ways cut where the extract ends; {self.restrictions:,} turn restrictions, "
            f"{self.restrictions_left_out:,} more left out because not all their members are streets of the extract; "
            f"{self.plazas:,} plazas, {self.plazas_rim:,} of them along the rim only; "
            f"{self.conditional:,} ways, nodes and turn restrictions with a condition that is left out: their plain tags count"
        )


@dataclass(frozen=True)
class OsmStreets:
    """Streets: way ``i`` runs over ``ref[start[i]:start[i + 1]]``, its tags are ``kinds[kind[i]]``, its OSM id is ``way[i]``.

    ``ref`` are OSM node ids, ``lon`` and ``lat`` degrees, all of shape ``(nodes of ways,)``. A way that leaves the extract
    is cut where its nodes are missing, and appears once for each stretch. A plaza is a way of its rim
    and one for each line across it, all with its id (the negative one of a relation). ``tagged`` are the OSM ids, ascending, of
    the nodes of streets that have a tag of ``NODE_KEYS``; ``node_kinds[tagged_kind[j]]`` are these tags. ``cut_nodes`` are the
    OSM ids, ascending, of the nodes at which ways are cut.
    """

    start: Ints
    kind: Int32s
    ref: Ints
    lon: Floats
    lat: Floats
    kinds: tuple[dict[str, str], ...]
    way: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    tagged: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    tagged_kind: Int32s = field(default_factory=lambda: np.empty(0, np.int32))
    node_kinds: tuple[dict[str, str], ...] = ()
    restrictions: tuple[TurnRestriction, ...] = ()
    counts: ReadCounts = field(default_factory=ReadCounts)
    cut_nodes: Ints = field(default_factory=lambda: np.empty(0, np.int64))


def read_streets(path: Path, progress: Progress, scratch: Path | None = None) -> OsmStreets:
    """Return every way with a ``highway`` tag, ferries, piers, platforms and plazas.

    ``scratch`` is a folder for temporary files, by default the system's.

    Raises
    ------
    UnreadableFile
        If the file does not exist or is not OSM.
    NetworkError
        If it has no street, has several versions of objects or negative ids, or is not sorted.
    """
    progress("reading streets", 0.0)
    with readable_extract(path), tempfile.TemporaryDirectory(prefix="geoservice-streets-", dir=scratch) as folder:
        check_single_versions(path)
        extract = Extract(path, Path(folder))
        reader = StreetReader(extract, progress)
        reader.read()
        streets = _streets(extract, reader)
    progress("reading streets", 1.0)
    return streets


def _streets(extract: Extract, reader: StreetReader) -> OsmStreets:
    way, _, start, nodes = reader.ways.arrays()
    check_unique(extract.path, way[way > 0])
    extract.check_order(nodes.ref[~nodes.placed])
    rim = 0
    for plaza, streets, crossed in plaza_streets(reader.plazas, np.repeat(way, np.diff(start)), nodes.ref):
        rim += not crossed
        for street in streets:
            reader.ways.add_nodes(plaza.id, plaza.kind, street)
    way, kind, start, nodes = reader.ways.arrays()
    ways_cut = len(np.unique(way[np.searchsorted(start, np.flatnonzero(~nodes.placed), "right") - 1]))
    start_of_ways = start
    position, start, kept = stretches(start, nodes.placed)
    if not len(position):
        raise NetworkError(
            f"{extract.path.name}: no way has the tag highway and nodes; expected an OSM extract with streets and their nodes"
        )
    cut_nodes = np.unique(nodes.ref[kept & beside(start_of_ways, ~nodes.placed)])
    nodes = nodes.take(kept)
    tagged, tagged_kind = np.array(sorted(reader.tagged), np.int64).reshape(-1, 2).T
    via_nodes = np.array([m.ref for relation in reader.restrictions for m in relation.members if m.type == "n"], np.int64)
    used = nodes.ref[among(nodes.ref, np.concatenate([tagged, via_nodes]))]
    on_street = np.isin(tagged, used)
    members = frozenset(way[position].tolist()), frozenset(used.tolist())
    restrictions = complete_restrictions(reader.restrictions, *members)
    left_out = len(reader.restrictions) - len(restrictions)
    kinds, node_kinds = tuple(reader.kinds.sets), tuple(reader.node_kinds.sets)
    conditional = (
        len(np.unique(way[position][_conditional(kinds)[kind[position]]]))
        + int(_conditional(node_kinds)[tagged_kind[on_street]].sum())
        + int(_conditional([r.tags for r in restrictions]).sum())
    )
    counts = ReadCounts(ways_cut, len(restrictions), left_out, len(reader.plazas), rim, conditional)
    return OsmStreets(
        start,
        kind[position],
        *nodes,
        kinds,
        way[position],
        tagged[on_street],
        tagged_kind[on_street].astype(np.int32),
        node_kinds,
        restrictions,
        counts,
        cut_nodes,
    )


def _conditional(tags: Sequence[Mapping[str, str]]) -> Bools:
    """Return which sets of tags have one with a condition."""
    return np.array([has_conditional(t) for t in tags], np.bool_)
