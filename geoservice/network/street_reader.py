"""The pass over an extract that picks its streets, plazas, tagged nodes and turn restrictions."""

from collections.abc import Container, Mapping

import osmium

from geoservice.network.extract import Extract
from geoservice.network.ferries import ferry_tags, is_ferry_route
from geoservice.network.opl import Relation, relation_of, tag_pairs, tags_of
from geoservice.network.plaza import Plaza, is_plaza, outer_ways
from geoservice.network.rules import CLASS_KEYS, KEYS, NODE_KEYS, way_class
from geoservice.network.turn_restrictions import is_turn_restriction
from geoservice.network.way_table import NodeRefs, TagSets, WayTable
from geoservice.progress import Progress

_PROGRESS_STEP = 50_000


class StreetReader:
    """Reads an extract into tables.

    Attributes
    ----------
    ways, kinds
        Streets without plazas, and their sets of tags.
    tagged, node_kinds
        Ids of nodes with a tag of ``NODE_KEYS`` and the numbers of their sets of tags, and these sets.
    plazas
        Areas whose nodes are all in the extract; the parts of others are among ``ways``.
    restrictions
        Relations that are turn restrictions.
    """

    def __init__(self, extract: Extract, progress: Progress) -> None:
        self._extract, self._progress = extract, progress
        self.ways, self.kinds, self.node_kinds = WayTable(), TagSets(KEYS), TagSets(NODE_KEYS)
        self.tagged: list[tuple[int, int]] = []
        self.plazas: list[Plaza] = []
        self.restrictions: list[Relation] = []
        self._ferry_routes: list[Relation] = []
        self._areas: list[Relation] = []
        self._street_by_kind: list[bool] = []

    def read(self) -> None:
        """Read the extract: relations first, since they say what the ways are that have no tags of their own."""
        self._read_relations()
        ferries, outer = ferry_tags(self._ferry_routes), outer_ways(self._areas)
        filters = {"n": osmium.filter.KeyFilter(*NODE_KEYS), "w": osmium.filter.KeyFilter(*CLASS_KEYS)}
        for number, line in enumerate(self._extract.lines(**filters)):
            if line.startswith(b"w"):
                self._add_way(line, ferries, outer)
            else:
                ref, tags, _ = line.split(b" ", 2)
                self.tagged.append((int(ref[1:]), self.node_kinds.of_field(tags)))
            if number % _PROGRESS_STEP == 0:
                self._progress("reading streets", 0.5)
        self._read_members(ferries)

    def _read_relations(self) -> None:
        for line in self._extract.lines(r=osmium.filter.KeyFilter("type")):
            tags = tags_of(tag_pairs(line.split(b" ", 2)[1]))
            if is_turn_restriction(tags):
                self.restrictions.append(relation_of(line))
            elif is_ferry_route(tags):
                self._ferry_routes.append(relation_of(line))
            elif tags.get("type") == "multipolygon" and is_plaza(tags):
                self._areas.append(relation_of(line))

    def _add_way(self, line: bytes, ferries: Container[int], outer: Container[int]) -> None:
        head, tags, nodes = line.rstrip(b"\n").split(b" ")
        way, kind, nodes = int(head[1:]), self.kinds.of_field(tags), nodes[1:]
        own = self.kinds.sets[kind]
        if kind >= len(self._street_by_kind):
            self._street_by_kind += [way_class(tags) is not None for tags in self.kinds.sets[len(self._street_by_kind) :]]
        if not self._street_by_kind[kind] or b"," not in nodes or (way in ferries and "highway" not in own):
            return
        self._extract.check_ids(head, nodes)
        if own.get("area") == "yes" and (refs := NodeRefs.parse(nodes)).ref[0] == refs.ref[-1]:
            if way not in outer:
                self._add_area(way, own, frozenset({way}), (refs,))
        else:
            self.ways.add(way, kind, nodes)

    def _read_members(self, ferries: Mapping[int, Mapping[str, str]]) -> None:
        """Read the ways of ferry routes and of plazas that are relations."""
        members = frozenset(way for area in self._areas for way in area.ways())
        lines: dict[int, NodeRefs] = {}
        if ids := members | ferries.keys():
            for line in self._extract.lines(w=osmium.filter.IdFilter(ids)):
                head, field, nodes = line.rstrip(b"\n").split(b" ")
                way, tags = int(head[1:]), tags_of(tag_pairs(field))
                if b"," in nodes and way in ferries and "highway" not in tags:
                    self.ways.add(way, self.kinds.of({**ferries[way], **tags}), nodes[1:])
                if b"," in nodes and way in members:
                    lines[way] = NodeRefs.parse(nodes[1:])
        for area in self._areas:
            self._add_area(-area.id, area.tags, frozenset(area.ways()), tuple(lines[w] for w in area.ways() if w in lines))

    def _add_area(self, number: int, tags: Mapping[str, str], ways: frozenset[int], lines: tuple[NodeRefs, ...]) -> None:
        kind = self.kinds.of({key: value for key, value in tags.items() if key != "area"})
        if all(line.placed.all() for line in lines):
            self.plazas.append(Plaza(number, kind, ways, lines))
        else:
            for line in lines:
                self.ways.add_nodes(number, kind, line)
