"""Mean and median distance of migration.

Bell et al. (2002), as in :mod:`geoservice.analysis.migration.indices`. Shapes and the argument ``same`` as in
:mod:`geoservice.analysis.migration.matrix`. Great-circle distances are those of :func:`geoservice.geo.haversine_m`.
"""

import numpy as np

from geoservice.analysis.migration.indices import ratio
from geoservice.analysis.migration.matrix import pair_mask
from geoservice.errors import ParameterError
from geoservice.geo import Floats


def mean_distance(flows: Floats, distances: Floats, same: bool | None = None) -> Floats:
    """Return the mean distance of the migrants, in the unit of the distances; shape ``()``.

    Parameters
    ----------
    flows : float64 array, shape (n, m) or (n, m, replays), persons
        Migrants from each origin to each destination.
    distances : float64 array, shape (n, m)
        Distance of each pair.
    same : bool, optional
        Whether rows and columns are the same regions.

    Returns
    -------
    float64 array, shape () or (replays,)

    Examples
    --------
    >>> float(mean_distance(np.array([[0.0, 30], [10, 0]]), np.array([[0.0, 100], [200, 0]])))
    125.0
    """
    values, lengths = _pairs(flows, distances, same)
    return ratio(np.einsum("i...,i->...", values, lengths), values.sum(axis=0))


def median_distance(flows: Floats, distances: Floats, same: bool | None = None) -> Floats:
    """Return the median distance of the migrants: the smallest that at least half of them do not exceed; shape ``()``.

    Parameters
    ----------
    flows : float64 array, shape (n, m) or (n, m, replays), persons
        Migrants from each origin to each destination.
    distances : float64 array, shape (n, m)
        Distance of each pair.
    same : bool, optional
        Whether rows and columns are the same regions.

    Returns
    -------
    float64 array, shape () or (replays,)

    Examples
    --------
    >>> float(median_distance(np.array([[0.0, 30], [10, 0]]), np.array([[0.0, 100], [200, 0]])))
    100.0
    """
    values, lengths = _pairs(flows, distances, same)
    order = np.argsort(lengths, kind="stable")
    cumulative = np.cumsum(values[order], axis=0)
    total = cumulative[-1]
    return np.where(total > 0, lengths[order][np.argmax(cumulative >= total / 2, axis=0)], np.nan)


def _pairs(flows: Floats, distances: Floats, same: bool | None) -> tuple[Floats, Floats]:
    """Return the flows and distances of the pairs that count."""
    if distances.shape != flows.shape[:2]:
        raise ParameterError(f"distances must have the shape {flows.shape[:2]} of the flows; it is {distances.shape}")
    mask = pair_mask(flows, same)
    lengths = distances[mask]
    if not (lengths >= 0).all():
        raise ParameterError(f"distances must be numbers of at least 0; {int((~(lengths >= 0)).sum())} are not")
    return flows[mask], lengths
