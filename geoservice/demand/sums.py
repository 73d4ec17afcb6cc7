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
    def _cut(self) -> "sparse.csr_array[Any, tuple[int, int]]":
        cut = self.weights.copy()
        cut.data = np.clip(cut.data * (1 - cut.data), 0, None)
        cut.eliminate_zeros()
        return cut

    def value(self, quantity: Quantity) -> Floats:
        """Signed estimates of the sums; shape ``(regions,)``."""
        return np.asarray(self.weights @ self.surface.values[quantity], float)

    def placement(self, quantity: Quantity) -> Floats:
        """Variance from not knowing where in a leaf people are; shape ``(regions,)``."""
        people = self.surface.positive[quantity]
        return np.asarray(self._cut @ (people * people / _groups_of(self.surface, quantity)), float)

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
        return Z90 * np.sqrt(scale * _mean_square(self.noise) + self.placement(quantity) + self.stated(quantity))

    def take(self, rows: Ints) -> "Sums":
        """Return the sums of some regions, in the order given; regions may repeat."""
        part = Sums(self.surface, self.weights[rows])
        if "noise" in self.__dict__:
            part.__dict__["noise"] = self.noise[rows]
        return part


def _mean_square(noise: Float32s) -> Floats:
    return _mean_product(noise, noise)


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
    noise = alone.noise.reshape(regions, bands, -1).cumsum(axis=1).reshape(regions * bands, -1)
    at = np.flatnonzero(inside)
    repeats = bands - band[at]
    point = np.repeat(at, repeats)
    first = np.repeat(np.cumsum(repeats) - repeats, repeats)
    limit = np.repeat(band[at], repeats) + np.arange(len(point)) - first
    rising = region_sums(surface, (region[point].astype(np.int64) * bands + limit).astype(np.int32), regions * bands, point)
    rising.__dict__["noise"] = noise
    return rising


class _Share(NamedTuple):
    """Shares of wholes, the wholes, and the error of ``part - share x whole``: its replays at unit scale, and its variance."""

    value: Floats
    whole: Floats
    noise: Float32s
    variance: Floats


def _share(part: Sums, whole: Sums, quantity: Quantity) -> _Share:
    """Share that each part is of its whole; NaN where the whole is not above 0."""
    bottom = whole.value(quantity)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(bottom > 0, part.value(quantity) / bottom, np.nan)
    known = np.nan_to_num(value)
    noise = part.noise - known[:, None].astype(np.float32) * whole.noise
    inside, outside = part.stated(quantity), whole.stated(quantity)
    stated = (1 - known) ** 2 * inside + known**2 * np.maximum(outside - inside, 0)
    variance = _scale(part.surface, quantity, quantity) * _mean_square(noise) + part.placement(quantity) + stated
    return _Share(value, bottom, noise, variance)


def ratio(part: Sums, whole: Sums, quantity: Quantity) -> tuple[Floats, Floats]:
    """Percent that each part is of its whole, from 0 to 100, with its margin; NaN where the whole is not above 0.

    ``part`` and ``whole`` have the same rows. The margin is that of a ratio of two sums that share their noise (delta method).
    """
    share = _share(part, whole, quantity)
    if not part.surface.has_margin(quantity):
        return 100 * np.clip(share.value, 0, 1), np.full(len(share.value), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        margin = Z90 * np.sqrt(share.variance) / share.whole
    return 100 * np.clip(share.value, 0, 1), 100 * margin


def difference(part: Sums, whole: Sums, first: Quantity, second: Quantity) -> tuple[Floats, Floats]:
    """Percentage points between the shares of two quantities, e.g. of migrants and of residents, with its margin.

    Rows as in :func:`ratio`; NaN where either whole is not above 0.
    """
    a, b = _share(part, whole, first), _share(part, whole, second)
    value = np.clip(a.value, 0, 1) - np.clip(b.value, 0, 1)
    surface = part.surface
    if not (surface.has_margin(first) and surface.has_margin(second)):
        return 100 * value, np.full(len(value), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        shared = _scale(surface, first, second) * _mean_product(a.noise, b.noise) / (a.whole * b.whole)
        variance = a.variance / a.whole**2 + b.variance / b.whole**2 - 2 * shared
    return 100 * value, np.where(np.isfinite(value), 100 * Z90 * np.sqrt(np.maximum(variance, 0)), np.nan)


def _mean_product(first: Float32s, second: Float32s) -> Floats:
    if not first.shape[1]:
        return np.zeros(len(first))
    return np.asarray(np.einsum("ij,ij->i", first, second) / first.shape[1], float)
