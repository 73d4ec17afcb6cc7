"""Population between census dates, as SaTScan takes it: linear between dates, constant before the first and after the last."""

import numpy as np

from geoservice.errors import BadValues
from geoservice.geo import Floats


def mid_year(year: Floats) -> Floats:
    """Return the date of a population that is known by year only: the middle of the year, in years.

    >>> mid_year(np.array([2020])).tolist()
    [2020.5]
    """
    return np.asarray(year, float) + 0.5


def period_population(dates: Floats, population: Floats, start: Floats, end: Floats) -> Floats:
    """Return the mean population of places over periods.

    The population is interpolated linearly between dates and constant before the first and after the last; its mean over a
    period is exact (SaTScan User Guide, "Discrete Poisson model": the population is integrated over the period).

    Parameters
    ----------
    dates : float64 array, shape (dates,), years
        Ascending.
    population : float64 array, shape (places, dates), persons
    start, end : float64 arrays, shape (periods,), years
        Each period begins before its end.

    Returns
    -------
    float64 array, shape (places, periods), persons

    Raises
    ------
    BadValues
        The dates do not ascend, the shapes do not match, or a period has no length.

    Examples
    --------
    100 persons in mid-2000 and 120 in mid-2002; the years 2000 and 2001:

    >>> dates, start = mid_year(np.array([2000, 2002])), np.array([2000.0, 2001.0])
    >>> period_population(dates, np.array([[100.0, 120.0]]), start, start + 1).tolist()
    [[101.25, 110.0]]
    """
    dates, people = np.asarray(dates, float), np.asarray(population, float)
    if people.ndim != 2 or people.shape[1] != len(dates) or not len(dates):
        raise BadValues(f"population: shape {people.shape} with {len(dates)} dates; expected (places, dates)")
    if (np.diff(dates) <= 0).any():
        raise BadValues(f"dates: {dates.tolist()} do not ascend")
    if (np.asarray(end) <= np.asarray(start)).any():
        raise BadValues("periods: a period ends before it begins")
    bounds = np.array([_integral(dates, people, np.asarray(at, float)) for at in (start, end)])
    return np.asarray((bounds[1] - bounds[0]) / (np.asarray(end, float) - np.asarray(start, float)))


def _integral(dates: Floats, people: Floats, at: Floats) -> Floats:
    """Return the integral of the population from the first date to other dates, negative before it; shape (places, at)."""
    steps = np.diff(dates) * (people[:, 1:] + people[:, :-1]) / 2
    sums = np.concatenate([np.zeros((len(people), 1)), np.cumsum(steps, axis=1)], axis=1)
    before = np.clip(np.searchsorted(dates, at, side="right") - 1, 0, len(dates) - 1)
    after = np.minimum(before + 1, len(dates) - 1)
    passed = at - dates[before]
    length = np.where(after > before, dates[after] - dates[before], 1.0)
    slope = np.where((after > before) & (passed > 0), (people[:, after] - people[:, before]) / length, 0.0)
    return np.asarray(sums[:, before] + passed * (people[:, before] + slope * passed / 2))
