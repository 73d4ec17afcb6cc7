"""The search of a scan: the best windows of the observed map, and the maxima of random ones."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cache, partial

import numpy as np

from geoservice.analysis.scan.clusters import Candidates
from geoservice.analysis.scan.counts import Counts
from geoservice.analysis.scan.intervals import intervals
from geoservice.analysis.scan.maxima import Simulation
from geoservice.analysis.scan.observed import BestWindows, observed_windows
from geoservice.analysis.scan.options import Options
from geoservice.analysis.scan.replications import NullMaps
from geoservice.analysis.scan.windows import Form, Windows, eccentricity_penalty, forms, windows

_ROUNDING = 1e-12


def search(counts: Counts, options: Options, limits: Sequence[float], progress: Callable[[float], None]) -> list[Candidates]:
    """Return the best windows of the observed map under some limits, with the maxima of the replications under the largest.

    Parameters
    ----------
    counts : Counts
    options : Options
    limits : sequence of float
        Largest shares of the population in a window, ascending.
    progress : function
        Called with the share of the replications that is done; an exception in it ends the search.

    Returns
    -------
    list of Candidates, one for each limit
    """
    with ThreadPoolExecutor(options.thread_count) as pool:
        try:
            return _search(counts, options, limits, progress, pool)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _search(
    counts: Counts, options: Options, limits: Sequence[float], progress: Callable[[float], None], pool: Executor
) -> list[Candidates]:
    periods = counts.cases.shape[1]
    times = intervals(periods, max(int(options.max_duration * periods + 1e-9), 1), options.prospective)
    largest = np.array(limits) * counts.weight.sum() * (1 + _ROUNDING)
    kinds = forms(options.shape)
    made: Callable[[Form], Windows] = partial(_windows, counts, float(largest[-1]), pool)
    if len(kinds) == 1:
        made = cache(made)
    null = NullMaps.of(counts, options.seed)
    simulation = Simulation.of(null, times, counts.statistic(options, null.cases), options.replications)
    statistic = counts.statistic(options, float(counts.cases.sum()))
    best, maxima = BestWindows.none(len(limits), len(counts.at.x)), np.zeros(options.replications)
    for part in simulation.parts(pool):
        for number, form in enumerate(kinds):
            found, penalty = made(form), eccentricity_penalty(form, options.penalty)
            if part.first == 0:
                best = best.best_with(observed_windows(found, penalty, number, counts, times, largest, statistic, pool))
            for done in part.raise_maxima(found, penalty, pool):
                progress((part.first + (number + done) / len(kinds) * part.count) / options.replications)
        maxima[part.first : part.first + part.count] = part.maxima
    return [Candidates(counts, kinds, times, best, i, maxima, options) for i in range(len(limits))]


def _windows(counts: Counts, largest: float, pool: Executor, form: Form) -> Windows:
    return windows(counts.at.x, counts.at.y, counts.weight, largest, form, pool)
