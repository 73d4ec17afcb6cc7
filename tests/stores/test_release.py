"""The protocol of release stores, on both stores."""

import gzip
import math
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import mapbox_vector_tile
import psycopg
import pyarrow as pa
import pytest

from geoservice.db.duckdb import spatial_extension
from geoservice.errors import Conflict, InputError, NotFound, ParameterError, ReleaseError, Unavailable
from geoservice.geo import BBox, Tile
from geoservice.release import ItemQuery, ReleaseContent, ReleaseReader, ReleaseStore, open_store
from geoservice.release.base import TABLE
from geoservice.release.folder import FolderStore
from geoservice.release.manifest import table_digest
from geoservice.release.pmtiles import Archive, write_archive

FIJI = BBox(-180, -18, 180, -16)


def fids(table: pa.Table) -> list[int]:
    return table["fid"].to_pylist()


def decoded(tile: bytes) -> dict[str, Any]:
    return mapbox_vector_tile.decode(gzip.decompress(tile))


def test_every_layer_is_read_as_it_was_written(reader: ReleaseReader, content: ReleaseContent) -> None:
    for layer in content.layers:
        got = reader.items(layer.layer.id, ItemQuery(limit=1000))
        assert got.to_pylist() == layer.features.to_pylist()
        assert got.schema.equals(layer.features.schema)
        assert reader.layer(layer.layer.id) == layer.layer
        assert reader.count(layer.layer.id, ItemQuery()) == layer.layer.features


def test_manifest_is_completed(reader: ReleaseReader, content: ReleaseContent) -> None:
    manifest = reader.manifest
    assert manifest.table_digest == table_digest(content.table)
    assert [x.id for x in manifest.layers] == ["places", "coverage", "gaps", "numbers"]
    assert manifest.created
    assert not manifest.base_map


def test_manifest_hash_is_the_same_everywhere(store: ReleaseStore, content: ReleaseContent, tmp_path: Path) -> None:
    backwards = replace(content, table=content.table.take(list(range(content.table.num_rows))[::-1]))
    store.write(backwards)
    other = open_store(tmp_path / "other", None, "x", read_only=False)
    other.write(content)
    assert store.open().manifest.hash == other.open().manifest.hash


def test_paging_returns_every_feature_once(reader: ReleaseReader) -> None:
    seen: list[int] = []
    while page := fids(reader.items("places", ItemQuery(limit=7, after=seen[-1] if seen else 0))):
        seen += page
    assert seen == list(range(1, 41))


def test_limit_zero_returns_no_items(reader: ReleaseReader) -> None:
    assert reader.items("places", ItemQuery(limit=0)).num_rows == 0


def test_one_item(reader: ReleaseReader, content: ReleaseContent) -> None:
    assert reader.item("places", 3).to_pylist() == content.layers[0].features.slice(2, 1).to_pylist()


@pytest.mark.parametrize("fid", [0, -1, 41, 2**63 - 1, 2**63, 10**30])
def test_an_unknown_item_is_an_empty_table(reader: ReleaseReader, fid: int) -> None:
    assert reader.item("places", fid).num_rows == 0


@pytest.mark.parametrize(
    ("box", "want"),
    [
        (FIJI, [1, 2, 3]),
        (BBox(179, -18, -179, -16), [1, 2, 3]),
        (BBox(179.95, -18, -179.95, -16), [3]),
        (BBox(179, -18, 179.95, -16), [1]),
        (BBox(179.9, -17, 179.9, -17), [1]),
        (BBox(0, 0, 1, 1), []),
        (BBox(-180, -90, 180, 90), [*range(1, 6), *range(7, 41)]),
    ],
)
def test_box(reader: ReleaseReader, box: BBox, want: list[int]) -> None:
    assert fids(reader.items("places", ItemQuery(limit=50, bbox=box))) == want
    assert reader.count("places", ItemQuery(bbox=box)) == len(want)


@pytest.mark.parametrize(
    ("box", "want"),
    [
        (BBox(116.1, 30.1, 116.2, 30.2), ["county0", "township0"]),
        (BBox(116.5, 30.1, 116.5, 30.1), ["county0", "township0", "township1"]),
        (BBox(117, 31, 118, 32), ["county0", "township1"]),
        (BBox(117.0001, 30, 118, 31), []),
    ],
)
def test_a_box_that_touches_a_polygon_matches_it(reader: ReleaseReader, box: BBox, want: list[str]) -> None:
    assert reader.items("coverage", ItemQuery(bbox=box))["unit"].to_pylist() == want


