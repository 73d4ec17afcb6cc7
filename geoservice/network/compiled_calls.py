"""Calls of compiled functions with read-only arrays, like memory maps, so that each is compiled for one signature only."""

from collections.abc import Callable
from typing import Any

import numpy as np


def call(kernel: Callable[..., Any], *args: object) -> Any:
    """Return what a kernel returns for contiguous read-only views of its arrays and its other arguments."""
    return kernel(*(_read_only(a) if isinstance(a, np.ndarray) else a for a in args))


def call_in_place(kernel: Callable[..., Any], changed: "np.ndarray[Any, np.dtype[Any]]", *args: object) -> Any:
    """Do the same for a kernel that changes its first array."""
    return call(lambda *rest: kernel(changed, *rest), *args)


def _read_only(array: "np.ndarray[Any, np.dtype[Any]]") -> "np.ndarray[Any, np.dtype[Any]]":
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
