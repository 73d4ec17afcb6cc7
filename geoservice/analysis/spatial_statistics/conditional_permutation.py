"""Conditional permutation test of a unit's spatial lag: its value stays, all others are placed at random."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numba
import numpy as np
from numpy.typing import ArrayLike

from geoservice.analysis.spatial_statistics.kernels import count_extremes, draw_samples
from geoservice.analysis.spatial_statistics.map_values import map_values
from geoservice.analysis.spatial_statistics.weights import Weights
from geoservice.errors import ParameterError
from geoservice.geo import Floats, Ints

BLOCK = 2048
"""Permutations at a time: their samples take 4 bytes for each permutation and neighbour."""
PARTS = 16
"""Parts of the units, which threads share."""


def two_sided_p(values: ArrayLike, weights: Weights, *, permutations: int, seed: int) -> Floats:
    """Return the two-sided pseudo p-value of each unit's lag under conditional permutation.

    A unit with k neighbours is compared with the weighted sums of k other values drawn without replacement (Anselin 1995,
    section 4). With a and b the numbers of permutations whose sum is at least, and at most, the observed one, p is twice the
    smaller of (a + 1) / (permutations + 1) and (b + 1) / (permutations + 1), at most 1. Equal sums count in both.

    Parameters
    ----------
    values : float array, shape (n,)
        Units without a value (NaN) are left out of the map.
    weights : Weights
        The weight of a unit on itself is ignored, since it is the same in every permutation.
    permutations : int
        At least 1.
    seed : int
        The result depends on it, not on the number of threads.

    Returns
    -------
    float64 array, shape (n,)
        NaN without a value; 1 for islands, since permutations change nothing there.

    Examples
    --------
    >>> weights = Weights.from_csr([0, 1, 2, 3, 3], [1, 0, 0])
    >>> two_sided_p([1.0, 1.0, 1.0, 1.0], weights, permutations=9, seed=0).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    if permutations < 1:
        raise ParameterError(f"the number of permutations is {permutations}; it must be at least 1")
    units = map_values(values, weights)
    p = np.full(weights.n, np.nan)
    if len(units.x):
        at_least, at_most = _counts(units.x, units.weights, permutations, seed)
        p[units.known] = np.minimum(2 * (np.minimum(at_least, at_most) + 1) / (permutations + 1), 1.0)
    return p


def _counts(values: Floats, weights: Weights, permutations: int, seed: int) -> tuple[Ints, Ints]:
    """Return the numbers of permutations with a lag at least, and at most, the observed one."""
    n, most = weights.n, int(np.diff(weights.indptr).max())
    twice = np.tile(values - values.min(), 2)  # smaller numbers, smaller rounding; integers stay integers
    rows = [np.array(a) for a in (weights.indptr, weights.indices, weights.data)]
    at_least, at_most = np.zeros(n, np.int64), np.zeros(n, np.int64)
    bounds = np.linspace(0, n, PARTS + 1).astype(np.int64)
    count: Callable[..., None] = count_extremes
    with ThreadPoolExecutor(numba.get_num_threads()) as pool:
        for block, samples in _blocks(permutations):
            random = np.random.default_rng([abs(seed), int(seed < 0), block])
            drawn = draw_samples(n, most + 1, samples, random.integers(2**63))
            common = (twice, *rows, drawn, random.integers(0, n, n))
            parts = [pool.submit(count, *common, start, stop, at_least, at_most) for start, stop in pairwise(bounds)]
            for part in parts:
                part.result()
    return at_least, at_most


def _blocks(permutations: int) -> Iterator[tuple[int, int]]:
    """Yield the number of each block and its permutations."""
    for block, start in enumerate(range(0, permutations, BLOCK)):
        yield block, min(BLOCK, permutations - start)
