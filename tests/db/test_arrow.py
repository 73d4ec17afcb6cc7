"""Digests depend on values and not on their layout in Arrow; COPY returns the rows that were sent."""

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.db.arrow import conform, digest, from_rows
from geoservice.db.copy import from_csv, to_csv
from geoservice.db.dialect import DUCKDB
from geoservice.errors import InputError

SCHEMA = pa.schema(
    [
        pa.field("id", pa.binary(4), nullable=False),
        pa.field("key", pa.uint64(), nullable=False),
        pa.field("text", pa.string()),
        pa.field("raw", pa.binary()),
        pa.field("whole", pa.int64()),
        pa.field("real", pa.float64()),
        pa.field("yes", pa.bool_()),
        pa.field("day", pa.date32()),
        pa.field("words", pa.list_(pa.field("item", pa.string(), nullable=False))),
    ]
)
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
ROW = st.fixed_dictionaries(
    {
        "id": st.binary(min_size=4, max_size=4),
        "key": st.integers(0, 2**64 - 1),
        "text": st.none() | TEXT,
        "raw": st.none() | st.binary(max_size=6),
        "whole": st.none() | st.integers(-(2**63), 2**63 - 1),
        "real": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "yes": st.none() | st.booleans(),
        "day": st.none() | st.dates(dt.date(1, 1, 1)),
        "words": st.none() | st.lists(TEXT, max_size=3),
    }
)
CALM = settings(deadline=None, max_examples=50)
ROWS = st.lists(ROW, max_size=5)


@CALM
@given(ROWS)
def test_rows_survive_a_copy_round_trip(rows: list[dict[str, Any]]) -> None:
    # Booleans are left to the store's own tests: PostgreSQL writes t where Arrow writes true.
    table = pa.Table.from_pylist(rows, SCHEMA).drop_columns(["yes"])
    assert from_csv(b"".join(to_csv(table)), table.schema).to_pylist() == table.to_pylist()


@CALM
@given(ROWS)
def test_rows_become_an_equal_table(rows: list[dict[str, Any]]) -> None:
    table = from_rows([tuple(row[n] for n in SCHEMA.names) for row in rows], SCHEMA)
    assert table.equals(pa.Table.from_pylist(rows, SCHEMA))
    assert table.schema.equals(SCHEMA)


@CALM
@given(ROWS, st.integers(0, 5))
def test_digest_ignores_chunks_and_offsets(rows: list[dict[str, Any]], cut: int) -> None:
    table = pa.Table.from_pylist(rows, SCHEMA)
    padded = pa.concat_tables([table.slice(0, cut), table, table.slice(0, 1)])
    same = padded.slice(min(cut, len(rows)), len(rows))
    assert digest(same) == digest(table)


@CALM
@given(ROWS, ROWS)
def test_digest_differs_when_rows_do(a: list[dict[str, Any]], b: list[dict[str, Any]]) -> None:
    one, two = pa.Table.from_pylist(a, SCHEMA), pa.Table.from_pylist(b, SCHEMA)
    assert (digest(one) == digest(two)) == (one.to_pylist() == two.to_pylist())


def test_the_digest_distinguishes_null_from_empty() -> None:
    kinds = [[None], [""]]
    assert len({digest(pa.table({"a": pa.array(k, pa.string())})) for k in kinds}) == 2


def test_digest_is_pinned() -> None:
    table = pa.table({"a": pa.array(["县", None]), "b": pa.array([1.5, -0.0])})
    assert digest(table) == digest(pa.table({"a": ["县", None], "b": [1.5, 0.0]}))


def test_signed_keys_become_unsigned_again() -> None:
    table = conform(pa.table({"key": pa.array([-1, 1], pa.int64())}), pa.schema([("key", pa.uint64())]))
    assert table["key"].to_pylist() == [2**64 - 1, 1]


@pytest.mark.parametrize("name", ["", "1a", 'a"b', "a b", "a\n", "a" * 64, "县"])
def test_invalid_names_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="allowed are ASCII letters"):
        DUCKDB.quote(name)
