"""Connectivity and inequality of migration flows.

Bell et al. (2002), as in :mod:`geoservice.analysis.migration.indices`. Shapes and the argument ``same`` as in
:mod:`geoservice.analysis.migration.matrix`.
"""

import numpy as np

from geoservice.analysis.migration.gravity import fit_gravity
from geoservice.analysis.migration.indices import ratio
from geoservice.analysis.migration.matrix import pair_mask
from geoservice.errors import ParameterError
from geoservice.geo import Floats


def connectivity(flows: Floats, same: bool | None = None, threshold: float | Floats = 0.0) -> Floats:
    """Return the share of the pairs of regions that migrants connect, 0 to 1.

    Parameters
    ----------
    flows : float64 array, shape (n, m) or (n, m, replays), persons
        Migrants from each origin to each destination.
    same : bool, optional
        Whether rows and columns are the same regions.
    threshold : float or array, shape (n, m)
        A pair is connected if its flow is above this number. Noise makes nearly all flows differ from 0: use their margin then.

    Returns
    -------
    float64 array, shape () or (replays,)

    Examples
    --------
    >>> float(connectivity(np.array([[0.0, 5, 0], [1, 0, 0], [0, 2, 0]])))
    0.5
    """
    mask = pair_mask(flows, same)
    limit = np.broadcast_to(threshold, flows.shape[:2])
    return np.asarray((flows > (limit if flows.ndim == 2 else limit[..., None]))[mask].mean(axis=0))


def inequality(flows: Floats, expected: Floats | None = None, same: bool | None = None) -> Floats:
    """Return the index of inequality: the share of migrants in other pairs than expected, 0 to 1.

    Parameters
    ----------
    flows : float64 array, shape (n, m) or (n, m, replays), persons
        Migrants from each origin to each destination.
    expected : float64 array, shape (n, m), optional
        Expected flows, in any unit: by default equal ones; see :func:`independent_flows`.
    same : bool, optional
        Whether rows and columns are the same regions.

    Returns
    -------
    float64 array, shape () or (replays,)

    Examples
    --------
    >>> float(inequality(np.array([[0.0, 30], [10, 0]])))
    0.25
    """
    mask = pair_mask(flows, same)
    weights = np.ones(int(mask.sum())) if expected is None else expected[mask]
    if not weights.sum() > 0:
        raise ParameterError(f"expected flows must add up to a number above 0; they add up to {weights.sum()}")
    shares = ratio(flows[mask], flows[mask].sum(axis=0))
    expected_shares = weights / weights.sum()
    return np.asarray(np.abs(shares - (expected_shares if flows.ndim == 2 else expected_shares[:, None])).sum(axis=0) / 2)


def independent_flows(flows: Floats, same: bool | None = None) -> Floats:
    """Return the flows with the same arrivals and departures that would occur if destinations did not depend on origins.

    The doubly constrained gravity model without distance: origin effect times destination effect, on the pairs that count.

    Parameters
    ----------
    flows : float64 array, shape (n, m), persons
        Not negative.
    same : bool, optional
        Whether rows and columns are the same regions.

    Returns
    -------
    float64 array, shape (n, m)

    Examples
    --------
    >>> independent_flows(np.array([[30.0, 10], [10, 50]]), same=False).round(2).tolist()
    [[16.0, 24.0], [24.0, 36.0]]
    """
    return fit_gravity(flows, None, "doubly", family="poisson", same=same).fitted
