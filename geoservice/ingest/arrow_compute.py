"""Arrow's compute functions and column type, with the types that this package needs."""

from typing import Any

import numpy as np
import pyarrow.compute
from numpy.typing import NDArray

compute: Any = pyarrow.compute
"""``pyarrow.compute``, untyped: its stubs reject chunked arrays where the functions accept them."""
Column = Any
"""An Arrow array or chunked array; callers treat both alike, but the stubs give them no common base."""


def bools(column: Column) -> NDArray[np.bool_]:
    """Return a boolean column without nulls as a NumPy array."""
    return np.asarray(column.to_numpy(zero_copy_only=False), bool)


def has_byte(column: Column, byte: bytes) -> bool:
    """Whether an array of strings may have an ASCII character; far faster than a kernel that goes through its values."""
    data = column.buffers()[2]
    return data is not None and bool((np.frombuffer(data, np.uint8) == ord(byte)).any())
