"""Columns of point layers kept in memory, block by block: tiles drawn on request read the same rows again and again."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.release.sql import BLOCK

BYTES = 128 * 2**20
"""What a release's columns may take: those of a million points, of which a map shows six properties, take 100 MB."""

Key = tuple[str, int, str]
Load = Callable[[Sequence[int], Sequence[str]], pa.Table]
"""Blocks and names to those columns of their rows, and :data:`BLOCK`; block by block, and always in the same order within."""


class ColumnCache:
    """Keeps columns of blocks of rows, bounded by bytes; the least recently used go first. For use from many threads."""

    def __init__(self, limit: int = BYTES) -> None:
        self.limit, self.size = limit, 0
        self._kept: OrderedDict[Key, pa.Array[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def columns(self, layer_id: str, blocks: Sequence[int], names: Sequence[str], load: Load) -> dict[str, Any]:
        """Return the columns of some blocks of a layer, each in as many chunks as there are blocks, in their order."""
        return {name: pa.chunked_array(parts) for name, parts in self.parts(layer_id, blocks, names, load).items()}

    def parts(self, layer_id: str, blocks: Sequence[int], names: Sequence[str], load: Load) -> dict[str, list["pa.Array[Any]"]]:
        """Return the columns of some blocks of a layer, each as an array a block, in their order.

        What is not kept is read by ``load``; two threads may both read it, and find the same.
        """
        keys = {name: [(layer_id, block, name) for block in blocks] for name in names}
        found = self._known(keys)
        missing = [b for at, b in enumerate(blocks) if any(keys[name][at] not in found for name in names)]
        if missing:
            fresh = {(layer_id, block, name): part for block, name, part in _parts(load(missing, names), names)}
            self._keep(fresh)
            found |= fresh
        return {name: [found[key] for key in those] for name, those in keys.items()}

    def holds(self, layer_id: str, blocks: Sequence[int], names: Sequence[str]) -> bool:
        """Whether nothing of these columns would have to be read."""
        with self._lock:
            return all((layer_id, block, name) in self._kept for block in blocks for name in names)

    def _known(self, keys: dict[str, list[Key]]) -> dict[Key, "pa.Array[Any]"]:
        with self._lock:
            found = {key: self._kept[key] for those in keys.values() for key in those if key in self._kept}
            for key in found:
                self._kept.move_to_end(key)
        return found

    def _keep(self, fresh: dict[Key, "pa.Array[Any]"]) -> None:
        with self._lock:
            for key, part in fresh.items():
                if key not in self._kept:
                    self._kept[key] = part
                    self.size += part.nbytes
            while self.size > self.limit:
                self.size -= self._kept.popitem(last=False)[1].nbytes


def _parts(rows: pa.Table, names: Sequence[str]) -> Iterator[tuple[int, str, "pa.Array[Any]"]]:
    """Yield block, name and column of each block: a copy, for a slice would keep the whole."""
    block = rows[BLOCK].to_numpy()
    starts = np.flatnonzero(np.r_[True, block[1:] != block[:-1]]) if len(block) else np.array([], np.int64)
    ends = [*starts[1:].tolist(), len(block)]
    for name in names:
        column: Any = rows[name].combine_chunks()
        nothing = column[:0]
        for start, end in zip(starts.tolist(), ends, strict=True):
            yield int(block[start]), name, pa.concat_arrays([column[start:end], nothing])
