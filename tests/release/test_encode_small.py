"""Few points taken and written one by one are the same bytes as many written with arrays."""

from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.release.vector_tiles.encode import POINT, encode, points, zigzag
from geoservice.release.vector_tiles.encode_small import encode_small
from geoservice.release.vector_tiles.take_rows import take_rows

KINDS: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.string(): st.text(max_size=6) | st.integers(100, 300).map("字".__mul__) | st.integers(120, 130).map("x".__mul__),
    pa.int64(): st.integers(-(2**63), 2**63 - 1) | st.integers(-200, 200),
    pa.float64(): st.floats(allow_nan=False).map(lambda v: v + 0.0),  # no -0: arrays tell it from 0
    pa.bool_(): st.booleans(),
}
PLACES = st.integers(-(2**33), 2**33) | st.integers(-64, 4160)


@st.composite
def layers(draw: st.DrawFn) -> tuple[list[int], list[int], list[int], dict[str, "pa.Array[Any]"]]:
    """Draw numbers, places and columns of some points."""
    n = draw(st.integers(0, 12))
    kinds = draw(st.lists(st.sampled_from(list(KINDS)), max_size=5))
    columns = [pa.array(draw(st.lists(st.none() | KINDS[k], min_size=n, max_size=n)), k) for k in kinds]
    fid, x, y = (draw(st.lists(of, min_size=n, max_size=n)) for of in (st.integers(0, 2**53), PLACES, PLACES))
    return fid, x, y, {f"性质 {i}": column for i, column in enumerate(columns)}


@settings(deadline=None)
@given(layers())
def test_few_are_written_as_many_are(layer: tuple[list[int], list[int], list[int], dict[str, "pa.Array[Any]"]]) -> None:
    fid, *places, columns = layer
    x, y = (np.array(p, np.int64) for p in places)
    coded = {name: column.dictionary_encode() for name, column in columns.items()}
    numbers = np.array(fid, np.int64)
    lists = take_rows({name: [column] for name, column in {"": pa.array(numbers), **columns}.items()}, np.ones(len(fid), bool))
    picked_numbers = lists.pop("")
    one_by_one = encode_small("层", zigzag(x).tolist(), zigzag(y).tolist(), lists, picked_numbers)
    assert one_by_one == encode("层", POINT, points(x, y), coded, numbers)


def test_more_values_than_two_bytes_count() -> None:
    n, columns = 200, {f"c{i}": pa.array([f"{i} {j}" for j in range(200)]) for i in range(90)}
    at = np.arange(n)
    lists = {name: [text.encode() for text in column.to_pylist()] for name, column in columns.items()}
    coded = {name: column.dictionary_encode() for name, column in columns.items()}
    few = encode_small("it", zigzag(at).tolist(), zigzag(at).tolist(), lists, at.tolist())
    assert few == encode("it", POINT, points(at, at), coded, at)


@settings(deadline=None)
@given(layers(), st.data())
def test_values_are_picked_as_an_engine_filters(
    layer: tuple[Any, Any, Any, dict[str, "pa.Array[Any]"]], data: st.DataObject
) -> None:
    fid, _, _, columns = layer
    n, columns = len(fid), {"fid": pa.array(fid, pa.int64()), **columns}
    rows = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)), bool)
    cuts = [0, *sorted(data.draw(st.lists(st.integers(0, n), max_size=3))), n]
    found = take_rows({name: [c[a:b] for a, b in pairwise(cuts)] for name, c in columns.items()}, rows)
    for name, column in columns.items():
        binary = column.cast(pa.binary()) if pa.types.is_string(column.type) else column
        assert found[name] == binary.filter(pa.array(rows, pa.bool_())).to_pylist()
