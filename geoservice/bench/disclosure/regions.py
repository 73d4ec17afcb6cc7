"""The regions for which surfaces are scored, with the same membership rule for homes and points."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from geoservice.bench.disclosure.county import LEVELS, County, Located
from geoservice.geo import Floats, Int32s, Ints

SEED = 7
CIRCLES, CIRCLE_METRES = 200, (300.0, 2500.0)
SHIFT_METRES = 500.0
JUNCTIONS, JUNCTION_MINUTES = 200, 10
SQUARE_METRES = 1000.0


class Members(NamedTuple):
    """Pairs of a region and a home or point in it, arrays of the same shape; a place may be in several regions."""

    region: Int32s
    place: Ints


class Family(NamedTuple):
    """Regions of one kind, numbered from 0; ``members`` returns the homes or points in them."""

    name: str
    regions: int
    members: Callable[[Located], Members]


def families(county: County) -> list[Family]:
    """Return all regions: areas, squares, catchments, isochrones of junctions, circles."""
    by_area = [Family(level, len(county.areas.areas[level].ids), partial(_members_at_level, level)) for level in LEVELS]
    return [*by_area, _squares(county), _catchments(county), _isochrones(county), _circles(county)]


def _grouped(region: Int32s) -> Members:
    inside = np.flatnonzero(region >= 0)
    return Members(region[inside], inside)


def _members_at_level(level: str, places: Located) -> Members:
    return _grouped(places.area[level])


def _cell(x: Floats, y: Floats) -> Ints:
    return np.floor(x / SQUARE_METRES).astype(np.int64) * 1_000_000 + np.floor(y / SQUARE_METRES).astype(np.int64)


def _squares(county: County) -> Family:
    """Return the squares with homes, or where the map has places that may have homes."""
    tree, homes = county.tree, county.homes
    cells = np.unique(np.concatenate([_cell(tree.base_x, tree.base_y), _cell(homes.x, homes.y)]))

    def members(places: Located) -> Members:
        cell = _cell(places.x, places.y)
        position = np.minimum(np.searchsorted(cells, cell), len(cells) - 1)
        return _grouped(np.where(cells[position] == cell, position, -1).astype(np.int32))

    return Family("1 km square", len(cells), members)


def _catchments(county: County) -> Family:
    """Return the catchments of all stations of the county for each service."""
    stations = county.travel.stations.num_rows

    def members(places: Located) -> Members:
        by_service = [_grouped(station) for station in places.station.values()]
        region = [m.region + i * stations for i, m in enumerate(by_service)]
        return Members(np.concatenate(region).astype(np.int32), np.concatenate([m.place for m in by_service]))

    return Family("catchment", stations * len(county.homes.station), members)


def junctions(county: County, count: int, seed: int) -> tuple[Floats, Floats]:
    """Return longitude and latitude of random junctions."""
    graph = county.travel.graph
    node = np.random.default_rng(seed).choice(graph.nodes, count, replace=False)
    return graph.lon[node], graph.lat[node]


def _isochrones(county: County) -> Family:
    lon, lat = junctions(county, JUNCTIONS, SEED)

    def members(places: Located) -> Members:
        pairs = county.travel.site_pairs(lon, lat, places.snapped, JUNCTION_MINUTES)
        return Members(pairs.station.astype(np.int32), pairs.point.astype(np.int64))

    return Family("isochrone", JUNCTIONS, members)


def _circles(county: County) -> Family:
    """Return circles of different sizes around points near homes."""
    rng = np.random.default_rng(SEED)
    homes = county.homes
    order = np.lexsort((homes.y, homes.x))  # rows of a register are in the order of secret ids
    home = order[rng.integers(0, len(order), CIRCLES)]
    centre = np.column_stack([homes.x[home], homes.y[home]]) + rng.normal(0, SHIFT_METRES, (CIRCLES, 2))
    radius = rng.uniform(*CIRCLE_METRES, CIRCLES)

    def members(places: Located) -> Members:
        return _pairs(cKDTree(np.column_stack([places.x, places.y])).query_ball_point(centre, radius).tolist())

    return Family("circle", CIRCLES, members)


def _pairs(places_of_region: Sequence[Sequence[int]]) -> Members:
    sizes = [len(f) for f in places_of_region]
    region = np.repeat(np.arange(len(places_of_region), dtype=np.int32), sizes)
    return Members(region, np.concatenate([np.asarray(f, np.int64) for f in places_of_region]))
