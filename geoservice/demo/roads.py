"""Invented roads of the Yixiu demo between its settlements: by class, over few bridges, and one expressway."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra, minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree

from geoservice.demo.land import Land
from geoservice.demo.settlements import KINDS, Lanes, Settlements
from geoservice.geo import Bools, Floats, Ints, Objects

Way = tuple[list[int], dict[str, str]]
BEND_M, BRIDGES_APART_M = 90.0, 5000.0


@dataclass(frozen=True)
class Roads:
    """All nodes in metres ``(n, 2)`` and all ways as runs of nodes with OSM tags.

    The first ways are settlements' own lanes, and ``owner`` is the settlement of each of those.
    """

    xy: Floats
    ways: list[Way]
    owner: Ints


def make_roads(land: Land, places: Settlements, lanes: Lanes, rng: np.random.Generator) -> Roads:
    """Join the settlements and lay the expressway."""
    links, kinds = _links(land, places, rng)
    net = _Net(list(lanes.xy), [*lanes.ways])
    doors = _Doors(places, lanes)
    for (a, b), kind in zip(links, kinds, strict=True):
        start, end = doors(a, places.xy[b]), doors(b, places.xy[a])
        wet = bool(land.river.intersects(shapely.LineString([lanes.xy[start], lanes.xy[end]])))
        net.join(start, end, _tags(kind, wet, rng), 0.0 if wet else rng.normal(0, 0.06), rng)
    _expressway(net, land, places, doors)
    return _connected(Roads(np.array(net.xy), net.ways, np.array(lanes.owner)))


class _Net:
    def __init__(self, xy: list[Floats], ways: list[Way]) -> None:
        self.xy, self.ways = xy, ways

    def add(self, xy: Floats) -> int:
        self.xy.append(xy)
        return len(self.xy) - 1

    def join(self, a: int, b: int, tags: dict[str, str], bow: float, rng: np.random.Generator | None = None) -> None:
        """Join two nodes by a way that bows to one side by that share of its length and wavers a little."""
        start, end = np.asarray(self.xy[a]), np.asarray(self.xy[b])
        length = float(np.hypot(*(end - start)))
        t = np.linspace(0, 1, max(2, int(length / BEND_M) + 1))[1:-1, None]
        side = np.array([start[1] - end[1], end[0] - start[0]])
        waver = rng.normal(0, 0.004) * np.sin(3 * np.pi * t) if rng is not None and bow else 0.0
        between = start + (end - start) * t + side * (bow * np.sin(np.pi * t) + waver)
        self.ways.append(([a, *(self.add(p) for p in between), b], tags))


class _Doors:
    """The junction of a settlement's lanes where a road to somewhere begins: the farthest in its direction."""

    def __init__(self, places: Settlements, lanes: Lanes) -> None:
        self.places, self.lanes = places, lanes
        self.own = [np.flatnonzero(lanes.settlement == i) for i in range(len(places.xy))]

    def __call__(self, settlement: int, towards: Floats) -> int:
        own = self.own[settlement]
        return int(own[np.argmin(np.hypot(*(self.lanes.xy[own] - towards).T))])


def _links(land: Land, places: Settlements, rng: np.random.Generator) -> tuple[Ints, Objects]:
    """Pairs of settlements to join, and the class of each road."""
    edges, near = _neighbours(places.xy)
    length = np.hypot(*(places.xy[edges[:, 0]] - places.xy[edges[:, 1]]).T)
    line = shapely.linestrings(places.xy[edges])
    wet = np.asarray(shapely.intersects(line, land.water))
    lake = wet & ~np.asarray(shapely.intersects(line, land.river))
    bridge = (
        wet & ~lake & _spaced(shapely.get_coordinates(shapely.centroid(line)), np.where(wet & near & ~lake, length, np.inf))
    )
    tree = _tree(edges, length * np.where(lake, 50, np.where(wet & ~bridge, 20, 1)), len(places.xy))
    road = (near & ~wet) | bridge | tree
    track = ~road & ~wet & (length < 2600) & (rng.random(len(edges)) < 0.6)
    kinds = _classes(edges, length, road, places)
    kinds[track] = "track"
    kept = road | track
    return edges[kept], kinds[kept]


def _neighbours(xy: Floats) -> tuple[Ints, Bools]:
    """Delaunay edges, and which of them are Gabriel edges (nobody else in the circle over them)."""
    triangles = Delaunay(xy).simplices
    edges = np.unique(np.sort(np.vstack([triangles[:, p] for p in ([0, 1], [1, 2], [0, 2])]), axis=1), axis=0)
    a, b = xy[edges[:, 0]], xy[edges[:, 1]]
    gap = cKDTree(xy).query((a + b) / 2)[0]
    return edges.astype(np.int64), gap >= np.hypot(*(a - b).T) / 2 - 1e-6


