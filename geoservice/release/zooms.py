"""The first zoom at which a geography is drawn, and the last zoom of a layer's tiles."""

from collections.abc import Mapping, Sequence
from math import ceil, log2
from types import MappingProxyType

import numpy as np

from geoservice.geo import MERCATOR_HALF_M, BBox, Floats, tile_at

PIXELS = 12
"""Typical width of a geography's units, on tiles of 256 pixels, at which it replaces the coarser one."""
MAX_TILES = 1024
"""Tiles of one layer at its last zoom; at zoom 12 that is 98 000 square kilometres at the equator."""
NONE: Mapping[str, int] = MappingProxyType({})
MAX_ZOOM = 13
"""A unit of a tile's grid is 1.2 m at this zoom; tiles of a higher zoom would not show more."""


def first_zooms(
    names: Sequence[str], widths: Sequence[Floats], minzoom: int, maxzoom: int, stated: Mapping[str, int] = NONE
) -> dict[str, int]:
    """Return the first zoom of each geography, coarse to fine; the first starts first ``minzoom``.

    ``widths`` are square roots of the units' areas in Web-Mercator metres; their median decides, unless a zoom is stated.

    >>> first_zooms(["county", "township"], [np.array([30000.0]), np.array([2000.0])], 0, 14)
    {'county': 0, 'township': 10}
    """
    zooms: dict[str, int] = {}
    first = minzoom
    for i, (name, width) in enumerate(zip(names, widths, strict=True)):
        if name in stated:
            first = max(first, stated[name])
        elif i and width.size:
            median = max(float(np.median(width)), 1e-3)
            first = min(max(first, ceil(log2(PIXELS * 2 * MERCATOR_HALF_M / 256 / median))), maxzoom)
        zooms[name] = first
    return zooms


def last_zoom(bbox: BBox | None, minzoom: int, maxzoom: int) -> int:
    """Return the last zoom at which the box needs no more than ``MAX_TILES`` tiles, between the layer's own.

    >>> last_zoom(BBox(24.8, 60.1, 25.3, 60.3), 0, 14), last_zoom(BBox(73, 18, 135, 54), 0, 14)
    (13, 7)
    """
    zoom = max(minzoom, min(maxzoom, MAX_ZOOM))
    while bbox is not None and zoom > minzoom and _tiles(bbox, zoom) > MAX_TILES:
        zoom -= 1
    return zoom


def _tiles(bbox: BBox, zoom: int) -> int:
    low, high = tile_at(bbox.west, bbox.north, zoom), tile_at(bbox.east, bbox.south, zoom)
    return (high.x - low.x + 1) * (high.y - low.y + 1)


def geography_at(zooms: dict[str, int], zoom: int) -> str | None:
    """Return the geography drawn at a zoom: the finest whose first zoom is reached, None before the first.

    >>> geography_at({"county": 0, "township": 9}, 8), geography_at({"county": 0, "township": 9}, 9)
    ('county', 'township')
    """
    started = [name for name, first in zooms.items() if first <= zoom]
    return started[-1] if started else None
