"""Times of the rush hour: a graph whose times on streets are multiplied by a factor."""

from dataclasses import replace
from typing import Any

import numpy as np

from geoservice.errors import NetworkError
from geoservice.geo import Int32s
from geoservice.network.graph import Graph

LARGEST = 5.0
HUNDREDTHS = 100
MAX_MS = 2**30
_TIMES = ("delay_u", "delay_v", "forward_ms", "reverse_ms", "ms_forward", "ms_backward", "shape_forward", "shape_backward")


def slowed(graph: Graph, factor: float) -> Graph:
    """Return the graph with all times on streets and at intersections multiplied by ``factor``, but not the walk to the street.

    ``factor`` counts to two decimals. Equal times stay equal, so the time of an edge remains that of its last vertex. Halves
    are rounded up, so an arc remains the sum of its edge and its intersection, as long as the time lost there is a multiple of
    0.1 s; else it differs by 1 ms at most.

    Raises :class:`NetworkError` for a factor below 1 or above ``LARGEST``.
    """
    if not 1 <= factor <= LARGEST:
        raise NetworkError(f"peak factor: got {factor}, allowed are 1 to {LARGEST:g}")
    hundredths = round(factor * HUNDREDTHS)
    if hundredths == HUNDREDTHS:
        return graph
    times: dict[str, Any] = {name: _scaled(getattr(graph, name), hundredths) for name in _TIMES}
    return replace(graph, **times)


def _scaled(ms: Int32s, hundredths: int) -> Int32s:
    """Return times multiplied and rounded, at most ``MAX_MS``; -1 (not allowed) stays -1.

    >>> _scaled(np.array([0, 1, 50, 100, -1, 2**30], np.int32), 150).tolist()
    [0, 2, 75, 150, -1, 1073741824]
    """
    scaled = (ms.astype(np.int64) * hundredths + HUNDREDTHS // 2) // HUNDREDTHS
    return np.where(ms < 0, -1, np.minimum(scaled, MAX_MS)).astype(np.int32)