@pytest.mark.parametrize(
    "equals",
    [
        {"unit": "p003"},
        {"beds": 3},
        {"beds": "3", "open": "true"},
        {"beds": 2.0, "open": False},
        {"name": ""},
        {"unit": "' OR 1=1 --"},
        {"geography": "place", "beds": 2**63 - 1},
    ],
)
def test_equals(reader: ReleaseReader, content: ReleaseContent, equals: dict[str, Any]) -> None:
    def meets(row: dict[str, Any]) -> bool:
        return all(str(row[k]).lower() == str(v).lower().removesuffix(".0") for k, v in equals.items())

    got = reader.items("places", ItemQuery(limit=99, equals=equals))
    assert fids(got) == [row["fid"] for row in content.layers[0].features.to_pylist() if meets(row)]
    assert reader.count("places", ItemQuery(equals=equals)) == got.num_rows


def test_equals_a_number_that_is_not_round(reader: ReleaseReader) -> None:
    assert reader.items("coverage", ItemQuery(equals={"share_health_15": 0.1 + 0.2}))["unit"].to_pylist() == ["township0"]
    assert reader.items("coverage", ItemQuery(equals={"share_health_15": "0.3"})).num_rows == 0


@pytest.mark.parametrize(
    "query",
    [
        ItemQuery(equals={"name": "a\0"}),
        ItemQuery(equals={"name": "\ud800"}),
        ItemQuery(equals={"name": 3}),
        ItemQuery(equals={"beds": 2**63}),
        ItemQuery(equals={"beds": "9" * 40}),
        ItemQuery(equals={"beds": math.inf}),
        ItemQuery(equals={"beds": "two"}),
        ItemQuery(equals={"beds": True}),
        ItemQuery(equals={"open": "yes"}),
        ItemQuery(equals={"nothing": "1"}),
        ItemQuery(equals={'"; DROP TABLE': "1"}),
        ItemQuery(properties=["name", "nothing"]),
        ItemQuery(after=-1),
        ItemQuery(after=2**63),
        ItemQuery(limit=-1),
        ItemQuery(limit=2**31),
        ItemQuery(bbox=BBox(math.nan, 0, 1, 1)),
        ItemQuery(bbox=BBox(0, 0, math.inf, 1)),
        ItemQuery(bbox=BBox(0, 2, 1, 1)),
        ItemQuery(bbox=BBox(0, -91, 1, 1)),
        ItemQuery(bbox=BBox(-181, 0, 1, 1)),
    ],
    ids=repr,
)
def test_invalid_values_never_reach_the_database(reader: ReleaseReader, query: ItemQuery) -> None:
    with pytest.raises(ParameterError, match="allowed are"):
        reader.items("places", query)


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", math.nan, True, "x"])
def test_numbers_are_finite(reader: ReleaseReader, value: float | str) -> None:
    with pytest.raises(ParameterError, match=r"property share_health_15: .* finite numbers"):
        reader.count("coverage", ItemQuery(equals={"share_health_15": value}))


def test_some_properties_and_no_geometry(reader: ReleaseReader) -> None:
    got = reader.items("places", ItemQuery(limit=1, properties=["open", "name"], geometry=False))
    assert got.column_names == ["fid", "name", "open"]
    assert reader.items("places", ItemQuery(limit=1, properties=[])).column_names == ["fid", "geometry"]


def test_an_unknown_layer_is_an_error(reader: ReleaseReader) -> None:
    with pytest.raises(NotFound, match="places, coverage, gaps, numbers"):
        reader.items("place", ItemQuery())
    with pytest.raises(NotFound, match="no base map"):
        reader.tile("base", Tile(0, 0, 0))


def test_tiles_hold_the_features(reader: ReleaseReader, content: ReleaseContent) -> None:
    layer = decoded(reader.tile("places", Tile(0, 0, 0)))["places"]
    assert [f["id"] for f in layer["features"]] == [*range(1, 6), *range(7, 41)]  # 6 has no place
    expected = content.layers[0].features.to_pylist()[1]
    row = {k: v for k, v in expected.items() if k not in {"fid", "geometry"} and v is not None}
    assert layer["features"][1]["properties"] == row
    assert layer["extent"] == 4096


