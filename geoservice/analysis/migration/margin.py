"""Margins of indices of noisy flows."""

from collections.abc import Callable

import numpy as np

from geoservice.demand import Z90
from geoservice.errors import ParameterError
from geoservice.geo import Float32s, Floats

_BLOCK = 4_000_000
"""Number of flows in memory at a time."""


def index_margin(function: Callable[[Floats], Floats], flows: Floats, noise: Floats | Float32s) -> Floats:
    """Return the half-width of an index's 90 % confidence interval: its standard deviation over replays of the noise.

    Parameters
    ----------
    function : callable
        An index: takes flows of the shape ``(n, m, replays)``, returns an array whose last axis is the replays.
    flows : float64 array, shape (n, m), persons
        Estimated flows.
    noise : float array, shape (n, m, replays), persons
        Replays of the noise of the estimates; see :class:`geoservice.demand.Flows`.

    Returns
    -------
    float64 array
        The shape of the index; NaN where the index of a replay is NaN.

    Raises
    ------
    ParameterError
        If the shapes do not agree or there are fewer than two replays.

    Examples
    --------
    >>> noise = np.stack([np.full((2, 2), -1.0), np.full((2, 2), 1.0)], axis=2)
    >>> float(index_margin(lambda flows: flows.sum(axis=(0, 1)), np.ones((2, 2)), noise).round(4)) == round(4 * Z90, 4)
    True
    """
    if noise.shape[:-1] != flows.shape or noise.shape[-1] < 2:
        raise ParameterError(
            f"noise must have the shape {flows.shape} of the flows and two replays or more; it is {noise.shape}"
        )
    blocks = np.array_split(np.arange(noise.shape[-1]), noise.size // _BLOCK + 1)
    values = [np.asarray(function(flows[..., None] + noise[..., block])) for block in blocks if len(block)]
    return np.asarray(Z90 * np.concatenate(values, axis=-1).std(axis=-1))
