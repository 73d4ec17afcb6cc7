"""Tiles of points from the column cache equal those of the database, and use no query."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from drawn import HERE, Readers, content_of, layer_of, shapes_of_all_kinds
from hypothesis import given, settings
from hypothesis import strategies as st
from mapbox_vector_tile import decode

from geoservice.cql2 import parse_filter
from geoservice.geo import Tile, tile_at
from geoservice.release import ItemQuery, ReleaseContent, ReleaseReader
from geoservice.release.arrow_filter import MAX_COMPARISONS, compile_filter
from geoservice.release.base import TileQuery
from geoservice.release.properties import queryables_of
from geoservice.release.vector_tiles import draw as drawing
from geoservice.release.vector_tiles.column_cache import ColumnCache

NUMBERS = st.one_of(
    st.integers(-3, 101).map(str), st.floats(-5, 105).map(repr), st.sampled_from(["9007199254740993", "1e300", "-1.5e-300"])
)
TEXTS = st.sampled_from(["'名字 1'", "'名字 50'", "''", "'zz'", "'名'"])
PLAIN = st.one_of(
    st.builds(
        "{} {} {}".format, st.sampled_from(["kind", "score"]), st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), NUMBERS
    ),
    st.builds("{} {} kind".format, NUMBERS, st.sampled_from(["=", "<", ">="])),
    st.builds("name {} {}".format, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), TEXTS),
    st.builds("{} BETWEEN {} AND {}".format, st.sampled_from(["kind", "score"]), NUMBERS, NUMBERS),
    st.builds("kind IN ({})".format, st.lists(NUMBERS, min_size=1, max_size=4).map(", ".join)),
    st.builds("name IN ({})".format, st.lists(TEXTS, min_size=1, max_size=3).map(", ".join)),
    st.sampled_from(
        ["kind < score", "kind = kind", "open", "open = true", "open <> false", "kind IS NULL", "name IS NOT NULL"]
    ),
)
FILTERS = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.builds("NOT ({})".format, inner),
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["AND", "OR"]), inner),
    ),
    max_leaves=4,
)
FOR_ENGINES = [
    "name LIKE '名%'",
    "CASEI(name) = 'x'",
    "kind + 1 = 3",
    "S_INTERSECTS(geometry, POINT(116 30))",
    "geometry IS NULL",
    "day = DATE('1970-01-02')",
    "day IS NULL",
    "T_AFTER(at, TIMESTAMP('1970-01-02T00:00:00Z'))",
    " OR ".join(f"kind = {i}" for i in range(MAX_COMPARISONS + 1)),
    "1 = 1",
    "true",
]


@pytest.fixture(scope="module")
def readers(both: Callable[[str, ReleaseContent], Readers]) -> Readers:
    layers = [layer_of("places", ("place",), "point"), layer_of("areas", ("county",), "polygon")]
    return both("points", content_of(layers, shapes_of_all_kinds()))


def filled(reader: Any) -> drawing.TileSource:
    """Return a reader's source of the points, once they are in memory."""
    reader.draw("places", Tile(0, 0, 0), TileQuery())
    source: drawing.TileSource = reader._sources["places"]
    drawing.fill_cache(source, Event())
    assert 0 < source.cache.size <= source.cache.limit
    return source


@pytest.fixture
def by_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[ReleaseReader, Tile, TileQuery], bytes]]:
    """Return what draws a tile of points with the engine's own means."""

    def go(reader: ReleaseReader, tile: Tile, query: TileQuery) -> bytes:
        with monkeypatch.context() as patch:
            patch.setattr(drawing, "_points", lambda *_: None)
            return reader.draw("places", tile, query)

    return go


@settings(deadline=None, max_examples=60)
@given(FILTERS)
def test_the_cache_matches_what_the_engines_match(readers: Readers, text: str) -> None:
    for reader in readers.values():
        wanted = parse_filter(text, "cql2-text", queryables_of(reader.layer("places")))
        compiled = compile_filter(wanted)
        assert compiled is not None
        rows = reader.items("places", ItemQuery(limit=10_000, geometry=False))
        columns = dict(zip(rows.column_names, rows.columns, strict=True))
        found = rows.filter(compiled.predicate(columns))["fid"].to_pylist()
        assert found == reader.items("places", ItemQuery(limit=10_000, geometry=False, filter=wanted))["fid"].to_pylist()


@pytest.mark.parametrize("text", FOR_ENGINES)
def test_unsupported_filters_are_passed_to_the_database(readers: Readers, text: str) -> None:
    assert compile_filter(parse_filter(text, "cql2-text", queryables_of(readers["duckdb"].layer("places")))) is None


@pytest.mark.parametrize("text", [None, "kind > 3 OR name = '名字 4'", "score <= 20 AND open", "kind = 99"])
@pytest.mark.parametrize("matrix_set", ["WebMercatorQuad", "WorldCRS84Quad"])
def test_tiles_from_the_cache_equal_those_of_the_engines(
    readers: Readers, by_engine: Callable[..., bytes], matrix_set: str, text: str
) -> None:
    for reader in readers.values():
        filled(reader)
        wanted = parse_filter(text, "cql2-text", queryables_of(reader.layer("places"))) if text else None
        for z in (0, 4, 9):
            x = int((HERE.west + 0.4 + 180) / 180 * 2**z)
            tile = tile_at(116.4, 30.5, z) if matrix_set == "WebMercatorQuad" else Tile(z, x, int((90 - 30.5) / 180 * 2**z))
            query = TileQuery(matrix_set, filter=wanted)
            mine, theirs = (
                decode(d) if d else {} for d in (reader.draw("places", tile, query), by_engine(reader, tile, query))
            )
            assert mine.keys() == theirs.keys()
            for layer_id, layer in mine.items():
                ours, others = ({f["id"]: f for f in of["features"]} for of in (layer, theirs[layer_id]))
                assert {i: f["properties"] for i, f in ours.items()} == {i: f["properties"] for i, f in others.items()}


def test_a_layer_larger_than_the_cache_is_read_from_the_database(readers: Readers) -> None:
    for reader in readers.values():
        source = replace(filled(reader), cache=(small := ColumnCache(1000)))
        drawing.fill_cache(source, Event())
        drawn = decode(drawing.draw(source, Tile(0, 0, 0), TileQuery()))["places"]["features"]
        assert len(drawn) == reader.count("places", ItemQuery())
        assert small.size == 0


def test_filling_ends_when_the_release_is_closed(readers: Readers) -> None:
    for reader in readers.values():
        source, stop = replace(filled(reader), cache=(columns := ColumnCache())), Event()
        stop.set()
        drawing.fill_cache(source, stop)
        assert columns.size == 0
        drawing.fill_cache(source, Event())
        assert columns.size > 0


def test_many_threads_share_one_cache(readers: Readers) -> None:
    tiles = [tile_at(116 + i / 40, 30 + i / 40, 6 + i % 6) for i in range(40)]
    for reader in readers.values():
        source = filled(reader)
        alone = [drawing.draw(source, tile, TileQuery()) for tile in tiles]
        assert any(alone)
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda t, s=source: drawing.draw(s, t, TileQuery()), tiles)) == alone
