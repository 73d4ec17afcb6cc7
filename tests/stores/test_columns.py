"""Columns of every type and names with capitals, on both stores."""

import datetime as dt

import pyarrow as pa
import pytest
from filters import DAYS, TIMES, filters_content

from geoservice.cql2 import parse_filter
from geoservice.errors import ReleaseError
from geoservice.release import ItemQuery, LayerContent, ReleaseContent, ReleaseStore
from geoservice.release.base import PublishedColumn, PublishedLayer
from geoservice.release.layer_columns import MAX_COLUMNS
from geoservice.release.properties import queryables_of


def test_every_type_of_column_is_read_as_written(store: ReleaseStore) -> None:
    content = filters_content(40)
    store.write(content)
    got = store.open().items("things", ItemQuery(limit=100))
    assert got.schema.equals(content.layers[0].features.schema)
    assert got.to_pylist() == content.layers[0].features.to_pylist()


@pytest.mark.parametrize(("name", "values"), [("day", DAYS), ("at", TIMES)])
def test_dates_and_times_are_stored_to_the_last_microsecond(store: ReleaseStore, name: str, values: list[dt.date]) -> None:
    store.write(filters_content(200))
    reader = store.open()
    stored = [v for v in reader.items("things", ItemQuery(limit=200, properties=[name]))[name].to_pylist() if v is not None]
    assert sorted(set(stored)) == sorted(values)
    missing = parse_filter(f'"{name}" IS NULL', "cql2-text", queryables_of(reader.layer("things")))
    assert reader.count("things", ItemQuery(filter=missing)) == 200 - len(stored)


def with_columns(content: ReleaseContent, *names: str) -> ReleaseContent:
    """Return a layer with columns of these names alone."""
    layer, features = content.layers[0].layer, content.layers[0].features
    columns = tuple(PublishedColumn(name=n, title=layer.title, type="integer") for n in names)
    plain = features.select(["fid", "geography", "unit"])
    for i, name in enumerate(names):
        plain = plain.append_column(name, pa.array([i] * features.num_rows, pa.int64()))
    published: PublishedLayer = layer.model_copy(update={"columns": columns})
    return ReleaseContent(
        [LayerContent(published, plain.append_column("geometry", features["geometry"]))], content.table, content.manifest
    )


def test_upper_case_names_are_preserved(store: ReleaseStore) -> None:
    store.write(with_columns(filters_content(3), "POP_EST", "Order", "select"))
    got = store.open().items("things", ItemQuery(equals={"POP_EST": 0}, properties=["select", "POP_EST"]))
    assert got.column_names == ["fid", "POP_EST", "select", "geometry"]
    assert got["select"].to_pylist() == [2, 2, 2]


@pytest.mark.parametrize("names", [("name", "NAME"), ("Unit",), ("GEOMETRY",), ("_Area",), ("_west",)])
def test_names_that_differ_in_case_only_are_refused(store: ReleaseStore, names: tuple[str, ...]) -> None:
    with pytest.raises(ReleaseError, match="names"):
        store.write(with_columns(filters_content(3), *names))


def test_a_row_of_as_many_numbers_as_a_layer_may_have(store: ReleaseStore) -> None:
    content = with_columns(filters_content(3), *(f"n{i}" for i in range(MAX_COLUMNS)))
    store.write(content)
    assert store.open().items("things", ItemQuery(limit=1, ids=(2,)))[f"n{MAX_COLUMNS - 1}"].to_pylist() == [MAX_COLUMNS - 1]