def test_tiles_of_low_zooms_show_coarse_geographies(reader: ReleaseReader, kept: ReleaseStore) -> None:
    zooms = reader.layer("coverage").zooms
    assert list(zooms) == ["county", "township"]
    shown = defaultdict(set)
    for tile, data in kept.tiles(reader, "coverage"):
        for feature in decoded(data)["coverage"]["features"]:
            shown[tile.z].add(feature["properties"]["unit"])
    want = {z: {"county0"} if z < zooms["township"] else {"township0", "township1"} for z in range(4, 10)}
    assert dict(shown) == want


def test_suppressed_values_are_left_out_of_tiles(reader: ReleaseReader, kept: ReleaseStore) -> None:
    drawn = [f["properties"] for _, data in kept.tiles(reader, "coverage") for f in decoded(data)["coverage"]["features"]]
    both = {properties["unit"]: properties for properties in drawn}
    assert "share_health_15" not in both["township1"]
    assert both["township1"]["share_health_5"] == -5.0


@pytest.mark.parametrize("tile", [Tile(6, 0, 0), Tile(7, 0, 0), Tile(0, 1, 0), Tile(-1, 0, 0), Tile(40, 0, 0), Tile(2, -1, 0)])
def test_a_tile_without_features_is_empty(reader: ReleaseReader, tile: Tile) -> None:
    assert reader.tile("places", tile) == b""
    assert reader.tile("gaps", tile) == b""


def test_layers_without_places_have_no_tiles(reader: ReleaseReader, kept: ReleaseStore) -> None:
    assert list(kept.tiles(reader, "gaps")) == []
    assert reader.tile("numbers", Tile(0, 0, 0)) == b""


def test_both_stores_hold_the_same_tiles(
    reader: ReleaseReader, kept: ReleaseStore, content: ReleaseContent, tmp_path: Path
) -> None:
    other = open_store(tmp_path / "other", None, "x", read_only=False)
    other.write(content)
    for layer in content.layers:
        assert dict(kept.tiles(reader, layer.layer.id)) == dict(other.tiles(other.open(), layer.layer.id))


def test_the_base_map_is_part_of_the_release(store: ReleaseStore, content: ReleaseContent, tmp_path: Path) -> None:
    tiles = {Tile(0, 0, 0): gzip.compress(b"world"), Tile(3, 5, 1): gzip.compress(b"a corner")}
    write_archive(tmp_path / "base.pmtiles", tiles.items(), FIJI, {})
    store.write(replace(content, base_map=tmp_path / "base.pmtiles"))
    reader = store.open()
    assert reader.manifest.base_map
    assert dict(store.tiles(reader, "base")) == tiles == dict(Archive(tmp_path / "base.pmtiles"))
    assert reader.tile("base", Tile(3, 5, 1)) == tiles[Tile(3, 5, 1)]
    assert reader.tile("base", Tile(3, 5, 2)) == b""


def test_an_invalid_base_map_is_refused(store: ReleaseStore, content: ReleaseContent, tmp_path: Path) -> None:
    (tmp_path / "base.pmtiles").write_bytes(b"<html>" * 99)
    with pytest.raises(ReleaseError, match="not a PMTiles archive"):
        store.write(replace(content, base_map=tmp_path / "base.pmtiles"))
    assert store.current() is None


def test_before_the_first_release(store: ReleaseStore) -> None:
    assert store.current() is None
    assert store.numbers() == []
    with pytest.raises(Unavailable, match="geoservice publish"):
        store.open()
    with pytest.raises(NotFound):
        store.rollback()


def test_numbers_increase_and_the_last_releases_stay(store: ReleaseStore, content: ReleaseContent) -> None:
    assert [store.write(content, keep=2) for _ in range(3)] == [1, 2, 3]
    assert store.numbers() == [2, 3]
    assert store.current() == 3
    with pytest.raises(NotFound, match=r"release 1 does not exist; there are \[2, 3\]"):
        store.open(1)


def test_rollback(store: ReleaseStore, content: ReleaseContent) -> None:
    for _ in range(3):
        store.write(content)
    assert store.rollback() == 2
    assert store.open().number == 2
    assert store.rollback(3) == 3
    assert store.rollback(1) == store.current() == 1
    with pytest.raises(NotFound, match="before the current one"):
        store.rollback()
    with pytest.raises(NotFound, match="release 9 does not exist"):
        store.rollback(9)
    assert store.write(content, keep=1) == 4
    assert store.numbers() == [4]


