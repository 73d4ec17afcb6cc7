"""Values of a few rows out of columns in memory, as plain lists: an engine of columns takes longer to begin than they take."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.geo import Bools, Ints

Parts = Mapping[str, Sequence["pa.Array[Any]"]]
"""Columns, each in the same parts."""
_TEXT = pa.string()


def take_rows(columns: Parts, rows: Bools) -> dict[str, list[Any]]:
    """Return the values of the rows that are true; text as UTF-8, null as None. There is a column at least."""
    wanted: list[tuple[int, Ints]] = []
    start = 0
    for i, part in enumerate(next(iter(columns.values()))):
        at = np.flatnonzero(rows[start : start + len(part)])
        start += len(part)
        if at.size:
            wanted.append((i, at))
    return {name: [value for i, at in wanted for value in _values(parts[i], at)] for name, parts in columns.items()}


def _values(part: Any, at: Ints) -> list[Any]:
    text = part.type == _TEXT
    if part.null_count:
        some = part.take(pa.array(at))
        return list((some.cast(pa.binary()) if text else some).to_pylist())
    return _texts(part, at) if text else list(part.to_numpy(zero_copy_only=False)[at].tolist())


def _texts(part: Any, at: Ints) -> list[bytes]:
    _, ends, letters = part.buffers()
    offsets = np.frombuffer(ends, np.int32, len(part) + 1, part.offset * 4)
    text = letters.to_pybytes() if letters else b""
    return [text[a:b] for a, b in zip(offsets[at].tolist(), offsets[at + 1].tolist(), strict=True)]
