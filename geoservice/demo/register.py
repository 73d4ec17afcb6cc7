"""Random sizes and ages of synthetic households, from a seeded generator."""

from collections.abc import Sequence

import numpy as np

from geoservice.geo import Floats, Int32s, Ints


def draw_sizes(rng: np.random.Generator, n: int, shares: Sequence[float]) -> Int32s:
    """Return persons of ``n`` households; ``shares[i]`` is the share with ``i + 1`` persons; int32, shape ``(n,)``.

    >>> draw_sizes(np.random.default_rng(1), 4, [0, 1]).tolist()
    [2, 2, 2, 2]
    """
    edges = np.cumsum(np.asarray(shares, float) / np.sum(shares))
    return (np.searchsorted(edges, rng.random(n), side="right").clip(max=len(edges) - 1) + 1).astype(np.int32)


def draw_ages(
    rng: np.random.Generator, persons: Int32s, under_6: float | Floats, over_65: float | Floats
) -> tuple[Int32s, Int32s]:
    """Return children under 6 and persons over 65 of each household.

    No child lives alone, and both together never exceed the persons.

    Parameters
    ----------
    persons : ndarray of int32, shape (n,)
    under_6, over_65 : float or ndarray, shape (n,)
        Shares of the population.

    Returns
    -------
    tuple of ndarray of int32, shapes (n,)
    """
    children = _binomial(rng, persons - 1, under_6, persons)
    return children, _binomial(rng, persons - children, over_65, persons)


def _binomial(rng: np.random.Generator, remaining: Int32s, share: float | Floats, persons: Int32s) -> Int32s:
    """Return draws from the remaining persons of each household, at a rate that gives the share of all persons."""
    rate = np.clip(share * persons.sum() / max(int(remaining.sum()), 1), 0, 1)
    return rng.binomial(remaining, rate).astype(np.int32)


def draw_weighted(rng: np.random.Generator, weights: Floats, n: int) -> Ints:
    """Return ``n`` random positions in proportion to ``weights``, with replacement."""
    edges = np.cumsum(weights)
    positions: Ints = np.searchsorted(edges, rng.random(n) * edges[-1], side="right").clip(max=len(edges) - 1)
    return positions
