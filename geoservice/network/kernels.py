# mypy: disable-error-code="no-untyped-def"
# the functions here are compiled by numba from the types of their first call; callers in travel.py and snap.py are typed
"""Searches on a street graph, compiled: the nearest sources of every node, and everything near each source.

Pure functions on plain arrays. Times are integer milliseconds, limits are inclusive. A graph comes as compressed rows:
``indptr`` and ``arcs``, each ``ms << 32 | node`` in one int64 with ``ms`` > 0, since the two are always read together.
Sources come as seeds: ``seed_node``, ``seed_ms`` (the time already spent there) and ``seed_label`` (which source it is); a
source may have several seeds.

A *key* is ``ms << 32 | label`` in one int64, so the smaller of two keys is the earlier time and, at one time, the lower label;
``NONE``, the largest int64, reads as time ``UNREACHED`` and label -1.

Both searches keep open nodes in buckets of some seconds (Dial, "Algorithm 360", CACM 12, 1969; Denardo & Fox, "Shortest-route
methods: 1", Operations Research 27, 1979). Within a bucket a node is looked at again when its key improves, which makes
the result exact whatever the width.
"""

import numba
import numpy as np

UNREACHED = np.int32(2**31 - 1)
NONE = np.int64(2**63 - 1)
_LABEL = np.int64(2**32 - 1)
_MS = ~_LABEL
_WIDE_BITS = 15  # with many sources at once a wide bucket stays with one of them long enough to find its nodes in cache
_NARROW_BITS = 13


@numba.njit(cache=True)
def _improve(best, base, k, key):
    """Put ``key`` in its place among the ``k`` best of distinct labels at ``base``; False if it is not one of them."""
    if best[base + k - 1] <= key:
        return False
    label = key & _LABEL
    at = k - 1
    for i in range(k):
        if best[base + i] & _LABEL == label:
            if best[base + i] <= key:
                return False
            at = i
            break
    while at > 0 and best[base + at - 1] > key:
        best[base + at] = best[base + at - 1]
        at -= 1
    best[base + at] = key
    return True


@numba.njit(cache=True)
def _holds(best, base, k, key):
    for i in range(k):  # noqa: SIM110  # any() of a generator is slower to compile and to run
        if best[base + i] == key:
            return True
    return False


@numba.njit(cache=True)
def nearest_keys(indptr, arcs, seed_node, seed_ms, seed_label, limit, k):
    """Return the keys of the ``k`` nearest distinct sources of each node within ``limit``, nearest first; shape ``(n * k,)``.

    Searches along the arcs given: with arcs out of nodes, times are from the source; with arcs into them, to the source.
    """
    best = np.full((len(indptr) - 1) * k, NONE, np.int64)
    head = np.full((limit >> _WIDE_BITS) + 1, -1, np.int32)
    room = 1 << 16
    entry_node = np.empty(room, np.int32)
    entry_key = np.empty(room, np.int64)
    entry_next = np.empty(room, np.int32)
    free = np.int32(-1)
    top = 0
    for i in range(len(seed_node)):
        if seed_ms[i] > limit or seed_ms[i] < 0:
            continue
        key = np.int64(seed_ms[i]) << 32 | np.int64(seed_label[i])
        if _improve(best, np.int64(seed_node[i]) * k, k, key):
            if top == room:
                room *= 2
                entry_node = _grown(entry_node)
                entry_key = _grown(entry_key)
                entry_next = _grown(entry_next)
            bucket = seed_ms[i] >> _WIDE_BITS
            entry_node[top] = seed_node[i]
            entry_key[top] = key
            entry_next[top] = head[bucket]
            head[bucket] = top
            top += 1
    for bucket in range(len(head)):
        while head[bucket] >= 0:
            entry = head[bucket]
            head[bucket] = entry_next[entry]
            node = np.int64(entry_node[entry])
            key = entry_key[entry]
            entry_next[entry] = free
            free = entry
            if not _holds(best, node * k, k, key):
                continue
            for arc in range(indptr[node], indptr[node + 1]):
                onward = key + (arcs[arc] & _MS)
                time = onward >> 32
                if time > limit:
                    continue
                to = arcs[arc] & _LABEL
                if _improve(best, to * k, k, onward):
                    if free >= 0:
                        slot = free
                        free = entry_next[slot]
                    else:
                        if top == room:
                            room *= 2
                            entry_node = _grown(entry_node)
                            entry_key = _grown(entry_key)
                            entry_next = _grown(entry_next)
                        slot = np.int32(top)
                        top += 1
                    entry_node[slot] = to
                    entry_key[slot] = onward
                    entry_next[slot] = head[time >> _WIDE_BITS]
                    head[time >> _WIDE_BITS] = slot
    return best


