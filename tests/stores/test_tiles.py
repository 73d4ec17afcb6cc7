"""Tiles drawn on request: on both stores they have the features of the items, within the budget."""

import gzip
from collections.abc import Callable
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from drawn import Readers, content_of, layer_of, shapes_of_all_kinds
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.cql2 import Filter, parse_filter
from geoservice.errors import NotFound, ParameterError
from geoservice.geo import BBox, Tile, tile_at
from geoservice.release import ItemQuery, ReleaseContent, ReleaseReader
from geoservice.release.base import TileQuery
from geoservice.release.properties import queryables_of
from geoservice.release.vector_tiles.budget import BYTES, FEATURES
from geoservice.release.vector_tiles.grid import EXTENT, MATRIX_SETS, TileFrame, frame_of

FILTERS = st.one_of(
    st.none(),
    st.builds("kind {} {}".format, st.sampled_from(["=", "<", ">=", "<>"]), st.integers(-1, 9)),
    st.builds("score BETWEEN {} AND {}".format, st.integers(0, 50), st.integers(50, 100)),
    st.builds("name LIKE '名%{}'".format, st.integers(0, 9)),
    st.builds("kind IS NULL OR NOT (score > {})".format, st.integers(0, 100)),
    st.builds("geography = '{}'".format, st.sampled_from(["county", "cell", "place", "none"])),
    st.builds("S_INTERSECTS(geometry, POLYGON((116 30, {0} 30, {0} 31, 116 30)))".format, st.floats(116.01, 117.5)),
)


@pytest.fixture(scope="module")
def readers(both: Callable[[str, ReleaseContent], Readers]) -> Readers:
    layers = [
        layer_of("places", ("place",), "point"),
        layer_of("areas", ("county", "cell"), "polygon"),
        layer_of("roads", ("road",), "line"),
    ]
    return both("drawn", content_of(layers, shapes_of_all_kinds()))


def decoded(data: bytes, layer_id: str) -> dict[int, Any]:
    """Features of a tile by their number, y downwards as the format has it; each may be there once."""
    if not data:
        return {}
    found = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})
    assert list(found) == [layer_id]
    assert found[layer_id]["extent"] == EXTENT
    features = found[layer_id]["features"]
    assert len({f["id"] for f in features}) == len(features)
    return {f["id"]: f for f in features}


def frame_at(matrix_set: str, tile: Tile) -> TileFrame:
    frame = frame_of(matrix_set, tile)
    assert frame is not None
    return frame


@st.composite
def tiles(draw: st.DrawFn) -> tuple[str, Tile]:
    """Tiles in and around the data, and any others of low zooms."""
    matrix_set = draw(st.sampled_from(sorted(MATRIX_SETS)))
    z = draw(st.integers(0, 14))
    columns = 2**z if matrix_set == "WebMercatorQuad" else 2 ** (z + 1)
    if z < 4 and draw(st.booleans()):
        return matrix_set, Tile(z, draw(st.integers(0, columns - 1)), draw(st.integers(0, 2**z - 1)))
    lon, lat = draw(st.floats(115.9, 117.1)), draw(st.floats(29.9, 31.1))
    if matrix_set == "WebMercatorQuad":
        return matrix_set, tile_at(lon, lat, z)
    return matrix_set, Tile(z, int((lon + 180) / 180 * 2**z), int((90 - lat) / 180 * 2**z))


def filter_of(reader: ReleaseReader, layer_id: str, text: str | None) -> Filter | None:
    return None if text is None else parse_filter(text, "cql2-text", queryables_of(reader.layer(layer_id)))


