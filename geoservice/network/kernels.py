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

Two things make the loops quick. They never allocate: where room runs out they return to a caller that makes more and calls
again, since an array that may be replaced within a loop costs a count of references at every step. And they index with
unsigned numbers, which need no look for a minus sign.
"""

import numba
import numpy as np
from numba import int32, int64, uint32, uint64

UNREACHED = np.int32(2**31 - 1)
NONE = np.int64(2**63 - 1)
_LABEL = np.int64(2**32 - 1)
_MS = ~_LABEL
_LOW = np.uint64(2**32 - 1)
_WIDE = 4.0  # arcs to a bucket: with many sources at once a wide bucket stays with one of them long enough to find it in cache
_NARROW = 0.5
_MOST_BUCKETS = 1 << 14


@numba.njit(cache=True)
def _bucket_bits(arcs, share, limit):
    """Logarithm of the width of a bucket, which is about ``share`` of the mean arc; from a sample."""
    total = 0.0
    count = 0
    for i in range(0, len(arcs), len(arcs) // 4096 + 1):
        total += arcs[i] >> 32
        count += 1
    width = share * total / max(count, 1)
    bits = 0
    while 2 << bits <= width or limit >> bits >= _MOST_BUCKETS:
        bits += 1
    return bits


@numba.njit(cache=True)
def _grown(array):
    out = np.empty(len(array) * 2, array.dtype)
    out[: len(array)] = array
    return out


@numba.njit(cache=True)
def _improve(best, base, k, key):
    """Put ``key`` in its place among the ``k`` best of distinct labels at ``base``; False if it is not one of them."""
    last = uint64(base) + uint64(k) - uint64(1)
    if best[last] <= key:
        return False
    if k == 1:
        best[last] = key
        return True
    label = key & _LABEL
    at = last
    for i in range(uint64(base), last):
        if best[i] & _LABEL == label:
            if best[i] <= key:
                return False
            at = i
            break
    while at > uint64(base) and best[at - uint64(1)] > key:
        best[at] = best[at - uint64(1)]
        at -= uint64(1)
    best[at] = key
    return True


@numba.njit(cache=True)
def _holds(best, base, k, key):
    for i in range(uint64(base), uint64(base) + uint64(k)):  # noqa: SIM110  # any() of a generator is slower to compile and to run
        if best[i] == key:
            return True
    return False


@numba.njit(cache=True)
def nearest_keys(indptr, arcs, seed_node, seed_ms, seed_label, limit, k):
    """Return the keys of the ``k`` nearest distinct sources of each node within ``limit``, nearest first; shape ``(n * k,)``.

    Searches along the arcs given: with arcs out of nodes, times are from the source; with arcs into them, to the source.
    Quickest with seeds in the order of nodes.
    """
    best = np.full((len(indptr) - 1) * k, NONE, np.int64)
    bits = _bucket_bits(arcs, _WIDE, limit)
    head = np.full((limit >> bits) + 1, -1, np.int32)
    node = np.empty(max(len(seed_node), 1 << 12), np.int32)
    key = np.empty(len(node), np.int64)
    link = np.empty(len(node), np.int32)
    top = 0
    for i in range(len(seed_node)):
        spent = int64(seed_ms[i])
        if 0 <= spent <= limit and _improve(best, int64(seed_node[i]) * k, k, spent << 32 | int64(seed_label[i])):
            node[top] = seed_node[i]
            key[top] = spent << 32 | int64(seed_label[i])
            link[top] = head[spent >> bits]
            head[spent >> bits] = top
            top += 1
    bucket, free = 0, -1
    while True:
        bucket, top, free = _nearest_loop(indptr, arcs, best, k, head, bits, node, key, link, bucket, top, free, limit)
        if bucket == len(head):
            return best
        node, key, link = _grown(node), _grown(key), _grown(link)


@numba.njit(cache=True)
def _nearest_loop(indptr, arcs, best, k, head, bits, node, key, link, bucket, top, free, limit):
    """Empty the buckets from ``bucket`` on; stop before an entry whose arcs may not find room.

    Entries are ``node``, ``key`` and ``link`` to the next one in the bucket; those below ``top`` are in a bucket or in the list
    that begins at ``free``.
    """
    for at in range(bucket, len(head)):
        while head[at] >= 0:
            entry = uint32(head[at])
            here = uint64(node[entry])
            spent = key[entry]
            arc = uint64(indptr[here])
            end = uint64(indptr[here + uint64(1)])
            if top + int64(end - arc) > len(node):
                return at, top, free
            head[at] = link[entry]
            link[entry] = free
            free = int32(entry)
            if not _holds(best, here * uint64(k), k, spent):
                continue
            left = limit - (spent >> 32)
            while arc < end:
                onward = spent + (arcs[arc] & _MS)
                to = uint64(arcs[arc]) & _LOW
                arc += uint64(1)
                if arcs[arc - uint64(1)] >> 32 > left or not _improve(best, to * uint64(k), k, onward):
                    continue
                if free >= 0:
                    slot = uint32(free)
                    free = link[slot]
                else:
                    slot = uint32(top)
                    top += 1
                node[slot] = to
                key[slot] = onward
                link[slot] = head[uint64(onward >> 32 >> bits)]
                head[uint64(onward >> 32 >> bits)] = slot
    return len(head), top, free


@numba.njit(cache=True)
def reach_rows(indptr, arcs, seed_start, seed_node, seed_ms, limit):
    """Return every node within ``limit`` of each source, as compressed rows ``(start, node, time)`` in the order of finding.

    Source ``i`` has the seeds ``seed_start[i]:seed_start[i + 1]``. Shapes: start ``(s + 1,)``, the others ``(pairs,)``.
    Quickest if sources near one another come one after the other.
    """
    bits = _bucket_bits(arcs, _NARROW, limit)
    time = np.full(len(indptr) - 1, UNREACHED, np.int32)
    head = np.full((limit >> bits) + 1, -1, np.int32)
    entry = np.empty(1 << 12, np.int64)
    link = np.empty(1 << 12, np.int32)
    start = np.zeros(len(seed_start), np.int64)
    out_node = np.empty(1 << 16, np.int32)
    out_time = np.empty(1 << 16, np.int32)
    for source in range(len(seed_start) - 1):
        top = 0
        while len(entry) < seed_start[source + 1] - seed_start[source]:
            entry, link = _grown(entry), _grown(link)
        for i in range(seed_start[source], seed_start[source + 1]):
            spent = int64(seed_ms[i])
            if 0 <= spent <= limit and spent < time[seed_node[i]]:
                time[seed_node[i]] = spent
                entry[top] = spent << 32 | int64(seed_node[i])
                link[top] = head[spent >> bits]
                head[spent >> bits] = top
                top += 1
        bucket = 0
        while True:
            bucket, top = _reach_loop(indptr, arcs, time, head, bits, entry, link, bucket, top, limit)
            if bucket == len(head):
                break
            entry, link = _grown(entry), _grown(link)
        while start[source] + top > len(out_node):
            out_node, out_time = _grown(out_node), _grown(out_time)
        start[source + 1] = _emptied(entry, top, time, out_node, out_time, start[source])
    return start, out_node[: start[-1]], out_time[: start[-1]]


@numba.njit(cache=True)
def _reach_loop(indptr, arcs, time, head, bits, entry, link, bucket, top, limit):
    """Empty the buckets from ``bucket`` on; stop before an entry whose arcs may not find room. Entries stay below ``top``."""
    for at in range(bucket, len(head)):
        while head[at] >= 0:
            here = uint64(entry[uint32(head[at])]) & _LOW
            spent = entry[uint32(head[at])] >> 32
            arc = uint64(indptr[here])
            end = uint64(indptr[here + uint64(1)])
            if top + int64(end - arc) > len(entry):
                return at, top
            head[at] = link[uint32(head[at])]
            if spent != time[here]:
                continue
            while arc < end:
                onward = spent + (arcs[arc] >> 32)
                to = uint64(arcs[arc]) & _LOW
                arc += uint64(1)
                if onward > limit or onward >= time[to]:
                    continue
                time[to] = onward
                entry[uint64(top)] = onward << 32 | int64(to)
                link[uint64(top)] = head[uint64(onward >> bits)]
                head[uint64(onward >> bits)] = top
                top += 1
    return len(head), top


@numba.njit(cache=True)
def _emptied(entry, top, time, out_node, out_time, filled):
    """Write the node and time of every entry that is the last word on its node, and make ``time`` unreached again."""
    for i in range(top):
        node = uint64(entry[i]) & _LOW
        if time[node] == entry[i] >> 32:
            out_node[filled] = node
            out_time[filled] = entry[i] >> 32
            filled += 1
            time[node] = UNREACHED
    return filled


@numba.njit(cache=True)
def rows_placed(order, start, node, time):
    """Return compressed rows with row ``i`` put at place ``order[i]``, a permutation."""
    placed = np.zeros(len(start), np.int64)
    for i in range(len(order)):
        placed[order[i] + 1] = start[i + 1] - start[i]
    placed = np.cumsum(placed)
    out_node = np.empty(len(node), np.int32)
    out_time = np.empty(len(time), np.int32)
    for i in range(len(order)):
        to = placed[order[i]]
        for j in range(start[i], start[i + 1]):
            out_node[to] = node[j]
            out_time[to] = time[j]
            to += 1
    return placed, out_node, out_time


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
