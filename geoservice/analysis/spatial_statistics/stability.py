"""Stability of classes under the noise of a demand surface: the share of its replays that have the same class."""

import numpy as np
from numpy.typing import ArrayLike

from geoservice.errors import ParameterError
from geoservice.geo import Floats, Ints


def stable_share(observed: ArrayLike, replays: ArrayLike) -> Floats:
    """Return the share of the replays in which each unit has its observed class.

    Parameters
    ----------
    observed : int array, shape (n,)
    replays : int array, shape (n, replays)
        Classes of the same map with other noise. Without any, as for data without noise, the share is 1.

    Returns
    -------
    float64 array, shape (n,)
        From 0 to 1.

    Examples
    --------
    >>> stable_share([1, 0], [[1, 1, 0, 1], [0, 0, 0, 0]]).tolist()
    [0.75, 1.0]
    """
    classes, replayed = np.asarray(observed), np.asarray(replays)
    if replayed.ndim != 2 or replayed.shape[:1] != classes.shape:
        raise ParameterError(f"replays have shape {replayed.shape}; {len(classes)} units need ({len(classes)}, replays)")
    same = (replayed == classes[:, None]).sum(axis=1)
    return np.asarray(same / replayed.shape[1] if replayed.shape[1] else np.ones(len(classes)), float)


def stable_classes(observed: ArrayLike, replays: ArrayLike, at_least: float = 0.9, *, unstable: int) -> Ints:
    """Return the observed classes, with ``unstable`` for units whose class is the same in too few replays.

    Parameters
    ----------
    observed, replays
        As in :func:`stable_share`.
    at_least : float
        Share of the replays that must have the observed class, above 0 and at most 1; the limit itself is enough.
    unstable : int
        The class of the others.

    Returns
    -------
    int64 array, shape (n,)

    Examples
    --------
    >>> stable_classes([1, 2], [[1, 1, 0, 1], [2, 2, 2, 2]], 0.8, unstable=9).tolist()
    [9, 2]
    """
    if not 0 < at_least <= 1:
        raise ParameterError(f"the share of replays is {at_least}; it must be above 0 and at most 1")
    return np.where(stable_share(observed, replays) >= at_least, np.asarray(observed), unstable).astype(np.int64)
