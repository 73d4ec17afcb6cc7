"""Segments of one mode from OSM ways: the nodes, the time of each segment and direction, and streets cut at barriers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geoservice.geo import Bools, Floats, Int8s, Int32s, Ints, haversine_m
from geoservice.modes import MODES
from geoservice.network.contract import ENTRANCE, LAST_MILE, LAST_MILE_BACK, RANK_BITS, Segments, reversed_status
from geoservice.network.osm import OsmStreets
from geoservice.network.rules import WayUse, node_passage, way_use
from geoservice.network.slope import StreetSlopes, slope_factors
from geoservice.network.speeds import Speeds

_MAX_MS = 2**30


@dataclass(frozen=True)
class Nodes:
    """OSM nodes: ids, longitudes and latitudes in degrees; shapes ``(n,)``."""

    id: Ints
    lon: Floats
    lat: Floats

    def take(self, index: Ints) -> "Nodes":
        """Return the nodes at these positions."""
        return Nodes(self.id[index], self.lon[index], self.lat[index])


def street_nodes(streets: OsmStreets) -> tuple[Nodes, Int32s]:
    """Return the distinct nodes in ascending order of id, and the position among them of each node reference of a way."""
    ids, first_index, position = np.unique(streets.ref, return_index=True, return_inverse=True)
    return Nodes(ids, streets.lon[first_index], streets.lat[first_index]), position.astype(np.int32)


def mode_segments(
    streets: OsmStreets,
    mode: str,
    speeds: Speeds,
    restricted: Ints,
    slopes: StreetSlopes | None = None,
    slowdown: Floats | None = None,
) -> tuple[Nodes, Segments]:
    """Return the nodes of the streets, and the segments that a mode may use, in an order independent of the file's.

    The time of a segment is its great-circle length over its speed, times the factor of its slope, rounded to whole ms and at
    least 1. ``restricted`` are the ids of ways that turn restrictions name. ``slowdown`` is how many times longer the segment
    from each node reference takes, infinity where it is closed.
    """
    nodes, position = street_nodes(streets)
    first = np.ones(len(position), np.bool_)
    first[streets.start[1:] - 1] = False
    way = np.repeat(np.arange(len(streets.kind), dtype=np.int32), np.diff(streets.start))[first]
    start = np.flatnonzero(first)
    a, b = position[start], position[start + 1]
    metres = haversine_m(nodes.lon[a], nodes.lat[a], nodes.lon[b], nodes.lat[b])
    uses = [way_use(tags, mode, speeds) for tags in streets.kinds]
    status = np.array([_status(use, speeds.of(mode).has_delays) for use in uses], np.int8)[streets.kind]
    kmh, waiting = _way_speeds(uses, streets.kind, np.asarray(np.bincount(way, metres, len(streets.kind)), float))
    factors: tuple[Floats | float, Floats | float] = (1.0, 1.0)
    if slopes:
        push = speeds.of(mode).dismount
        factors = slope_factors(slopes, start, kmh[way, 0], kmh[way, 1], MODES[mode].slope, push)
    slow: Floats | float = 1.0 if slowdown is None else slowdown[start]
    forward, backward = (_ms(metres * factors[side], kmh[way, side], metres * waiting[way], slow) for side in (0, 1))
    keep = (a != b) & ((forward >= 0) | (backward >= 0))
    way = way[keep]
    label = _labels(streets, restricted)[way]
    return nodes, canonical(Segments(a[keep], b[keep], metres[keep], forward[keep], backward[keep], status[way], label))


def _labels(streets: OsmStreets, restricted: Ints) -> Ints:
    """Return the OSM id of each way that is ``restricted``, 0 for the others."""
    return (
        np.where(np.isin(streets.way, restricted), streets.way, 0)
        if len(streets.way)
        else np.zeros_like(streets.kind, np.int64)
    )


def _way_speeds(uses: Sequence[WayUse], kind: Int32s, metres: Floats) -> tuple[Floats, Floats]:
    """Return the km/h of each way along and against it, shape ``(ways, 2)``, and its extra seconds per metre."""
    table = np.array([(u.forward.kmh, u.backward.kmh) for u in uses], float).reshape(-1, 2)[kind]
    seconds = np.array([np.nan if u.seconds is None else u.seconds for u in uses])[kind]
    waiting = np.array([u.extra_seconds for u in uses])[kind]
    length = np.maximum(metres, 1e-3)
    timed = np.isfinite(seconds)
    table[timed] = np.where(table[timed] > 0, (length[timed] / np.maximum(seconds[timed], 1e-3) * 3.6)[:, None], 0.0)
    return table, waiting / length


def _status(use: WayUse, has_delays: bool) -> int:
    """Return the status of a way."""
    ahead, back = use.forward if use.forward.kmh else use.backward, use.backward if use.backward.kmh else use.forward
    last_mile = (LAST_MILE if ahead.last_mile else 0) | (LAST_MILE_BACK if back.last_mile else 0)
    return int(last_mile | (ENTRANCE if use.entrance else 0) | (use.rank << RANK_BITS if has_delays else 0))


def _ms(metres: Floats, kmh: Floats, seconds: Floats, slowdown: Floats | float) -> Int32s:
    with np.errstate(divide="ignore", invalid="ignore"):
        ms = np.maximum(np.rint((metres * 3600 / kmh + seconds * 1000) * slowdown), 1)
    return np.where((kmh > 0) & np.isfinite(slowdown), np.minimum(ms, _MAX_MS), -1).astype(np.int32)


def joined(*parts: Segments) -> Segments:
    """Return the segments of all parts."""
    columns: Iterable[tuple[Any, ...]] = zip(*parts, strict=True)
    return Segments(*(np.concatenate(c) for c in columns))


def canonical(segments: Segments) -> Segments:
    """Return the segments sorted and without duplicates, one-way ones in their direction and two-way ones with ``a < b``."""
    a, b, metres, forward, backward, status, way = segments
    reverse = (forward < 0) | ((backward >= 0) & (a > b))
    tail, head = np.where(reverse, b, a).astype(np.int32), np.where(reverse, a, b).astype(np.int32)
    along, against = np.where(reverse, backward, forward), np.where(reverse, forward, backward)
    status = np.where(reverse, reversed_status(status), status)
    order = np.lexsort((way, status, against, along, head, tail))
    ordered = Segments(tail, head, metres, along, against, status.astype(np.int8), way.astype(np.int64)).take(order)
    columns = (ordered.a, ordered.b, ordered.forward, ordered.backward, ordered.status, ordered.way)
    return ordered.take(np.flatnonzero(differs_from_previous(*columns)))


def differs_from_previous(*columns: Int32s | Int8s | Ints) -> Bools:
    """Return which rows of sorted columns differ from the row before."""
    differs = np.ones(len(columns[0]), np.bool_)
    differs[1:] = np.any([np.diff(c) != 0 for c in columns], axis=0)
    return differs


def cut_at_barriers(
    streets: OsmStreets, nodes: Nodes, segments: Segments, mode: str, speeds: Speeds, closed_nodes: Ints | None = None
) -> tuple[Nodes, Segments]:
    """Return nodes and segments with the streets cut at the barriers that the mode may not pass, and at ``closed_nodes``.

    Each segment that ends at such a barrier gets an end of its own there. Where the barrier may be passed at the start or end
    of a trip only, the ends are connected to the barrier's node by segments of no length with that status.
    """
    passages = [node_passage(tags, mode, speeds) for tags in streets.node_kinds]
    blocking = np.array([p != "open" for p in passages], np.bool_)[streets.tagged_kind]
    position = np.searchsorted(nodes.id, streets.tagged[blocking])
    position = np.minimum(position, len(nodes.id) - 1)
    on_street = nodes.id[position] == streets.tagged[blocking]
    closed = np.array([p == "closed" for p in passages], np.bool_)[streets.tagged_kind[blocking]]
    state = np.zeros(len(nodes.id), np.int8)
    state[position[on_street]] = np.where(closed[on_street], 2, 1)
    if closed_nodes is not None:
        state[np.searchsorted(nodes.id, closed_nodes)] = 2
    ends = np.concatenate([segments.a, segments.b])
    cut = np.flatnonzero(state[ends] > 0)
    if not len(cut):
        return nodes, segments
    barrier, copy = ends[cut], np.arange(len(nodes.id), len(nodes.id) + len(cut))
    ends[cut] = copy
    nodes = nodes.take(np.concatenate([np.arange(len(nodes.id)), barrier]))
    segments = segments._replace(a=ends[: len(segments.a)], b=ends[len(segments.a) :])
    passable = state[barrier] == 1
    return nodes, canonical(_with_gates(segments, barrier[passable], copy[passable]))


def _with_gates(segments: Segments, barrier: Int32s, copy: Ints) -> Segments:
    none, zero = np.zeros(len(copy)), np.zeros(len(copy), np.int32)
    gates = Segments(
        barrier, copy.astype(np.int32), none, zero, zero, np.full(len(copy), LAST_MILE | LAST_MILE_BACK), zero.astype(np.int64)
    )
    return joined(segments, gates)
