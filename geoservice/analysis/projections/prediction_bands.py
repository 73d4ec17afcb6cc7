"""Prediction bands of projected numbers: errors of the method, chance in small numbers, and noise of the input."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from geoservice.analysis.projections.error_model import ErrorModel
from geoservice.geo import Floats


class Band(NamedTuple):
    """A projection and its prediction band; arrays of one shape with ``low <= central <= high``."""

    low: Floats
    central: Floats
    high: Floats


def log_spread(replays: Floats, central: Floats, level: float) -> Floats:
    """Return the half-width, on the scale of logarithms, of the band that contains ``level`` percent of the replays.

    Parameters
    ----------
    replays : float64 array, shape (..., replays)
        The same numbers from noisy input, of 0 and above.
    central : float64 array, shape (...)
    level : float, percent

    Returns
    -------
    float64 array, shape (...)
        Half a person is added to both, so that zeros have a logarithm.

    Examples
    --------
    >>> log_spread(np.array([[9.5, 19.5, 39.5]]), np.array([19.5]), 100.0).round(4).tolist()
    [0.6931]
    """
    ratios = np.log((np.maximum(replays, 0) + 0.5) / (central[..., None] + 0.5))
    return np.asarray(np.percentile(np.abs(ratios), level, axis=-1), np.float64)


def prediction_band(
    model: ErrorModel,
    central: Floats,
    size: Floats,
    years: Floats,
    level: float = 90.0,
    quantity: int = 0,
    replays: Floats | None = None,
    count: Floats | None = None,
) -> Band:
    """Return the prediction band of a quantity of areas.

    Parameters
    ----------
    model : ErrorModel
    central : float64 array, shape (areas, n)
        The quantity in each of the years, of 0 and above.
    size : float64 array, shape (areas,), persons
        Totals of the areas at launch, which give their size classes.
    years : float64 array, shape (n,)
        Years after the launch.
    level : float, percent
    quantity : int, optional
        Position in the model.
    replays : float64 array, shape (areas, n, replays), optional
        The quantity projected from noisy input, see :func:`projection_replays`.
    count : float64 array, shape (areas, n), persons, optional
        The persons behind the quantity, by default ``central``.

    Returns
    -------
    Band
        ``central`` divided and multiplied by the same factor. A backcast compared noisy numbers with noisy numbers: its
        errors contain chance and noise, and the wider of both bands is taken. Errors of the literature contain neither: the
        variance of a count, and the noise, are added.

    Examples
    --------
    >>> from geoservice.analysis.projections.error_model import literature_model
    >>> band = prediction_band(literature_model(), np.array([[4000.0]]), np.array([4000.0]), np.array([10.0]))
    >>> [value.round().tolist() for value in band]
    [[[2757.0]], [[4000.0]], [[5802.0]]]
    """
    width = model.widths(level, quantity, size, years)
    noise = np.zeros_like(width) if replays is None else log_spread(replays, central, level)
    if model.basis != "literature":
        width = np.maximum(width, noise)
    else:
        persons = np.maximum(central if count is None else count, 1.0)
        chance = np.where(np.asarray(years) > 0, ndtri(0.5 + level / 200) / np.sqrt(persons), 0.0)
        width = np.sqrt(width**2 + noise**2 + chance**2)
    return Band(central * np.exp(-width), central, central * np.exp(width))
