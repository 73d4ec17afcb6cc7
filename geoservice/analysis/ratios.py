"""Shares and rates of noisy numbers, with their margins."""

import numpy as np

from geoservice.demand import noise_margins
from geoservice.geo import Floats

PER_MILLE = 1000


def share_margin(part: Floats, part_noise: Floats, total: Floats, total_noise: Floats) -> tuple[Floats, Floats]:
    """Return the percentage of each part in its total, and its margin by the delta method; NaN if the total is not above 0.

    Parameters
    ----------
    part : float64 array, shape (n,)
    part_noise : float64 array, shape (n, replays)
    total : float64 array, shape (n,)
    total_noise : float64 array, shape (n, replays)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(total > 0, part / total, np.nan)
        margin = noise_margins(np.asarray(part_noise - np.nan_to_num(value)[:, None] * total_noise)) / total
    return 100 * np.clip(value, 0, 1), 100 * np.where(np.isfinite(value), margin, np.nan)


def rate_margin(part: Floats, part_margin: Floats, people: Floats, people_margin: Floats) -> tuple[Floats, Floats]:
    """Return persons per 1 000 people, and the margin; the errors of the two are independent. Shapes ``(n,)``.

    >>> [v.round(2).tolist() for v in rate_margin(np.array([50.0]), np.array([10.0]), np.array([1000.0]), np.array([0.0]))]
    [[50.0], [10.0]]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(people > 0, part / people, np.nan)
        margin = np.hypot(part_margin, value * np.nan_to_num(people_margin)) / people
    return PER_MILLE * value, PER_MILLE * np.where(np.isfinite(value), margin, np.nan)
