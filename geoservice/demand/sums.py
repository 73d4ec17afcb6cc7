"""Sums of a demand surface over regions, and ratios of sums, each with its margin.

A margin is the half-width of the 90 % confidence interval. A sum has two sources of error: the noise of the estimates, known
from the replays stored with the surface; and the location of people within a leaf, if a region has only a part of its points.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from geoservice.demand.surface import Z90, DemandSurface, Quantity
from geoservice.geo import Float32s, Floats, Int32s, Ints, repeated


@dataclass(frozen=True)
class Sums:
    """Sums of a surface over regions.

    ``weights`` has a row for each region and a column for each leaf: the share of the leaf's points in the region.
    """

    surface: DemandSurface
    weights: "sparse.csr_array[Any, tuple[int, int]]"

    @property
    def regions(self) -> int:
        """Number of regions."""
        return int(self.weights.shape[0])

    @cached_property
    def noise(self) -> Float32s:
        """Noise replays of each region's sum for a quantity of unit scale; shape ``(regions, replays)``."""
        return np.asarray(self.weights.astype(np.float32) @ self.surface.noise, np.float32)

    @cached_property
    def noise_variance(self) -> Floats:
        """Mean square of the replays; shape ``(regions,)``."""
        return _mean_product(self.noise, self.noise)

    @cached_property
    def _partial(self) -> "sparse.csr_array[Any, tuple[int, int]]":
        partial = self.weights.copy()
        partial.data = np.clip(partial.data * (1 - partial.data), 0, None)
        partial.eliminate_zeros()
        return partial

    @cached_property
    def _placement(self) -> dict[Quantity, Floats]:
        return {}

    def value(self, quantity: Quantity) -> Floats:
        """Return the signed estimates of the sums; shape ``(regions,)``."""
        return np.asarray(self.weights @ self.surface.values[quantity], float)

    def placement(self, quantity: Quantity) -> Floats:
        """Return the variance due to the unknown locations of people within leaves; shape ``(regions,)``."""
        if quantity not in self._placement:
            self._placement[quantity] = np.asarray(self._partial @ self.surface.location_variance(quantity), float)
        return self._placement[quantity]

    def stated(self, quantity: Quantity) -> Floats:
        """Return the variance due to the errors stated in a population file; shape ``(regions,)``."""
        if quantity not in self.surface.deviations:
            return np.zeros(self.regions)
        return np.asarray(self.weights.power(2) @ self.surface.deviations[quantity] ** 2, float)

    def margin(self, quantity: Quantity) -> Floats:
        """Return the half-width of each sum's 90 % confidence interval; NaN if the errors are unknown. Shape ``(regions,)``."""
        if not self.surface.has_margin(quantity):
            return np.full(self.regions, np.nan)
        scale = _scale(self.surface, quantity, quantity)
        return Z90 * np.sqrt(scale * self.noise_variance + self.placement(quantity) + self.stated(quantity))


def _scale(surface: DemandSurface, first: Quantity, second: Quantity) -> float:
    if first not in surface.scales or second not in surface.scales:
        return 0.0
    return float(surface.scales[first] @ surface.scales[second])


def region_sums(
    surface: DemandSurface, region: Int32s, regions: int, point: Int32s | Ints | None = None, share: Floats | None = None
) -> Sums:
    """Return the sums of a surface over regions made of its points.

    Parameters
    ----------
    surface : DemandSurface
    region : int32 array, shape (m,)
        Region of each entry, -1 for none.
    regions : int
    point : int array, shape (m,), optional
        Point of each entry; by default entry ``i`` is point ``i``. A point may be in several regions, once in each.
    share : float64 array, shape (m,), optional
        Share of the point in the region; by default 1.

    Returns
    -------
    Sums
    """
    inside = region >= 0
    entry_point = np.flatnonzero(inside) if point is None else np.asarray(point)[inside]
    weight = surface.point_weight[entry_point] if share is None else surface.point_weight[entry_point] * share[inside]
    position = (region[inside], surface.point_leaf[entry_point])
    return Sums(surface, sparse.coo_array((weight, position), shape=(regions, surface.leaves)).tocsr())


