"""Slopes of streets from a terrain model, along their true line."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

from geoservice.geo import Bools, Floats, Ints, haversine_m
from geoservice.network.osm import OsmStreets
from geoservice.network.slope import STEEPEST, StreetSlopes
from geoservice.network.terrain import Terrain


def off_ground(tags: Mapping[str, str]) -> bool:
    """Whether a way runs above or below the ground: its elevation is between those of its ends."""
    return any(tags.get(key, "no") != "no" for key in ("bridge", "tunnel")) or tags.get("route") == "ferry"


def without_slope(tags: Mapping[str, str]) -> bool:
    """Whether slopes do not change the speed of a way: steps have a speed of their own, ferries and lifts carry people."""
    return tags.get("highway") in {"steps", "elevator"} or tags.get("route") == "ferry"


class _Segments(NamedTuple):
    """Segments between nodes, from the lower to the higher node, so that it does not matter which way a street is drawn."""

    low: Ints
    high: Ints
    metres: Floats
    lifted: Bools
    level: Bools


def street_slopes(streets: OsmStreets, terrain: Terrain) -> StreetSlopes:
    """Return the slopes of all segments.

    A segment longer than the step of the terrain is divided into equal pieces not longer than it. The slope of a piece is the
    difference of the elevations at its ends over its length. Bridges and tunnels are one piece a segment (:func:`bridged`).
    """
    _, first, position = np.unique(streets.ref, return_index=True, return_inverse=True)
    lon, lat = streets.lon[first], streets.lat[first]
    inner = np.ones(len(position), np.bool_)
    inner[streets.start[1:] - 1] = False
    reference = np.flatnonzero(inner)
    a, b = position[reference], position[reference + 1]
    low, high = np.minimum(a, b), np.maximum(a, b)
    kind = np.repeat(streets.kind, np.diff(streets.start))[reference]
    segments = _Segments(
        low,
        high,
        haversine_m(lon[low], lat[low], lon[high], lat[high]),
        _of_kinds(streets, off_ground)[kind],
        _of_kinds(streets, without_slope)[kind],
    )
    elevation = bridged(terrain.elevations(lon, lat), segments.low, segments.high, segments.metres, segments.lifted)
    pieces, slope = _pieces(segments, lon, lat, elevation, terrain)
    slope *= np.repeat(np.where(a > b, -1.0, 1.0), pieces)
    unknown = np.isnan(slope)
    piece_metres = np.repeat(segments.metres / pieces, pieces)
    counts = np.zeros(len(position) + 1, np.int64)
    counts[reference + 1] = pieces
    share = float(piece_metres[unknown].sum() / max(piece_metres.sum(), 1e-9))
    return StreetSlopes(np.cumsum(counts), np.clip(np.where(unknown, 0.0, slope), -STEEPEST, STEEPEST), share)


def _of_kinds(streets: OsmStreets, rule: Callable[[Mapping[str, str]], bool]) -> Bools:
    return np.array([rule(tags) for tags in streets.kinds], np.bool_)


def _pieces(segments: _Segments, lon: Floats, lat: Floats, elevation: Floats, terrain: Terrain) -> tuple[Ints, Floats]:
    """Return the number of pieces of each segment, and the slope of each piece from the lower to the higher node."""
    low, high, metres, lifted, level = segments
    pieces = np.where(lifted | level, 1, np.maximum(np.ceil(metres / terrain.step_m), 1)).astype(np.int64)
    owner = np.repeat(np.arange(len(low)), pieces)
    number = np.arange(len(owner)) - (np.cumsum(pieces) - pieces)[owner]
    begin = elevation[low][owner]
    inside = np.flatnonzero(number)
    s, share = owner[inside], number[inside] / pieces[owner[inside]]
    west, south = lon[low[s]], lat[low[s]]
    begin[inside] = terrain.elevations(west + share * (lon[high[s]] - west), south + share * (lat[high[s]] - south))
    end = np.append(begin[1:], 0.0)
    last = number + 1 == pieces[owner]
    end[last] = elevation[high]
    length = np.maximum((metres / pieces)[owner], 1e-3)
    return pieces, np.where(level[owner], 0.0, (end - begin) / length)


def bridged(elevation: Floats, a: Ints, b: Ints, metres: Floats, lifted: Bools) -> Floats:
    """Return the elevations of nodes, with those that are only on bridges and in tunnels interpolated between their ends.

    An interpolated node has the mean of its neighbours, weighted by the inverse of their distance: on an unbranched bridge
    this is the straight line between its ends, however many ways it is divided into. A bridge that meets no ground stays as
    it is.

    Parameters
    ----------
    elevation : float array, shape (nodes,)
        Of the ground, in metres; NaN where unknown.
    a, b : int arrays, shape (segments,)
        Nodes of the segments.
    metres : float array, shape (segments,)
    lifted : bool array, shape (segments,)
        Whether the segment is a bridge or a tunnel.

    Returns
    -------
    float array, shape (nodes,)

    >>> ground, metres = np.array([100.0, 100.0, 40.0, 40.0, 130.0, 130.0]), np.full(5, 10.0)
    >>> lifted = np.array([False, True, True, True, False])
    >>> bridged(ground, np.arange(5), np.arange(1, 6), metres, lifted).round(6).tolist()
    [100.0, 100.0, 110.0, 120.0, 130.0, 130.0]
    """
    known = np.isfinite(elevation)
    known[a[lifted]] = known[b[lifted]] = False
    on_ground = np.zeros(len(elevation), np.bool_)
    on_ground[a[~lifted]] = on_ground[b[~lifted]] = True
    known |= on_ground & np.isfinite(elevation)
    tail, head = np.concatenate([a[lifted], b[lifted]]), np.concatenate([b[lifted], a[lifted]])
    weight = 1 / np.maximum(np.tile(metres[lifted], 2), 0.1)
    links = coo_array((weight, (tail, head)), shape=(len(elevation), len(elevation))).tocsr()
    _, piece = connected_components(links, directed=False)
    anchored = np.isin(piece, piece[np.intersect1d(tail, np.flatnonzero(known))])
    free, fixed = np.flatnonzero(~known & anchored), np.flatnonzero(known)
    if not len(free):
        return elevation
    rows = links[free]
    laplacian = diags_array(np.asarray(rows.sum(axis=1)).ravel()) - rows[:, free]
    result = elevation.copy()
    result[free] = spsolve(laplacian.tocsc(), rows[:, fixed] @ elevation[fixed])
    return result
