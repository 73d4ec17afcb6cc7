"""Median travel times of two groups, and their difference with a margin from draws of the errors of both."""

from typing import NamedTuple

import numpy as np

from geoservice.analysis.quantiles import crossing_times
from geoservice.demand import REPLAYS, Quantity, Sums
from geoservice.demand.replays import SEED, noise_draws
from geoservice.geo import Bools, Floats

LEVEL = 0.9


class MedianGaps(NamedTuple):
    """Differences of medians in minutes with their margins, and which cannot be bounded; shapes ``(n,)``.

    ``beyond`` are those of which a median, or more than one in ten draws, is past the last break.
    """

    value: Floats
    margin: Floats
    beyond: Bools


def median_minutes(cumulative: Floats, total: Floats, breaks: Floats) -> Floats:
    """Return the minutes within which half of the people are.

    Parameters
    ----------
    cumulative : float64 array, shape (n, breaks, draws), persons within each break
    total : float64 array, shape (n, draws), persons
    breaks : float64 array, shape (breaks,), minutes
        Ascending.

    Returns
    -------
    float64 array, shape (n, draws), minutes
        NaN if half is not reached at the last break, or there is nobody.

    Examples
    --------
    >>> median_minutes(np.array([[[20.0], [60.0]], [[5.0], [40.0]]]), np.full((2, 1), 100.0), np.array([10.0, 20.0])).ravel()
    array([17.5,  nan])
    """
    inside = np.minimum(cumulative, total[:, None])  # noise may make a part larger than the whole
    return np.where(total > 0, crossing_times(inside, total / 2, breaks), np.nan)


def median_gaps(covered: Sums, totals: Sums, first: Quantity, second: Quantity, breaks: Floats) -> MedianGaps:
    """Return the median of the first group less that of the second, with margins.

    Parameters
    ----------
    covered : Sums
        Cumulative, with a row for each region and break, as from :func:`~geoservice.demand.threshold_sums`.
    totals : Sums
        With a row for each region.
    first, second : Quantity
    breaks : float64 array, shape (breaks,), minutes

    Returns
    -------
    MedianGaps
        The interval of value and margin holds 90 % of the draws; the margin is NaN if the errors are not known.

    Notes
    -----
    The groups of a register are parts of the same households, measured together: the covariance of their errors may have
    either sign, and neither adding the two margins in quadrature nor one of them alone is safe. Each draw of the noise
    therefore goes through both medians. Where people are within a leaf is drawn once for all breaks: the variance at a point
    between two breaks is then not below the true one, whatever the correlation of the two (Minkowski's inequality). The stated
    error of a population file is that of the persons within the median less half of all, a quarter of the variance of all.
    """
    medians = [_draws(covered, totals, quantity, breaks, number) for number, quantity in enumerate((first, second))]
    (a, a_draws), (b, b_draws) = medians
    value = np.round(a - b, 6)
    if not all(totals.surface.has_margin(q) for q in (first, second)):
        return MedianGaps(value, np.full(len(value), np.nan), np.isnan(value))
    deviation = np.abs(a_draws - b_draws - (a - b)[:, None])
    held = min(int(np.ceil(LEVEL * (deviation.shape[1] + 1))), deviation.shape[1]) - 1
    margin = np.partition(np.where(np.isnan(deviation), np.inf, deviation), held, axis=1)[:, held]
    beyond = np.isnan(value) | np.isinf(margin)
    return MedianGaps(np.where(beyond, np.nan, value), np.where(beyond, np.nan, margin), beyond)


def _draws(covered: Sums, totals: Sums, quantity: Quantity, breaks: Floats, number: int) -> tuple[Floats, Floats]:
    """Return the median of each region, and draws of it; shapes ``(n,)`` and ``(n, draws)``."""
    shape = totals.regions, len(breaks)
    total, cumulative = totals.value(quantity)[:, None], covered.value(quantity).reshape(shape)[..., None]
    spread = np.sqrt(covered.placement(quantity).reshape(shape) + totals.stated(quantity)[:, None] / 4)
    draws = totals.noise.shape[1] or REPLAYS
    place = np.random.default_rng([SEED, number]).standard_normal((shape[0], 1, draws))
    drawn, drawn_total = cumulative + spread[..., None] * place, np.broadcast_to(total, (shape[0], draws))
    if totals.noise.shape[1]:
        drawn = drawn + noise_draws(covered, quantity).reshape(*shape, draws)
        drawn_total = drawn_total + noise_draws(totals, quantity)
    return median_minutes(cumulative, total, breaks)[:, 0], median_minutes(drawn, drawn_total, breaks)
