"""What a release holds of a place, ready to be drawn: its tiles decoded, or its items put into the plane."""

import gzip
from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Any

import numpy as np
import shapely

from geoservice.errors import TooLarge
from geoservice.geo import MERCATOR_HALF_M, BBox, Tile
from geoservice.maps.basemap_style import NAMES, SOURCE_LAYERS
from geoservice.maps.mapnik_map import MapFrame
from geoservice.maps.mapnik_rules import StyledFeatures
from geoservice.maps.offering import SERVICES, TIER, has_offers, offers
from geoservice.maps.read_tiles import DecodedFeature, Plane, decode
from geoservice.maps.selection import DEFAULT, Selection, attributes, class_properties, statuses
from geoservice.maps.symbology import classify
from geoservice.maps.table_numbers import from_table, table_numbers
from geoservice.release.base import ItemQuery, PublishedLayer, ReleaseReader, TileQuery
from geoservice.release.mercator import to_mercator
from geoservice.release.zooms import geography_at

BASE, BASE_ZOOM = "base", 14
MAX_FEATURES = 20_000
"""Features that one picture of a document shows at most; more would be a smear, and never are some left out in silence."""

Within = Sequence[str] | None


def plane_of(tile: Tile) -> Plane:
    """Return where a tile lies in Web Mercator.

    >>> plane_of(Tile(1, 1, 0)).west
    0.0
    """
    width = 2 * MERCATOR_HALF_M / 2**tile.z
    return Plane(tile.x * width - MERCATOR_HALF_M, MERCATOR_HALF_M - tile.y * width, width)


def frame_of(tile: Tile, ratio: int) -> MapFrame:
    """Return the frame of a map tile of 256 pixels, or 512 at ratio 2."""
    west, north, width = plane_of(tile)
    return MapFrame((west, north - width, west + width, north), 256 * ratio, 256 * ratio, ratio)


def tile_features(reader: ReleaseReader, layer: PublishedLayer, tile: Tile, within: Within) -> list[StyledFeatures]:
    """Return what a layer has in a tile, or in the one above it where the layer has no tiles of this zoom.

    Marks are wider than a tile's margin: of points the tiles around are read as well, so that none is cut at an edge.
    """
    above = max(tile.z - layer.maxzoom, 0)
    at = Tile(tile.z - above, tile.x >> above, tile.y >> above)
    if at.z < layer.minzoom:
        return []
    names = {"fid", *class_properties(layer)}
    found: dict[Any, DecodedFeature] = {}
    for one in _around(at) if layer.style.kind == "circle" else [at]:
        for number, shape in enumerate(_decoded(reader, layer.id, one, within, names).get(layer.id, ())):
            found.setdefault(shape.wkb if layer.style.kind == "circle" else number, shape)
    return _classed(layer, [s.wkb for s in found.values()], [s.properties for s in found.values()])


def _around(tile: Tile) -> list[Tile]:
    n = 2**tile.z
    rows = [y for y in (tile.y - 1, tile.y, tile.y + 1) if 0 <= y < n]
    return [Tile(tile.z, x, y) for x in (tile.x - 1, tile.x, tile.x + 1) if 0 <= x < n for y in rows]


def _decoded(
    reader: ReleaseReader, layer_id: str, tile: Tile, within: Within, names: set[str]
) -> dict[str, list[DecodedFeature]]:
    if within is None:
        baked = reader.tile(layer_id, tile)
        data = gzip.decompress(baked) if baked else b""
    else:
        data = reader.draw(layer_id, tile, TileQuery(properties=sorted(names - {"fid"}), within=within))
    return decode(data, plane_of(tile), names) if data else {}


def _classed(
    layer: PublishedLayer, shapes: Sequence[bytes], properties: Sequence[Mapping[str, Any]], names: Sequence[str] = ()
) -> list[StyledFeatures]:
    key = layer.style.property or ""
    values = np.array([p.get(key) if isinstance(p.get(key), int | float) else np.nan for p in properties], float)
    classes = classify(layer.style, values, statuses(layer, properties)).tolist()
    return [StyledFeatures(*row) for row in zip(shapes, classes, names or [""] * len(shapes), strict=True)]


def box_features(
    reader: ReleaseReader, layer: PublishedLayer, box: BBox, zoom: float, within: Within, language: str,
    selection: Selection = DEFAULT,
) -> list[StyledFeatures]:  # fmt: skip
    """Return what a layer has in a box, in the geography of a selection's level, otherwise of a zoom.

    Raises :class:`TooLarge` for more than can be drawn.
    """
    geography = selection.level if selection.level in layer.zooms else geography_at(layer.zooms, floor(zoom))
    if geography is None:
        return []
    named, numbers = _naming(layer, language), table_numbers(reader, layer, geography) if from_table(layer) else None
    read = class_properties(layer) if numbers is None else ["unit"]
    stations = has_offers(layer)
    query = ItemQuery(
        limit=MAX_FEATURES + 1, bbox=box, equals={"geography": geography, **attributes(layer, selection)}, within=within,
        properties=[*dict.fromkeys([*read, *named, *((SERVICES, TIER) if stations else ())])],
    )  # fmt: skip
    rows = reader.items(layer.id, query)
    if rows.num_rows > MAX_FEATURES:
        raise TooLarge(f"layer {layer.id}: more than {MAX_FEATURES} features in this box, ask for a smaller one")
    shapes = np.asarray(shapely.from_wkb(rows["geometry"].to_numpy()))
    every = rows.drop_columns(["geometry"]).to_pylist()
    wanted = np.array([not stations or offers(p, selection) for p in every], bool)
    there = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes) & wanted
    wkb = shapely.to_wkb(to_mercator(shapes[there])).tolist()
    properties = [p for p, is_there in zip(every, there, strict=True) if is_there]
    if numbers is not None:
        properties = [{**p, **numbers.get(p["unit"], {})} for p in properties]
    names = [str(next((n for k in named if (n := p.get(k))), "")) for p in properties]
    return _classed(layer, wkb, properties, names)


def _naming(layer: PublishedLayer, language: str) -> list[str]:
    """Return the properties that hold a feature's name, best first."""
    known = {c.name for c in layer.columns}
    return [n for n in (f"name_{language}", "name", "name_zh", "name_en") if n in known]


def base_shapes(reader: ReleaseReader, frame: MapFrame) -> dict[str, list[DecodedFeature]]:
    """Return the base map's shapes in a frame, by source layer: of the zoom whose tiles are 256 to 512 pixels wide there."""
    z = min(max(floor(frame.zoom), 0), BASE_ZOOM)
    width, n = 2 * MERCATOR_HALF_M / 2**z, 2**z
    west, south, east, north = frame.box
    columns = range(max(floor((west + MERCATOR_HALF_M) / width), 0), min(ceil((east + MERCATOR_HALF_M) / width), n))
    rows = range(max(floor((MERCATOR_HALF_M - north) / width), 0), min(ceil((MERCATOR_HALF_M - south) / width), n))
    keys = {k for names in NAMES.values() for k in names}
    found: dict[str, list[DecodedFeature]] = {name: [] for name in SOURCE_LAYERS}
    for tile in (Tile(z, x, y) for x in columns for y in rows):
        for name, shapes in _decoded(reader, BASE, tile, None, keys).items():
            found.setdefault(name, []).extend(shapes)
    return found
