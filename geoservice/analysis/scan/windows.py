"""Windows of a scan: circles and ellipses of growing size around each location."""

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from math import cos, radians, sin
from typing import NamedTuple

import numpy as np

from geoservice.geo import Bools, Floats, Int32s, Ints

_ROWS = 64
_TIE = 1e-9
"""Squared distances that differ by less than this part are equal: they differ by rounding only."""


class Form(NamedTuple):
    """The form of a window: longest axis over shortest, and the angle of the longest, in degrees anticlockwise from east."""

    ratio: float = 1.0
    angle: float = 0.0


CIRCLE = Form()
ELLIPSES = ((1.5, 4), (2.0, 6), (3.0, 9), (4.0, 12), (5.0, 15))
"""Ratios of the axes, each with its number of angles; those of SaTScan."""


def forms(shape: str) -> list[Form]:
    """Return the forms of a scan: the circle, and for the shape ``ellipse`` 46 ellipses; one axis points north for each ratio.

    >>> [len(forms(s)) for s in ("circle", "ellipse")]
    [1, 47]
    >>> [f.angle for f in forms("ellipse")[1:5]]
    [90.0, 135.0, 0.0, 45.0]
    """
    ellipses = [Form(ratio, (90.0 + 180.0 * i / count) % 180.0) for ratio, count in ELLIPSES for i in range(count)]
    return [CIRCLE, *(ellipses if shape == "ellipse" else [])]


def eccentricity_penalty(form: Form, power: float) -> float:
    """Return the factor of the log likelihood ratio of a form (Kulldorff et al. 2006); 1 for circles.

    Examples
    --------
    >>> eccentricity_penalty(CIRCLE, 0.5), eccentricity_penalty(Form(3.0), 1.0)
    (1.0, 0.75)
    """
    return float((4.0 * form.ratio / (form.ratio + 1.0) ** 2) ** power)


@dataclass(frozen=True)
class Windows:
    """All windows of one form.

    The neighbours of centroid ``i``, nearest first, are ``order[start[i]:start[i + 1]]``. Windows end where ``stop`` is true;
    locations at the same distance enter together.
    """

    form: Form
    start: Ints
    order: Int32s
    stop: Bools


def plane(x: Floats, y: Floats, form: Form) -> tuple[Floats, Floats]:
    """Return coordinates in which the ellipses of a form are circles; their radius there is half the shortest axis."""
    if form.ratio == 1.0:
        return x, y
    c, s = cos(radians(form.angle)), sin(radians(form.angle))
    return (x * c + y * s) / form.ratio, y * c - x * s


def neighbours(x: Floats, y: Floats, centroids: Ints) -> tuple[Ints, Floats]:
    """Return all locations in order of their distance from some centroids, and the squared distances.

    Parameters
    ----------
    x, y : float64 arrays, shape (n,), metres
    centroids : int64 array, shape (m,)

    Returns
    -------
    (int64 array, float64 array), shapes (m, n), square metres

    Examples
    --------
    >>> order, squared = neighbours(np.array([0.0, 4.0, 1.0]), np.zeros(3), np.array([1]))
    >>> order.tolist(), squared.tolist()
    ([[1, 2, 0]], [[0.0, 9.0, 16.0]])
    """
    squared = (x[centroids, None] - x) ** 2 + (y[centroids, None] - y) ** 2
    order = np.argsort(squared, axis=1)
    return order, np.take_along_axis(squared, order, axis=1)


def windows(x: Floats, y: Floats, weight: Floats, largest: float, form: Form, pool: Executor) -> Windows:
    """Return the windows of a form around each location.

    Parameters
    ----------
    x, y : float64 arrays, shape (n,), metres
        Distinct locations.
    weight : float64 array, shape (n,)
        Population, or anything in proportion to it.
    largest : float
        Largest weight of a window.
    form : Form
    pool : Executor
        Its threads share the work.

    Returns
    -------
    Windows

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(1) as pool:
    ...     w = windows(np.array([0.0, 1.0, -1.0, 3.0]), np.zeros(4), np.ones(4), 3.0, CIRCLE, pool)
    >>> w.start.tolist(), w.stop[:3].tolist()
    ([0, 3, 5, 8, 11], [True, False, True])
    """
    u, v = plane(x, y, form)

    def rows(begin: int) -> tuple[Ints, Int32s, Bools]:
        return _rows(u, v, weight, largest, np.arange(begin, min(begin + _ROWS, len(x))))

    parts = list(pool.map(rows, range(0, len(x), _ROWS)))
    counts, order, stop = (np.concatenate(p) for p in zip(*parts, strict=True))
    return Windows(form, np.concatenate([[0], np.cumsum(counts)]), order, stop)


def _rows(x: Floats, y: Floats, weight: Floats, largest: float, centroids: Ints) -> tuple[Ints, Int32s, Bools]:
    """Return the number of neighbours within the largest window of some centroids, the neighbours, and where windows end."""
    order, squared = neighbours(x, y, centroids)
    stop = np.cumsum(weight[order], axis=1) <= largest
    stop[:, :-1] &= squared[:, 1:] > squared[:, :-1] * (1.0 + _TIE)
    counts = np.where(stop.any(axis=1), len(x) - np.argmax(stop[:, ::-1], axis=1), 0).astype(np.int64)
    within = np.arange(len(x)) < counts[:, None]
    return counts, order[within].astype(np.int32), stop[within]


def blocks(count: int, parts: int) -> Iterator[tuple[int, int]]:
    """Return consecutive ranges that divide ``count`` items into about ``parts`` parts.

    >>> list(blocks(5, 2))
    [(0, 3), (3, 5)]
    """
    size = max(-(-count // max(parts, 1)), 1)
    return ((begin, min(begin + size, count)) for begin in range(0, count, size))
