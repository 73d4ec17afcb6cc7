"""Features to draw: decoded from the tiles of a release, or its items projected to Web Mercator."""

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
from geoservice.maps.mapnik_rules import StyledFeature
from geoservice.maps.offering import SERVICES, TIER, is_station_layer, offers
from geoservice.maps.read_tiles import DecodedFeature, Plane, decode
from geoservice.maps.selection import DEFAULT, Selection, attributes, class_properties, statuses
from geoservice.maps.symbology import classify
from geoservice.maps.table_numbers import coloured_by_table, table_numbers
from geoservice.release.base import ItemQuery, PublishedLayer, TileQuery
from geoservice.release.mercator import to_mercator
from geoservice.release.protocols import ReleaseReader
from geoservice.release.zooms import geography_at

BASE, BASE_ZOOM = "base", 14
MAX_FEATURES = 20_000
"""Largest number of features in a picture for a document; more would be unreadable, and leaving some out would mislead."""

Within = Sequence[str] | None


def tile_plane(tile: Tile) -> Plane:
    """Return the position of a tile in Web Mercator.

    >>> tile_plane(Tile(1, 1, 0)).west
    0.0
    """
    width = 2 * MERCATOR_HALF_M / 2**tile.z
    return Plane(tile.x * width - MERCATOR_HALF_M, MERCATOR_HALF_M - tile.y * width, width)


def tile_frame(tile: Tile, ratio: int) -> MapFrame:
    """Return the frame of a map tile of 256 pixels, or 512 at ratio 2."""
    west, north, width = tile_plane(tile)
    return MapFrame((west, north - width, west + width, north), 256 * ratio, 256 * ratio, ratio)


def tile_features(reader: ReleaseReader, layer: PublishedLayer, tile: Tile, within: Within) -> list[StyledFeature]:
    """Return a layer's features in a tile, read from an ancestor tile above the layer's last zoom.

    For points the neighbouring tiles are read too, as markers are wider than a tile's buffer and would be cut at its edge.
    """
    levels = max(tile.z - layer.maxzoom, 0)
    source = Tile(tile.z - levels, tile.x >> levels, tile.y >> levels)
    if source.z < layer.minzoom:
        return []
    names = {"fid", *class_properties(layer)}
    features: dict[Any, DecodedFeature] = {}
    for part in _tile_and_neighbours(source) if layer.style.kind == "circle" else [source]:
        for number, feature in enumerate(_decoded_tile(reader, layer.id, part, within, names).get(layer.id, ())):
            features.setdefault(feature.wkb if layer.style.kind == "circle" else number, feature)
    return _styled_features(layer, [f.wkb for f in features.values()], [f.properties for f in features.values()])


def _tile_and_neighbours(tile: Tile) -> list[Tile]:
    n = 2**tile.z
    rows = [y for y in (tile.y - 1, tile.y, tile.y + 1) if 0 <= y < n]
    return [Tile(tile.z, x, y) for x in (tile.x - 1, tile.x, tile.x + 1) if 0 <= x < n for y in rows]


def _decoded_tile(
    reader: ReleaseReader, layer_id: str, tile: Tile, within: Within, names: set[str]
) -> dict[str, list[DecodedFeature]]:
    if within is None:
        baked = reader.tile(layer_id, tile)
        data = gzip.decompress(baked) if baked else b""
    else:
        data = reader.draw(layer_id, tile, TileQuery(properties=sorted(names - {"fid"}), within=within))
    return decode(data, tile_plane(tile), names) if data else {}


def _styled_features(
    layer: PublishedLayer, shapes: Sequence[bytes], properties: Sequence[Mapping[str, Any]], names: Sequence[str] = ()
) -> list[StyledFeature]:
    key = layer.style.property or ""
    values = np.array([p.get(key) if isinstance(p.get(key), int | float) else np.nan for p in properties], float)
    classes = classify(layer.style, values, statuses(layer, properties)).tolist()
    return [StyledFeature(*row) for row in zip(shapes, classes, names or [""] * len(shapes), strict=True)]


def box_features(
    reader: ReleaseReader, layer: PublishedLayer, box: BBox, zoom: float, within: Within, language: str,
    selection: Selection = DEFAULT,
) -> list[StyledFeature]:  # fmt: skip
    """Return a layer's features in a box, in the geography of the selection's level, by default in that of the zoom.

    Raises :class:`TooLarge` for more than :data:`MAX_FEATURES`.
    """
    geography = selection.level if selection.level in layer.zooms else geography_at(layer.zooms, floor(zoom))
    if geography is None:
        return []
    numbers = table_numbers(reader, layer, geography) if coloured_by_table(layer) else None
    name_properties, stations = _name_properties(layer, language), is_station_layer(layer)
    value_properties = class_properties(layer) if numbers is None else ["unit"]
    query = ItemQuery(
        limit=MAX_FEATURES + 1, bbox=box, equals={"geography": geography, **attributes(layer, selection)}, within=within,
        properties=[*dict.fromkeys([*value_properties, *name_properties, *((SERVICES, TIER) if stations else ())])],
    )  # fmt: skip
    table = reader.items(layer.id, query)
    if table.num_rows > MAX_FEATURES:
        raise TooLarge(f"layer {layer.id}: more than {MAX_FEATURES} features in this box; request a smaller one")
    shapes = np.asarray(shapely.from_wkb(table["geometry"].to_numpy()))
    rows = table.drop_columns(["geometry"]).to_pylist()
    selected = np.array([not stations or offers(row, selection) for row in rows], bool)
    selected &= ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    wkb = shapely.to_wkb(to_mercator(shapes[selected])).tolist()
    rows = [row for row, is_selected in zip(rows, selected, strict=True) if is_selected]
    if numbers is not None:
        rows = [{**row, **numbers.get(row["unit"], {})} for row in rows]
    names = [str(next((name for p in name_properties if (name := row.get(p))), "")) for row in rows]
    return _styled_features(layer, wkb, rows, names)


def _name_properties(layer: PublishedLayer, language: str) -> list[str]:
    """Return the properties that may hold a feature's name, best first."""
    names = {c.name for c in layer.columns}
    return [n for n in (f"name_{language}", "name", "name_zh", "name_en") if n in names]


def base_shapes(reader: ReleaseReader, frame: MapFrame) -> dict[str, list[DecodedFeature]]:
    """Return the base map's features in a frame by source layer, from the zoom whose tiles are 256 to 512 pixels wide."""
    z = min(max(floor(frame.zoom), 0), BASE_ZOOM)
    width, n = 2 * MERCATOR_HALF_M / 2**z, 2**z
    west, south, east, north = frame.box
    columns = range(max(floor((west + MERCATOR_HALF_M) / width), 0), min(ceil((east + MERCATOR_HALF_M) / width), n))
    rows = range(max(floor((MERCATOR_HALF_M - north) / width), 0), min(ceil((MERCATOR_HALF_M - south) / width), n))
    keys = {k for names in NAMES.values() for k in names}
    features: dict[str, list[DecodedFeature]] = {name: [] for name in SOURCE_LAYERS}
    for tile in (Tile(z, x, y) for x in columns for y in rows):
        for name, decoded in _decoded_tile(reader, BASE, tile, None, keys).items():
            features.setdefault(name, []).extend(decoded)
    return features
