"""A cache of columns of point layers, block by block: tiles that are drawn on request read the same rows repeatedly."""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.byte_lru import ByteLru
from geoservice.release.sql import BLOCK

BYTES = 128 * 2**20
"""Limit per release: six properties of a million points take 100 MB."""

Key = tuple[str, int, str]
Load = Callable[[Sequence[int], Sequence[str]], pa.Table]
"""A function of blocks and names that returns these columns and :data:`BLOCK`, by block and always in the same order."""


class ColumnCache:
    """Columns of blocks of rows, bounded by bytes; the least recently used are dropped first. Thread-safe."""

    def __init__(self, limit: int = BYTES) -> None:
        self.limit = limit
        self._arrays: ByteLru[Key, pa.Array[Any]] = ByteLru(limit, lambda array: array.nbytes)
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes of the cached columns."""
        return self._arrays.size

    def columns(self, layer_id: str, blocks: Sequence[int], names: Sequence[str], load: Load) -> dict[str, Any]:
        """Return the columns of some blocks of a layer, each with one chunk per block, in their order."""
        return {name: pa.chunked_array(parts) for name, parts in self.parts(layer_id, blocks, names, load).items()}

    def parts(self, layer_id: str, blocks: Sequence[int], names: Sequence[str], load: Load) -> dict[str, list["pa.Array[Any]"]]:
        """Return the columns of some blocks of a layer, each as one array per block, in their order.

        Missing ones are read by ``load``; two threads may read the same at once.
        """
        keys = {name: [(layer_id, block, name) for block in blocks] for name in names}
        arrays = self._cached(keys)
        missing = [block for i, block in enumerate(blocks) if any(keys[name][i] not in arrays for name in names)]
        if missing:
            loaded = {(layer_id, block, name): part for block, name, part in _parts(load(missing, names), names)}
            with self._lock:
                for key, array in loaded.items():
                    self._arrays.put(key, array)
            arrays |= loaded
        return {name: [arrays[key] for key in column_keys] for name, column_keys in keys.items()}

    def holds(self, layer_id: str, blocks: Sequence[int], names: Sequence[str]) -> bool:
        """Whether all these columns are cached."""
        with self._lock:
            return all((layer_id, block, name) in self._arrays for block in blocks for name in names)

    def _cached(self, keys: dict[str, list[Key]]) -> dict[Key, "pa.Array[Any]"]:
        with self._lock:
            arrays = {key: self._arrays[key] for column in keys.values() for key in column if key in self._arrays}
            for key in arrays:
                self._arrays.move_to_end(key)
        return arrays


def _parts(rows: pa.Table, names: Sequence[str]) -> Iterator[tuple[int, str, "pa.Array[Any]"]]:
    """Yield block, name and column of each block, as a copy: a slice would keep the whole column in memory."""
    block = rows[BLOCK].to_numpy()
    starts = np.flatnonzero(np.r_[True, block[1:] != block[:-1]]) if len(block) else np.array([], np.int64)
    ends = [*starts[1:].tolist(), len(block)]
    for name in names:
        column: Any = rows[name].combine_chunks()
        nothing = column[:0]
        for start, end in zip(starts.tolist(), ends, strict=True):
            yield int(block[start]), name, pa.concat_arrays([column[start:end], nothing])
