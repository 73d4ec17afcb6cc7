# mypy: disable-error-code="no-untyped-def"
# the functions here are compiled by numba from the types of their first call; conditional_permutation.py, which calls them, is
# typed. They stay in one file, because numba's cache of a function does not notice changes of functions in other files.
"""Compiled loops of the conditional permutation test; they run without the interpreter lock.

numba's own parallel loops are not used: one of their back ends ends the process when two threads of a server start such a loop.
"""

import numba
import numpy as np
from numba import uint64

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_HALF = np.uint64(32)


@numba.njit(cache=True)
def _mixed(state):
    """Return the output of SplitMix64 for a state (Steele, Lea and Flood, OOPSLA 2014)."""
    state = (state ^ (state >> uint64(30))) * _FIRST
    state = (state ^ (state >> uint64(27))) * _SECOND
    return state ^ (state >> uint64(31))


@numba.njit(cache=True, nogil=True)
def draw_samples(n, size, samples, seed):
    """Return ordered samples of ``size`` of the numbers below ``n``, without replacement; shape ``(size, samples)``.

    Each is the first steps of a Fisher-Yates shuffle, which begins with the order that the last one left. A draw multiplies
    32 random bits by the number of candidates, so the probabilities of candidates differ by less than 2^-32.
    """
    drawn = np.empty((size, samples), np.int32)
    order = np.arange(n).astype(np.int32)
    state = uint64(seed)
    for sample in range(samples):
        for j in range(uint64(size)):
            state += _STEP
            other = j + (((_mixed(state) >> _HALF) * (uint64(n) - j)) >> _HALF)
            value = order[other]
            order[other] = order[j]
            order[j] = value
            drawn[j, sample] = value
    return drawn


@numba.njit(cache=True, nogil=True)
def count_extremes(twice, indptr, indices, weights, drawn, rotation, start, stop, at_least, at_most):
    """Add to the counts of units in ``[start, stop)`` the samples whose lag is at least, and at most, the observed lag.

    ``twice`` holds the values two times in a row, so that the values rotated by c are a slice of it. Unit i sees the samples
    in the values rotated by ``rotation[i]``: the samples stay uniform, but those of different units are different. A unit
    with k neighbours uses the first k of the ``drawn`` numbers; where its own number is among them, the next one takes its
    place, which leaves a uniform ordered sample of the others.
    """
    n, samples = len(twice) // 2, drawn.shape[1]
    lag = np.empty(samples)
    for i in range(start, stop):
        values = twice[rotation[i] : rotation[i] + n]
        own = np.int32((i - rotation[i]) % n)
        first, k = indptr[i], indptr[i + 1] - indptr[i]
        observed, size = 0.0, 0.0
        lag[:] = 0.0
        spare = drawn[k]
        for j in range(k):
            weight, chosen = weights[first + j], drawn[j]
            term = weight * twice[indices[first + j]]
            observed += term
            size += abs(term)
            for sample in range(samples):
                number = chosen[sample]
                if number == own:
                    number = spare[sample]
                lag[sample] += weight * values[uint64(number)]
        slack = 1e-12 * size  # sums of the same terms in another order are ties
        above, below = 0, 0
        for sample in range(samples):
            above += lag[sample] >= observed - slack
            below += lag[sample] <= observed + slack
        at_least[i] += above
        at_most[i] += below
