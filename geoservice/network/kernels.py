# mypy: disable-error-code="no-untyped-def"
# the functions here are compiled by numba from the types of their first call; callers in travel.py and snap.py are typed.
# They stay in one file, because numba's cache of a function does not notice changes of the functions it calls in other files.
"""Compiled searches on a street graph: the nearest sources of every node, and all nodes near each source.

Pure functions on plain arrays. Times are integer milliseconds, limits are inclusive. A graph is given as compressed rows:
``indptr`` and ``arcs``, each ``ms << 32 | node`` in one int64 with ``ms`` >= 0, since the two are always read together.
Sources are given as seeds: ``seed_node``, ``seed_ms`` (the time at its start) and ``seed_label`` (the index of the source); a
source may have several seeds.

A *key* is ``ms << 32 | label`` in one int64, so the smaller of two keys has the earlier time or, at equal times, the lower
label; ``NONE``, the largest int64, has the time ``UNREACHED`` and the label -1.

Both searches keep open nodes in buckets of some seconds (Dial, "Algorithm 360", CACM 12, 1969; Denardo & Fox, "Shortest-route
methods: 1", Operations Research 27, 1979). Within a bucket a node is expanded again when its key improves, which makes
the result exact for any width.

Two things make the loops fast. They never allocate: when an array is full they return to a caller that grows it and calls
again, since an array that may be replaced within a loop costs reference counting at every step. And they index with
unsigned integers, which saves the check for negative indices.
"""

import numba
import numpy as np
from numba import int32, int64, uint32, uint64

UNREACHED = np.int32(2**31 - 1)
NONE = np.int64(2**63 - 1)
_LABEL = np.int64(2**32 - 1)
_MS = ~_LABEL
_LOW = np.uint64(2**32 - 1)
_WIDE = (
    4.0  # bucket width in mean arcs: with many sources at the same time, wide buckets keep the data of one of them in the cache
)
_NARROW = 0.5
_MAX_BUCKETS = 1 << 14