@numba.njit(cache=True)
def _grown(array):
    out = np.empty(len(array) * 2, array.dtype)
    out[: len(array)] = array
    return out


@numba.njit(cache=True)
def reach_rows(indptr, arcs, seed_start, seed_node, seed_ms, limit):
    """Return every node within ``limit`` of each source, as compressed rows ``(start, node, time)`` in the order of finding.

    Source ``i`` has the seeds ``seed_start[i]:seed_start[i + 1]``. Shapes: start ``(s + 1,)``, the others ``(pairs,)``.
    """
    sources = len(seed_start) - 1
    time = np.full(len(indptr) - 1, UNREACHED, np.int32)
    head = np.full((limit >> _NARROW_BITS) + 1, -1, np.int32)
    room = 1 << 12
    entry_node = np.empty(room, np.int32)
    entry_time = np.empty(room, np.int32)
    entry_next = np.empty(room, np.int32)
    start = np.zeros(sources + 1, np.int64)
    space = 1 << 16
    out_node = np.empty(space, np.int32)
    out_time = np.empty(space, np.int32)
    filled = 0
    for source in range(sources):
        first = filled
        top = 0
        for i in range(seed_start[source], seed_start[source + 1]):
            spent = seed_ms[i]
            node = seed_node[i]
            if spent < 0 or spent > limit or spent >= time[node]:
                continue
            if time[node] == UNREACHED:
                if filled == space:
                    space *= 2
                    out_node = _grown(out_node)
                    out_time = _grown(out_time)
                out_node[filled] = node
                filled += 1
            if top == room:
                room *= 2
                entry_node = _grown(entry_node)
                entry_time = _grown(entry_time)
                entry_next = _grown(entry_next)
            time[node] = spent
            entry_node[top] = node
            entry_time[top] = spent
            entry_next[top] = head[spent >> _NARROW_BITS]
            head[spent >> _NARROW_BITS] = top
            top += 1
        for bucket in range(len(head)):
            while head[bucket] >= 0:
                entry = head[bucket]
                head[bucket] = entry_next[entry]
                node = entry_node[entry]
                spent = entry_time[entry]
                if spent != time[node]:
                    continue
                for arc in range(indptr[node], indptr[node + 1]):
                    onward = spent + (arcs[arc] >> 32)
                    to = arcs[arc] & _LABEL
                    if onward > limit or onward >= time[to]:
                        continue
                    if time[to] == UNREACHED:
                        if filled == space:
                            space *= 2
                            out_node = _grown(out_node)
                            out_time = _grown(out_time)
                        out_node[filled] = to
                        filled += 1
                    if top == room:
                        room *= 2
                        entry_node = _grown(entry_node)
                        entry_time = _grown(entry_time)
                        entry_next = _grown(entry_next)
                    time[to] = onward
                    entry_node[top] = to
                    entry_time[top] = onward
                    entry_next[top] = head[onward >> _NARROW_BITS]
                    head[onward >> _NARROW_BITS] = top
                    top += 1
        for i in range(first, filled):
            out_time[i] = time[out_node[i]]
            time[out_node[i]] = UNREACHED
        start[source + 1] = filled
    return start, out_node[:filled].copy(), out_time[:filled].copy()


