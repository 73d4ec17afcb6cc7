"""Points divided among territories of given sizes, each in one piece."""

from collections.abc import Sequence

import numpy as np

from geoservice.geo import Floats, Ints


def partition(xy: Floats, sizes: Sequence[float], wave: tuple[float, float] = (0.0, 1.0)) -> Ints:
    """Return the territory of each point; territories have numbers of points in proportion to their sizes.

    The points are halved across their longer side until one territory is left. ``wave`` is how far the border between halves
    swings to both sides, and over what length.

    >>> partition(np.array([[0.0, 0], [1, 0], [2, 0], [9, 0]]), [1, 3]).tolist()
    [0, 1, 1, 1]
    """
    label = np.empty(len(xy), np.int64)
    _divide(xy, np.arange(len(xy)), sizes, 0, wave, label)
    return label


def _divide(xy: Floats, rows: Ints, sizes: Sequence[float], first: int, wave: tuple[float, float], label: Ints) -> None:
    if len(sizes) == 1:
        label[rows] = first
        return
    total = np.cumsum(sizes)
    middle = 1 + int(np.argmin(np.abs(total[:-1] - total[-1] / 2)))
    axis = int(np.argmax(np.ptp(xy[rows], axis=0)))
    across = xy[rows, axis] + wave[0] * np.sin(2 * np.pi * xy[rows, 1 - axis] / wave[1])
    order = rows[np.argsort(across, kind="stable")]
    count = round(len(rows) * float(total[middle - 1] / total[-1]))
    _divide(xy, order[:count], sizes[:middle], first, wave, label)
    _divide(xy, order[count:], sizes[middle:], first + middle, wave, label)
