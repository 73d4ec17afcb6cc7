"""The year in which the load of a station exceeds its capacity."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from geoservice.analysis.projections.prediction_bands import Band
from geoservice.geo import Floats


def first_overload(load: Floats, capacity: Floats, years: Sequence[int]) -> list[int | None]:
    """Return the first year in which the load of each station exceeds its capacity.

    Parameters
    ----------
    load : float64 array, shape (stations, n), visits a year
    capacity : float64 array, shape (stations,), visits a year
        NaN if it is not stated.
    years : sequence of int, length n
        Ascending.

    Returns
    -------
    list of int or None
        None if the load never exceeds the capacity, or this is not stated.

    Examples
    --------
    >>> first_overload(np.array([[90.0, 110.0], [50.0, 60.0]]), np.array([100.0, np.nan]), [2025, 2026])
    [2026, None]
    """
    above = np.asarray(load > np.asarray(capacity, np.float64)[:, None], bool)
    first = above.argmax(axis=1) if above.shape[1] else np.zeros(len(above), np.int64)
    return [int(years[i]) if row.any() else None for i, row in zip(first, above, strict=True)]


class Overload(NamedTuple):
    """First years of overload of each station: as projected, at the upper and at the lower limit of the band."""

    central: list[int | None]
    earliest: list[int | None]
    latest: list[int | None]


def overload(load: Band, capacity: Floats, years: Sequence[int]) -> Overload:
    """Return the first year of overload of each station, and its range.

    Parameters
    ----------
    load : Band of float64 arrays, shape (stations, n), visits a year
    capacity : float64 array, shape (stations,), visits a year
    years : sequence of int, length n

    Examples
    --------
    >>> load = Band(np.array([[80.0, 90.0]]), np.array([[90.0, 101.0]]), np.array([[104.0, 130.0]]))
    >>> overload(load, np.array([100.0]), [2026, 2027])
    Overload(central=[2027], earliest=[2026], latest=[None])
    """
    central, earliest, latest = (first_overload(v, capacity, years) for v in (load.central, load.high, load.low))
    return Overload(central, earliest, latest)
