"""Invented roads between the settlements of demo counties: classified roads, few bridges, and one expressway."""

from collections.abc import Callable, Sequence
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
    """All nodes in metres ``(n, 2)`` and all ways as lists of nodes with OSM tags.

    The first ways are the lanes of settlements, and ``owner`` is the settlement of each of them.
    """

    xy: Floats
    ways: list[Way]
    owner: Ints


def make_roads(land: Land, places: Settlements, lanes: Lanes, rng: np.random.Generator, *, expressway: bool = True) -> Roads:
    """Return roads that connect all settlements, and the expressway of the Yixiu demo."""
    links, kinds = _links(land, places, rng)
    network = RoadNetwork(list(lanes.xy), [*lanes.ways])
    exits = _Exits(places, lanes)
    for (a, b), kind in zip(links, kinds, strict=True):
        start, end = exits(a, places.xy[b]), exits(b, places.xy[a])
        bridge = bool(land.river.intersects(shapely.LineString([lanes.xy[start], lanes.xy[end]])))
        network.join(start, end, road_tags(kind, bridge, rng), 0.0 if bridge else rng.normal(0, 0.06), rng)
    if expressway:
        _expressway(network, land, places, exits)
    return _connected(Roads(np.array(network.xy), network.ways, np.array(lanes.owner)))


class RoadNetwork:
    """Nodes and ways to which more are added."""

    def __init__(self, xy: list[Floats], ways: list[Way]) -> None:
        self.xy, self.ways = xy, ways

    def add(self, xy: Floats) -> int:
        """Return the number of a new node."""
        self.xy.append(xy)
        return len(self.xy) - 1

    def join(self, a: int, b: int, tags: dict[str, str], bow: float, rng: np.random.Generator | None = None) -> None:
        """Add a way between two nodes, curved to one side by ``bow`` times its length and slightly wavy."""
        start, end = np.asarray(self.xy[a]), np.asarray(self.xy[b])
        length = float(np.hypot(*(end - start)))
        t = np.linspace(0, 1, max(2, int(length / BEND_M) + 1))[1:-1, None]
        side = np.array([start[1] - end[1], end[0] - start[0]])
        waver = rng.normal(0, 0.004) * np.sin(3 * np.pi * t) if rng is not None and bow else 0.0
        between = start + (end - start) * t + side * (bow * np.sin(np.pi * t) + waver)
        self.ways.append(([a, *(self.add(p) for p in between), b], tags))


class _Exits:
    """The junctions of settlements where roads begin: the lane junction nearest to the destination."""

    def __init__(self, places: Settlements, lanes: Lanes) -> None:
        self.places, self.lanes = places, lanes
        self.junctions = [np.flatnonzero(lanes.settlement == i) for i in range(len(places.xy))]

    def __call__(self, settlement: int, towards: Floats) -> int:
        junctions = self.junctions[settlement]
        return int(junctions[np.argmin(np.hypot(*(self.lanes.xy[junctions] - towards).T))])


def _links(land: Land, places: Settlements, rng: np.random.Generator) -> tuple[Ints, Objects]:
    """Return pairs of settlements with a road between them, and the class of each road."""
    edges, gabriel = neighbours(places.xy)
    length = np.hypot(*(places.xy[edges[:, 0]] - places.xy[edges[:, 1]]).T)
    line = shapely.linestrings(places.xy[edges])
    crosses_water = np.asarray(shapely.intersects(line, land.water))
    crosses_lake = crosses_water & ~np.asarray(shapely.intersects(line, land.river))
    bridge = (
        crosses_water
        & ~crosses_lake
        & _spaced(
            shapely.get_coordinates(shapely.centroid(line)), np.where(crosses_water & gabriel & ~crosses_lake, length, np.inf)
        )
    )
    tree = _tree(edges, length * np.where(crosses_lake, 50, np.where(crosses_water & ~bridge, 20, 1)), len(places.xy))
    road = (gabriel & ~crosses_water) | bridge | tree
    track = ~road & ~crosses_water & (length < 2600) & (rng.random(len(edges)) < 0.6)
    kinds = _classes(edges, length, road, places)
    kinds[track] = "track"
    keep = road | track
    return edges[keep], kinds[keep]


def neighbours(xy: Floats) -> tuple[Ints, Bools]:
    """Return the Delaunay edges, and which of them are Gabriel edges (no other point in the circle over them)."""
    triangles = Delaunay(xy).simplices
    edges = np.unique(np.sort(np.vstack([triangles[:, p] for p in ([0, 1], [1, 2], [0, 2])]), axis=1), axis=0)
    a, b = xy[edges[:, 0]], xy[edges[:, 1]]
    gap = cKDTree(xy).query((a + b) / 2)[0]
    return edges.astype(np.int64), gap >= np.hypot(*(a - b).T) / 2 - 1e-6


def _spaced(middle: Floats, length: Floats) -> Bools:
    """Return which crossings to build: greedily the shortest that keep ``BRIDGES_APART_M`` from each other."""
    selected = np.zeros(len(length), bool)
    for i in np.argsort(length, kind="stable"):
        if np.isfinite(length[i]) and not (np.hypot(*(middle[selected] - middle[i]).T) < BRIDGES_APART_M).any():
            selected[i] = True
    return selected


