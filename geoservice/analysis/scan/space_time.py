"""Scan for clusters in space and time."""

from collections.abc import Callable

import numpy as np

from geoservice.analysis.scan.clusters import SpaceTimeCluster
from geoservice.analysis.scan.counts import checked_counts
from geoservice.analysis.scan.options import Direction, Model, Options, Overlap, Shape
from geoservice.analysis.scan.search import search
from geoservice.errors import BadValues
from geoservice.geo import Floats


def scan_space_time(
    x: Floats,
    y: Floats,
    cases: Floats,
    population: Floats,
    *,
    model: Model = "poisson",
    direction: Direction = "high",
    max_population: float = 0.5,
    max_duration: float = 0.5,
    prospective: bool = False,
    shape: Shape = "circle",
    replications: int = 999,
    seed: int,
    noise_sd: Floats | None = None,
    expected: Floats | None = None,
    overlap: Overlap = "none",
    penalty: float = 0.5,
    min_cases: float = 2.0,
    threads: int | None = None,
    progress: Callable[[float], None] = lambda _share: None,
) -> list[SpaceTimeCluster]:
    """Return the clusters of maps of several periods by the space-time scan statistic, the most likely one first.

    Windows are cylinders: a circle (or ellipse) during consecutive periods. Everything else is as in
    :func:`~geoservice.analysis.scan.spatial.scan`; overlap is a matter of places only, whatever the periods.

    Parameters
    ----------
    x, y : float64 arrays, shape (places,), metres
    cases, population : float64 arrays, shape (places, periods)
        ``population`` at mid-period or its mean over the period; see
        :func:`~geoservice.analysis.scan.population.period_population`. Windows are limited by their sum over all periods.
    model, direction, max_population
        As in :func:`~geoservice.analysis.scan.spatial.scan`.
    max_duration : float
        Largest share of the periods in a window, at most 0.9; at least one period.
    prospective : bool
        Only windows that last until the last period: clusters that are still there.
    shape, replications, seed
        As in :func:`~geoservice.analysis.scan.spatial.scan`.
    noise_sd, expected : float64 arrays, shape (places, periods), optional
        As in :func:`~geoservice.analysis.scan.spatial.scan`.
    overlap, penalty, min_cases, threads, progress
        As in :func:`~geoservice.analysis.scan.spatial.scan`.

    Returns
    -------
    list of SpaceTimeCluster

    Raises
    ------
    BadValues
        An array has a wrong shape or value.
    ParameterError
        An option is not allowed.

    References
    ----------
    Kulldorff, Athas, Feuer, Miller and Key (1998), Evaluating cluster alarms, American Journal of Public Health 88, 1377-1380.
    Kulldorff (2001), Prospective time periodic geographical disease surveillance, Journal of the Royal Statistical Society A
    164, 61-72.

    Examples
    --------
    Two places, four periods; the second place has 5 of 12 cases in the third period:

    >>> cases = np.array([[1.0, 1, 1, 1], [1, 1, 5, 1]])
    >>> [c] = scan_space_time(np.array([0.0, 900.0]), np.zeros(2), cases, np.full((2, 4), 50.0), replications=0, seed=1)
    >>> c.members.tolist(), c.first_period, c.last_period, c.cases, c.expected
    ([1], 2, 2, 5.0, 1.5)
    """
    options = Options(
        model,
        direction,
        max_population,
        shape,
        penalty,
        replications,
        seed,
        overlap,
        min_cases,
        threads,
        max_duration,
        prospective,
    )
    table = np.asarray(cases, float)
    if table.ndim != 2 or table.shape[1] < 2:
        raise BadValues(f"cases: shape {table.shape}; a space-time scan takes (places, periods) with at least 2 periods")
    tables = {"cases": table, "population": population, "expected": expected, "noise_sd": noise_sd}
    counts = checked_counts(x, y, tables, options)
    clusters = search(counts, options, [max_population], progress)[0].clusters(space_time=True)
    return [c for c in clusters if isinstance(c, SpaceTimeCluster)]
