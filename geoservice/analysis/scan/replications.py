"""Random maps under the null hypothesis of a scan."""

from dataclasses import dataclass
from math import floor, log2

import numpy as np

from geoservice.analysis.scan.counts import Counts
from geoservice.geo import Floats, Int32s, Ints

_FINEST = 10


@dataclass(frozen=True)
class NullMaps:
    """Random maps with the cases of the observed map, in whole units.

    Poisson model: cases fall on locations and periods in proportion to their expected cases (multinomial). Bernoulli model:
    they are drawn from the persons without replacement (hypergeometric). Then the noise of the measurement is added, normal
    and given that its sum is zero, since the total is given. A unit is one case without noise, with noise a power of two
    small enough that rounding to it does not matter.
    """

    measure: Floats
    persons: Ints | None
    cases: int
    noise_sd: Floats | None
    unit: float
    seed: int

    @classmethod
    def of(cls, counts: Counts, seed: int) -> "NullMaps":
        """Return the null hypothesis of counts."""
        persons = None
        if counts.model == "bernoulli":  # rounded so that sums of neighbours are rounded sums
            persons = np.diff(np.rint(np.cumsum(counts.measure.ravel())), prepend=0).astype(np.int64)
        return cls(counts.measure, persons, counts.drawn_cases, counts.noise_sd, _unit(counts), seed)

    def draw(self, replication: int) -> Int32s:
        """Return the cases of a replication in units; shape ``(n, periods)``, int32. It depends on seed and number only."""
        rng = np.random.default_rng([self.seed, replication])
        shape = self.measure.shape
        if self.persons is not None:
            drawn = rng.multivariate_hypergeometric(self.persons, min(self.cases, self.persons.sum()), method="marginals")
        else:
            drawn = rng.multinomial(self.cases, (self.measure / self.measure.sum()).ravel())
        if self.noise_sd is None:
            return drawn.reshape(shape).astype(np.int32)
        noise = self.noise_sd * rng.standard_normal(shape)
        variance = self.noise_sd**2
        noise -= variance / variance.sum() * noise.sum()
        return np.rint((drawn.reshape(shape) + noise) / self.unit).astype(np.int32)


def _unit(counts: Counts) -> float:
    """Return the cases in one unit: the finest power of two down to 1/1024 whose sums fit int32."""
    if counts.noise_sd is None:
        return 1.0
    reach = counts.drawn_cases + 40.0 * float(np.sqrt((counts.noise_sd**2).sum()))
    return float(2.0 ** -min(floor(log2(2**30 / reach)), _FINEST))
