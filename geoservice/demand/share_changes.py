"""The change of the share of a part in a total, where people come into the part and leave it: its value and its margin."""

from dataclasses import dataclass

import numpy as np

from geoservice.demand.sums import Sums
from geoservice.demand.surface import Z90, Quantity
from geoservice.geo import Float32s, Floats, Ints


@dataclass(frozen=True)
class ShareChanges:
    """Changes of the shares of parts in totals, in percentage points.

    Both shares are linear in one surface, and so is their difference: errors of people who are in both parts cancel. The
    margin is that of the difference itself (delta method), so it is mostly much smaller than those of the shares.

    Parameters
    ----------
    gained, lost : Sums
        Of one surface: what each part has only after the change, and what it had only before. A point is in one of the two.
    total : Sums
    total_row : int64 array, shape (rows of gained,)
        Row of ``total`` for each row of ``gained`` and ``lost``.
    """

    gained: Sums
    lost: Sums
    total: Sums
    total_row: Ints

    def value(self, quantity: Quantity) -> Floats:
        """Return the changes; shape ``(rows,)``, NaN if the total is not above 0."""
        return 100 * self._share(quantity)

    def margin(self, quantity: Quantity) -> Floats:
        """Return the half-width of the 90 % interval of each change; shape ``(rows,)``, NaN if unknown."""
        if not self.gained.surface.has_margin(quantity):
            return np.full(len(self.total_row), np.nan)
        share, total = self._share(quantity), self._total(quantity)
        variance = self._noise(quantity, share) + self._placement(quantity) + self._stated(quantity, share)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(100 * Z90 * np.sqrt(variance) / total, float)

    def _total(self, quantity: Quantity) -> Floats:
        return self.total.value(quantity)[self.total_row]

    def _share(self, quantity: Quantity) -> Floats:
        total = self._total(quantity)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(total > 0, (self.gained.value(quantity) - self.lost.value(quantity)) / total, np.nan)

    def _noise(self, quantity: Quantity, share: Floats) -> Floats:
        """Return the mean square of the replays of ``gained - lost - share x total``."""
        scales = self.gained.surface.scales.get(quantity)
        draws: Float32s = self.gained.noise - self.lost.noise
        if scales is None or not draws.shape[1]:
            return np.zeros(len(share))
        draws = draws - np.nan_to_num(share).astype(np.float32)[:, None] * self.total.noise[self.total_row]
        squares = np.einsum("ij,ij->i", draws, draws, dtype=np.float64) / draws.shape[1]
        return np.asarray(float(scales @ scales) * squares, float)

    def _placement(self, quantity: Quantity) -> Floats:
        """Return the variance due to the unknown locations of people within leaves, who may be among either, or neither."""
        either, net = self.gained.weights + self.lost.weights, self.gained.weights - self.lost.weights
        variance = (either - net.power(2)) @ self.gained.surface.location_variance(quantity)
        return np.asarray(np.maximum(variance, 0.0), float)

    def _stated(self, quantity: Quantity, share: Floats) -> Floats:
        """Return the variance due to the errors stated in a population file."""
        deviations = self.gained.surface.deviations.get(quantity)
        if deviations is None:
            return np.zeros(len(share))
        totals = self.total.weights[self.total_row].multiply(np.nan_to_num(share)[:, None])
        net = self.gained.weights - self.lost.weights - totals.tocsr()
        return np.asarray(net.power(2) @ deviations**2, float)
