"""Means of a number over the people of regions, and the errors of the means that follow from the demand surface."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from geoservice.demand import Z90, DemandSurface, Quantity, Sums, noise_margins
from geoservice.demand.region_leaves import RegionLeaves
from geoservice.demand.replays import noise_draws
from geoservice.geo import Floats, Int32s, Ints


def power_sums(surface: DemandSurface, values: Floats, region: Int32s, regions: int, point: Int32s | Ints) -> list[Sums]:
    """Return the sums of regions with each person weighted by 1, by the number at the person's point, and by its square.

    ``values`` has an entry for each entry of ``region`` and ``point``, as in :func:`region_sums`.
    """
    return PowerSums(surface, region, regions, point).of(values)


class PowerSums:
    """The sums of :func:`power_sums` for several numbers of the same entries, which are sorted by region and leaf once."""

    def __init__(self, surface: DemandSurface, region: Int32s, regions: int, point: Int32s | Ints) -> None:
        self._surface, self._shape = surface, (regions, surface.leaves)
        self._inside = region >= 0
        inside_point = point[self._inside]
        self._weight = surface.point_weight[inside_point]
        self._pairs = RegionLeaves.of(surface, region[self._inside], inside_point)
        self._start = np.searchsorted(self._pairs.region, np.arange(regions + 1))
        self._people = self._sums(self._weight)

    def of(self, values: Floats) -> list[Sums]:
        """Return the sums for the numbers of the entries."""
        inside = values[self._inside]
        return [self._people, *(self._sums(self._weight * inside**k) for k in (1, 2))]

    def _sums(self, weight: Floats) -> Sums:
        matrix = sparse.csr_array((self._pairs.sums(weight), self._pairs.leaf, self._start), shape=self._shape)
        return Sums(self._surface, matrix)


class LeafMoments(NamedTuple):
    """Sums of the number less a region's mean, and of its square, over a leaf's shares in the region; shapes ``(entries,)``."""

    region: Ints
    leaf: Int32s
    first: Floats
    second: Floats


def leaf_moments(powers: Sequence[Sums], mean: Floats) -> LeafMoments:
    """Return the moments of leaves about the means of regions, from :func:`power_sums`."""
    ones, values, squares = (p.weights for p in powers)  # of the same entries
    region = np.repeat(np.arange(len(mean)), np.diff(ones.indptr))
    m = mean[region]
    first = values.data - m * ones.data
    second = squares.data - 2 * m * values.data + m**2 * ones.data
    return LeafMoments(region, ones.indices, first, second)


def place_variance(surface: DemandSurface, moments: LeafMoments, quantity: Quantity, regions: int) -> Floats:
    """Return the variance of the sums of ``number - mean`` as it is not known who of a leaf is where; shape ``(regions,)``."""
    spread = np.maximum(moments.second - moments.first**2, 0)
    variance = spread * surface.location_variance(quantity)[moments.leaf]
    return np.asarray(np.bincount(moments.region, variance, regions), float)


def stated_variance(surface: DemandSurface, moments: LeafMoments, quantity: Quantity, regions: int) -> Floats:
    """Return the variance of the same sums from the errors stated in a population file; shape ``(regions,)``."""
    if quantity not in surface.deviations:
        return np.zeros(regions)
    variance = moments.first**2 * surface.deviations[quantity][moments.leaf] ** 2
    return np.asarray(np.bincount(moments.region, variance, regions), float)


def weighted_mean(powers: Sequence[Sums], quantity: Quantity) -> tuple[Floats, Floats]:
    """Return the mean of a number over a quantity in each region, and its margin; NaN for regions with nobody.

    The margin is that of the mean of given numbers (delta method): the sum of ``number - mean`` over the people, divided by
    their number. Shapes ``(regions,)``.
    """
    people, sums, _ = powers
    surface, total = people.surface, people.value(quantity)
    known = np.where(total > 0, total, np.nan)
    value = sums.value(quantity) / known
    if not surface.has_margin(quantity):
        return value, np.full(len(value), np.nan)
    mean = np.nan_to_num(value)
    moments = leaf_moments(powers, mean)
    variance = sum(f(surface, moments, quantity, len(value)) for f in (place_variance, stated_variance))
    noise = noise_margins(noise_draws(sums, quantity) - mean[:, None] * noise_draws(people, quantity))
    return value, np.hypot(noise, Z90 * np.sqrt(variance)) / known