def _spaced(middle: Floats, length: Floats) -> Bools:
    """Choose the shortest crossings that keep apart from each other."""
    chosen = np.zeros(len(length), bool)
    for i in np.argsort(length, kind="stable"):
        if np.isfinite(length[i]) and not (np.hypot(*(middle[chosen] - middle[i]).T) < BRIDGES_APART_M).any():
            chosen[i] = True
    return chosen


def _tree(edges: Ints, cost: Floats, n: int) -> Bools:
    tree = minimum_spanning_tree(csr_array((cost, (edges[:, 0], edges[:, 1])), shape=(n, n))).tocoo()
    return np.isin(edges[:, 0] * n + edges[:, 1], tree.row.astype(np.int64) * n + tree.col)


def _classes(edges: Ints, length: Floats, road: Bools, places: Settlements) -> Objects:
    """Trunk and secondary roads run from the county town to the seats, tertiary ones from a village to its seat."""
    n = len(places.xy)
    number = {(int(a), int(b)): i for i, (a, b) in enumerate(edges)}
    graph = csr_array((length[road], (edges[road, 0], edges[road, 1])), shape=(n, n))
    kind = np.full(len(edges), "unclassified", dtype=object)
    seats = np.flatnonzero(places.kind <= KINDS.index("town"))
    city = np.flatnonzero(places.kind == 0)
    far = seats[np.argsort(-np.hypot(*(places.xy[seats] - places.xy[city]).T), kind="stable")[:2]]
    villages = np.flatnonzero(places.kind == KINDS.index("village"))
    for want, sources, goals in (("tertiary", seats, villages), ("secondary", city, seats), ("trunk", city, far)):
        _, before, _ = dijkstra(graph, directed=False, indices=sources, return_predecessors=True, min_only=True)
        for goal in goals:
            here = int(goal)
            while before[here] >= 0:
                there = int(before[here])
                kind[number[min(here, there), max(here, there)]] = want
                here = there
    return kind


def _tags(kind: str, wet: bool, rng: np.random.Generator) -> dict[str, str]:
    tags = {"highway": kind}
    if kind == "trunk":
        tags["maxspeed"] = "70"
    if kind == "track" and rng.random() < 0.3:
        tags["highway"] = "path"
    return tags | ({"bridge": "yes", "layer": "1"} if wet else {})


def _expressway(net: _Net, land: Land, places: Settlements, doors: _Doors) -> None:
    """Two one-way carriageways across the county, joined to the roads at two interchanges and crossing all else on bridges."""
    t = np.linspace(0, 1, 240)[:, None]
    axis = np.array([-19e3, -9500]) * (1 - t) ** 2 + 2 * t * (1 - t) * np.array([-6e3, 4500]) + t**2 * np.array([17e3, 12.5e3])
    axis = axis[cKDTree(land.sites).query(axis)[0] < 320]
    along = np.gradient(axis, axis=0)
    aside = np.column_stack([along[:, 1], -along[:, 0]]) / np.hypot(*along.T)[:, None] * 14
    tags = {"highway": "motorway", "oneway": "yes", "maxspeed": "120", "layer": "1", "bridge": "yes", "name": "示例高速"}
    there, back = [net.add(p) for p in axis + aside], [net.add(p) for p in (axis - aside)[::-1]]
    net.ways += [(there, tags), (back, tags)]
    towns = np.flatnonzero(places.kind <= KINDS.index("village"))
    for share in (0.3, 0.68):
        at = int(share * len(axis))
        nearest = int(towns[np.argmin(np.hypot(*(places.xy[towns] - axis[at]).T))])
        door = doors(nearest, axis[at])
        way = np.asarray(net.xy[door]) - axis[at]
        toll = net.add(axis[at] + way * min(0.5, 400 / np.hypot(*way)))
        net.join(toll, door, {"highway": "secondary"}, 0.0)
        for lane, out, into in ((there, at - 3, at + 3), (back, len(axis) - 1 - at - 3, len(axis) - 1 - at + 3)):
            link = {"highway": "motorway_link", "oneway": "yes", "layer": "1"}
            net.ways += [([lane[out], toll], link), ([toll, lane[into]], link)]


def _connected(roads: Roads) -> Roads:
    """Keep the ways of the largest connected piece: lanes cut off by water go."""
    pairs = np.array([(a, b) for nodes, _ in roads.ways for a, b in pairwise(nodes)])
    n = len(roads.xy)
    piece = connected_components(coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n)), directed=False)[1]
    largest = int(np.argmax(np.bincount(piece)))
    ok = [piece[nodes[0]] == largest for nodes, _ in roads.ways]
    number = np.cumsum(piece == largest) - 1
    ways = [([int(number[i]) for i in nodes], tags) for (nodes, tags), keep in zip(roads.ways, ok, strict=True) if keep]
    return Roads(roads.xy[piece == largest], ways, roads.owner[np.array(ok)[: len(roads.owner)]])