def _tree(edges: Ints, cost: Floats, n: int) -> Bools:
    tree = minimum_spanning_tree(csr_array((cost, (edges[:, 0], edges[:, 1])), shape=(n, n))).tocoo()
    return np.isin(edges[:, 0] * n + edges[:, 1], tree.row.astype(np.int64) * n + tree.col)


def _classes(edges: Ints, length: Floats, road: Bools, places: Settlements) -> Objects:
    """Return road classes: trunk and secondary from the county town to township seats, tertiary from a village to its seat."""
    n = len(places.xy)
    number = {(int(a), int(b)): i for i, (a, b) in enumerate(edges)}
    graph = csr_array((length[road], (edges[road, 0], edges[road, 1])), shape=(n, n))
    kind = np.full(len(edges), "unclassified", dtype=object)
    seats = np.flatnonzero(places.kind <= KINDS.index("town"))
    city = np.flatnonzero(places.kind == 0)
    farthest_seats = seats[np.argsort(-np.hypot(*(places.xy[seats] - places.xy[city]).T), kind="stable")[:2]]
    villages = np.flatnonzero(places.kind == KINDS.index("village"))
    for road_class, sources, goals in (
        ("tertiary", seats, villages),
        ("secondary", city, seats),
        ("trunk", city, farthest_seats),
    ):
        _, predecessor, _ = dijkstra(graph, directed=False, indices=sources, return_predecessors=True, min_only=True)
        for goal in goals:
            node = int(goal)
            while predecessor[node] >= 0:
                previous = int(predecessor[node])
                kind[number[min(node, previous), max(node, previous)]] = road_class
                node = previous
    return kind


def road_tags(kind: str, bridge: bool, rng: np.random.Generator) -> dict[str, str]:
    """Return the tags of a road of a class."""
    tags = {"highway": kind}
    if kind == "trunk":
        tags["maxspeed"] = "70"
    if kind == "track" and rng.random() < 0.3:
        tags["highway"] = "path"
    return tags | ({"bridge": "yes", "layer": "1"} if bridge else {})


def _expressway(network: RoadNetwork, land: Land, places: Settlements, exits: _Exits) -> None:
    """Add the expressway across the county of the Yixiu demo."""
    t = np.linspace(0, 1, 240)[:, None]
    axis = np.array([-19e3, -9500]) * (1 - t) ** 2 + 2 * t * (1 - t) * np.array([-6e3, 4500]) + t**2 * np.array([17e3, 12.5e3])
    axis = axis[cKDTree(land.sites).query(axis)[0] < 320]
    towns = np.flatnonzero(places.kind <= KINDS.index("village"))

    def exit_near(point: Floats) -> int:
        return exits(int(towns[np.argmin(np.hypot(*(places.xy[towns] - point).T))]), point)

    add_expressway(network, axis, (0.3, 0.68), exit_near)


def add_expressway(network: RoadNetwork, axis: Floats, shares: Sequence[float], exit_near: Callable[[Floats], int]) -> None:
    """Add two one-way carriageways along an axis, on bridges, connected to the roads at interchanges.

    These are at some shares of the axis; ``exit_near`` is the node of a road to which one leads.
    """
    along = np.gradient(axis, axis=0)
    offset = np.column_stack([along[:, 1], -along[:, 0]]) / np.hypot(*along.T)[:, None] * 14
    tags = {"highway": "motorway", "oneway": "yes", "maxspeed": "120", "layer": "1", "bridge": "yes", "name": "示例高速"}
    outbound, inbound = [network.add(p) for p in axis + offset], [network.add(p) for p in (axis - offset)[::-1]]
    network.ways += [(outbound, tags), (inbound, tags)]
    for share in shares:
        index = int(share * len(axis))
        exit_node = exit_near(axis[index])
        direction = np.asarray(network.xy[exit_node]) - axis[index]
        toll = network.add(axis[index] + direction * min(0.5, 400 / np.hypot(*direction)))
        network.join(toll, exit_node, {"highway": "secondary"}, 0.0)
        for lane, off_ramp, on_ramp in (
            (outbound, index - 3, index + 3),
            (inbound, len(axis) - 1 - index - 3, len(axis) - 1 - index + 3),
        ):
            link = {"highway": "motorway_link", "oneway": "yes", "layer": "1"}
            network.ways += [([lane[off_ramp], toll], link), ([toll, lane[on_ramp]], link)]


def _connected(roads: Roads) -> Roads:
    """Return the roads of the largest connected component, without lanes cut off by water."""
    pairs = np.array([(a, b) for nodes, _ in roads.ways for a, b in pairwise(nodes)])
    n = len(roads.xy)
    component = connected_components(
        coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n)), directed=False
    )[1]
    largest = int(np.argmax(np.bincount(component)))
    kept = [component[nodes[0]] == largest for nodes, _ in roads.ways]
    number = np.cumsum(component == largest) - 1
    ways = [([int(number[i]) for i in nodes], tags) for (nodes, tags), keep in zip(roads.ways, kept, strict=True) if keep]
    return Roads(roads.xy[component == largest], ways, roads.owner[np.array(kept)[: len(roads.owner)]])
