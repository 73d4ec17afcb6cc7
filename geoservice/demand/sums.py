"""Sums of a demand surface over regions, and ratios of sums, each with its margin.

A margin is the half-width of the 90 % interval. Two things are unsure about a sum: the noise of the estimates, known from the
replays stored with the surface; and where in a leaf the people are, when a region takes only a part of the leaf's points.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from geoservice.demand.surface import Z90, DemandSurface, Quantity
from geoservice.geo import Float32s, Floats, Int32s, Ints

CLUSTERS = 3.0
"""People of a leaf lie as if in this many equal groups, each at one of its points. Chosen on made-up counties, never on a
register, so that ``bench disclosure`` on other counties finds 86 to 94 % of the 90 % margins to hold."""
PER_HOUSEHOLD = 1.35
"""Mean square over squared mean of persons in a household: households vary more than single persons would."""


@dataclass(frozen=True)
class Sums:
    """The surface added up over regions.

    ``weights`` has a row a region and a column a leaf: the share of the leaf's points that the region takes.
    """

    surface: DemandSurface
    weights: "sparse.csr_array[Any, tuple[int, int]]"

    @property
    def regions(self) -> int:
        """Number of regions."""
        return int(self.weights.shape[0])

    @cached_property
    def noise(self) -> Float32s:
        """Replays of each region's sum for a quantity of unit scale; shape ``(regions, replays)``."""
        return np.asarray(self.weights.astype(np.float32) @ self.surface.noise, np.float32)

    @cached_property
    def noise_variance(self) -> Floats:
        """Mean square of the replays; shape ``(regions,)``."""
        return _mean_product(self.noise, self.noise)

    @cached_property
    def _cut(self) -> "sparse.csr_array[Any, tuple[int, int]]":
        cut = self.weights.copy()
        cut.data = np.clip(cut.data * (1 - cut.data), 0, None)
        cut.eliminate_zeros()
        return cut

    @cached_property
    def _placement(self) -> dict[Quantity, Floats]:
        return {}

    def value(self, quantity: Quantity) -> Floats:
        """Signed estimates of the sums; shape ``(regions,)``."""
        return np.asarray(self.weights @ self.surface.values[quantity], float)

    def placement(self, quantity: Quantity) -> Floats:
        """Variance from not knowing where in a leaf people are; shape ``(regions,)``."""
        if quantity not in self._placement:
            people = self.surface.positive[quantity]
            self._placement[quantity] = np.asarray(self._cut @ (people * people / _groups_of(self.surface, quantity)), float)
        return self._placement[quantity]

    def stated(self, quantity: Quantity) -> Floats:
        """Variance from the errors that a population file states; shape ``(regions,)``."""
        if quantity not in self.surface.deviations:
            return np.zeros(self.regions)
        return np.asarray(self.weights.power(2) @ self.surface.deviations[quantity] ** 2, float)

    def margin(self, quantity: Quantity) -> Floats:
        """Half-width of each sum's 90 % interval; NaN where the surface's errors are not known. Shape ``(regions,)``."""
        if not self.surface.has_margin(quantity):
            return np.full(self.regions, np.nan)
        scale = _scale(self.surface, quantity, quantity)
        return Z90 * np.sqrt(scale * self.noise_variance + self.placement(quantity) + self.stated(quantity))


def _scale(surface: DemandSurface, first: Quantity, second: Quantity) -> float:
    if first not in surface.scales or second not in surface.scales:
        return 0.0
    return float(surface.scales[first] @ surface.scales[second])


def _groups_of(surface: DemandSurface, quantity: Quantity) -> Floats:
    """Independent groups that a leaf's people come in: at most ``CLUSTERS``, and never more than its households."""
    households = surface.positive.get(Quantity("households", quantity.group))
    if households is None:
        every = surface.positive.get(Quantity("households"))
        people = surface.positive[quantity]
        households = people / 2.5 if every is None else np.minimum(every, people)
    return 1 / (1 / CLUSTERS + PER_HOUSEHOLD / np.maximum(households, 0.5))


def region_sums(
    surface: DemandSurface, region: Int32s, regions: int, point: Int32s | Ints | None = None, share: Floats | None = None
) -> Sums:
    """Add the surface up over regions made of its points.

    Parameters
    ----------
    surface : DemandSurface
    region : int32 array, shape (m,)
        Region of each entry, -1 for none.
    regions : int
    point : int array, shape (m,), optional
        Point of each entry; left out, entry ``i`` is point ``i``. A point may be in several regions, once in each.
    share : float64 array, shape (m,), optional
        How much of the point the region takes; left out, the whole of it.

    Returns
    -------
    Sums
    """
    inside = region >= 0
    at = np.flatnonzero(inside) if point is None else np.asarray(point)[inside]
    weight = surface.point_weight[at] if share is None else surface.point_weight[at] * share[inside]
    place = (region[inside].astype(np.int64), surface.point_leaf[at].astype(np.int64))
    return Sums(surface, sparse.coo_array((weight, place), shape=(regions, surface.leaves)).tocsr())


