"""Choice of the largest window by the Gini coefficient of the clusters."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from geoservice.analysis.scan.clusters import Cluster
from geoservice.analysis.scan.counts import by_period, checked_counts
from geoservice.analysis.scan.options import Direction, Model, Options, Overlap, Shape
from geoservice.analysis.scan.search import search
from geoservice.errors import ParameterError
from geoservice.geo import Floats

CANDIDATES = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
"""Largest shares of the population in a window that SaTScan compares."""


class WindowChoice(NamedTuple):
    """The chosen largest share of the population, the Gini coefficient of each candidate, and the clusters of the choice."""

    max_population: float
    gini: Floats
    clusters: list[Cluster]


def gini_coefficient(cases: Floats, expected: Floats, total: float) -> float:
    """Return the Gini coefficient of the rates of disjoint clusters and the rest of the map.

    It is twice the area between the diagonal and the Lorenz curve, which is the share of cases over the share of expected
    cases, parts with low rates first (Han et al. 2016).

    Parameters
    ----------
    cases, expected : float64 arrays, shape (clusters,)
    total : float
        Cases of the map, equal to its expected cases.

    Returns
    -------
    float
        0 without clusters.

    Examples
    --------
    Half the cases where a quarter are expected; the curve passes through (0.75, 0.5):

    >>> gini_coefficient(np.array([8.0]), np.array([4.0]), 16.0)
    0.25
    """
    cases, expected = (np.append(v, total - np.sum(v)) / total for v in (cases, expected))
    order = np.argsort(cases / expected, kind="stable")
    height = np.concatenate([[0.0], np.cumsum(cases[order])])
    return float(1.0 - (expected[order] * (height[1:] + height[:-1])).sum())


def choose_window(
    x: Floats,
    y: Floats,
    cases: Floats,
    population: Floats,
    *,
    candidates: Sequence[float] = CANDIDATES,
    significance: float = 0.05,
    model: Model = "poisson",
    direction: Direction = "high",
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
) -> WindowChoice:
    """Return the largest window whose clusters have the largest Gini coefficient, so that the rates differ most.

    A single large cluster may hold several small ones with a higher rate. For each candidate the best windows of the places
    within the candidate make clusters without overlap; the coefficient is that of the significant ones. All p-values refer
    to the maxima over windows up to the largest candidate, so the choice does not invalidate them. If no candidate has a
    significant cluster, the largest one is returned; of equal coefficients, the smallest candidate.

    Parameters
    ----------
    x, y, cases, population
        As in :func:`~geoservice.analysis.scan.spatial.scan`.
    candidates : sequence of float
        Largest shares of the population in a window, ascending.
    significance : float
        Clusters with a smaller p-value are significant.
    model, direction, shape, replications, seed, noise_sd, expected
        As in :func:`~geoservice.analysis.scan.spatial.scan`.
    overlap : {"none", "no_centre"}
    penalty, min_cases, threads, progress
        As in :func:`~geoservice.analysis.scan.spatial.scan`.

    Returns
    -------
    WindowChoice

    Raises
    ------
    BadValues
        An array has a wrong shape or value.
    ParameterError
        An option is not allowed.

    References
    ----------
    Han, Zhu, Kulldorff et al. (2016), Using Gini coefficient to determining optimal cluster reporting sizes for spatial scan
    statistics, International Journal of Health Geographics 15, 27.
    """
    shares = [float(c) for c in candidates]
    if not shares or not shares[0] > 0 or (np.diff(shares) <= 0).any():
        raise ParameterError(f"candidates: {shares}; allowed are ascending shares above 0")
    if overlap == "any" or not replications:
        raise ParameterError("choose_window: it needs replications, and an overlap of 'none' or 'no_centre'")
    options = Options(model, direction, shares[-1], shape, penalty, replications, seed, overlap, min_cases, threads)
    tables = {"cases": cases, "population": population, "expected": expected, "noise_sd": noise_sd}
    counts = checked_counts(x, y, {name: by_period(v) for name, v in tables.items()}, options)
    found = [c.clusters(space_time=False) for c in search(counts, options, shares, progress)]
    gini = np.array([_gini(clusters, float(counts.cases.sum()), significance) for clusters in found])
    choice = int(np.argmax(gini)) if gini.max() > 0 else len(shares) - 1
    return WindowChoice(shares[choice], gini, found[choice])


def _gini(clusters: list[Cluster], total: float, significance: float) -> float:
    significant = [c for c in clusters if c.p < significance]
    return gini_coefficient(np.array([c.cases for c in significant]), np.array([c.expected for c in significant]), total)
