"""How compiled functions are called: with read-only arrays, as memory maps are, so that each is compiled for one signature."""

from collections.abc import Callable
from typing import Any

import numpy as np


def call(kernel: Callable[..., Any], *args: object) -> Any:
    """Call a kernel with contiguous read-only views of its arrays; other arguments as they are."""
    return kernel(*(_guarded(a) if isinstance(a, np.ndarray) else a for a in args))


def _guarded(array: "np.ndarray[Any, np.dtype[Any]]") -> "np.ndarray[Any, np.dtype[Any]]":
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
