"""Values of a few rows of Arrow columns as lists: for so few, the start-up cost of Arrow's own functions dominates."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.geo import Bools, Ints

Parts = Mapping[str, Sequence["pa.Array[Any]"]]
"""Columns, all divided into chunks of the same lengths."""
_TEXT = pa.string()


def take_rows(columns: Parts, rows: Bools) -> dict[str, list[Any]]:
    """Return the values of the rows for which ``rows`` is true; text as UTF-8 bytes, null as None. One column is required."""
    selected: list[tuple[int, Ints]] = []
    start = 0
    for i, chunk in enumerate(next(iter(columns.values()))):
        positions = np.flatnonzero(rows[start : start + len(chunk)])
        start += len(chunk)
        if positions.size:
            selected.append((i, positions))
    return {name: [v for i, positions in selected for v in _values(parts[i], positions)] for name, parts in columns.items()}


def _values(chunk: Any, positions: Ints) -> list[Any]:
    is_text = chunk.type == _TEXT
    if chunk.null_count:
        taken = chunk.take(pa.array(positions))
        return list((taken.cast(pa.binary()) if is_text else taken).to_pylist())
    return _texts(chunk, positions) if is_text else list(chunk.to_numpy(zero_copy_only=False)[positions].tolist())


def _texts(chunk: Any, positions: Ints) -> list[bytes]:
    _, ends, letters = chunk.buffers()
    offsets = np.frombuffer(ends, np.int32, len(chunk) + 1, chunk.offset * 4)
    text = letters.to_pybytes() if letters else b""
    return [text[a:b] for a, b in zip(offsets[positions].tolist(), offsets[positions + 1].tolist(), strict=True)]
