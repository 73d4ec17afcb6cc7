"""Invented roads between counties: across their common borders, and an expressway through all of them."""

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geoservice.demo.roads import RoadNetwork, Roads, add_expressway, neighbours, road_tags
from geoservice.demo.settlements import KINDS
from geoservice.demo.world import World
from geoservice.geo import Floats, Ints

LONGEST_M, INTERCHANGE_M = 4500.0, 18e3
"""A road across a county line is no longer between its settlements; interchanges of the expressway are this far apart."""
INSIDE_M = 320.0


def through_roads(worlds: Sequence[World], rng: np.random.Generator) -> Roads:
    """Return the roads of all counties, and those between them; the ways of lanes have no owner."""
    offsets = np.cumsum([0, *(len(world.roads.xy) for world in worlds)])
    ways = [
        ([n + int(first) for n in nodes], tags)
        for w, first in zip(worlds, offsets, strict=False)
        for nodes, tags in w.roads.ways
    ]
    network = RoadNetwork(list(np.vstack([w.roads.xy for w in worlds])), ways)
    exits = [_exits(world, int(first)) for world, first in zip(worlds, offsets, strict=False)]
    for a, b in combinations(range(len(worlds)), 2):
        for pair, kind in _links(worlds[a], worlds[b], exits[a], exits[b]):
            bridge = bool(worlds[a].land.river.intersects(shapely.LineString([network.xy[n] for n in pair])))
            network.join(*pair, road_tags(kind, bridge, rng), 0.0 if bridge else rng.normal(0, 0.06), rng)
    _expressway(network, worlds, exits)
    return Roads(np.array(network.xy), network.ways, np.empty(0, np.int64))


Exits = Callable[[int, Floats], int]
"""Returns the node of a settlement's lanes that is nearest to a point."""


def _exits(world: World, first: int) -> Exits:
    lanes = world.roads.ways[: len(world.roads.owner)]
    node = np.concatenate([nodes for nodes, _ in lanes])
    owner = np.repeat(world.roads.owner, [len(nodes) for nodes, _ in lanes])
    nodes = {int(place): node[owner == place] for place in np.unique(owner)}

    def exit_of(place: int, towards: Floats) -> int:
        return first + int(nodes[place][np.argmin(np.hypot(*(world.roads.xy[nodes[place]] - towards).T))])

    return exit_of


def _with_lanes(world: World) -> Ints:
    return np.unique(world.roads.owner)


def _links(a: World, b: World, exit_a: Exits, exit_b: Exits) -> list[tuple[tuple[int, int], str]]:
    """Return the nodes and classes of the roads between two counties; none if they have no common border."""
    rows_a, rows_b = _with_lanes(a), _with_lanes(b)
    xy = np.vstack([a.places.xy[rows_a], b.places.xy[rows_b]])
    edges, gabriel = neighbours(xy)
    length = np.hypot(*(xy[edges[:, 0]] - xy[edges[:, 1]]).T)
    across = (edges[:, 0] < len(rows_a)) & (edges[:, 1] >= len(rows_a)) & (length < LONGEST_M)
    dry = ~np.asarray(shapely.intersects(shapely.linestrings(xy[edges]), a.land.water))
    chosen = np.flatnonzero(across & gabriel & dry)
    if not len(chosen):
        chosen = np.flatnonzero(across)[np.argsort(length[across], kind="stable")[:1]]
    if not len(chosen):
        return []
    cities = [w.places.xy[w.places.kind == 0][0] for w in (a, b)]
    detour = sum(np.hypot(*(xy[edges[chosen, i]] - city).T) for i, city in enumerate(cities))
    kinds = np.where(np.arange(len(chosen)) == np.argmin(detour), "secondary", "tertiary")
    links = []
    for (i, j), kind in zip(edges[chosen].tolist(), kinds.tolist(), strict=True):
        pair = exit_a(int(rows_a[i]), xy[j]), exit_b(int(rows_b[j - len(rows_a)]), xy[i])
        links.append((pair, kind))
    return links


def _expressway(network: RoadNetwork, worlds: Sequence[World], exits: Sequence[Exits]) -> None:
    """Add an expressway from the south-west to the north-east, where it is inside the counties."""
    axis = _axis(np.vstack([world.land.sites for world in worlds]))
    if len(axis) < 40:
        return
    places = [(exits[i], int(row), w.places.xy[row]) for i, w in enumerate(worlds) for row in _with_lanes(w)]
    places = [place for place, kind in zip(places, _kinds(worlds), strict=True) if kind <= KINDS.index("village")]
    at = cKDTree(np.array([xy for _, _, xy in places]))

    def exit_near(point: Floats) -> int:
        exit_of, row, _ = places[int(at.query(point)[1])]
        return exit_of(row, point)

    metres = float(np.hypot(*np.diff(axis, axis=0).T).sum())
    count = max(2, int(metres / INTERCHANGE_M))
    add_expressway(network, axis, [(i + 0.5) / count for i in range(count)], exit_near)


def _kinds(worlds: Sequence[World]) -> list[int]:
    return [int(w.places.kind[row]) for w in worlds for row in _with_lanes(w)]


def _axis(sites: Floats) -> Floats:
    """Return the longest part of the expressway's axis that is inside the counties; points 200 m apart."""
    t = np.linspace(0, 1, 900)[:, None]
    start, bend, end = np.array([[-75e3, -42e3], [-12e3, 14e3], [72e3, 40e3]])
    axis = start * (1 - t) ** 2 + 2 * t * (1 - t) * bend + t**2 * end
    inside = np.flatnonzero(cKDTree(sites).query(axis)[0] < INSIDE_M)
    runs = np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1)
    return np.asarray(axis[max(runs, key=len)], float)
