"""The cache of columns: bounded by bytes, each block is read once, and again after it was dropped."""

from collections.abc import Sequence

import pyarrow as pa
import pytest

from geoservice.release.sql import BLOCK
from geoservice.release.vector_tiles.column_cache import ColumnCache


class Rows:
    """A table of four blocks of ten rows, which records the blocks that were read."""

    def __init__(self) -> None:
        self.loaded: list[list[int]] = []

    def load(self, blocks: Sequence[int], names: Sequence[str]) -> pa.Table:
        self.loaded.append(list(blocks))
        number = [b * 10 + i for b in blocks for i in range(10)]
        table = pa.table({"n": pa.array(number), "t": [f"text {x}" for x in number]})
        return table.select(list(names)).append_column(BLOCK, pa.array([x // 10 for x in number], pa.int32()))


@pytest.fixture
def rows() -> Rows:
    return Rows()


def test_cached_blocks_are_not_read_again(rows: Rows) -> None:
    cache = ColumnCache()
    cache.columns("a", [0, 1], ["n"], rows.load)
    found = cache.columns("a", [1, 2, 3], ["n", "t"], rows.load)
    assert found["n"].to_pylist() == list(range(10, 40))
    assert found["t"].to_pylist()[:2] == ["text 10", "text 11"]
    assert [len(chunk) for chunk in found["t"].chunks] == [10, 10, 10]
    cache.columns("a", [3, 2], ["t"], rows.load)
    assert rows.loaded == [[0, 1], [1, 2, 3]]
    cache.columns("b", [3], ["t"], rows.load)
    assert rows.loaded[-1] == [3]


def test_the_least_recently_used_are_dropped_first(rows: Rows) -> None:
    cache = ColumnCache(3 * 80)
    cache.columns("a", [0, 1, 2], ["n"], rows.load)
    cache.columns("a", [0], ["n"], rows.load)
    cache.columns("a", [3], ["n"], rows.load)
    assert cache.size == 3 * 80
    cache.columns("a", [0, 2, 3], ["n"], rows.load)
    assert rows.loaded == [[0, 1, 2], [3]]
    cache.columns("a", [1], ["n"], rows.load)
    assert rows.loaded[-1] == [1]


def test_blocks_that_do_not_fit_are_returned(rows: Rows) -> None:
    cache = ColumnCache(100)
    assert cache.columns("a", [0, 1, 2, 3], ["n", "t"], rows.load)["n"].to_pylist() == list(range(40))
    assert cache.size <= 100


def test_a_cached_block_does_not_keep_the_others_in_memory(rows: Rows) -> None:
    cache = ColumnCache()
    before = pa.total_allocated_bytes()
    cache.columns("a", [0, 1, 2, 3], ["n"], rows.load)
    assert pa.total_allocated_bytes() - before < 4 * (80 + 64) + 1


def test_no_blocks_read_nothing(rows: Rows) -> None:
    assert ColumnCache().columns("a", [], [], rows.load) == {}
    assert rows.loaded == []