def threshold_sums(
    surface: DemandSurface, region: Int32s, regions: int, band: Int32s, bands: int, point: Int32s | Ints | None = None
) -> Sums:
    """Return cumulative sums over regions and bands: row ``r * bands + b`` has the points of region ``r`` up to band ``b``.

    Parameters
    ----------
    surface : DemandSurface
    region : int32 array, shape (m,)
        Region of each entry, -1 for none.
    regions : int
    band : int32 array, shape (m,)
        The first band with the entry; ``bands`` or more for none.
    bands : int
    point : int array, shape (m,), optional
        Point of each entry, as in :func:`region_sums`.

    Returns
    -------
    Sums
        The replays are summed once for each band and then accumulated.
    """
    inside = (region >= 0) & (band < bands)
    cell = np.where(inside, region.astype(np.int64) * bands + band, -1).astype(np.int32)
    single = region_sums(surface, cell, regions * bands, point)
    entries = single.weights.tocoo()  # by leaf, which are fewer than points
    repeats = bands - entries.row % bands
    entry, step = repeated(repeats)
    position = (entries.row[entry] + step, entries.col[entry])
    weights = sparse.coo_array((entries.data[entry], position), shape=single.weights.shape).tocsr()
    cumulative = Sums(surface, weights)
    cumulative.__dict__["noise"] = (
        single.noise.reshape(regions, bands, surface.noise.shape[1]).cumsum(axis=1).reshape(single.noise.shape)
    )
    return cumulative


class _Share(NamedTuple):
    """Shares, totals, and the variance of ``part - share x total``; shapes ``(rows,)``."""

    value: Floats
    total: Floats
    variance: Floats


@dataclass(frozen=True)
class Shares:
    """Shares of parts in totals, in percent, with margins.

    Parameters
    ----------
    part, total : Sums
        Of one surface.
    total_row : int array, shape (rows of part,), optional
        Row of ``total`` for each row of ``part``; by default the same row.
    """

    part: Sums
    total: Sums
    total_row: Ints | None = None

    def ratio(self, quantity: Quantity) -> tuple[Floats, Floats]:
        """Return the percentage of each part in its total, from 0 to 100, and its margin; NaN if the total is not above 0.

        The margin is that of a ratio of two sums that share their noise (delta method).
        """
        value, total, variance = self._share(quantity)
        if not self.part.surface.has_margin(quantity):
            return 100 * np.clip(value, 0, 1), np.full(len(value), np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            margin = Z90 * np.sqrt(variance) / total
        return 100 * np.clip(value, 0, 1), 100 * margin

    def difference(self, first: Quantity, second: Quantity) -> tuple[Floats, Floats]:
        """Return the difference of two shares in percentage points, e.g. of migrants and residents, and its margin.

        NaN if either total is not above 0.
        """
        a, b = self._share(first), self._share(second)
        value = np.clip(a.value, 0, 1) - np.clip(b.value, 0, 1)
        surface = self.part.surface
        if not (surface.has_margin(first) and surface.has_margin(second)):
            return 100 * value, np.full(len(value), np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            shared = _scale(surface, first, second) * self._products(a.value, b.value) / (a.total * b.total)
            variance = a.variance / a.total**2 + b.variance / b.total**2 - 2 * shared
        return 100 * value, np.where(np.isfinite(value), 100 * Z90 * np.sqrt(np.maximum(variance, 0)), np.nan)

    def _totals(self, values: Floats) -> Floats:
        return values if self.total_row is None else values[self.total_row]

    @cached_property
    def _shared_noise(self) -> Floats:
        """Mean product of the replays of each part and its total."""
        noise = self.total.noise if self.total_row is None else self.total.noise[self.total_row]
        return _mean_product(self.part.noise, noise)

    def _products(self, first: Floats, second: Floats) -> Floats:
        """Return the mean product of the replays of ``part - first x total`` and ``part - second x total``."""
        a, b = np.nan_to_num(first), np.nan_to_num(second)
        product = self.part.noise_variance - (a + b) * self._shared_noise + a * b * self._totals(self.total.noise_variance)
        return np.where(a == b, np.maximum(product, 0), product)

    def _share(self, quantity: Quantity) -> _Share:
        part, total = self.part, self._totals(self.total.value(quantity))
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(total > 0, part.value(quantity) / total, np.nan)
        share = np.nan_to_num(value)
        inside, outside = part.stated(quantity), self._totals(self.total.stated(quantity))
        stated = (1 - share) ** 2 * inside + share**2 * np.maximum(outside - inside, 0)
        noise = _scale(part.surface, quantity, quantity) * self._products(value, value)
        return _Share(value, total, noise + part.placement(quantity) + stated)


def _mean_product(first: Float32s, second: Float32s) -> Floats:
    """Return the mean product of the replays of each row, in double precision since differences of them may be near 0."""
    if not first.shape[1]:
        return np.zeros(len(first))
    return np.asarray(np.einsum("ij,ij->i", first, second, dtype=np.float64) / first.shape[1], float)
