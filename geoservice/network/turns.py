"""Turn restrictions of OSM as banned sequences of directed edges."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from geoservice.geo import Bools, Int32s, Ints
from geoservice.network.osm import OsmStreets
from geoservice.network.rules import turn_restriction
from geoservice.network.turn_restrictions import TurnRestriction

Path = tuple[int, ...]
"""Directed edges in the order of travel: edge ``e`` from ``u`` to ``v`` is ``2 * e``, and back ``2 * e + 1``."""
_MAX_EDGES = 64


class Turns(NamedTuple):
    """What is banned after a path: the edges in ``no``, and for a path in ``only`` all edges but those."""

    no: dict[Path, set[int]]
    only: dict[Path, set[int]]

    def bans(self, path: Path, edge: int) -> bool:
        """Return whether a traveller who came along ``path`` may not continue on ``edge``."""
        tails = [path[i:] for i in range(len(path))]
        return any(edge in self.no.get(t, ()) or (t in self.only and edge not in self.only[t]) for t in tails)

    @property
    def paths(self) -> set[Path]:
        """Paths after which something is banned."""
        return set(self.no) | set(self.only)

    def junctions(self, edges: "DirectedEdges", count: int) -> Bools:
        """Return which of ``count`` junctions have a turn that is banned after some path, and those on these paths."""
        mask = np.zeros(count, np.bool_)
        mask[[edges.head(edge) for path in self.paths for edge in path]] = True
        return mask


class DirectedEdges(NamedTuple):
    """Edges for the lookup of restrictions: ends, and the OSM ways at both ends where a restriction names them, else 0."""

    u: Int32s
    v: Int32s
    two_way: Bools
    way_u: Ints
    way_v: Ints

    def tail(self, directed: int) -> int:
        """Return the junction at which a directed edge begins."""
        return int((self.v if directed & 1 else self.u)[directed >> 1])

    def head(self, directed: int) -> int:
        """Return the junction at which a directed edge ends."""
        return int((self.u if directed & 1 else self.v)[directed >> 1])

    def ways(self, directed: int) -> tuple[int, int]:
        """Return the ways at the beginning and the end of a directed edge."""
        first, last = int(self.way_u[directed >> 1]), int(self.way_v[directed >> 1])
        return (last, first) if directed & 1 else (first, last)


def mode_restrictions(streets: OsmStreets, mode: str) -> list[tuple[str, TurnRestriction]]:
    """Return the restrictions that bind a mode, each with ``no`` or ``only``."""
    bound = ((turn_restriction(r.tags, mode), r) for r in streets.restrictions)
    return [(kind, r) for kind, r in bound if kind is not None]


def restricted_ways(restrictions: Iterable[tuple[str, TurnRestriction]]) -> Ints:
    """Return the ids of all ways that restrictions name, ascending."""
    ids = {way for _, r in restrictions for way in (*r.from_ways, *r.via_ways, *r.to_ways)}
    return np.array(sorted(ids), np.int64)


def restriction_nodes(streets: OsmStreets, restrictions: Iterable[tuple[str, TurnRestriction]]) -> Ints:
    """Return the OSM ids of the nodes at which restricted turns happen, ascending: there edges have to end."""
    named = restricted_ways(restrictions := list(restrictions))
    refs = defaultdict(set)
    for index in np.flatnonzero(np.isin(streets.way, named)):
        refs[int(streets.way[index])].update(streets.ref[streets.start[index] : streets.start[index + 1]].tolist())
    nodes: set[int] = set()
    for _, r in restrictions:
        if r.via_node is not None:
            nodes.add(r.via_node)
        for before, after in _neighbours(r):
            nodes |= refs[before] & refs[after]
    return np.array(sorted(nodes), np.int64)


def _neighbours(r: TurnRestriction) -> Iterator[tuple[int, int]]:
    """Yield the pairs of ways that meet on the way over ``via_ways``."""
    if r.via_ways:
        steps = [r.from_ways, *((w,) for w in r.via_ways), r.to_ways]
        for before, after in pairwise(steps):
            yield from ((b, a) for b in before for a in after)


def turns(restrictions: Iterable[tuple[str, TurnRestriction]], edges: DirectedEdges, osm_id: Ints, cut_nodes: Ints) -> Turns:
    """Return the banned sequences; a restriction whose members the mode does not use bans nothing.

    Who may not turn somewhere does not go on and turn round at the next junction instead, unless the street ends there; a
    street that is cut at the border of the extract does not.
    """
    found = Turns({}, {})
    named = np.flatnonzero((edges.way_u > 0) | (edges.way_v > 0))
    directed = [2 * e for e in named.tolist()] + [2 * e + 1 for e in named[edges.two_way[named]].tolist()]
    leaving: dict[int, list[int]] = defaultdict(list)
    by_last_way: dict[int, list[int]] = defaultdict(list)
    for d in sorted(directed):
        leaving[edges.tail(d)].append(d)
        by_last_way[edges.ways(d)[1]].append(d)
    for kind, r in restrictions:
        for arriving in (d for way in r.from_ways for d in by_last_way[way]):
            if r.via_node is not None:
                paths: list[Path] = [(arriving,)] if int(osm_id[edges.head(arriving)]) == r.via_node else []
            else:
                paths = _via_paths(r, arriving, edges, leaving)
            for path in paths:
                _ban(found, kind, r, path, edges, leaving)
    _ban_turning_round(found, edges, np.isin(osm_id, cut_nodes))
    return found


def _via_paths(r: TurnRestriction, arriving: int, edges: DirectedEdges, leaving: dict[int, list[int]]) -> list[Path]:
    """Return the path with the fewest edges over all ``via_ways`` to where a way of ``to_ways`` begins, if there is one."""
    queue: deque[tuple[Path, int]] = deque([((arriving,), 0)])
    while queue:
        path, step = queue.popleft()
        options = [d for d in leaving[edges.head(path[-1])] if d != path[-1] ^ 1]
        if step == len(r.via_ways) and any(edges.ways(d)[0] in r.to_ways for d in options):
            return [path]
        if len(path) < _MAX_EDGES:
            for d in options:
                for number in (step - 1, step):
                    if 0 <= number < len(r.via_ways) and set(edges.ways(d)) == {r.via_ways[number]} and d not in path:
                        queue.append(((*path, d), number + 1))
                        break
    return []


def _ban(found: Turns, kind: str, r: TurnRestriction, path: Path, edges: DirectedEdges, leaving: dict[int, list[int]]) -> None:
    back = path[-1] ^ 1
    targets = {d for d in leaving[edges.head(path[-1])] if edges.ways(d)[0] in r.to_ways}
    if set(r.from_ways) == set(r.to_ways) and not r.via_ways:
        turns_round = any("u_turn" in value for value in r.tags.values())
        targets = targets & {back} if turns_round else targets - {back}
    if not targets:
        return
    if kind == "no":
        found.no.setdefault(path, set()).update(targets)
    else:
        found.only.setdefault(path, set()).update(targets)
        for length in range(2, len(path)):
            found.only.setdefault(path[:length], set()).add(path[length])


def _ban_turning_round(found: Turns, edges: DirectedEdges, cut: Bools) -> None:
    """Ban the turn back at the junction after each banned turn, where there is another way on.

    A node where a street only changes is no such junction: nobody turns round there, nor at the junction behind it. Nor does
    who turns round where a turn is banned after several edges do so twice, since that would make another path of it.
    """
    degree = np.bincount(edges.u, minlength=len(cut)) + np.bincount(edges.v, minlength=len(cut))
    leaving = _leaving(edges, _along_streets(edges, found.junctions(edges, len(cut)), degree))
    for path in sorted(found.paths):
        onward = leaving[edges.head(path[-1])]
        allowed = [d for d in onward if not found.bans(path, d)]
        if len(allowed) < len(onward):
            for d in allowed:
                if d != path[-1] ^ 1 or len(path) > 1:
                    _ban_turning_round_after(found, (*path, d), edges, leaving, degree, cut)


def _ban_turning_round_after(
    found: Turns, path: Path, edges: DirectedEdges, leaving: dict[int, list[int]], degree: Ints, cut: Bools
) -> None:
    while degree[head := edges.head(path[-1])] > 1 or cut[head]:
        last = path[-1]
        if edges.two_way[last >> 1]:
            found.no.setdefault(path, set()).add(last ^ 1)
        onward = [d for d in leaving[head] if d not in {last ^ 1, *path}]
        if degree[head] != 2 or len(onward) != 1:
            return
        path = (*path, onward[0])


def _along_streets(edges: DirectedEdges, junctions: Bools, degree: Ints) -> Bools:
    """Return these junctions, and those of two edges that are connected to them without another junction between."""
    links = np.flatnonzero((degree[edges.u] == 2) | (degree[edges.v] == 2))
    u, v, near = edges.u[links], edges.v[links], junctions.copy()
    while True:
        touched = near[u] | near[v]
        ends = np.concatenate([u[touched], v[touched]])
        ends = ends[(degree[ends] == 2) & ~near[ends]]
        if not len(ends):
            return near
        near[ends] = True


def _leaving(edges: DirectedEdges, junctions: Bools) -> dict[int, list[int]]:
    """Return the directed edges that leave each of these junctions."""
    leaving: dict[int, list[int]] = defaultdict(list)
    for e in np.flatnonzero(junctions[edges.u] | junctions[edges.v]).tolist():
        for d in (2 * e, 2 * e + 1) if edges.two_way[e] else (2 * e,):
            leaving[edges.tail(d)].append(d)
    return leaving
