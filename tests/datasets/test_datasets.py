"""One contract for datasets in a folder and in an S3-compatible store."""

import pickle
from typing import Any

import pyarrow as pa
import pytest
import shapely
from county_tables import TABLES, county_table, grid
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoservice.datasets import Store, begin_update, finish_update, read_dataset, remove_dataset, write_dataset, write_partition
from geoservice.datasets.manifest import part_path
from geoservice.datasets.split import split_by
from geoservice.errors import BadGeometry, Conflict, InputError, MissingColumn, NotFound, UnreadableFile
from geoservice.geo import BBox

IDS = {county: set(table["id"].to_pylist()) for county, table in TABLES.items()}


def ids(table: pa.Table) -> set[int]:
    return set(table["id"].to_pylist())


def test_what_is_written_is_read(store: Store) -> None:
    manifest = write_dataset(store, "stations", TABLES)
    assert sum(part.rows for part in manifest.parts.values()) == 37
    assert sorted(store.files("stations")) == [
        "stations/_manifest.json",
        "stations/county=340811/part-0.parquet",
        "stations/county=340822/part-0.parquet",
        "stations/county=__none__/part-0.parquet",
    ]
    table = read_dataset(store, "stations")
    for county, written in TABLES.items():
        rows = [r for r in table.to_pylist() if (r.pop("county") or "") == county]
        assert sorted(rows, key=lambda r: r["id"]) == written.to_pylist()
    assert table.schema.remove(table.schema.get_field_index("county")) == TABLES["340811"].schema


def test_the_same_rows_give_the_same_bytes(store: Store) -> None:
    first = write_dataset(store, "a", TABLES)
    assert write_dataset(store, "b", TABLES) == first
    assert store.read(part_path("a", "340811")) == store.read(part_path("b", "340811"))


def test_counties_and_columns_are_selected(store: Store) -> None:
    write_dataset(store, "stations", TABLES)
    table = read_dataset(store, "stations", counties=["340822", ""], columns=["id"])
    assert table.column_names == ["id", "county"]
    assert ids(table) == IDS["340822"] | IDS[""]
    with pytest.raises(NotFound, match=r"it has no county 999999; it has .*340811, 340822"):
        read_dataset(store, "stations", counties=["999999"])
    with pytest.raises(MissingColumn, match=r"county=340811/part-0.parquet: it has no column beds; it has id, name"):
        read_dataset(store, "stations", counties=["340811"], columns=["beds"])


def test_tables_without_geometry(store: Store) -> None:
    tables = {"340811": pa.table({"area": ["1", "2"], "value": [1.5, None]})}
    write_dataset(store, "release", tables)
    assert read_dataset(store, "release").drop_columns("county").equals(tables["340811"])
    with pytest.raises(InputError, match=r"county=340811/part-0.parquet: a box is given"):
        read_dataset(store, "release", bbox=BBox(0, 0, 1, 1))


def test_an_update_leaves_other_counties(store: Store) -> None:
    write_dataset(store, "stations", TABLES)
    untouched = store.read(part_path("stations", "340822"))
    write_dataset(store, "stations", {"340811": county_table(grid(2), first=900)}, update=True)
    assert ids(read_dataset(store, "stations")) == {900, 901, 902, 903} | IDS["340822"] | IDS[""]
    assert store.read(part_path("stations", "340822")) == untouched
    write_dataset(store, "stations", {"340811": TABLES["340811"]})
    assert ids(read_dataset(store, "stations")) == IDS["340811"]
    assert len(store.files("stations")) == 2  # programs that read the folder do not see counties that are gone


def test_counties_are_written_in_several_processes(store: Store) -> None:
    begin_update(store, "stations", TABLES)
    copy = pickle.loads(pickle.dumps(store)) if "s3" not in store.url else store
    parts = [write_partition(copy, "stations", county, table) for county, table in TABLES.items()]
    finish_update(store, "stations", [pickle.loads(pickle.dumps(part)) for part in parts])
    assert ids(read_dataset(store, "stations")) == set().union(*IDS.values())
    with pytest.raises(Conflict, match="another process has written this dataset meanwhile"):
        finish_update(store, "stations", parts)


