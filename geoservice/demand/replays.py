"""Draws of the errors of sums, for results that are not linear in them."""

import numpy as np

from geoservice.demand.sums import Sums
from geoservice.demand.surface import Quantity
from geoservice.geo import Floats

SEED = 20260103


def noise_draws(sums: Sums, quantity: Quantity) -> Floats:
    """Return draws of the noise of each sum's estimate, without the unknown places of people within leaves.

    Parameters
    ----------
    sums : Sums
        Sums of one surface.
    quantity : Quantity
        Draws of two quantities of one surface have the covariance of their noise, column by column.

    Returns
    -------
    float64 array, shape (regions, replays)
        Without columns if the surface has no replays.

    Notes
    -----
    A surface stores one set of replays. The noise of its measurements is independent and has the same distribution, so replay
    ``k + m`` stands for the noise of measurement ``m`` in draw ``k``.
    """
    replays, scales = sums.noise.shape[1], sums.surface.scales.get(quantity, ())
    draws = np.zeros(sums.noise.shape)
    if not replays:
        return draws
    twice = np.hstack([sums.noise, sums.noise])
    for measurement, scale in enumerate(scales):
        if scale:
            first = measurement % replays
            draws += scale * twice[:, first : first + replays]
    return draws


def error_draws(sums: Sums, quantity: Quantity, first: int = 0) -> Floats:
    """Return draws of the error of each sum: the noise of the estimates, and the unknown places of people within leaves.

    Parameters
    ----------
    sums : Sums
        Sums of one surface.
    quantity : Quantity
        Draws of two quantities of one surface have the covariance of their errors, column by column.
    first : int
        Number of the sums in one analysis; the errors of location of different sums are drawn independently.

    Returns
    -------
    float64 array, shape (regions, replays)
        Without columns if the surface has no replays.
    """
    draws = noise_draws(sums, quantity)
    spread = np.sqrt(sums.placement(quantity) + sums.stated(quantity))
    if spread.any():
        draws += spread[:, None] * np.random.default_rng([SEED, first]).standard_normal(draws.shape)
    return draws