def threshold_sums(surface: DemandSurface, region: Int32s, regions: int, band: Int32s, bands: int) -> Sums:
    """Add the surface up over regions and rising limits: row ``r * bands + b`` has the points of region ``r`` up to band ``b``.

    Parameters
    ----------
    surface : DemandSurface
    region : int32 array, shape (points,)
        Region of each point, -1 for none.
    regions : int
    band : int32 array, shape (points,)
        The first limit that holds the point; ``bands`` or more where none does.
    bands : int

    Returns
    -------
    Sums
        The replays are added up once a band and not once a limit.
    """
    inside = (region >= 0) & (band < bands)
    cell = np.where(inside, region.astype(np.int64) * bands + band, -1).astype(np.int32)
    alone = region_sums(surface, cell, regions * bands)
    first = alone.weights.tocoo()  # leaf by leaf, which are fewer than points
    repeats = bands - first.row % bands
    step = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    place = (np.repeat(first.row, repeats) + step, np.repeat(first.col, repeats))
    weights = sparse.coo_array((np.repeat(first.data, repeats), place), shape=alone.weights.shape).tocsr()
    rising = Sums(surface, weights)
    rising.__dict__["noise"] = alone.noise.reshape(regions, bands, -1).cumsum(axis=1).reshape(regions * bands, -1)
    return rising


class _Share(NamedTuple):
    """Shares of wholes, the wholes, and the variance of ``part - share x whole``; shapes ``(rows,)``."""

    value: Floats
    whole: Floats
    variance: Floats


@dataclass(frozen=True)
class Shares:
    """What share parts are of wholes, in percent, with margins.

    Parameters
    ----------
    part, whole : Sums
        Of one surface.
    of : int array, shape (rows of part,), optional
        Which row of ``whole`` each row of ``part`` belongs to; left out, the same one.
    """

    part: Sums
    whole: Sums
    of: Ints | None = None

    def ratio(self, quantity: Quantity) -> tuple[Floats, Floats]:
        """Percent that each part is of its whole, from 0 to 100, with its margin; NaN where the whole is not above 0.

        The margin is that of a ratio of two sums that share their noise (delta method).
        """
        value, whole, variance = self._share(quantity)
        if not self.part.surface.has_margin(quantity):
            return 100 * np.clip(value, 0, 1), np.full(len(value), np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            margin = Z90 * np.sqrt(variance) / whole
        return 100 * np.clip(value, 0, 1), 100 * margin

    def difference(self, first: Quantity, second: Quantity) -> tuple[Floats, Floats]:
        """Percentage points between the shares of two quantities, e.g. of migrants and of residents, with its margin.

        NaN where either whole is not above 0.
        """
        a, b = self._share(first), self._share(second)
        value = np.clip(a.value, 0, 1) - np.clip(b.value, 0, 1)
        surface = self.part.surface
        if not (surface.has_margin(first) and surface.has_margin(second)):
            return 100 * value, np.full(len(value), np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            shared = _scale(surface, first, second) * self._products(a.value, b.value) / (a.whole * b.whole)
            variance = a.variance / a.whole**2 + b.variance / b.whole**2 - 2 * shared
        return 100 * value, np.where(np.isfinite(value), 100 * Z90 * np.sqrt(np.maximum(variance, 0)), np.nan)

    def _whole(self, values: Floats) -> Floats:
        return values if self.of is None else values[self.of]

    @cached_property
    def _shared_noise(self) -> Floats:
        """Mean product of the replays of each part and its whole."""
        noise = self.whole.noise if self.of is None else self.whole.noise[self.of]
        return _mean_product(self.part.noise, noise)

    def _products(self, first: Floats, second: Floats) -> Floats:
        """Mean product of the replays of ``part - first x whole`` and ``part - second x whole``."""
        a, b = np.nan_to_num(first), np.nan_to_num(second)
        product = self.part.noise_variance - (a + b) * self._shared_noise + a * b * self._whole(self.whole.noise_variance)
        return np.where(a == b, np.maximum(product, 0), product)

    def _share(self, quantity: Quantity) -> _Share:
        part, bottom = self.part, self._whole(self.whole.value(quantity))
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(bottom > 0, part.value(quantity) / bottom, np.nan)
        known = np.nan_to_num(value)
        inside, outside = part.stated(quantity), self._whole(self.whole.stated(quantity))
        stated = (1 - known) ** 2 * inside + known**2 * np.maximum(outside - inside, 0)
        noise = _scale(part.surface, quantity, quantity) * self._products(value, value)
        return _Share(value, bottom, noise + part.placement(quantity) + stated)


def _mean_product(first: Float32s, second: Float32s) -> Floats:
    """Mean product of the replays of each row, added up in double precision: near 0 it is a difference of such means."""
    if not first.shape[1]:
        return np.zeros(len(first))
    return np.asarray(np.einsum("ij,ij->i", first, second, dtype=np.float64) / first.shape[1], float)