def test_the_current_release_is_never_removed(store: ReleaseStore, content: ReleaseContent) -> None:
    for _ in range(2):
        store.write(content)
    store.rollback()
    reader = store.open()
    store.write(content, keep=9)
    store.rollback(1)
    store.write(content, keep=1)
    assert store.current() == 4
    reader.close()


def test_a_reader_keeps_its_release(store: ReleaseStore, content: ReleaseContent) -> None:
    store.write(content)
    with_reader = store.open()
    store.write(replace(content, layers=content.layers[:1]), keep=2)
    assert with_reader.items("coverage", ItemQuery()).num_rows == 3
    assert [x.id for x in store.open().manifest.layers] == ["places"]


def test_a_read_only_store_creates_nothing(
    tmp_path: Path, dsn: str | None, other_prefix: Callable[[], str], content: ReleaseContent
) -> None:
    serving = open_store(tmp_path / "none", dsn, other_prefix())
    assert serving.current() is None
    assert serving.numbers() == []
    with pytest.raises(Conflict, match="read-only"):
        serving.write(content)
    with pytest.raises(Conflict, match="read-only"):
        serving.rollback()
    assert not (tmp_path / "none").exists()
    serving.close()


def test_a_serving_store_sees_a_new_release(
    store: ReleaseStore, content: ReleaseContent, tmp_path: Path, dsn: str | None, prefix: str
) -> None:
    serving = open_store(tmp_path / "releases", dsn, prefix)
    assert serving.current() is None
    store.write(content)
    assert serving.current() == 1
    assert serving.open().count("places", ItemQuery()) == 40
    serving.close()


def test_threads_share_a_reader(reader: ReleaseReader) -> None:
    def ask(i: int) -> tuple[list[int], int, int]:
        tile = reader.tile("places", Tile(0, 0, 0))
        return (
            fids(reader.items("places", ItemQuery(limit=3, after=i))),
            reader.count("places", ItemQuery(bbox=FIJI)),
            len(tile),
        )

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(30)))
    assert [a[0] for a in answers] == [[i + 1, i + 2, i + 3] for i in range(30)]
    assert {a[1] for a in answers} == {3}
    assert len({a[2] for a in answers}) == 1


def bad_table(content: ReleaseContent, **values: Any) -> ReleaseContent:
    rows = content.table.to_pylist()
    rows[0].update(values)
    return replace(content, table=pa.Table.from_pylist(rows, TABLE))


def bad_layer(content: ReleaseContent, features: pa.Table) -> ReleaseContent:
    return replace(content, layers=[replace(content.layers[0], features=features), *content.layers[1:]])


REFUSED: dict[str, Callable[[ReleaseContent], ReleaseContent]] = {
    "rows where the value is null": lambda c: bad_table(c, value=None),
    "rows where the value is null and": lambda c: bad_table(c, status="nobody"),
    "not a finite number": lambda c: bad_table(c, value=math.nan),
    "not a finite": lambda c: bad_table(c, value=math.inf),
    "allowed are .'ok', 'beyond'": lambda c: bad_table(c, status="small"),
    "margin is not a finite number": lambda c: bad_table(c, margin=math.inf),
    "1 rows where the margin is below 0": lambda c: bad_table(c, margin=-1.0),
    "1 rows with a margin and no value": lambda c: bad_table(c, value=None, status="beyond", margin=1.0),
    "1 rows with a margin of a measure that has none": lambda c: bad_table(c, measure="minutes", margin=1.0),
    "measure 'guess' is not declared": lambda c: bad_table(c, measure="guess"),
    "1 rows repeat the key": lambda c: replace(c, table=pa.concat_tables([c.table, c.table.slice(1, 1)])),
    "release table: columns": lambda c: replace(c, table=c.table.drop_columns(["nth"])),
    "39 features, its description says 40": lambda c: bad_layer(c, c.layers[0].features.slice(0, 39)),
    "fid is not 1, 2, 3": lambda c: bad_layer(c, c.layers[0].features.take([1, 0, *range(2, 40)])),
    "layer places: columns are": lambda c: bad_layer(c, c.layers[0].features.drop_columns(["beds"])),
    "ids are": lambda c: replace(c, layers=[*c.layers, c.layers[0]]),
    "table_digest is not": lambda c: replace(c, manifest=c.manifest.model_copy(update={"table_digest": "00"})),
    "manifest: hash is": lambda c: replace(c, manifest=c.manifest.model_copy(update={"hash": "00"})),
    "manifest: layers is not": lambda c: replace(c, manifest=c.manifest.model_copy(update={"layers": (c.layers[0].layer,)})),
}


