"""Tiles: nothing is lost, whatever its size or faults."""

import gzip
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pmtiles.reader import MmapSource, Reader

from geoservice.db.duckdb import open_duckdb
from geoservice.geo import BBox, Tile
from geoservice.layer import Label, Layer
from geoservice.release.base import TABLE, Manifest
from geoservice.release.layers import build_layers
from geoservice.release.pmtiles import Archive, write_archive
from geoservice.release.vector_tiles.archives import tilejson
from geoservice.release.vector_tiles.bake import Baker


@pytest.fixture(scope="module")
def baker() -> Iterator[Baker]:
    connection = open_duckdb(None)
    yield Baker(connection)
    connection.close()


LABEL = Label(zh="x", en="x")
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


SMALL = Layer(id="it", title=LABEL, description=LABEL, geography=("county", "cell"), geometry="polygon", maxzoom=14)


def manifest() -> Manifest:
    study = {"id": "t", "source": {"zh": "来源", "en": "Source"}}
    return Manifest(code_version="1", study=study, inputs={}, parameters={}, table_digest="", layers=(), disclosure={})


def test_a_tile_over_the_budget_shows_the_coarser_geography(baker: Baker, monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.linspace(10, 11, 41)[:-1]
    west, south = (a.ravel() for a in np.meshgrid(x, x))
    shapes = {"county": shapely.box([10], [10], [11], [10.5]), "cell": shapely.box(west, south, west + 0.02, south + 0.02)}
    units = {
        g: pa.table({"unit": [f"{g}{i}" for i in range(len(s))], "geometry": shapely.to_wkb(s)}) for g, s in shapes.items()
    }
    [content] = build_layers([SMALL], units, TABLE.empty_table())
    first = content.layer.zooms["cell"]
    monkeypatch.setattr("geoservice.release.vector_tiles.bake.BYTES", 2000)
    seen = defaultdict(int)
    for tile, data in baker.bake(content):
        for feature in mapbox_vector_tile.decode(gzip.decompress(data))["it"]["features"]:
            seen[tile.z, feature["properties"]["geography"]] += feature["properties"].get("features", 1)
    assert seen[first - 1, "county"]
    assert seen[first, "county"]  # the south: more cells than fit, and there is a county
    assert seen[first, "aggregate"]  # the north, where no county is
    assert seen[first, "county"] < seen[first, "aggregate"] < 1600


def test_tiles_encoded_in_blocks_are_those_encoded_at_once(baker: Baker, monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.linspace(10, 11, 21)[:-1]
    west, south = (a.ravel() for a in np.meshgrid(x, x))
    units = {"cell": pa.table({"unit": [f"c{i}" for i in range(len(west))], "geometry": shapely.to_wkb(
        shapely.box(west, south, west + 0.04, south + 0.04)
    )})}  # fmt: skip
    [content] = build_layers([SMALL], units, TABLE.empty_table())
    at_once = list(baker.bake(content))
    monkeypatch.setattr("geoservice.release.vector_tiles.bake.PIECES", 30)
    assert list(baker.bake(content)) == at_once
    assert len({tile.x for tile, _ in at_once if tile.z == content.layer.maxzoom}) > 3


def test_programs_read_an_archive(baker: Baker, tmp_path: Path) -> None:
    units = {
        "county": pa.table(
            {"unit": ["a", "b"], "geometry": shapely.to_wkb(shapely.box([20, 21], [50, 51], [21, 22], [51, 52]))}
        )
    }
    [content] = build_layers([SMALL], units, TABLE.empty_table())
    path = tmp_path / "it.pmtiles"
    assert baker.archive(path, content, tilejson(content.layer, Label(zh="图", en="map")))
    with path.open("rb") as file:
        reader = Reader(MmapSource(file))
        header, said = reader.header(), reader.metadata()
        assert (header["min_zoom"], header["max_zoom"]) == (0, content.layer.maxzoom)
        assert 0 <= header["center_zoom"] <= content.layer.maxzoom
        assert [header[k] / 1e7 for k in ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")] == [20, 50, 22, 52]
        assert (header["center_lon_e7"], header["center_lat_e7"]) == (21 * 10**7, 51 * 10**7)
    assert said["vector_layers"][0]["id"] == "it"
    assert said["vector_layers"][0]["fields"] == {"geography": "String", "unit": "String", "features": "Number"}
    assert said["attribution"] == "图 / map"
    assert "aggregate" in said["budget"]["rule"]["en"]
    found = pyogrio.read_dataframe(path, layer="it")
    assert sorted(found["unit"].unique()) == ["a", "b"]
    assert found.to_crs(4326).total_bounds == pytest.approx([20, 50, 22, 52], abs=1e-3)
    assert found.geometry.is_valid.all()


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
    want = {Tile(*k): gzip.compress(v, mtime=0) for k, v in tiles.items() if v}
    assert write_archive(path, want.items(), BBox(-1, -1, 1, 1), {}) == len(want)
    if want:
        archive = Archive(path)
        assert dict(archive) == want
        assert all(archive.get(t) == data for t, data in want.items())
        archive.close()


def test_a_large_archive_has_leaves(tmp_path_factory: pytest.TempPathFactory) -> None:
    draw = np.random.default_rng(1)
    want = {Tile(9, x, y): gzip.compress(draw.bytes(20), mtime=0) for x in range(120) for y in range(120)}
    path = tmp_path_factory.mktemp("a") / "a.pmtiles"
    write_archive(path, want.items(), BBox(-1, -1, 1, 1), {})
    assert dict(Archive(path)) == want
    assert Archive(path).get(Tile(9, 121, 0)) == b""
