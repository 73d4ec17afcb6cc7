"""Columns in memory: bounded by bytes, read once, and the same rows after they had to go."""

from collections.abc import Sequence

import pyarrow as pa
import pytest

from geoservice.release.sql import BLOCK
from geoservice.release.vector_tiles.column_cache import ColumnCache


class Rows:
    """A table of four blocks of ten rows, and what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def load(self, blocks: Sequence[int], names: Sequence[str]) -> pa.Table:
        self.asked.append(list(blocks))
        number = [b * 10 + i for b in blocks for i in range(10)]
        table = pa.table({"n": pa.array(number), "t": [f"text {x}" for x in number]})
        return table.select(list(names)).append_column(BLOCK, pa.array([x // 10 for x in number], pa.int32()))


@pytest.fixture
def rows() -> Rows:
    return Rows()


def test_what_is_kept_is_not_read_again(rows: Rows) -> None:
    memory = ColumnCache()
    memory.columns("a", [0, 1], ["n"], rows.load)
    found = memory.columns("a", [1, 2, 3], ["n", "t"], rows.load)
    assert found["n"].to_pylist() == list(range(10, 40))
    assert found["t"].to_pylist()[:2] == ["text 10", "text 11"]
    assert [len(chunk) for chunk in found["t"].chunks] == [10, 10, 10]
    memory.columns("a", [3, 2], ["t"], rows.load)
    assert rows.asked == [[0, 1], [1, 2, 3]]
    memory.columns("b", [3], ["t"], rows.load)
    assert rows.asked[-1] == [3]


def test_the_least_recently_used_go_first(rows: Rows) -> None:
    memory = ColumnCache(3 * 80)
    memory.columns("a", [0, 1, 2], ["n"], rows.load)
    memory.columns("a", [0], ["n"], rows.load)
    memory.columns("a", [3], ["n"], rows.load)
    assert memory.size == 3 * 80
    memory.columns("a", [0, 2, 3], ["n"], rows.load)
    assert rows.asked == [[0, 1, 2], [3]]
    memory.columns("a", [1], ["n"], rows.load)
    assert rows.asked[-1] == [1]


def test_what_does_not_fit_is_still_given(rows: Rows) -> None:
    memory = ColumnCache(100)
    assert memory.columns("a", [0, 1, 2, 3], ["n", "t"], rows.load)["n"].to_pylist() == list(range(40))
    assert memory.size <= 100


def test_a_block_kept_does_not_hold_on_to_the_rest(rows: Rows) -> None:
    memory = ColumnCache()
    before = pa.total_allocated_bytes()
    memory.columns("a", [0, 1, 2, 3], ["n"], rows.load)
    assert pa.total_allocated_bytes() - before < 4 * (80 + 64) + 1


def test_no_blocks_no_question(rows: Rows) -> None:
    assert ColumnCache().columns("a", [], [], rows.load) == {}
    assert rows.asked == []
