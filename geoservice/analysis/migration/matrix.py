"""Checks and forms of origin-destination matrices.

A matrix has a row for each origin and a column for each destination. All functions of this package also accept a third axis of
replays, and return a last axis of replays then. If rows and columns are the same regions (argument ``same``; by default if the
matrix is square), the diagonal is people who stayed and is left out. A rectangular matrix has other origins than destinations,
for example counties by province of origin; it observes arrivals only.
"""

import numpy as np

from geoservice.errors import ParameterError
from geoservice.geo import Bools, Floats


def pair_mask(flows: Floats, same: bool | None = None) -> Bools:
    """Return which pairs of origin and destination count: all, or all but the diagonal.

    Parameters
    ----------
    flows : float64 array, shape (n, m) or (n, m, replays)
        Migrants from each origin to each destination.
    same : bool, optional
        Whether rows and columns are the same regions in the same order; by default if the matrix is square.

    Returns
    -------
    bool array, shape (n, m)

    Raises
    ------
    ParameterError
        If the array is no matrix, or a rectangular one is said to have the same regions.

    Examples
    --------
    >>> pair_mask(np.ones((2, 2))).tolist(), pair_mask(np.ones((1, 2))).tolist()
    ([[False, True], [True, False]], [[True, True]])
    """
    if flows.ndim not in {2, 3}:
        raise ParameterError(f"flows must have the shape (origins, destinations) or (.., .., replays); it is {flows.shape}")
    n, m = flows.shape[:2]
    if same and n != m:
        raise ParameterError(f"a matrix of {n} origins by {m} destinations cannot have the same regions as both")
    return ~np.eye(n, dtype=bool) if (n == m if same is None else same) else np.ones((n, m), bool)


def movers(flows: Floats, same: bool | None = None) -> Floats:
    """Return the flows with the diagonal set to 0 if it is people who stayed. Same shape.

    Examples
    --------
    >>> movers(np.array([[7.0, 1], [2, 9]])).tolist()
    [[0.0, 1.0], [2.0, 0.0]]
    """
    mask = pair_mask(flows, same)
    return np.where(mask if flows.ndim == 2 else mask[..., None], flows, 0.0)


def square(flows: Floats, index: str) -> Floats:
    """Return the movers of a matrix whose rows and columns are the same regions, which an index needs. Same shape.

    Raises
    ------
    ParameterError
        If the matrix is rectangular.
    """
    if flows.ndim in {2, 3} and flows.shape[0] != flows.shape[1]:
        raise ParameterError(
            f"{index} needs arrivals and departures of the same regions; the matrix has {flows.shape[0]} origins and "
            f"{flows.shape[1]} other destinations, so it knows the arrivals only"
        )
    return movers(flows, same=True)


def fields(flows: Floats, same: bool | None = None) -> Floats:
    """Return the flows of each origin without the diagonal; shape ``(n, m)`` or ``(n, m - 1)``, with replays last.

    Examples
    --------
    >>> fields(np.array([[0.0, 1, 2], [3, 0, 4], [5, 6, 0]])).tolist()
    [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    """
    mask = pair_mask(flows, same)
    return np.asarray(flows[mask].reshape(len(flows), -1, *flows.shape[2:]), float)


def region_values(values: Floats, like: Floats) -> Floats:
    """Return values of regions with an axis for the replays that another array of regions has."""
    return values[:, None] if like.ndim == 2 else values
