"""Served among eligible persons by area and period, and the measures of one period of such a series."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from geoservice.analysis.spatial_statistics.funnel import FunnelLimits, proportion_funnel
from geoservice.analysis.spatial_statistics.proportions import SmoothedProportions, smoothed_proportions
from geoservice.analysis.trend.mann_kendall import mann_kendall, sen_slope
from geoservice.geo import Floats

TREND_PERIODS = 4
"""Fewest periods for a trend."""
OPTIONAL = ("uptake_target", "uptake_funnel", "uptake_change", "uptake_trend", "uptake_trend_p")
"""Measures that a series need not have: no target is set, all or none are served, there are too few periods."""
_MOST_SAMPLES, _FEWEST_DRAWS = 4_000_000, 200


class Series(NamedTuple):
    """Served and eligible persons by area and period, shapes ``(n, periods)``, NaN where not reported; periods ascending."""

    periods: list[str]
    served: Floats
    eligible: Floats

    @property
    def rate(self) -> Floats:
        """Percent served, NaN where nobody is eligible."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(100 * self.served / np.where(self.eligible > 0, self.eligible, np.nan))


class PeriodMeasures(NamedTuple):
    """The measures of one period by name, each of shape ``(n,)``, NaN where an area has none.

    ``rate_margin`` is that of ``uptake_rate``. ``funnel`` has the limits at the size of each area, None where all or none are
    served.
    """

    values: dict[str, Floats]
    rate_margin: Floats
    funnel: FunnelLimits | None


def series_of(frame: pd.DataFrame, ids: list[str]) -> Series:
    """Return the series of one service and group for some areas.

    ``frame`` has the columns ``area``, ``period``, ``served`` and ``eligible``.
    """
    periods = sorted(set(frame["period"]))
    served, eligible = (
        frame.pivot_table(index="area", columns="period", values=name, aggfunc="sum").reindex(index=ids, columns=periods)
        for name in ("served", "eligible")
    )
    return Series(periods, served.to_numpy(float), eligible.to_numpy(float))


def rank_range(smoothed: SmoothedProportions, draws: int, seed: int) -> tuple[Floats, Floats]:
    """Return the 5 and 95 % quantiles of each unit's rank, 1 for the highest rate, widened to the rank of the rate itself.

    Goldstein and Spiegelhalter (1996), League tables and their limitations, JRSS A 159.

    Parameters
    ----------
    smoothed : SmoothedProportions
        NaN for units without a rate.
    draws : int
        Draws of all rates; fewer are made for some thousand units and more, but at least 200.
    seed : int

    Returns
    -------
    (float64 array, shape (n,); float64 array, shape (n,))

    Examples
    --------
    >>> low, high = rank_range(smoothed_proportions([9e5, 5e5, 1e5], [1e6, 1e6, 1e6]), 200, 1)
    >>> low.tolist(), high.tolist()
    ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    """
    known = np.isfinite(smoothed.alpha)
    low, high = np.full(len(known), np.nan), np.full(len(known), np.nan)
    if not known.any():
        return low, high
    n, mean, alpha, beta = int(known.sum()), smoothed.rate[known], smoothed.alpha[known], smoothed.beta[known]
    draws = min(draws, max(_FEWEST_DRAWS, _MOST_SAMPLES // n))
    sample = np.random.default_rng(seed).beta(alpha, beta, (draws, n))
    ranks = np.empty(sample.shape, np.int32)
    np.put_along_axis(ranks, (-sample).argsort(axis=1), np.arange(1, n + 1, dtype=np.int32)[None], axis=1)
    places = [round(tail * (draws - 1)) for tail in (0.05, 0.95)]
    low[known], high[known] = np.partition(ranks.T, places, axis=1)[:, places].T
    order = np.empty(n)
    order[(-mean).argsort(kind="stable")] = np.arange(1, n + 1)
    low[known], high[known] = np.minimum(low[known], order), np.maximum(high[known], order)
    return low, high


def target_classes(low: Floats, high: Floats, target: float) -> Floats:
    """Return 1 where the whole interval of a rate is at or above a target, -1 where it is below, 0 where neither; percent.

    >>> target_classes(np.array([91.0, 80.0, 85.0]), np.array([95.0, 88.0, 95.0]), 90.0).tolist()
    [1.0, -1.0, 0.0]
    """
    classes = np.where(low >= target, 1.0, np.where(high < target, -1.0, 0.0))
    return np.where(np.isfinite(low), classes, np.nan)


def period_measures(series: Series, period: int, target: float | None, draws: int, seed: int) -> PeriodMeasures:
    """Return counts, smoothed rate, rank range, target and funnel class, change and trend of one period.

    Parameters
    ----------
    series : Series
    period : int
        Position of the period; change and trend are those of the periods up to it.
    target : float, optional
        Percent.
    draws, seed : int
        As :func:`rank_range` takes them.

    Returns
    -------
    PeriodMeasures
        Rates in percent, change and trend in percentage points.

    Examples
    --------
    >>> series = Series(["2025", "2026"], np.array([[40.0, 50.0], [90.0, 90.0]]), np.full((2, 2), 100.0))
    >>> found = period_measures(series, 1, 80.0, 200, 1).values
    >>> {name: found[name].round(1).tolist() for name in ("uptake_rate", "uptake_change", "uptake_target")}
    {'uptake_rate': [50.9, 89.1], 'uptake_change': [10.0, 0.0], 'uptake_target': [-1.0, 1.0]}
    """
    served, eligible = series.served[:, period], series.eligible[:, period]
    counted, base = np.nan_to_num(served), np.nan_to_num(eligible)
    smoothed = smoothed_proportions(counted, base)
    interval = smoothed.interval(0.9)
    low, high = 100 * interval.low, 100 * interval.high
    rank_low, rank_high = rank_range(smoothed, draws, seed)
    none = np.full(len(served), np.nan)
    limits, classes = None, none
    if 0 < counted.sum() < base.sum():
        limits, numbers = proportion_funnel(counted, base, overdispersed=True)
        classes = np.where(base > 0, numbers.astype(float), np.nan)
    rate = series.rate[:, : period + 1]
    has_trend = period + 1 >= TREND_PERIODS
    values = {
        "served": served,
        "eligible": eligible,
        "uptake_rate": 100 * smoothed.rate,
        "uptake_rank_low": rank_low,
        "uptake_rank_high": rank_high,
        "uptake_target": none if target is None else target_classes(low, high, target),
        "uptake_funnel": classes,
        "uptake_change": rate[:, -1] - rate[:, -2] if period else none,
        "uptake_trend": sen_slope(rate) if has_trend else none,
        "uptake_trend_p": np.where(np.isnan(rate[:, -1]), np.nan, mann_kendall(rate).p) if has_trend else none,
    }
    return PeriodMeasures(values, (high - low) / 2, limits)
