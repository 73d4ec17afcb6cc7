# mypy: disable-error-code="no-untyped-def"
# the functions here are compiled by numba from the types of their first call; their caller in snap.py is typed
"""A square grid over street segments, and the search in it for the segment nearest to each point; compiled."""

import numba
import numpy as np


@numba.njit(cache=True)
def grid_cells(xs, ys, owner, included, frame, columns, rows):
    """Return the segments in each cell of a square grid as compressed rows; segment ``i`` joins vertices i and i + 1.

    Segments of edges that are not ``included`` are left out.
    """
    start = np.zeros(columns * rows + 1, np.int64)
    item = np.empty(0, np.int32)
    for fill in range(2):
        for i in range(len(xs) - 1):
            if owner[i] != owner[i + 1] or not included[owner[i]]:
                continue
            low = int((min(ys[i], ys[i + 1]) - frame[1]) // frame[2])
            high = int((max(ys[i], ys[i + 1]) - frame[1]) // frame[2])
            rise = ys[i + 1] - ys[i]
            for row in range(max(low, 0), min(high, rows - 1) + 1):
                west = min(xs[i], xs[i + 1])
                east = max(xs[i], xs[i + 1])
                if low != high:  # only the part of the segment inside this row of cells, and a millimetre for rounding
                    below = xs[i] + (frame[1] + row * frame[2] - ys[i]) / rise * (xs[i + 1] - xs[i])
                    above = xs[i] + (frame[1] + (row + 1) * frame[2] - ys[i]) / rise * (xs[i + 1] - xs[i])
                    west = max(west, min(below, above) - 1e-3)
                    east = min(east, max(below, above) + 1e-3)
                first = max(int((west - frame[0]) // frame[2]), 0)
                last = min(int((east - frame[0]) // frame[2]), columns - 1)
                for cell in range(row * columns + first, row * columns + last + 1):
                    if fill:
                        start[cell] -= 1
                        item[start[cell]] = i
                    else:
                        start[cell] += 1
        if not fill:
            for cell in range(columns * rows):
                start[cell + 1] += start[cell]
            item = np.empty(start[-1], np.int32)
    return start, item


@numba.njit(cache=True)
def nearest_segments(xs, ys, owner, shape_m, start, item, frame, columns, rows, px, py, order, max_metres):
    """Return edge, distance and metres along the edge of the segment nearest to each point; edge -1 beyond ``max_metres``.

    Cells are searched in growing rings around a point until all others must be farther than the best segment. ``order`` is
    the order of the points; with neighbours one after the other, their segments are still in the cache.
    """
    edge = np.full(len(px), -1, np.int32)
    distance = np.full(len(px), np.nan)
    along = np.zeros(len(px))
    for p in order:
        if np.isnan(px[p]):
            continue
        cx = (px[p] - frame[0]) / frame[2]
        cy = (py[p] - frame[1]) / frame[2]
        column = int(np.floor(cx))
        row = int(np.floor(cy))
        margin = min(cx - column, column + 1 - cx, cy - row, row + 1 - cy) * frame[2]
        limit = max_metres * max_metres
        nearest = -1
        best = limit
        ring = 0
        farthest = max(column, columns - 1 - column, row, rows - 1 - row)
        while ring <= farthest:
            if ring > 0:
                bound = (ring - 1) * frame[2] + margin
                if bound * bound > best:
                    break
            for r in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
                step = 1 if abs(r - row) == ring else 2 * ring
                for c in range(column - ring, column + ring + 1, max(step, 1)):
                    if c < 0 or c >= columns:
                        continue
                    for j in range(start[r * columns + c], start[r * columns + c + 1]):
                        i = item[j]
                        dx = xs[i + 1] - xs[i]
                        dy = ys[i + 1] - ys[i]
                        square = dx * dx + dy * dy
                        t = ((px[p] - xs[i]) * dx + (py[p] - ys[i]) * dy) / square if square > 0 else 0.0
                        if t <= 0:
                            t = 0.0
                            ex = px[p] - xs[i]
                            ey = py[p] - ys[i]
                        elif t >= 1:  # the far end itself, so that edges that share it are at one distance
                            t = 1.0
                            ex = px[p] - xs[i + 1]
                            ey = py[p] - ys[i + 1]
                        else:
                            ex = px[p] - xs[i] - t * dx
                            ey = py[p] - ys[i] - t * dy
                        d = ex * ex + ey * ey
                        if d < best or (d == best and (nearest < 0 or i < nearest)):
                            best = d
                            nearest = i
                            along[p] = shape_m[i + 1] if t == 1 else shape_m[i] + t * (shape_m[i + 1] - shape_m[i])
            ring += 1
        if nearest >= 0:
            edge[p] = owner[nearest]
            distance[p] = np.sqrt(best)
    return edge, distance, along
