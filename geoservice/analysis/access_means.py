"""Mean accessibility of the people of regions, with its margin: the enhanced two-step index averaged over a demand surface."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from geoservice.analysis.accessibility import Decay
from geoservice.analysis.accessibility.pair_matrices import quotient, weight_matrix
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.analysis.weighted_means import PowerSums, leaf_moments, place_variance
from geoservice.demand import Z90, DemandSurface, Quantity, Sums, noise_margins
from geoservice.demand.replays import noise_draws
from geoservice.geo import Floats, Int32s, Ints

PERSONS = Quantity("persons")
_STATIONS = 256
"""Stations whose pairs are in memory at one time."""


@dataclass(frozen=True)
class _Stations:
    """What stations contribute: the index of points, and their part of the linear form that the margin is of."""

    index: Floats
    """Shape ``(points,)``."""
    draws: Any
    """The form on each replay; shape ``(regions, replays)``."""
    spread: Floats
    """Standard errors from unknown places, of those added less those taken away; shape ``(regions,)``."""
    every_spread: Floats
    """The same of those added and those taken away."""
    gradient: Any
    """Coefficients of leaves; sparse, shape ``(regions, leaves)``."""

    def less(self, before: "_Stations") -> "_Stations":
        """Return what these have that others had not: errors of stations that were taken away stay in the difference."""
        spread = self.every_spread - before.every_spread
        return _Stations(self.index - before.index, self.draws - before.draws, spread, spread, self.gradient - before.gradient)


class AccessMeans:
    """The index of every point, and means over regions with their margins.

    Station j has the weighted demand ``D_j = sum(P_i w_ij)`` and a point the index ``A_i = sum(w_ij S_j / D_j)``. The mean of
    region a is ``M_a = sum(P_i A_i) / P_a`` over its points. The people P are uncertain, and change the mean in two ways:

    - as weights of the mean: a person more at point i of the region adds ``(A_i - M_a) / P_a``;
    - as competitors: a person more at any point i adds ``w_ij`` to the demand of station j, and ``-b_aj w_ij`` to the mean,
      with ``b_aj = S_j / D_j^2 x sum(P_k w_kj) / P_a`` over the points k of the region.

    The margin is that of this linear form (delta method). Noise: its value on each of the surface's replays, so errors that
    stations share are counted as they are. Errors stated in a population file: its squared coefficient of each leaf. Unknown
    places within leaves: standard errors of the two parts and of all stations are added, which is not less than the true one.

    Parameters
    ----------
    surface : DemandSurface
    region : int32 array, shape (m,)
        Region of each entry, -1 for none, as in :func:`region_sums`.
    regions : int
    point : int array, shape (m,)
        Point of each entry.
    """

    def __init__(self, surface: DemandSurface, region: Int32s, regions: int, point: Int32s | Ints) -> None:
        points, leaves = len(surface.point_leaf), surface.leaves
        every = np.arange(points + 1, dtype=np.int32)
        self.surface, self.region, self.regions, self.point = surface, region, regions, point
        self._leaf_of_point = sparse.csr_array((surface.point_weight, surface.point_leaf, every), shape=(points, leaves))
        self._share, self._powers = self._shares(), PowerSums(surface, region, regions, point)
        draws, gradient = np.zeros((regions, surface.noise.shape[1])), sparse.csr_array((regions, leaves))
        self.stations = _Stations(np.zeros(points), draws, np.zeros(regions), np.zeros(regions), gradient)

    @property
    def index(self) -> Floats:
        """The index of every point; shape ``(points,)``."""
        return self.stations.index

    def _shares(self) -> "sparse.csr_array[Any, tuple[int, int]]":
        """Return the share of each point in the people of each region; shape ``(points, regions)``."""
        people = self.surface.point_weight * self.surface.values[PERSONS][self.surface.point_leaf]
        inside = self.region >= 0
        region, point = self.region[inside], self.point[inside]
        total: Floats = np.bincount(region, people[point], self.regions).astype(float)
        share = people[point] * quotient(np.ones(self.regions), total)[region]
        return sparse.coo_array((share, (point, region)), shape=(len(people), self.regions)).tocsr()

    def copy(self) -> "AccessMeans":
        """Return a copy, to which stations can be added, or taken away, without a change of this one."""
        return copy(self)

    def add(self, search: Callable[[Ints], TravelPairs], stations: Ints, supply: Floats, decay: Decay, sign: int = 1) -> None:
        """Add stations with their supply to the index, or take them away if ``sign`` is -1.

        ``search`` returns the pairs of some of the stations. They are searched in blocks, so that the pairs of all are never in
        memory together.
        """
        for first in range(0, len(stations), _STATIONS):
            block = slice(first, first + _STATIONS)
            self._add(weight_matrix(search(stations[block]), len(self.index), decay), supply[block], sign)

    def _add(self, weights: "sparse.csr_array[Any, tuple[int, int]]", supply: Floats, sign: int) -> None:
        surface = self.surface
        demand = Sums(surface, (weights @ self._leaf_of_point).tocsr())
        ratio = quotient(supply, demand.value(PERSONS))
        change = quotient(ratio, demand.value(PERSONS))
        lowers = ((weights @ self._share) * (sign * change)[:, None]).T.tocsr()  # b_aj of each region and station
        spread = abs(lowers) @ np.sqrt(self._station_variance(weights, demand))
        known = self.stations
        self.stations = _Stations(
            index=known.index + sign * (weights.T @ ratio),
            draws=known.draws + lowers @ noise_draws(demand, PERSONS),
            spread=known.spread + sign * spread,
            every_spread=known.every_spread + spread,
            gradient=known.gradient + lowers @ demand.weights if PERSONS in surface.deviations else known.gradient,
        )

    def _station_variance(self, weights: "sparse.csr_array[Any, tuple[int, int]]", demand: Sums) -> Floats:
        """Return the variance of each station's demand, as it is not known who of a leaf is at which of its points."""
        squares = weights.power(2) @ self._leaf_of_point
        per_leaf = self.surface.location_variance(PERSONS)
        variance = squares @ per_leaf - demand.weights.power(2) @ per_leaf
        return np.asarray(np.maximum(variance, 0), float)

    def means(self) -> tuple[Floats, Floats]:
        """Return the mean index of each region and its margin, in supply per person; NaN for regions with nobody."""
        return self._means_of(self.stations, least=0.0)

    def change_from(self, before: "AccessMeans") -> tuple[Floats, Floats]:
        """Return how much the mean index of each region differs from that of which this is a copy, and the margin of that.

        The form of the class's docstring is linear in the index and in the stations, so that of a difference is the difference
        of both forms: errors of people whom both have cancel as far as they do. NaN for regions with nobody.
        """
        return self._means_of(self.stations.less(before.stations), least=-np.inf)

    def _means_of(self, stations: _Stations, least: float) -> tuple[Floats, Floats]:
        powers = self._powers.of(stations.index[self.point])
        total = powers[0].value(PERSONS)
        known = np.where(total > 0, total, np.nan)
        value = np.maximum(powers[1].value(PERSONS) / known, least)
        if not self.surface.has_margin(PERSONS):
            return value, np.full(self.regions, np.nan)
        return value, self._margin(stations, powers, np.nan_to_num(value), known)

    def _margin(self, stations: _Stations, powers: list[Sums], mean: Floats, known: Floats) -> Floats:
        people, sums, _ = powers
        moments = leaf_moments(powers, mean)
        own = noise_draws(sums, PERSONS) - mean[:, None] * noise_draws(people, PERSONS)
        spread = np.sqrt(place_variance(self.surface, moments, PERSONS, self.regions)) / known
        spread = spread + np.maximum(stations.spread, 0.0)  # which rounding makes negative where all were taken away
        variance = spread**2
        if PERSONS in self.surface.deviations:
            coefficient = (moments.first / known[moments.region], (moments.region, moments.leaf))
            gradient = sparse.coo_array(coefficient, shape=stations.gradient.shape).tocsr() - stations.gradient
            variance = variance + gradient.power(2) @ self.surface.deviations[PERSONS] ** 2
        return np.hypot(noise_margins(own / known[:, None] - stations.draws), Z90 * np.sqrt(variance))