@numba.njit(cache=True)
def point_rows(start, node, time, held_start, held_point, held_ms, limit):
    """Carry rows of nodes on to the points held by each node; return packed pairs, with repetitions.

    Node ``n`` holds the points ``held_point[held_start[n]:held_start[n + 1]]``, ``held_ms`` further on. A pair is packed as
    ``row << 55 | point << 28 | time``: below 256 rows, 2**27 points, 2**28 ms.
    """
    space = 1 << 16
    out = np.empty(space, np.int64)
    filled = 0
    for row in range(len(start) - 1):
        for i in range(start[row], start[row + 1]):
            for held in range(held_start[node[i]], held_start[node[i] + 1]):
                total = np.int64(time[i]) + held_ms[held]
                if total > limit:
                    continue
                if filled == space:
                    space *= 2
                    out = _grown(out)
                out[filled] = np.int64(row) << 55 | np.int64(held_point[held]) << 28 | total
                filled += 1
    return out[:filled]


@numba.njit(cache=True)
def point_keys(
    best, k, u, v, ms_u, ms_v, near_start, near_stop, station, station_along, station_against, along, against, limit
):
    """Return the keys of the ``k`` nearest distinct sources of each point; shape ``(n * k,)``.

    A point lies on an edge between the nodes ``u`` and ``v``, ``ms_u`` and ``ms_v`` from them (-1: no way there; ``u`` = -1: no
    edge). ``best`` are the nodes' keys. The stations on the point's own edge are ``near_start:near_stop`` of ``station``; by
    the edge itself they are ``station_along - along`` ms away, or ``station_against - against``, where not negative; -1 in
    ``along`` or ``against`` closes that direction. Station keys carry their own start in the upper half.
    """
    out = np.full(len(u) * k, NONE, np.int64)
    for i in range(len(u)):
        if u[i] < 0:
            continue
        for end in range(2):
            node, extra = (u[i], ms_u[i]) if end == 0 else (v[i], ms_v[i])
            if extra < 0:
                continue
            for j in range(np.int64(node) * k, np.int64(node) * k + k):
                if best[j] == NONE or (best[j] >> 32) + extra > limit:
                    break
                _improve(out, i * k, k, best[j] + (np.int64(extra) << 32))
        for j in range(near_start[i], near_stop[i]):
            for way in range(2):
                here, there = (along[i], station_along[j]) if way == 0 else (against[i], station_against[j])
                if here < 0 or there < here:
                    continue
                key = station[j] + (np.int64(there - here) << 32)
                if key >> 32 <= limit:
                    _improve(out, i * k, k, key)
    return out


@numba.njit(cache=True)
def edge_offsets(edge, fraction, shape_start, shape_m, shape_forward, shape_backward):
    """Return the ms from ``u`` along the edge to each point and the ms back to ``u``, both rounded within one segment.

    ``edge`` -1 gives 0. Shapes ``(n,)``.
    """
    along = np.zeros(len(edge), np.int32)
    back = np.zeros(len(edge), np.int32)
    for i in range(len(edge)):
        if edge[i] < 0:
            continue
        low = shape_start[edge[i]]
        high = shape_start[edge[i] + 1] - 1
        metres = fraction[i] * shape_m[high]
        while high - low > 1:
            middle = (low + high) // 2
            if shape_m[middle] <= metres:
                low = middle
            else:
                high = middle
        length = shape_m[high] - shape_m[low]
        part = min(max((metres - shape_m[low]) / length, 0.0), 1.0) if length > 0 else 0.0
        along[i] = shape_forward[low] + np.int32(np.rint(part * (shape_forward[high] - shape_forward[low])))
        back[i] = shape_backward[low] + np.int32(np.rint(part * (shape_backward[high] - shape_backward[low])))
    return along, back