def test_a_half_written_dataset_is_recognised(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    write_dataset(store, "stations", TABLES)
    write, count = type(store).write, 0

    def killed(self: Store, path: str, data: bytes) -> None:
        nonlocal count
        if (count := count + 1) == 3:
            raise KeyboardInterrupt
        write(self, path, data)

    changed = {c: county_table(grid(2), first=900) for c in ("340811", "340822")}
    with monkeypatch.context() as patch:
        patch.setattr(type(store), "write", killed)
        with pytest.raises(KeyboardInterrupt):
            write_dataset(store, "stations", changed, update=True)
    with pytest.raises(InputError, match="writing did not end: county=340811, county=340822 is missing"):
        read_dataset(store, "stations")
    write_dataset(store, "stations", {"340811": changed["340811"]}, update=True)
    with pytest.raises(InputError, match="writing did not end: county=340822 is missing"):
        read_dataset(store, "stations")
    write_dataset(store, "stations", {"340822": changed["340822"]}, update=True)
    assert ids(read_dataset(store, "stations")) == {900, 901, 902, 903} | IDS[""]


def test_a_changed_file_is_named(store: Store) -> None:
    write_dataset(store, "stations", TABLES)
    path = part_path("stations", "340822")
    data = store.read(path)
    store.write(path, data[:-4] + b"PAR0")
    with pytest.raises(UnreadableFile, match=r"county=340822/part-0.parquet: the Parquet file is damaged"):
        read_dataset(store, "stations", columns=["id"])
    with pytest.raises(UnreadableFile, match=r"county=340822/part-0.parquet: its SHA-256 is not that of the manifest"):
        read_dataset(store, "stations")
    store.write(path, data[:-1])
    with pytest.raises(UnreadableFile, match=rf"it has {len(data) - 1} bytes, the manifest says {len(data)}"):
        read_dataset(store, "stations")
    store.delete(path)
    with pytest.raises(UnreadableFile, match=r"county=340822/part-0.parquet: it is missing"):
        read_dataset(store, "stations", counties=["340822"])
    store.write("stations/_manifest.json", b"{")
    with pytest.raises(UnreadableFile, match=r"_manifest.json: the manifest is damaged"):
        read_dataset(store, "stations")


def test_a_table_without_rows_is_a_dataset(store: Store) -> None:
    rows = TABLES["340811"].slice(0, 0)
    write_dataset(store, "stations", split_by(rows, pa.array([], pa.string())))
    read = read_dataset(store, "stations")
    assert (read.num_rows, read.column_names) == (0, [*rows.column_names, "county"])
    with pytest.raises(InputError, match="stations: got no tables"):
        write_dataset(store, "stations", {})
    with pytest.raises(InputError, match=r"stations: there is nothing to read"):
        read_dataset(store, "stations", counties=[])


def test_a_dataset_is_removed_and_other_files_stay(store: Store) -> None:
    write_dataset(store, "stations", TABLES)
    write_dataset(store, "roads", TABLES)
    store.write("stations/own.txt", b"")
    store.write("notes/own.txt", b"")
    for name in ("stations", "notes", "absent"):
        remove_dataset(store, name)
    assert [path for path in store.files("") if not path.startswith("roads/")] == ["notes/own.txt", "stations/own.txt"]
    remove_dataset(store, "roads")
    assert store.files("roads") == {}


def test_a_dataset_of_another_program(store: Store) -> None:
    data = {}
    write_dataset(store, "ours", TABLES)
    for county in ("340811", "340822"):
        data[county] = store.read(part_path("ours", county))
        store.write(f"theirs/county={county}/0f3a.snappy.parquet", data[county])
    store.write("theirs/_SUCCESS", b"")
    assert ids(read_dataset(store, "theirs")) == IDS["340811"] | IDS["340822"]
    with pytest.raises(Conflict, match="it has files that are no dataset of geoservice"):
        write_dataset(store, "theirs", TABLES)
    with pytest.raises(NotFound, match="nothing: there is no dataset"):
        read_dataset(store, "nothing")


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        (pa.table({"county": ["1"]}), InputError, "got a column 'county', which"),
        (pa.table({"geometry": ["POINT(1 1)"]}), InputError, "column geometry is string, allowed is binary"),
        (pa.table({"geometry": [b"POINT(1 1)"]}), BadGeometry, "county 340811: column geometry: a value is no WKB"),
        (county_table([shapely.Point(1, float("inf"))]), BadGeometry, "coordinates must be finite"),
    ],
)
def test_tables_that_are_refused(store: Store, table: pa.Table, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        write_dataset(store, "stations", {"340811": table})


def test_counties_have_the_same_columns(store: Store) -> None:
    other = pa.table({"id": ["1"]})
    with pytest.raises(InputError, match=r"county 340822 has columns .*, other counties .*; allowed is one form"):
        write_dataset(store, "stations", {"340811": TABLES["340811"], "340822": other})


DEGREES = st.integers(-60, 60).map(lambda n: n / 4)
POINTS = st.tuples(DEGREES, DEGREES)
SHAPES = st.one_of(
    st.none(), st.just(shapely.Point()), POINTS.map(shapely.Point), st.tuples(POINTS, POINTS).map(shapely.LineString)
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    counties=st.dictionaries(st.sampled_from(["11", "a/b %", "县", ""]), st.lists(SHAPES, max_size=12), min_size=1),
    corners=st.tuples(POINTS, POINTS),
)
def test_a_box_reads_what_a_filter_of_all_rows_leaves(
    store: Store, counties: dict[str, list[Any]], corners: tuple[tuple[float, float], tuple[float, float]]
) -> None:
    (x1, y1), (x2, y2) = corners
    box = BBox(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    write_dataset(store, "drawn", {c: county_table(shapes) for c, shapes in counties.items()})
    expected = {
        (county or None, i)
        for county, shapes in counties.items()
        for i, shape in enumerate(shapes)
        if shape is not None and not shape.is_empty and BBox(*shape.bounds).intersects(box)
    }
    table = read_dataset(store, "drawn", bbox=box)
    assert set(zip(table["county"].to_pylist(), table["id"].to_pylist(), strict=True)) == expected
