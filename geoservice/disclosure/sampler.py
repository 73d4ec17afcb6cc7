"""Discrete Gaussian noise (Canonne, Kamath and Steinke 2020) from OpenDP or, for synthetic registers, from a seed."""

import math
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import Protocol

import numpy as np

from geoservice.errors import DisclosureError
from geoservice.geo import Ints

BITS = 126
_HALF = 63


class Sampler(Protocol):
    """Adds noise to integers."""

    def measure(self, counts: Ints, sensitivity: int, rho: Fraction) -> Ints:
        """Return ``counts`` with noise of variance ``sensitivity**2 / (2 rho)``, which costs ``rho``; same shape.

        ``sensitivity`` bounds the change by one household, in the L2 norm over all counts.
        """
        ...


class OpenDPSampler:
    """Noise from OpenDP with its own randomness; the privacy map of each measurement is checked against its cost."""

    THREADS = 2

    def measure(self, counts: Ints, sensitivity: int, rho: Fraction) -> Ints:
        """See :class:`Sampler`; raises :class:`DisclosureError` if OpenDP accounts for more than ``rho``."""
        import opendp.prelude as dp

        dp.enable_features("contrib")
        space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
        measurement = dp.m.make_gaussian(*space, scale=scale_for(sensitivity, rho))
        cost = measurement.map(float(sensitivity))  # type: ignore[no-untyped-call]  # OpenDP has no types
        if cost > float(rho) * (1 + 1e-9):
            raise DisclosureError(f"noise: OpenDP accounts for rho {cost}, allowed is {float(rho)}")
        pieces = np.array_split(counts, self.THREADS)
        with ThreadPoolExecutor(self.THREADS) as pool:
            noisy = pool.map(lambda piece: measurement(piece.tolist()) if len(piece) else [], pieces)
            return np.concatenate([np.asarray(n, np.int64) for n in noisy]) if len(counts) else counts.copy()


def scale_for(sensitivity: int, rho: Fraction) -> float:
    """Return the smallest float that is at least ``sensitivity / sqrt(2 rho)``.

    >>> scale_for(1, Fraction(1, 2))
    1.0
    """
    square = Fraction(sensitivity) ** 2 / (2 * rho)
    scale = math.sqrt(square)
    while Fraction(scale) ** 2 < square:
        scale = math.nextafter(scale, math.inf)
    return scale


class SeededSampler:
    """The same distribution from a seed, fast; for tests, audits and synthetic registers, never for a real one."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.Generator(np.random.Philox(seed))

    def measure(self, counts: Ints, sensitivity: int, rho: Fraction) -> Ints:
        """See :class:`Sampler`."""
        return np.asarray(counts + self._draw(Fraction(sensitivity) ** 2 / (2 * rho), len(counts)), np.int64)

    def _draw(self, variance: Fraction, n: int) -> Ints:
        high, low, reach = _table(variance)
        first, second = (self._random.integers(0, 1 << _HALF, n, dtype=np.uint64) for _ in range(2))
        index = np.searchsorted(high, first, side="left")
        tied = np.flatnonzero(high[np.minimum(index, len(high) - 1)] == first)
        for i in tied.tolist():  # about one draw in 2^63: the lower bits decide
            while index[i] < len(high) and (int(high[index[i]]), int(low[index[i]])) <= (int(first[i]), int(second[i])):
                index[i] += 1
        return np.asarray(index - reach, np.int64)


@lru_cache(maxsize=512)
def _table(variance: Fraction) -> tuple[np.ndarray, np.ndarray, int]:
    """Return cumulative probabilities of ``-reach..reach`` in units of 2^-126, as two halves of 63 bits.

    The tails beyond have less than 2^-126. A draw is the number of entries that are at most the uniform 126-bit number.
    """
    reach = math.ceil(14 * math.sqrt(variance)) + 2
    with localcontext() as context:
        context.prec = 60
        q = (Decimal(-variance.denominator) / Decimal(2 * variance.numerator)).exp()
        weights, step = [Decimal(1)], q
        for _ in range(reach):
            weights.append(weights[-1] * step)
            step *= q * q
        total = weights[0] + 2 * sum(weights[1:])
        unit = Decimal(1 << BITS) / total
        cumulative, edges = Decimal(0), []
        for k in range(-reach, reach):
            cumulative += weights[abs(k)]
            edges.append(min(int(cumulative * unit), (1 << BITS) - 1))
    mask = (1 << _HALF) - 1
    high = np.array([e >> _HALF for e in edges], np.uint64)
    low = np.array([e & mask for e in edges], np.uint64)
    return high, low, reach
