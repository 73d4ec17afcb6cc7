"""Funnel limits: which units differ from a target by more than chance, given their size (Spiegelhalter 2005).

The paper makes the distribution function F of the counts continuous by straight lines through (r, F(r)). A count r is then
above a limit if P(R > r) is below its tail, without P(R = r), but below one if P(R <= r) is: of a symmetric distribution the
limits are not symmetric, and up to twice as many units as stated are above. Lines through (r + 1/2, F(r)) cure both: a
count is beyond a limit if its mid-P, P(R > r) + P(R = r) / 2 or P(R < r) + P(R = r) / 2, is below the tail. So half a count is
added to the paper's limits, unless ``half_count`` is false.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, gammaincc

from geoservice.errors import ParameterError
from geoservice.geo import Bools, Floats, Int8s

BELOW_998, BELOW_95, INSIDE, ABOVE_95, ABOVE_998, UNDEFINED = -2, -1, 0, 1, 2, -9
"""Classes of a unit: beyond the 99.8 % or the 95 % limits, or inside them; ``UNDEFINED`` without a base."""

TAILS = (0.001, 0.025, 0.975, 0.999)
WINSORISED = 0.1
"""Share of the units at each end whose z-scores are drawn in before the overdispersion is estimated."""


@dataclass(frozen=True, eq=False)
class FunnelLimits:
    """Limits at given sizes; shape of the sizes, NaN where the size is 0 or missing."""

    target: float
    dispersion: float
    low_998: Floats
    low_95: Floats
    high_95: Floats
    high_998: Floats

    def classes(self, values: ArrayLike) -> Int8s:
        """Return the class of each value; a value on a limit is inside it."""
        y = np.asarray(values, float)
        above = (y > self.high_95).astype(np.int8) + (y > self.high_998)
        below = (y < self.low_95).astype(np.int8) + (y < self.low_998)
        return np.where(np.isfinite(y) & np.isfinite(self.low_95), above - below, UNDEFINED).astype(np.int8)


def proportion_limits(sizes: ArrayLike, target: float, *, dispersion: float = 1.0, half_count: bool = True) -> FunnelLimits:
    """Return the limits of proportions by the exact binomial distribution, interpolated between counts.

    Parameters
    ----------
    sizes : float array
        Denominators, such as eligible persons; need not be whole.
    target : float
        The expected proportion, between 0 and 1.
    dispersion : float
        Variance over that of chance, at least 1; distances from the target are multiplied by its root.
    half_count : bool
        False for the limits of the paper as printed.

    Examples
    --------
    >>> limits = proportion_limits([10.0, 1000.0], 0.5)
    >>> limits.low_95.round(4).tolist(), limits.high_95.round(4).tolist()
    ([0.1824, 0.469], [0.8176, 0.531])
    """
    _check(0 < target < 1, f"the target of proportions is {target}; it must be between 0 and 1")
    n = _positive(sizes)

    def cumulative(count: Floats) -> Floats:
        inside = np.clip(count, 0, np.maximum(np.ceil(n) - 1, 0))
        below_all = betainc(np.maximum(n - inside, 1e-300), inside + 1, 1 - target)
        return np.where(count < 0, 0.0, np.where(count >= n, 1.0, below_all))

    counts = [_interpolated(cumulative, np.ceil(n), tail) + half_count / 2 for tail in TAILS]
    return _limits([count / n for count in counts], target, dispersion, 1.0)


def ratio_limits(expected: ArrayLike, target: float = 1.0, *, dispersion: float = 1.0, half_count: bool = True) -> FunnelLimits:
    """Return the limits of observed over expected counts by the exact Poisson distribution, interpolated between counts.

    With a population in the place of ``expected`` and a rate as the target, they are the limits of rates.

    Parameters
    ----------
    expected : float array
        Expected counts if the target is 1.
    target : float
        The ratio that is expected, above 0.
    dispersion : float
        Variance over that of chance, at least 1; distances from the target are multiplied by its root.
    half_count : bool
        False for the limits of the paper as printed.

    Examples
    --------
    >>> limits = ratio_limits([1.0, 100.0])
    >>> limits.low_95.round(4).tolist(), limits.high_95.round(4).tolist()
    ([0.0, 0.8087], [3.4019, 1.2008])
    """
    _check(0 < target < np.inf, f"the target of ratios is {target}; it must be above 0")
    size = _positive(expected)
    mean = size * target

    def cumulative(count: Floats) -> Floats:
        return np.where(count < 0, 0.0, gammaincc(np.maximum(count, 0) + 1, mean))

    most = np.ceil(mean + 10 * np.sqrt(mean) + 20)
    counts = [_interpolated(cumulative, most, tail) + half_count / 2 for tail in TAILS]
    return _limits([count / size for count in counts], target, dispersion, np.inf)


def overdispersion(z: ArrayLike) -> float:
    """Return the variance of z-scores around the target over that of chance, at least 1.

    The lowest and the highest tenth of the z-scores are set to the next one (winsorised), so that a few units far from the
    target do not widen the limits.

    Examples
    --------
    >>> overdispersion([-9.0, -2.0, -2.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 50.0])
    3.5
    """
    scores = np.sort(np.asarray(z, float)[np.isfinite(z)])
    tail = int(WINSORISED * len(scores))
    if len(scores) < 2:
        return 1.0
    drawn_in = np.clip(scores, scores[tail], scores[-1 - tail])
    return max(1.0, float((drawn_in**2).mean()))


def proportion_funnel(
    events: ArrayLike, base: ArrayLike, *, target: float | None = None, overdispersed: bool = False
) -> tuple[FunnelLimits, Int8s]:
    """Return the funnel limits of each unit's proportion and its class; the target is that of all units unless given.

    Examples
    --------
    >>> limits, classes = proportion_funnel([50.0, 80.0, 0.0], [100.0, 100.0, 0.0], target=0.5)
    >>> classes.tolist()
    [0, 2, -9]
    """
    e, n = np.asarray(events, float), _positive(base)
    centre = _common(e, n) if target is None else target
    z = (e / n - centre) / np.sqrt(centre * (1 - centre) / n)
    limits = proportion_limits(n, centre, dispersion=overdispersion(z) if overdispersed else 1.0)
    return limits, limits.classes(e / n)


def ratio_funnel(
    observed: ArrayLike, expected: ArrayLike, *, target: float | None = None, overdispersed: bool = False
) -> tuple[FunnelLimits, Int8s]:
    """Return the funnel limits of each unit's observed over expected count and its class; target as in proportion_funnel.

    Examples
    --------
    >>> limits, classes = ratio_funnel([10.0, 30.0, 2.0], [10.0, 10.0, 10.0], target=1.0)
    >>> classes.tolist()
    [0, 2, -1]
    """
    o, size = np.asarray(observed, float), _positive(expected)
    centre = _common(o, size) if target is None else target
    z = (o / size - centre) / np.sqrt(centre / size)
    limits = ratio_limits(size, centre, dispersion=overdispersion(z) if overdispersed else 1.0)
    return limits, limits.classes(o / size)


def _limits(exact: list[Floats], target: float, dispersion: float, largest: float) -> FunnelLimits:
    """Return target + sqrt(dispersion) (limit - target), within the possible values and with the target between the limits.

    Where so few events are expected that even none is usual, the paper's upper limit is below the target.
    """
    _check(1 <= dispersion < np.inf, f"the dispersion is {dispersion}; it must be at least 1")
    wide = [target + np.sqrt(dispersion) * (limit - target) for limit in exact]
    low = [np.clip(limit, 0.0, target) for limit in wide[:2]]
    high = [np.clip(limit, target, largest) for limit in wide[2:]]
    return FunnelLimits(target, dispersion, *low, *high)


def _interpolated(cumulative: Callable[[Floats], Floats], most: Floats, tail: float) -> Floats:
    """Return the count at which the distribution function, made continuous, is ``tail`` (appendix A.1.1 of the paper)."""
    low, high = np.full(most.shape, -1.0), np.where(np.isfinite(most), most, 0.0)
    while (high - low > 1).any():  # F(low) < tail <= F(high)
        middle = np.floor((low + high) / 2)
        enough = cumulative(middle) >= tail
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    before, after = cumulative(high - 1), cumulative(high)
    return high - (after - tail) / (after - before)


def _positive(sizes: ArrayLike) -> Floats:
    size = np.asarray(sizes, float)
    return np.where(np.isfinite(size) & (size > 0), size, np.nan)


def _common(events: Floats, size: Floats) -> float:
    """Return the events of all units over their size."""
    both: Bools = np.isfinite(events) & np.isfinite(size)
    return float(events[both].sum() / size[both].sum()) if both.any() else np.nan


def _check(valid: bool, message: str) -> None:
    if not valid:
        raise ParameterError(message)
