"""The load that people meet: the mean load of the nearest stations of an area's people, by group."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from geoservice.analysis.base import Context, Trip
from geoservice.analysis.catchments import StationCatchments, load
from geoservice.analysis.weighted_means import leaf_moments, place_variance, power_sums, stated_variance
from geoservice.demand import Z90, Quantity, Sums, noise_margins, region_sums
from geoservice.demand.replays import noise_draws
from geoservice.geo import Floats, Int32s, Ints

EVERYBODY = Quantity("persons")


class MetLoads(NamedTuple):
    """Mean loads in percent with their margins; shapes ``(n,)``, NaN for areas of which nobody meets a known load."""

    value: Floats
    margin: Floats


@dataclass(frozen=True)
class _Group:
    """Mean loads of a group by area, draws of their errors, the variance of places within leaves, and people by catchment.

    ``share`` has a row for each area and a column for each catchment, and adds up to 1 in each row.
    """

    quantity: Quantity
    value: Floats
    draws: Floats
    variance: Floats
    share: "sparse.csr_array[Any, tuple[int, int]]"


@dataclass(frozen=True)
class LoadField:
    """The loads of the catchments of one trip and the points of the surface that meet them.

    ``load`` is in percent, NaN where a station states no capacity; such catchments are left out. ``percent`` is what one
    person adds to it. ``powers`` are the sums of areas with each person weighted by 1, by the load met, and by its square.
    """

    catchment: Int32s
    stations: Sums
    percent: Floats
    load: Floats
    region: Int32s
    point: Int32s | Ints
    powers: Sequence[Sums]

    @classmethod
    def of(cls, context: Context, trip: Trip, region: Int32s, regions: int, point: Int32s | Ints) -> "LoadField":
        """Return the loads of a trip for areas made of the surface's points, as in :func:`region_sums`."""
        surface, catchments = context.demand.surface, StationCatchments.of(context, trip)
        catchment = catchments.of_station[context.demand.travel[trip].station]
        stations = region_sums(surface, catchment, len(catchments.firsts))
        capacity = catchments.total_capacity
        loads = load(stations.value(EVERYBODY), capacity)
        met = np.where(catchment < 0, np.nan, np.append(loads, np.nan)[catchment])[point]
        inside = np.where(np.isnan(met), -1, region).astype(np.int32)
        powers = power_sums(surface, np.nan_to_num(met), inside, regions, point)
        percent = np.nan_to_num(load(np.ones(len(loads)), capacity))
        return cls(catchment, stations, percent, loads, inside, point, powers)

    def mean(self, quantity: Quantity) -> tuple[MetLoads, _Group]:
        """Return the mean load that a group meets in each area, and what :meth:`difference` needs of it."""
        group = self._group(quantity)
        variance = group.variance + self._station_variance(group.share)
        return MetLoads(group.value, self._margin((quantity,), group.draws, variance, group.value)), group

    def difference(self, first: _Group, second: _Group) -> MetLoads:
        """Return the mean load of the first group less that of the second; the errors of the loads are common to both.

        People whose place within a leaf is not known are at one station or the other: as the two groups weight stations by
        numbers of either sign, the variance is at most twice that of independent stations, since (a - b)^2 <= 2 a^2 + 2 b^2.
        """
        value = np.round(first.value - second.value, 6)  # two groups at the same stations differ by nothing
        variance = first.variance + second.variance + 2 * self._station_variance(first.share - second.share)
        quantities = first.quantity, second.quantity
        return MetLoads(value, self._margin(quantities, first.draws - second.draws, variance, value))

    def _margin(self, quantities: Sequence[Quantity], draws: Floats, variance: Floats, value: Floats) -> Floats:
        surface = self.stations.surface
        if not all(surface.has_margin(q) for q in (*quantities, EVERYBODY)):
            return np.full(len(value), np.nan)
        return np.where(np.isnan(value), np.nan, np.hypot(noise_margins(draws), Z90 * np.sqrt(variance)))

    def _station_variance(self, share: "sparse.csr_array[Any, tuple[int, int]]") -> Floats:
        """Return the variance of mean loads from the unknown places and stated errors of the people of each station."""
        surface, stations = self.stations.surface, self.stations
        variance = stations.placement(EVERYBODY)
        if EVERYBODY in surface.deviations:
            variance = variance + stations.weights @ surface.deviations[EVERYBODY] ** 2
        return np.asarray(share.power(2) @ (self.percent**2 * variance), float)

    def _group(self, quantity: Quantity) -> _Group:
        people, loads, _ = self.powers
        total = people.value(quantity)
        known = np.where(total > 0, total, np.nan)
        bounds = (np.nanmin(self.load), np.nanmax(self.load)) if np.isfinite(self.load).any() else (0.0, 0.0)
        value = np.clip(loads.value(quantity) / known, *bounds)
        mean = np.nan_to_num(value)
        share = self._share(quantity, known)
        noise = noise_draws(loads, quantity) - mean[:, None] * noise_draws(people, quantity)
        draws = np.nan_to_num(noise / known[:, None]) + share @ (self.percent[:, None] * noise_draws(self.stations, EVERYBODY))
        surface, moments = self.stations.surface, leaf_moments(self.powers, mean)
        places, stated = (f(surface, moments, quantity, len(mean)) for f in (place_variance, stated_variance))
        variance = np.nan_to_num((places + stated) / known**2)
        return _Group(quantity, value, draws, variance, share)

    def _share(self, quantity: Quantity, total: Floats) -> "sparse.csr_array[Any, tuple[int, int]]":
        """Return the share of each catchment in the people of each area."""
        surface = self.stations.surface
        point, region = self.point[self.region >= 0], self.region[self.region >= 0]
        persons = surface.point_weight[point] * surface.values[quantity][surface.point_leaf[point]]
        shape = len(total), self.stations.regions
        return sparse.coo_array((np.nan_to_num(persons / total[region]), (region, self.catchment[point])), shape=shape).tocsr()