@pytest.mark.parametrize("why", REFUSED)
def test_an_invalid_release_is_not_written(store: ReleaseStore, content: ReleaseContent, why: str) -> None:
    with pytest.raises(ReleaseError, match=why):
        store.write(REFUSED[why](content))
    assert store.current() is None
    assert store.numbers() == []


def test_a_complete_manifest_is_accepted_again(store: ReleaseStore, content: ReleaseContent) -> None:
    store.write(content)
    manifest = store.open().manifest
    store.write(replace(content, manifest=manifest))
    of_one_writing = {"files", "checksum"}
    assert store.open(2).manifest.model_dump(exclude=of_one_writing) == manifest.model_dump(exclude=of_one_writing)


def test_archives_have_the_same_digests_everywhere(store: ReleaseStore, content: ReleaseContent, tmp_path: Path) -> None:
    store.write(content)
    other = open_store(tmp_path / "other", None, "x", read_only=False)
    other.write(content)
    files = store.open().manifest.files
    for layer in ("places", "coverage"):
        name = f"tiles/{layer}.pmtiles"
        assert files[name] == other.open().manifest.files[name]
        assert files[name].bytes == store.open().archive(layer)
    assert store.file_faults(1) == []
    assert store.open().faults() == []


@pytest.mark.postgis
def test_a_damaged_archive_in_a_schema_is_named(content: ReleaseContent, tmp_path: Path, postgis: str) -> None:
    store = open_store(tmp_path, postgis, "damaged", read_only=False)
    store.write(content)
    with psycopg.connect(postgis) as connection:
        connection.execute("UPDATE damaged_release_1.archives SET data = set_byte(data, 200, 7) WHERE layer = 'coverage'")
        connection.execute("DELETE FROM damaged_release_1.archives WHERE layer = 'places'")
    told = {fault.file: fault.reason for fault in store.file_faults(1)}
    store.close()
    assert set(told) == {"tiles/coverage.pmtiles", "tiles/places.pmtiles"}
    assert "its SHA-256 is" in told["tiles/coverage.pmtiles"]
    assert told["tiles/places.pmtiles"] == "the file is missing"


def test_a_prefix_cannot_inject_sql(tmp_path: Path, dsn: str | None) -> None:
    if dsn is None:
        pytest.skip("a folder has no schema name")
    with pytest.raises(InputError, match=r"allowed are .*ASCII letters"):
        open_store(tmp_path, dsn, 'x"; --')


@pytest.mark.parametrize(("layers", "kind"), [(99, "VIEW"), (1, "BASE TABLE")])
def test_a_folder_stores_the_release_table_once(content: ReleaseContent, tmp_path: Path, layers: int, kind: str) -> None:
    """A layer that shows the whole table has its rows; without such a layer the table is stored for itself."""
    some = replace(content, layers=content.layers[:layers])
    FolderStore(tmp_path, read_only=False).write(some)
    with duckdb.connect(tmp_path / "1" / "layers.duckdb", read_only=True) as connection:
        connection.load_extension(str(spatial_extension()))
        kinds = connection.execute(
            "SELECT table_type FROM information_schema.tables WHERE table_name = 'release_table'"
        ).fetchall()
        assert kinds == [(kind,)]
        assert connection.execute("SELECT count(*) FROM release_table").fetchall() == [(content.table.num_rows,)]


def test_the_release_table_and_the_areas_of_units(reader: ReleaseReader, content: ReleaseContent) -> None:
    assert table_digest(reader.table()) == reader.manifest.table_digest
    for layer in content.layers:
        units = reader.unit_areas(layer.layer.id)
        assert units.select(["geography", "unit"]).equals(layer.features.select(["geography", "unit"]))
        expected = [None] * len(units) if layer.areas is None else layer.areas.to_pylist()
        assert units["area"].to_pylist() == expected
