"""Tiles: nothing is lost, whatever its size or faults."""

import gzip
from collections import defaultdict
from collections.abc import Iterator

import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.db.duckdb import open_duckdb
from geoservice.geo import BBox, Tile
from geoservice.layer import Label, Layer
from geoservice.release.base import TABLE
from geoservice.release.layers import build_layers
from geoservice.release.pmtiles import Archive, write_archive
from geoservice.release.mvt.bake import Baker


@pytest.fixture(scope="module")
def baker() -> Iterator[Baker]:
    connection = open_duckdb(None)
    yield Baker(connection)
    connection.close()


SHAPES = {
    "a speck": shapely.box(10, 10, 10 + 1e-9, 10 + 1e-9),
    "a sliver": shapely.box(10, 10, 11, 10 + 1e-9),
    "a bow tie": shapely.Polygon([(0, 0), (5, 5), (5, 0), (0, 5)]),
    "a stroke": shapely.LineString([(10, 10), (10 + 1e-9, 10)]),
    "beyond the edge": shapely.box(-180, 86, 180, 90),
    "the world": shapely.box(-180, -90, 180, 90),
    "a point at the antimeridian": shapely.Point(180, 0),
    "islands": shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(60, 60, 60.001, 60.001)]),
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_in_every_zoom(baker: Baker, name: str) -> None:
    label = Label(zh="x", en="x")
    layer = Layer(id="it", title=label, description=label, geography=("g",), geometry="polygon", maxzoom=4)
    units = {"g": pa.table({"unit": ["u"], "geometry": pa.array([SHAPES[name].wkb], pa.binary())})}
    [content] = build_layers([layer], units, TABLE.empty_table())
    zooms = defaultdict(int)
    for tile, data in baker.bake(content):
        for feature in mapbox_vector_tile.decode(gzip.decompress(data))["it"]["features"]:
            assert feature["id"] == 1
            zooms[tile.z] += 1
    assert sorted(zooms) == [0, 1, 2, 3, 4]


@settings(deadline=None, max_examples=25)
@given(
    st.dictionaries(
        st.integers(0, 11).flatmap(lambda z: st.tuples(st.just(z), *[st.integers(0, 2**z - 1)] * 2)), st.binary(max_size=3)
    )
)
def test_an_archive_gives_back_what_went_in(
    tmp_path_factory: pytest.TempPathFactory, tiles: dict[tuple[int, int, int], bytes]
) -> None:
    path = tmp_path_factory.mktemp("a") / "a.pmtiles"
    want = {Tile(*k): v for k, v in tiles.items() if v}
    assert write_archive(path, want.items(), BBox(-1, -1, 1, 1), {}) == len(want)
    if want:
        archive = Archive(path)
        assert dict(archive) == want
        assert all(archive.get(t) == data for t, data in want.items())
        archive.close()


def test_a_large_archive_has_leaves(tmp_path_factory: pytest.TempPathFactory) -> None:
    draw = np.random.default_rng(1)
    want = {Tile(9, x, y): draw.bytes(20) for x in range(120) for y in range(120)}
    path = tmp_path_factory.mktemp("a") / "a.pmtiles"
    write_archive(path, want.items(), BBox(-1, -1, 1, 1), {})
    assert dict(Archive(path)) == want
    assert Archive(path).get(Tile(9, 121, 0)) == b""
