"""Rates of small areas: raw with exact intervals, smoothed by empirical Bayes, and standardised for Moran's I.

Everywhere ``events`` are counts or estimates of counts; those below 0, which noise makes, are taken as 0. ``base`` is the
population at risk, an estimate too; a unit with a base of 0 or less, or without a number, has no rate (NaN).
"""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, gammaincinv

from geoservice.analysis.empirical_bayes import between_variance, own_weight
from geoservice.analysis.spatial_statistics.weights import Weights
from geoservice.errors import ParameterError
from geoservice.geo import Bools, Floats


class Interval(NamedTuple):
    """Lower and upper limits, shape ``(n,)`` each."""

    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class SmoothedRates:
    """Rates smoothed by empirical Bayes, with a gamma distribution for each; arrays have shape ``(n,)``.

    Attributes
    ----------
    rate : float64 array
        Posterior means, events per unit of base.
    variance : float64 array
        Posterior variance, and what is added for estimating the reference: see the notes of :func:`empirical_bayes`.
    share : float64 array
        Weight of the unit's own rate, from 0 to 1; the reference has the rest.
    reference : float64 array
        The rate towards which the unit is drawn.
    reference_base : float64 array
        The base of that rate.
    global_reference : bool array
        Whether the reference is the whole map: always by :func:`empirical_bayes`, for islands by
        :func:`spatial_empirical_bayes`.
    """

    rate: Floats
    variance: Floats
    share: Floats
    reference: Floats
    reference_base: Floats
    global_reference: Bools

    def interval(self, level: float = 0.95) -> Interval:
        """Return the interval with equal tails of the gamma distribution that has the mean and variance of each rate.

        Where the reference has no events the rate is 0, and the upper limit is that of a count of 0 in the reference.
        """
        low_tail, high_tail = _tails(level)
        with np.errstate(divide="ignore", invalid="ignore"):
            shape, scale = self.rate**2 / self.variance, self.variance / self.rate
            low, high = (gammaincinv(shape, tail) * scale for tail in (low_tail, high_tail))
            none = self.rate == 0
            return Interval(np.where(none, 0.0, low), np.where(none, gammaincinv(1.0, high_tail) / self.reference_base, high))


@dataclass(frozen=True, eq=False)
class _Reference:
    """Rate and base of the units around each unit, the variance between their rates, and what is added for estimating both."""

    rate: Floats
    base: Floats
    between: Floats
    error: Floats


def raw_rates(events: ArrayLike, base: ArrayLike) -> Floats:
    """Return events over base, NaN where the base is 0; shape ``(n,)``.

    >>> raw_rates([2.0, -1.0, 5.0], [10.0, 10.0, 0.0]).tolist()
    [0.2, 0.0, nan]
    """
    e, b = _checked(events, base)
    return e / b


def exact_interval(
    events: ArrayLike, base: ArrayLike, *, kind: Literal["count", "proportion"] = "count", level: float = 0.95
) -> Interval:
    """Return the exact interval of raw rates: Garwood (1936) for counts, Clopper and Pearson (1934) for proportions.

    Both hold for numbers that are not whole, by the gamma and beta functions.

    Parameters
    ----------
    events, base : float arrays, shape (n,)
        For proportions, events are a part of the base; more than it are taken as all of it.
    kind : "count" or "proportion"
        Events of a Poisson distribution with mean rate x base, or members of the base.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    Interval
        NaN where the base is 0.

    Examples
    --------
    >>> [limit.round(4).tolist() for limit in exact_interval([0.0, 10.0], [1.0, 1.0])]
    [[0.0, 4.7954], [3.6889, 18.3904]]
    >>> [limit.round(4).tolist() for limit in exact_interval([0.0, 2.0], [10.0, 10.0], kind="proportion")]
    [[0.0, 0.0252], [0.3085, 0.5561]]
    """
    e, b = _checked(events, base)
    low_tail, high_tail = _tails(level)
    least = np.where(e > 0, e, 1.0)  # any number above 0: the lower limit of no events is 0
    if kind == "count":
        return Interval(np.where(e > 0, gammaincinv(least, low_tail) / b, e / b), gammaincinv(e + 1, high_tail) / b)
    e = np.minimum(e, b)
    rest = np.where(e < b, b - e, 1.0)
    low = np.where(e > 0, betaincinv(np.minimum(least, b), b - e + 1, low_tail), e)
    return Interval(low, np.where(e < b, betaincinv(e + 1, rest, high_tail), e / b))


