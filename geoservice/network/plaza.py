"""Plazas: areas that people cross. Their streets are the rim, and straight lines between entrances that see one another."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np
import shapely

from geoservice.geo import Bools, Floats, Ints
from geoservice.network.opl import Relation
from geoservice.network.way_table import NodeRefs, among

MAX_ENTRANCES = 50
"""Of a plaza with more, only the rim is read: the lines would be more than 1 225, and many of them alike."""


class Plaza(NamedTuple):
    """An area with a ``highway`` tag.

    ``id`` is that of the way, or the negative one of the relation; ``kind`` the number of its set of tags, without ``area``;
    ``ways`` are the ids of the ways that bound it, ``lines`` their nodes.
    """

    id: int
    kind: int
    ways: frozenset[int]
    lines: tuple[NodeRefs, ...]


def is_plaza(tags: Mapping[str, str]) -> bool:
    """Return whether a way, if it is closed, or a relation is a plaza.

    >>> is_plaza({"highway": "pedestrian", "area": "yes"}), is_plaza({"highway": "footway", "type": "multipolygon"})
    (True, True)
    """
    return "highway" in tags and (tags.get("area") == "yes" or tags.get("type") == "multipolygon")


def outer_ways(relations: Iterable[Relation]) -> frozenset[int]:
    """Return the outer bounds of plazas; one of them that is a plaza itself is read with the relation only."""
    return frozenset(way for relation in relations for way, role in relation.ways().items() if role != "inner")


def rings(lines: Sequence[NodeRefs]) -> tuple[list[NodeRefs], list[NodeRefs]]:
    """Return the closed rings that lines make, joined at their ends, and what remains open.

    >>> def line(*refs): return NodeRefs(np.array(refs), np.zeros(len(refs)), np.zeros(len(refs)))
    >>> closed, remaining = rings([line(1, 2), line(3, 2), line(3, 1), line(8, 9)])
    >>> [r.ref.tolist() for r in closed], [r.ref.tolist() for r in remaining]
    ([[1, 2, 3, 1]], [[8, 9]])
    """
    closed: list[NodeRefs] = []
    remaining: list[NodeRefs] = []
    pool = list(lines)
    while pool:
        line = pool.pop(0)
        while line.ref[0] != line.ref[-1] and (following := _following(pool, int(line.ref[-1]))):
            line = NodeRefs.joined([line, following.take(np.arange(1, len(following.ref)))])
        (closed if len(line.ref) > 3 and line.ref[0] == line.ref[-1] else remaining).append(line)
    return closed, remaining


def _following(pool: list[NodeRefs], end: int) -> NodeRefs | None:
    """Remove from the pool, and return, a line that starts at a node, or ends there and is turned."""
    for position, line in enumerate(pool):
        if line.ref[0] == end:
            return pool.pop(position)
        if line.ref[-1] == end:
            return pool.pop(position).take(np.arange(len(line.ref))[::-1])
    return None


def sight_lines(polygon: shapely.Geometry, lon: Floats, lat: Floats) -> tuple[Ints, Ints]:
    """Return the pairs of points, as two arrays of positions, whose straight line is inside a polygon.

    >>> u_shape = shapely.Polygon([(0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3)])
    >>> a, b = sight_lines(u_shape, np.array([0.0, 3.0, 3.0]), np.array([3.0, 3.0, 0.0]))
    >>> a.tolist(), b.tolist()
    ([1], [2])
    """
    first, second = np.triu_indices(len(lon), 1)
    corners = np.stack([np.column_stack([lon[i], lat[i]]) for i in (first, second)], axis=1)
    shapely.prepare(polygon)
    visible: Bools = np.asarray(shapely.covers(polygon, shapely.linestrings(corners)), np.bool_)
    return first[visible], second[visible]


class PlazaStreets(NamedTuple):
    """The streets of a plaza: the nodes of each, and whether lines across it are among them."""

    plaza: Plaza
    streets: tuple[NodeRefs, ...]
    crossed: bool


def plaza_streets(plazas: Sequence[Plaza], way: Ints, ref: Ints) -> Iterator[PlazaStreets]:
    """Return the streets of each plaza: its rim, and lines between entrances, which are nodes that another street has as well.

    Parameters
    ----------
    plazas : sequence of Plaza
        All of the extract.
    way, ref : int64 arrays, shape (nodes of streets,)
        OSM ids of the way and of the node of each node of the other streets.
    """
    users = _users(plazas, way, ref)
    for plaza in plazas:
        closed, remaining = rings(plaza.lines)
        nodes = NodeRefs.joined(closed).distinct()
        entrance = np.array([not users[n] <= {plaza.id, *plaza.ways} for n in nodes.ref.tolist()], np.bool_)
        crossed = not remaining and int(entrance.sum()) <= MAX_ENTRANCES
        yield PlazaStreets(
            plaza, (*closed, *remaining, *(_lines_across(closed, nodes.take(entrance)) if crossed else ())), crossed
        )


def _users(plazas: Sequence[Plaza], way: Ints, ref: Ints) -> dict[int, set[int]]:
    """Return the streets and plazas of each node of a plaza."""
    of_plazas = [(plaza.id, n) for plaza in plazas for line in plaza.lines for n in line.ref.tolist()]
    users: dict[int, set[int]] = {n: set() for _, n in of_plazas}
    near = among(ref, np.array(list(users), np.int64))
    for number, node in [*of_plazas, *zip(way[near].tolist(), ref[near].tolist(), strict=True)]:
        users[node].add(number)
    return users


def _lines_across(closed: Sequence[NodeRefs], entrances: NodeRefs) -> tuple[NodeRefs, ...]:
    shapes = [shapely.Polygon(np.column_stack(ring[1:])) for ring in closed]
    if len(entrances.ref) < 2 or not shapely.is_valid(shapes).all():
        return ()
    # of rings inside one another every second one bounds a hole, whatever the roles of the members say
    polygon = reduce(shapely.symmetric_difference, shapes)
    pairs = zip(*sight_lines(polygon, entrances.lon, entrances.lat), strict=True)
    return tuple(entrances.take(np.array(pair)) for pair in pairs)
