"""Where homes are of which an address states a road, a hamlet or a village only: along it, or in it.

It follows from the public gazetteer and the public map alone. A household finds its place in it by the position of its answer.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geoservice.addresses.gazetteer import KINDS, Gazetteer
from geoservice.addresses.uncertainty import place_uncertainty
from geoservice.demand import HomeSupports, Places, home_weights, inhabited_points
from geoservice.geo import BBox, Bools, Floats, Ints, LocalProjection
from geoservice.geocode.area_shapes import VILLAGE_LEVEL
from geoservice.geocode.road_lines import read_road_lines

LINK_M = 100.0
"""Points of a settlement are this near to the next of it, and to its name."""
_GROUP = KINDS.index("group")
"""Kind of a hamlet."""


class _Support(NamedTuple):
    """A place of the gazetteer: its position, points where its homes may be, and homes at them relative to each other."""

    lon: float
    lat: float
    point_lon: Floats = np.empty(0)
    point_lat: Floats = np.empty(0)
    weight: Floats = np.empty(0)


def home_supports(folder: Path, places: Places) -> HomeSupports:
    """Return the points where homes may be of roads, hamlets and villages of a gazetteer.

    A road has homes all along it, a hamlet around it. An address that states no hamlet is taken to be in none of those that the
    gazetteer has: the homes of a village are those outside of its hamlets.

    Parameters
    ----------
    folder : Path
        Of a gazetteer of public sources only: a place of another household must have no influence on this one's.
    places : Places
        Points of the public map.
    """
    gazetteer = Gazetteer.open(folder)
    hamlets, outside = _hamlets(gazetteer, places)
    supports = [*hamlets, *_roads(folder), *(_Support(*_position(gazetteer, row)) for row in _rows(gazetteer, village=True))]

    def joined(name: str) -> Floats:
        return np.concatenate([np.empty(0), *(np.asarray(getattr(s, name), float) for s in supports)])

    return HomeSupports(
        np.array([s.lon for s in supports], float),
        np.array([s.lat for s in supports], float),
        np.cumsum([0, *(len(s.weight) for s in supports)]).astype(np.int64),
        joined("point_lon"),
        joined("point_lat"),
        joined("weight"),
        outside,
    )


def _roads(folder: Path) -> Iterator[_Support]:
    lines = read_road_lines(folder)
    columns = [lines.column(name).to_numpy(zero_copy_only=False) for name in lines.column_names]
    for lon, lat, point_lon, point_lat, metres in zip(*columns, strict=True):
        yield _Support(lon, lat, point_lon, point_lat, metres)


def _rows(gazetteer: Gazetteer, *, village: bool) -> list[int]:
    """Return the rows of villages, or of hamlets, that have a position."""
    kind, level = np.frombuffer(gazetteer.kind, np.uint8), np.frombuffer(gazetteer.level, np.uint8)
    selected = level == VILLAGE_LEVEL + 1 if village else kind == _GROUP
    rows: list[int] = np.flatnonzero(selected & np.isfinite(gazetteer.lon) & np.isfinite(gazetteer.lat)).tolist()
    return rows


def _position(gazetteer: Gazetteer, row: int) -> tuple[float, float]:
    return float(gazetteer.lon[row]), float(gazetteer.lat[row])


def _hamlets(gazetteer: Gazetteer, places: Places) -> tuple[list[_Support], Bools]:
    """Return the hamlets with the points of the map that are their homes, and which points are in no hamlet."""
    rows, n = _rows(gazetteer, village=False), len(places.lon)
    if not rows or not n:
        return [], np.ones(n, bool)
    plane = LocalProjection.of(BBox(*(float(f(a)) for f in (np.min, np.max) for a in (places.lon, places.lat))))
    x, y = plane.forward(np.asarray(places.lon), np.asarray(places.lat))
    xy, weight, building = np.column_stack([x, y]), np.asarray(places.weight, float), np.asarray(places.building)
    homes = home_weights(x, y, weight, building)
    centres = np.column_stack(plane.forward(gazetteer.lon[rows], gazetteer.lat[rows]))
    radius = np.array([place_uncertainty("group", float(gazetteer.radius_m[row])) for row in rows])
    hamlet = hamlet_of(xy, homes > weight / 2, centres, radius)
    used = (hamlet >= 0) & inhabited_points(np.where(hamlet < 0, len(rows), hamlet), building, len(rows) + 1)
    order = np.flatnonzero(used)[np.argsort(hamlet[used], kind="stable")]
    pieces = np.split(order, np.searchsorted(hamlet[order], np.arange(1, len(rows))))
    supports = [
        _Support(*_position(gazetteer, row), places.lon[piece], places.lat[piece], homes[piece])
        for row, piece in zip(rows, pieces, strict=True)
        if len(piece)
    ]
    return supports, hamlet < 0


def hamlet_of(xy: Floats, settled: Bools, centres: Floats, radius: Floats) -> Ints:
    """Return the hamlet of each point of the map, -1 for none; shape ``(n,)``.

    A hamlet has the points in its extent that are nearer to it than to other hamlets, but not those of a settlement other than
    the one that its name stands in, if it stands in one: a settlement are settled points that follow each other closely.

    Parameters
    ----------
    xy : float64 array, shape (n, 2), metres
    settled : bool array, shape (n,)
        Points that are among others: not those of a road through fields.
    centres : float64 array, shape (hamlets, 2), metres
    radius : float64 array, shape (hamlets,)
        Their extents in metres.
    """
    distance, nearest = cKDTree(centres).query(xy)
    inside = distance <= radius[nearest]
    points = np.flatnonzero(settled)
    if len(points):
        search = cKDTree(xy[points])
        pairs = search.query_pairs(LINK_M, output_type="ndarray")
        links = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), (len(points), len(points)))
        settlement = np.full(len(xy), -1)
        settlement[points] = connected_components(links, directed=False)[1]
        gap, around = search.query(centres)
        own = np.where(gap <= LINK_M, settlement[points[around]], -1)  # of each hamlet
        inside &= (settlement < 0) | (own[nearest] < 0) | (own[nearest] == settlement)
    return np.where(inside, nearest, -1)
