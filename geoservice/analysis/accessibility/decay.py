"""Decay: how much a station counts at a travel time, from 1 (fully) to 0 (not at all).

A decay is any function from minutes (float64 array) to weights of the same shape, finite and not negative.
"""

from collections.abc import Callable, Sequence

import numpy as np

from geoservice.errors import ParameterError
from geoservice.geo import Floats, Int32s

Decay = Callable[[Floats], Floats]
MS_PER_MINUTE = 60_000
_BLOCK = 1 << 18


def decay_weights(ms: Int32s, decay: Decay) -> Floats:
    """Return the weight of each time, in blocks, so that what ``decay`` needs in between stays small.

    Parameters
    ----------
    ms : int32 array, shape (n,), milliseconds
    decay : callable
        From minutes to weights of the same shape.

    Returns
    -------
    float64 array, shape (n,)

    Raises
    ------
    ParameterError
        If a weight is negative, infinite or NaN.

    Examples
    --------
    >>> decay_weights(np.array([600_000, 900_001], np.int32), binary(15)).tolist()
    [1.0, 0.0]
    """
    weights = np.empty(len(ms))
    for first in range(0, len(ms), _BLOCK):
        block = weights[first : first + _BLOCK]
        block[:] = decay(ms[first : first + _BLOCK] / MS_PER_MINUTE)
        if not (np.isfinite(block) & (block >= 0)).all():
            raise ParameterError("decay: got a negative, infinite or missing weight, allowed are finite numbers of at least 0")
    return weights


def binary(limit: float) -> Decay:
    """Return a decay of 1 up to a limit in minutes, inclusive, and 0 beyond.

    >>> binary(15)(np.array([0.0, 15.0, 15.1])).tolist()
    [1.0, 1.0, 0.0]
    """
    return stepped((limit,), (1.0,))


def stepped(breaks: Sequence[float], weights: Sequence[float]) -> Decay:
    """Return a decay in steps, as in Luo and Qi (2009); 0 beyond the last break.

    Parameters
    ----------
    breaks : sequence of float, minutes
        Ascending; the weight of a step holds up to its break, inclusive.
    weights : sequence of float
        One for each break.

    Returns
    -------
    callable

    Raises
    ------
    ParameterError
        If lengths differ, breaks do not ascend from at least 0, or a weight is negative.

    Examples
    --------
    >>> stepped((10, 20, 30), (1, 0.68, 0.22))(np.array([10.0, 10.1, 30.0, 31.0])).tolist()
    [1.0, 0.68, 0.22, 0.0]
    """
    limits, steps = np.asarray(breaks, float), np.asarray(weights, float)
    if limits.shape != steps.shape or limits.ndim != 1 or not len(limits):
        raise ParameterError(f"stepped: got {len(limits)} breaks and {len(steps)} weights, expected as many, at least one")
    if not limits[0] >= 0 or not (np.diff(limits) > 0).all() or not (steps >= 0).all():
        raise ParameterError(f"stepped: got breaks {list(breaks)} and weights {list(weights)}, allowed are ascending breaks, "
                             "and breaks and weights of at least 0")  # fmt: skip
    with_end = np.append(steps, 0.0)
    return lambda minutes: with_end[np.searchsorted(limits, minutes, side="left")]


def gaussian(limit: float, sigma: float | None = None) -> Decay:
    """Return a Gaussian decay that falls from 1 at no time to 0 at a limit, both in minutes.

    It is ``(g(t) - g(limit)) / (1 - g(limit))`` with ``g(t) = exp(-t^2 / (2 sigma^2))``; ``sigma`` is the limit by default
    (Dai, 2010). An infinite limit leaves ``g``, for which ``sigma`` is needed.

    Parameters
    ----------
    limit : float, minutes
    sigma : float, minutes, optional

    Returns
    -------
    callable

    Raises
    ------
    ParameterError
        If the limit or ``sigma`` is not above 0, or both are infinite.

    Notes
    -----
    Dai, D. (2010), Black residential segregation, disparities in spatial access to health care facilities, and late-stage
    breast cancer diagnosis in metropolitan Detroit, Health & Place 16.

    Examples
    --------
    >>> gaussian(30)(np.array([0.0, 15.0, 30.0, 40.0])).round(4).tolist()
    [1.0, 0.7014, 0.0, 0.0]
    >>> gaussian(np.inf, 10)(np.array([0.0, 10.0])).round(4).tolist()
    [1.0, 0.6065]
    """
    width = limit if sigma is None else sigma
    _check_positive("gaussian", limit=limit)
    if not 0 < width < np.inf:
        raise ParameterError(f"gaussian: got sigma {width}, allowed are finite minutes above 0")
    floor = float(np.exp(-0.5 * (limit / width) ** 2))
    return lambda minutes: np.maximum(np.exp(-0.5 * (minutes / width) ** 2) - floor, 0) / (1 - floor)


def power(exponent: float, least: float = 1.0) -> Decay:
    """Return the decay ``minutes ** -exponent``; times below ``least`` minutes count as that, as 0 has no such power.

    >>> power(2)(np.array([0.0, 1.0, 2.0])).tolist()
    [1.0, 1.0, 0.25]
    """
    _check_positive("power", exponent=exponent, least=least)
    return lambda minutes: np.maximum(minutes, least) ** -exponent


def exponential(rate: float) -> Decay:
    """Return the decay ``exp(-rate x minutes)``; ``rate`` is per minute.

    >>> exponential(0.1)(np.array([0.0, 10.0])).round(4).tolist()
    [1.0, 0.3679]
    """
    _check_positive("exponential", rate=rate)
    return lambda minutes: np.exp(-rate * minutes)


def logistic(midpoint: float, slope: float) -> Decay:
    """Return the decay ``1 / (1 + exp(slope x (minutes - midpoint)))``: one half at the midpoint, steeper with the slope.

    ``midpoint`` is in minutes, ``slope`` per minute.

    >>> logistic(20, 0.2)(np.array([10.0, 20.0, 30.0])).round(4).tolist()
    [0.8808, 0.5, 0.1192]
    """
    _check_positive("logistic", midpoint=midpoint, slope=slope)
    return lambda minutes: 1 / (1 + np.exp(np.minimum(slope * (minutes - midpoint), 700.0)))  # no overflow


def _check_positive(decay: str, **values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise ParameterError(f"{decay}: got {name} {value}, allowed are numbers above 0")
