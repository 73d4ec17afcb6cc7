"""Scan for clusters in space."""

from collections.abc import Callable

from geoservice.analysis.scan.clusters import Cluster
from geoservice.analysis.scan.counts import by_period, checked_counts
from geoservice.analysis.scan.options import Direction, Model, Options, Overlap, Shape
from geoservice.analysis.scan.search import search
from geoservice.geo import Floats


def scan(
    x: Floats,
    y: Floats,
    cases: Floats,
    population: Floats,
    *,
    model: Model = "poisson",
    direction: Direction = "high",
    max_population: float = 0.5,
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
) -> list[Cluster]:
    """Return the clusters of a map by the spatial scan statistic, the most likely one first.

    Circles (or ellipses) of growing size around each place are compared with the rest of the map by the log likelihood ratio.
    The p-value compares a cluster with the largest ratio of random maps, so it holds for the whole search. The conventions
    are those of SaTScan: places at the same point are one location, and equal distances enter together; only the best window
    of each centroid is kept before overlaps are dropped; a cluster of high rates has at least two cases, one of low rates may
    have none; secondary clusters with p = 1 are not reported.

    Parameters
    ----------
    x, y : float64 arrays, shape (places,), metres
    cases : float64 array, shape (places,)
        Counts or estimates of them.
    population : float64 array, shape (places,), persons
        For the Poisson model the people at risk; for the Bernoulli model cases and controls together.
    model : {"poisson", "bernoulli"}
        Rare cases among many people, or cases among people of whom each is either a case or a control.
    direction : {"high", "low", "both"}
        Rates that are searched for.
    max_population : float
        Largest share of the population in a window, at most 0.5. With ``expected``, the largest share of expected cases,
        which is SaTScan's population adjusted for covariates.
    shape : {"circle", "ellipse"}
        With ``ellipse``, circles and ellipses of five ratios of the axes, 46 in all.
    replications : int
        Random maps; 0 for no p-values.
    seed : int
        Of the random maps. The result depends on neither the number of threads nor the order of the places.
    noise_sd : float64 array, shape (places,), optional
        Standard deviation of the noise of a measurement in ``cases``. It is added to the random maps, so that it is part of
        the null hypothesis; cases may then be negative.
    expected : float64 array, shape (places,), optional
        Expected cases of the Poisson model, by default in proportion to the population; see
        :func:`~geoservice.analysis.scan.expected.indirect_expected`. They are scaled to the number of cases.
    overlap : {"none", "no_centre", "any"}
        Reported clusters share no place; or no centre of a cluster lies in another; or the best window of each place.
    penalty : float
        Power of the eccentricity penalty of ellipses: 0 none, 0.5 medium, 1 strong.
    min_cases : float
        Fewest cases of a cluster of high rates.
    threads : int, optional
        By default as many as there are processors.
    progress : function
        Called with the share of the replications that is done.

    Returns
    -------
    list of Cluster

    Raises
    ------
    BadValues
        An array has a wrong shape or value.
    ParameterError
        An option is not allowed.

    References
    ----------
    Kulldorff (1997), A spatial scan statistic, Communications in Statistics: Theory and Methods 26, 1481-1496.
    Kulldorff, Huang, Pickle and Duczmal (2006), An elliptic spatial scan statistic, Statistics in Medicine 25, 3929-3943.
    Kulldorff (2022), SaTScan User Guide for version 10.1.

    Examples
    --------
    Four places in a row; 8 of 16 cases are in the first, where a quarter of the people live:

    >>> import numpy as np
    >>> x, people = np.array([0.0, 1000, 2000, 3000]), np.full(4, 100.0)
    >>> [cluster] = scan(x, np.zeros(4), np.array([8.0, 3, 2, 3]), people, replications=0, seed=1)
    >>> cluster.members.tolist(), cluster.cases, cluster.expected, cluster.relative_risk, round(cluster.llr, 6)
    ([0], 8.0, 4.0, 3.0, 2.301457)

    The ratio is 8 ln(8 / 4) + 8 ln(8 / 12).
    """
    options = Options(model, direction, max_population, shape, penalty, replications, seed, overlap, min_cases, threads)
    tables = {"cases": cases, "population": population, "expected": expected, "noise_sd": noise_sd}
    counts = checked_counts(x, y, {name: by_period(v) for name, v in tables.items()}, options)
    return search(counts, options, [max_population], progress)[0].clusters(space_time=False)
