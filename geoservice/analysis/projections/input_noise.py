"""Noise of the input of a projection: replays of both pyramids, projected in the same way."""

from collections.abc import Callable

import numpy as np

from geoservice.demand import REPLAYS, Z90
from geoservice.errors import ParameterError
from geoservice.geo import Floats


def margin_replays(margin: Floats, generator: np.random.Generator, replays: int = REPLAYS) -> Floats:
    """Return random errors of numbers with known margins: normal, and independent of one another.

    Parameters
    ----------
    margin : float64 array, shape (...), persons
        Half-widths of 90 % confidence intervals.
    generator : numpy.random.Generator
    replays : int, optional

    Returns
    -------
    float64 array, shape (..., replays), persons

    Examples
    --------
    >>> errors = margin_replays(np.array([16.4485]), np.random.default_rng(1), 10_000)
    >>> errors.shape, bool(9.8 < errors.std() < 10.2)
    ((1, 10000), True)
    """
    return generator.normal(size=(*np.shape(margin), replays)) * (np.asarray(margin, np.float64) / Z90)[..., None]


def noise_variance(noise: Floats) -> Floats:
    """Return the variance of numbers from their replays, for the shrinkage of :func:`fit_ratios`; the last axis is removed."""
    return np.asarray((np.asarray(noise, np.float64) ** 2).mean(axis=-1), np.float64)


def projection_replays(
    earlier: Floats, later: Floats, noise: tuple[Floats, Floats], projection: Callable[[Floats, Floats], Floats]
) -> Floats:
    """Return projections from pyramids with further noise, whose spread is that of the projection.

    Parameters
    ----------
    earlier, later : float64 arrays, shape (areas, sexes, ages), persons
    noise : pair of float64 arrays, shape (areas, sexes, ages, replays), persons
        Replays of the noise of both pyramids, from a demand surface or :func:`margin_replays`.
    projection : callable
        Returns the projection from both pyramids, which have a first axis of replays: :func:`fit_ratios`, :func:`project` and
        :func:`at_years` with their other arguments bound.

    Returns
    -------
    float64 array, shape (n, areas, sexes, ages, replays), persons
        Noisy numbers below 0 count as 0.

    Raises
    ------
    ParameterError
        The replays do not fit the pyramids, or both have different numbers of replays.

    Examples
    --------
    >>> pyramid = np.full((1, 1, 2), 10.0)
    >>> noise = np.array([1.0, -20.0]) * np.ones((1, 1, 2, 1))
    >>> projection_replays(pyramid, pyramid, (noise, noise), lambda a, b: np.stack([a, b], axis=-4))[1, 0, 0].tolist()
    [[11.0, 0.0], [11.0, 0.0]]
    """
    shape = (*earlier.shape, noise[0].shape[-1])
    if any(n.shape != shape for n in noise) or later.shape != earlier.shape:
        raise ParameterError(f"noise: shapes {[n.shape for n in noise]}, expected {shape} for both pyramids")
    noisy = (np.moveaxis(np.maximum(p[..., None] + n, 0), -1, 0) for p, n in zip((earlier, later), noise, strict=True))
    return np.moveaxis(projection(*noisy), 0, -1)