def items(reader: ReleaseReader, layer_id: str, box: BBox, wanted: Filter | None, zoom: int) -> set[int]:
    """Items of a box: of the zoom's geography unless the filter names it. A box over the world's edge is cut there."""
    box = BBox(max(box.west, -180), max(box.south, -90), min(box.east, 180), min(box.north, 90))
    layer = reader.layer(layer_id)
    found = reader.items(layer_id, ItemQuery(limit=10_000, bbox=box, filter=wanted, geometry=False))
    begun = [name for name, first in layer.zooms.items() if first <= zoom]
    free = wanted is not None and "geography" in wanted.properties
    pairs = zip(found["fid"].to_pylist(), found["geography"].to_pylist(), strict=True)
    return {fid for fid, geography in pairs if free or geography == begun[-1]}


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(["places", "areas", "roads"]), tiles(), FILTERS)
def test_a_tile_holds_the_items_of_its_box(readers: Readers, layer_id: str, at: tuple[str, Tile], text: str | None) -> None:
    """The border: a tile's features are the items whose shape meets the tile with its buffer, edges included; without the
    buffer, those that meet the tile itself. What decides is the stored shape, not the drawn one, which is rounded."""
    matrix_set, tile = at
    frame = frame_at(matrix_set, tile)
    drawn = {}
    for kind, reader in readers.items():
        wanted = filter_of(reader, layer_id, text)
        drawn[kind] = decoded(reader.draw(layer_id, tile, TileQuery(matrix_set, filter=wanted)), layer_id)
        assert drawn[kind].keys() == items(reader, layer_id, frame.reach, wanted, tile.z)
        assert drawn[kind].keys() >= items(reader, layer_id, frame.bbox, wanted, tile.z)
    for fid, feature in drawn["duckdb"].items():
        assert feature["properties"] == drawn["postgis"][fid]["properties"]


@pytest.mark.parametrize("matrix_set", sorted(MATRIX_SETS))
@pytest.mark.parametrize("layer_id", ["places", "areas", "roads"])
def test_both_stores_draw_the_same_within_a_unit(readers: Readers, layer_id: str, matrix_set: str) -> None:
    for z in (0, 5, 9, 12):
        tile = tile_at(116.43, 30.61, z)
        if matrix_set == "WorldCRS84Quad":
            tile = Tile(z, int((116.43 + 180) / 180 * 2**z), int((90 - 30.61) / 180 * 2**z))
        one, other = (decoded(r.draw(layer_id, tile, TileQuery(matrix_set)), layer_id) for r in readers.values())
        assert one.keys() == other.keys()
        for fid, feature in one.items():
            shapes = [shapely.geometry.shape(f["geometry"]) for f in (feature, other[fid])]
            assert all(s.is_valid for s in shapes)
            assert shapely.hausdorff_distance(*shapes) <= 1.5


def test_requested_properties(readers: Readers) -> None:
    for reader in readers.values():
        feature = decoded(reader.draw("places", Tile(0, 0, 0), TileQuery(properties=["kind", "at", "day"])), "places")[3]
        assert feature["properties"] == {"kind": 1, "at": "1970-01-24T03:33:20.000002Z", "day": "1970-01-03"}
        assert decoded(reader.draw("places", Tile(0, 0, 0), TileQuery(properties=[])), "places")[3]["properties"] == {}
        with pytest.raises(ParameterError, match="nothing"):
            reader.draw("places", Tile(0, 0, 0), TileQuery(properties=["nothing"]))
        with pytest.raises(ParameterError, match="WebMercatorQuad"):
            reader.draw("places", Tile(0, 0, 0), TileQuery("Square"))
        assert reader.draw("places", Tile(3, 8, 0), TileQuery()) == b""
        assert reader.draw("places", Tile(9, 0, 0), TileQuery()) == b""


def test_the_same_tile_has_the_same_bytes(readers: Readers) -> None:
    for reader in readers.values():
        assert len({reader.draw("places", Tile(0, 0, 0), TileQuery()) for _ in range(5)}) == 1