def empirical_bayes(events: ArrayLike, base: ArrayLike) -> SmoothedRates:
    """Return rates drawn towards the rate of the whole map, the more the smaller their base (Marshall 1991, section 2).

    Parameters
    ----------
    events, base : float arrays, shape (n,)

    Returns
    -------
    SmoothedRates
        NaN where the base is 0.

    Notes
    -----
    With m the rate of the map and A the variance between units by the method of moments (0 if negative), the rates have the
    prior distribution gamma(m^2 / A, m / A), and the posterior means are Marshall's estimates, with the posterior variance
    share x rate / base. That takes m and A as known: with A = 0 it is 0, and its 90 % intervals held 37 to 90 % of the true
    rates of simulated maps. So (1 - share)^2 times the variance of m and the standard error of A is added: 86 % or more.

    Examples
    --------
    >>> smoothed = empirical_bayes([1.0, 30.0, 16.0], [10.0, 100.0, 100.0])
    >>> smoothed.rate.round(4).tolist(), smoothed.share.round(4).tolist()
    ([0.2126, 0.2619, 0.1919], [0.0908, 0.4997, 0.4997])
    """
    e, b = _checked(events, base)
    within = np.isfinite(b)
    n = len(e)
    reference = _reference(*(np.full(n, total) for total in _totals(e[within], b[within])))
    return _smoothed(e, b, reference, np.ones(n, bool))


def spatial_empirical_bayes(events: ArrayLike, base: ArrayLike, weights: Weights) -> SmoothedRates:
    """Return rates drawn towards the rate of the unit and its neighbours together (Marshall 1991, section 3).

    Parameters
    ----------
    events, base : float arrays, shape (n,)
    weights : Weights
        Neighbours count alike, whatever their weight.

    Returns
    -------
    SmoothedRates
        NaN where the base is 0. Units without neighbours that have a base are drawn towards the rate of the whole map;
        ``global_reference`` says which.

    Examples
    --------
    >>> weights = Weights.from_csr([0, 1, 2, 2], [1, 0])
    >>> smoothed = spatial_empirical_bayes([1.0, 30.0, 16.0], [10.0, 100.0, 100.0], weights)
    >>> smoothed.global_reference.tolist(), smoothed.reference.round(4).tolist()
    ([False, False, True], [0.2818, 0.2818, 0.2238])
    """
    e, b = _checked(events, base)
    within = np.isfinite(b)
    around = weights.with_self()
    alike = replace(around, data=np.ones_like(around.data))
    sums = [alike.lag(np.where(within, part, 0.0)) for part in (np.ones(len(e)), e, b, e**2 / b, b**2)]
    alone = sums[0] - within == 0
    totals = [np.where(alone, total, part) for total, part in zip(_totals(e[within], b[within]), sums, strict=True)]
    return _smoothed(e, b, _reference(*totals), alone)


def standardised_rates(events: ArrayLike, base: ArrayLike) -> Floats:
    """Return rates less the rate of the map, over their standard deviation by empirical Bayes (Assuncao and Reis 1999).

    Parameters
    ----------
    events, base : float arrays, shape (n,)

    Returns
    -------
    float64 array, shape (n,)
        NaN where the base is 0.

    Examples
    --------
    >>> standardised_rates([30.0, 25.0, 25.0, 15.0], [100.0, 100.0, 110.0, 90.0]).round(4).tolist()
    [1.3407, 0.2681, -0.2312, -1.4348]
    """
    e, b = _checked(events, base)
    within = np.isfinite(b)
    n, total, total_base, squares, _ = _totals(e[within], b[within])
    rate = total / total_base
    variance = between_variance(n, total, total_base, squares) + rate / b
    return (e / b - rate) / np.sqrt(np.where(variance < 0, rate / b, variance))


def _checked(events: ArrayLike, base: ArrayLike) -> tuple[Floats, Floats]:
    """Return events of 0 or more and bases above 0; both NaN in a unit without either."""
    e, b = np.asarray(events, float), np.asarray(base, float)
    if e.ndim != 1 or e.shape != b.shape:
        raise ParameterError(f"events have shape {e.shape} and bases {b.shape}; both must be (n,)")
    usable = np.isfinite(e) & np.isfinite(b) & (b > 0)
    return np.where(usable, np.maximum(e, 0.0), np.nan), np.where(usable, b, np.nan)


def _tails(level: float) -> tuple[float, float]:
    if not 0 < level < 1:
        raise ParameterError(f"the level of an interval is {level}; it must be between 0 and 1")
    return (1 - level) / 2, (1 + level) / 2


def _totals(e: Floats, b: Floats) -> tuple[float, float, float, float, float]:
    """Return the number of units, their events, base, squared events over base, and squared base."""
    return float(len(e)), float(e.sum()), float(b.sum()), float((e**2 / b).sum()), float((b**2).sum())


def _reference(n: Floats, events: Floats, base: Floats, squares: Floats, squared_base: Floats) -> _Reference:
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = events / base
        between = np.maximum(between_variance(n, events, base, squares), 0.0)
        of_rate = between * squared_base / base**2 + rate / base
        of_between = 2 * (between**2 * squared_base + 2 * between * rate * base + n * rate**2) / base**2
        return _Reference(rate, base, between, of_rate + np.sqrt(of_between))


def _smoothed(e: Floats, b: Floats, reference: _Reference, global_reference: Bools) -> SmoothedRates:
    m, between = reference.rate, reference.between
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(np.isnan(b), np.nan, own_weight(between, m / b))
        rate = share * e / b + (1 - share) * m
        variance = share * rate / b + (1 - share) ** 2 * reference.error
    return SmoothedRates(rate, variance, share, np.where(np.isnan(b), np.nan, m), reference.base, global_reference)
