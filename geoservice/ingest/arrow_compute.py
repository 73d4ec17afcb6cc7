"""Arrow's computing functions and columns as this package uses them."""

from typing import Any

import numpy as np
import pyarrow.compute
from numpy.typing import NDArray

compute: Any = pyarrow.compute
"""The stubs of these functions refuse chunked arrays in many places where the functions take them."""
Column = Any
"""An Arrow array or chunked array; which of the two makes no difference to its users, but the stubs share no base."""


def bools(column: Column) -> NDArray[np.bool_]:
    """Return a column of booleans without nulls as an array."""
    return np.asarray(column.to_numpy(zero_copy_only=False), bool)