@pytest.fixture(scope="module")
def crowds(both: Callable[[str, ReleaseContent], Readers]) -> Readers:
    draw = np.random.default_rng(2)
    n = 200_000
    x, y = draw.normal(116.5, 0.2, n), draw.normal(30.5, 0.2, n)
    fine = shapely.box(x[:40_000], y[:40_000], x[:40_000] + 1e-4, y[:40_000] + 1e-4)
    counties = shapely.box([115.0, 116.5], 29, [116.5, 118], 32)
    shapes = {"place": shapely.points(x, y), "cell": fine, "county": counties, "parcel": fine[:20_000]}
    layers = [
        layer_of("crowd", ("place",), "point"),
        layer_of("cells", ("cell",), "polygon"),
        layer_of("parcels", ("county", "parcel"), "polygon"),
    ]
    layers = [x.model_copy(update={"maxzoom": 0, "columns": x.columns[:1]}) for x in layers]
    return both("crowd", content_of(layers, shapes))


@pytest.mark.parametrize("layer_id", ["crowd", "cells"])
def test_too_many_features_are_counted_not_cut(crowds: Readers, layer_id: str) -> None:
    made = {}
    for kind, reader in crowds.items():
        for tile in (Tile(0, 0, 0), tile_at(116.5, 30.5, 7)):
            data = reader.draw(layer_id, tile, TileQuery())
            features = mapbox_vector_tile.decode(data)[layer_id]["features"]
            box = frame_at("WebMercatorQuad", tile).bbox
            assert len(data) <= BYTES
            assert sum(f["properties"]["features"] for f in features) == reader.count(layer_id, ItemQuery(bbox=box))
            assert {f["properties"]["geography"] for f in features} == {"aggregate"}
            made.setdefault(tile, {})[kind] = data
    assert all(len(set(of.values())) == 1 for of in made.values())


def test_polygons_over_the_byte_budget_show_the_coarser_geography_or_aggregates(crowds: Readers) -> None:
    """Twenty thousand parcels are few enough to be encoded, but the tile of them all is too large."""
    tile = tile_at(116.0, 30.5, 7)  # both counties; the zoom's geography is the parcel
    box = frame_at("WebMercatorQuad", tile).bbox
    for reader in crowds.values():
        assert reader.count("parcels", ItemQuery(bbox=box, equals={"geography": "parcel"})) < FEATURES
        coarser = decoded(reader.draw("parcels", tile, TileQuery()), "parcels")
        assert {f["properties"]["geography"] for f in coarser.values()} == {"county"}
        wanted = filter_of(reader, "parcels", "name <> 'x'")
        data = reader.draw("parcels", tile, TileQuery(filter=wanted))
        features = mapbox_vector_tile.decode(data)["parcels"]["features"]
        assert len(data) <= BYTES
        assert {f["properties"]["geography"] for f in features} == {"aggregate"}
        matched = reader.count("parcels", ItemQuery(bbox=box, equals={"geography": "parcel"}, filter=wanted))
        assert sum(f["properties"]["features"] for f in features) == matched


def test_an_aggregated_tile_is_baked_by_the_same_rule(crowds: Readers) -> None:
    for reader in crowds.values():
        baked = mapbox_vector_tile.decode(gzip.decompress(reader.tile("crowd", Tile(0, 0, 0))))
        assert baked == mapbox_vector_tile.decode(reader.draw("crowd", Tile(0, 0, 0), TileQuery()))


def test_archives_are_the_same_bytes_on_both_stores(readers: Readers) -> None:
    for layer_id in ("places", "areas", "roads"):
        sizes = {reader.archive(layer_id) for reader in readers.values()}
        assert len(sizes) == 1
        whole = {reader.read_archive(layer_id, 0, max(sizes)) for reader in readers.values()}
        assert len(whole) == 1
        for reader in readers.values():
            assert reader.read_archive(layer_id, 5, 100) == min(whole)[5:105]
            assert reader.read_archive(layer_id, max(sizes) - 3, 100) == min(whole)[-3:]
            assert reader.read_archive(layer_id, max(sizes), 1) == b""


def test_no_archive(readers: Readers) -> None:
    for reader in readers.values():
        for name in ("base", "nothing"):
            with pytest.raises(NotFound):
                reader.archive(name)