@numba.njit(cache=True)
def _bucket_bits(arcs, share, limit):
    """Return the base-2 logarithm of the bucket width, which is about ``share`` times the mean arc of a sample."""
    total = 0.0
    count = 0
    for i in range(0, len(arcs), len(arcs) // 4096 + 1):
        total += arcs[i] >> 32
        count += 1
    width = share * total / max(count, 1)
    bits = 0
    while 2 << bits <= width or limit >> bits >= _MAX_BUCKETS:
        bits += 1
    return bits


@numba.njit(cache=True)
def _grown(array):
    larger = np.empty(len(array) * 2, array.dtype)
    larger[: len(array)] = array
    return larger


@numba.njit(cache=True)
def _improve(best, base, k, key):
    """Insert ``key`` among the ``k`` best keys of distinct labels at ``base``; return False if it is not one of them."""
    last = uint64(base) + uint64(k) - uint64(1)
    if best[last] <= key:
        return False
    if k == 1:
        best[last] = key
        return True
    label = key & _LABEL
    slot = last
    for i in range(uint64(base), last):
        if best[i] & _LABEL == label:
            if best[i] <= key:
                return False
            slot = i
            break
    while slot > uint64(base) and best[slot - uint64(1)] > key:
        best[slot] = best[slot - uint64(1)]
        slot -= uint64(1)
    best[slot] = key
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

    With arcs out of nodes, times are from the source; with arcs into them, to the source. Fastest with seeds in the
    order of nodes.
    """
    best = np.full((len(indptr) - 1) * k, NONE, np.int64)
    bits = _bucket_bits(arcs, _WIDE, limit)
    head = np.full((limit >> bits) + 1, -1, np.int32)
    node = np.empty(max(len(seed_node), 1 << 12), np.int32)
    key = np.empty(len(node), np.int64)
    link = np.empty(len(node), np.int32)
    top = 0
    for i in range(len(seed_node)):
        start = int64(seed_ms[i])
        if 0 <= start <= limit and _improve(best, int64(seed_node[i]) * k, k, start << 32 | int64(seed_label[i])):
            node[top] = seed_node[i]
            key[top] = start << 32 | int64(seed_label[i])
            link[top] = head[start >> bits]
            head[start >> bits] = top
            top += 1
    bucket, free = 0, -1
    while True:
        bucket, top, free = _nearest_loop(indptr, arcs, best, k, head, bits, node, key, link, bucket, top, free, limit)
        if bucket == len(head):
            return best
        node, key, link = _grown(node), _grown(key), _grown(link)


@numba.njit(cache=True)
def _nearest_loop(indptr, arcs, best, k, head, bits, node, key, link, bucket, top, free, limit):
    """Process the buckets from ``bucket`` on; stop before an entry whose arcs may not fit.

    Entries are ``node``, ``key`` and ``link`` to the next one in the bucket; those below ``top`` are in a bucket or in the list
    that begins at ``free``.
    """
    for current in range(bucket, len(head)):
        while head[current] >= 0:
            entry = uint32(head[current])
            origin = uint64(node[entry])
            origin_key = key[entry]
            arc = uint64(indptr[origin])
            end = uint64(indptr[origin + uint64(1)])
            if top + int64(end - arc) > len(node):
                return current, top, free
            head[current] = link[entry]
            link[entry] = free
            free = int32(entry)
            if not _holds(best, origin * uint64(k), k, origin_key):
                continue
            remaining = limit - (origin_key >> 32)
            while arc < end:
                next_key = origin_key + (arcs[arc] & _MS)
                target = uint64(arcs[arc]) & _LOW
                arc += uint64(1)
                if arcs[arc - uint64(1)] >> 32 > remaining or not _improve(best, target * uint64(k), k, next_key):
                    continue
                if free >= 0:
                    slot = uint32(free)
                    free = link[slot]
                else:
                    slot = uint32(top)
                    top += 1
                node[slot] = target
                key[slot] = next_key
                link[slot] = head[uint64(next_key >> 32 >> bits)]
                head[uint64(next_key >> 32 >> bits)] = slot
    return len(head), top, free


@numba.njit(cache=True)
def repair_keys(best, indptr, arcs, back_indptr, back_arcs, removed, old_node, seed_node, seed_ms, seed_label, limit):
    """Change ``best``, the keys of ``nearest_keys`` with ``k`` = 1, to those of other sources; return the nodes and old keys.

    ``removed``, one for each label, marks the sources that leave or move, and ``old_node`` are the nodes of their old seeds.
    ``seed_*`` are the seeds of all sources that remain or come. ``back_*`` are the arcs of the opposite direction. A node may
    be returned several times: its first key is the old one, and :func:`restore_keys` undoes the change. The keys equal those of
    a new search, because the nodes of a removed source are connected by arcs between them, and other nodes keep their paths.
    """
    node, old = np.empty(1 << 12, np.int32), np.empty(1 << 12, np.int64)
    changed = 0
    for i in range(len(old_node)):
        if best[old_node[i]] == NONE or not removed[best[old_node[i]] & _LABEL]:
            continue
        node, old, changed = _clear(indptr, arcs, best, removed, old_node[i], node, old, changed)
    cleared = changed
    bits = _bucket_bits(arcs, _WIDE, limit)
    head = np.full((limit >> bits) + 1, -1, np.int32)
    entry, key, link = np.empty(1 << 12, np.int32), np.empty(1 << 12, np.int64), np.empty(1 << 12, np.int32)
    top = 0
    for i in range(cleared + len(seed_node)):
        if i < cleared:
            target = node[i]
            best_key = NONE
            for arc in range(back_indptr[target], back_indptr[target + 1]):
                before = best[back_arcs[arc] & _LABEL]
                if before != NONE and (before >> 32) + (back_arcs[arc] >> 32) <= limit:
                    best_key = min(best_key, before + (back_arcs[arc] & _MS))
        else:
            target = seed_node[i - cleared]
            start = int64(seed_ms[i - cleared])
            best_key = start << 32 | int64(seed_label[i - cleared]) if 0 <= start <= limit else NONE
        if best_key >= best[target]:
            continue
        if top == len(entry):
            entry, key, link = _grown(entry), _grown(key), _grown(link)
        if changed == len(node):
            node, old = _grown(node), _grown(old)
        node[changed], old[changed] = target, best[target]
        changed += 1
        best[target] = best_key
        entry[top], key[top], link[top] = target, best_key, head[best_key >> 32 >> bits]
        head[best_key >> 32 >> bits] = top
        top += 1
    bucket = 0
    while True:
        bucket, top, changed = _repair_loop(
            indptr, arcs, best, head, bits, entry, key, link, bucket, top, limit, node, old, changed
        )
        if bucket == len(head):
            return node[:changed], old[:changed]
        entry, key, link = _grown(entry), _grown(key), _grown(link)
        node, old = _grown(node), _grown(old)


@numba.njit(cache=True)
def _clear(indptr, arcs, best, removed, start, node, old, changed):
    """Clear the keys of removed labels that are connected with ``start``; append the nodes to ``node``, the keys to ``old``."""
    following = changed
    node[changed], old[changed] = start, best[start]
    best[start] = NONE
    changed += 1
    while following < changed:
        origin = node[following]
        following += 1
        while changed + indptr[origin + 1] - indptr[origin] + 1 > len(node):
            node, old = _grown(node), _grown(old)
        for arc in range(indptr[origin], indptr[origin + 1]):
            target = arcs[arc] & _LABEL
            if best[target] != NONE and removed[best[target] & _LABEL]:
                node[changed], old[changed] = target, best[target]
                best[target] = NONE
                changed += 1
    return node, old, changed


@numba.njit(cache=True)
def _repair_loop(indptr, arcs, best, head, bits, entry, key, link, bucket, top, limit, node, old, changed):
    """Process the buckets from ``bucket`` on, as ``_nearest_loop`` does, and append changed nodes and their keys."""
    for current in range(bucket, len(head)):
        while head[current] >= 0:
            origin = entry[head[current]]
            origin_key = key[head[current]]
            arc, end = indptr[origin], indptr[origin + 1]
            if top + end - arc > len(entry) or changed + end - arc > len(node):
                return current, top, changed
            head[current] = link[head[current]]
            if best[origin] != origin_key:
                continue
            remaining = limit - (origin_key >> 32)
            for i in range(arc, end):
                target = arcs[i] & _LABEL
                next_key = origin_key + (arcs[i] & _MS)
                if arcs[i] >> 32 > remaining or best[target] <= next_key:
                    continue
                node[changed], old[changed] = target, best[target]
                changed += 1
                best[target] = next_key
                entry[top], key[top], link[top] = target, next_key, head[next_key >> 32 >> bits]
                head[next_key >> 32 >> bits] = top
                top += 1
    return len(head), top, changed


@numba.njit(cache=True)
def restore_keys(best, node, old):
    """Undo a change by :func:`repair_keys`."""
    for i in range(len(node) - 1, -1, -1):
        best[node[i]] = old[i]


@numba.njit(cache=True)
def rows_of(indptr, values, row):
    """Return the values of some compressed rows, one row after the other."""
    total = 0
    for i in row:
        total += indptr[i + 1] - indptr[i]
    out = np.empty(total, values.dtype)
    filled = 0
    for i in row:
        for j in range(indptr[i], indptr[i + 1]):
            out[filled] = values[j]
            filled += 1
    return out


@numba.njit(cache=True)
def reach_rows(indptr, arcs, seed_start, seed_node, seed_ms, limit):
    """Return every node within ``limit`` of each source, as compressed rows ``(start, node, time)`` in the order of the search.

    Source ``i`` has the seeds ``seed_start[i]:seed_start[i + 1]``. Shapes: start ``(s + 1,)``, the others ``(pairs,)``.
    Fastest if neighbouring sources follow one another.
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
            start_ms = int64(seed_ms[i])
            if 0 <= start_ms <= limit and start_ms < time[seed_node[i]]:
                time[seed_node[i]] = start_ms
                entry[top] = start_ms << 32 | int64(seed_node[i])
                link[top] = head[start_ms >> bits]
                head[start_ms >> bits] = top
                top += 1
        bucket = 0
        while True:
            bucket, top = _reach_loop(indptr, arcs, time, head, bits, entry, link, bucket, top, limit)
            if bucket == len(head):
                break
            entry, link = _grown(entry), _grown(link)
        while start[source] + top > len(out_node):
            out_node, out_time = _grown(out_node), _grown(out_time)
        start[source + 1] = _collect_reached(entry, top, time, out_node, out_time, start[source])
    return start, out_node[: start[-1]], out_time[: start[-1]]


@numba.njit(cache=True)
def _reach_loop(indptr, arcs, time, head, bits, entry, link, bucket, top, limit):
    """Process the buckets from ``bucket`` on; stop before an entry whose arcs may not fit. Entries stay below ``top``."""
    for current in range(bucket, len(head)):
        while head[current] >= 0:
            origin = uint64(entry[uint32(head[current])]) & _LOW
            elapsed = entry[uint32(head[current])] >> 32
            arc = uint64(indptr[origin])
            end = uint64(indptr[origin + uint64(1)])
            if top + int64(end - arc) > len(entry):
                return current, top
            head[current] = link[uint32(head[current])]
            if elapsed != time[origin]:
                continue
            while arc < end:
                next_time = elapsed + (arcs[arc] >> 32)
                target = uint64(arcs[arc]) & _LOW
                arc += uint64(1)
                if next_time > limit or next_time >= time[target]:
                    continue
                time[target] = next_time
                entry[uint64(top)] = next_time << 32 | int64(target)
                link[uint64(top)] = head[uint64(next_time >> bits)]
                head[uint64(next_time >> bits)] = top
                top += 1
    return len(head), top


@numba.njit(cache=True)
def _collect_reached(entry, top, time, out_node, out_time, filled):
    """Write node and time of every entry that has the final time of its node, and reset ``time`` to unreached."""
    for i in range(top):
        node = uint64(entry[i]) & _LOW
        if time[node] == entry[i] >> 32:
            out_node[filled] = node
            out_time[filled] = entry[i] >> 32
            filled += 1
            time[node] = UNREACHED
    return filled


@numba.njit(cache=True)
def permute_rows(order, start, node, time):
    """Return the compressed rows permuted: row ``i`` becomes row ``order[i]``."""
    new_start = np.zeros(len(start), np.int64)
    for i in range(len(order)):
        new_start[order[i] + 1] = start[i + 1] - start[i]
    new_start = np.cumsum(new_start)
    out_node = np.empty(len(node), np.int32)
    out_time = np.empty(len(time), np.int32)
    for i in range(len(order)):
        target = new_start[order[i]]
        for j in range(start[i], start[i + 1]):
            out_node[target] = node[j]
            out_time[target] = time[j]
            target += 1
    return new_start, out_node, out_time


@numba.njit(cache=True)
def point_rows(start, node, time, attached_start, attached_point, attached_ms, limit):
    """Extend rows of nodes to the points attached to each node; return packed pairs, with repetitions.

    Node ``n`` has the points ``attached_point[attached_start[n]:attached_start[n + 1]]``, ``attached_ms`` further on. A pair is
    packed as ``row << 55 | point << 28 | time``: below 256 rows, 2**27 points, 2**28 ms.
    """
    capacity = 1 << 16
    out = np.empty(capacity, np.int64)
    filled = 0
    for row in range(len(start) - 1):
        for i in range(start[row], start[row + 1]):
            for j in range(attached_start[node[i]], attached_start[node[i] + 1]):
                total = np.int64(time[i]) + attached_ms[j]
                if total > limit:
                    continue
                if filled == capacity:
                    capacity *= 2
                    out = _grown(out)
                out[filled] = np.int64(row) << 55 | np.int64(attached_point[j]) << 28 | total
                filled += 1
    return out[:filled]


@numba.njit(cache=True)
def point_keys(
    best, k, u, v, ms_u, ms_v, leg, near_start, near_stop, station, station_along, station_against, along, against, limit
):
    """Return the keys of the ``k`` nearest distinct sources of each point; shape ``(n * k,)``.

    A point lies on an edge between the nodes ``u`` and ``v``, ``ms_u`` and ``ms_v`` from them (-1: not allowed; ``u`` = -1: no
    edge), and ``leg`` ms from the edge. ``best`` are the nodes' keys. The stations on the point's own edge are
    ``near_start:near_stop`` of ``station``; along the edge they are ``station_along - along`` or ``station_against - against``
    ms away, if not negative; -1 in ``along`` or ``against`` closes that direction. Station keys have their start time in the
    upper half.
    """
    out = np.full(len(u) * k, NONE, np.int64)
    for i in range(len(u)):
        if u[i] < 0:
            continue
        for end in range(2):
            node, extra = (u[i], ms_u[i]) if end == 0 else (v[i], ms_v[i])
            if extra < 0:
                continue
            onward = np.int64(extra) + np.int64(leg[i])
            for j in range(np.int64(node) * k, np.int64(node) * k + k):
                if best[j] == NONE or (best[j] >> 32) + onward > limit:
                    break
                _improve(out, i * k, k, best[j] + (onward << 32))
        for j in range(near_start[i], near_stop[i]):
            for way in range(2):
                point_ms, station_ms = (along[i], station_along[j]) if way == 0 else (against[i], station_against[j])
                if point_ms < 0 or station_ms < point_ms:
                    continue
                key = station[j] + (np.int64(station_ms - point_ms) + np.int64(leg[i]) << 32)
                if key >> 32 <= limit:
                    _improve(out, i * k, k, key)
    return out


@numba.njit(cache=True)
def edge_offsets(edge, fraction, shape_start, shape_m, shape_forward, shape_backward):
    """Return the ms from ``u`` along the edge to each point and the ms back to ``u``, both rounded within one segment.

    Both are 0 if ``edge`` is -1. Shapes ``(n,)``.
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
