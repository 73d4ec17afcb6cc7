"""Rates of people by unit that hotspots are sought in: who counts, of whom, and the draws of their errors."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from geoservice.analysis.base import Context, Trip
from geoservice.analysis.frames import nearest_trips, trip_columns
from geoservice.analysis.travel_time import MS_PER_MINUTE
from geoservice.demand import Z90, Quantity, Sums, region_sums
from geoservice.demand.replays import error_draws
from geoservice.demand.surface import Unit
from geoservice.geo import Bools, Floats, Int32s

HOUSEHOLDS = Quantity("households")
NEW_ARRIVALS = Quantity("households", "arrived_under_1")


class RateMap(NamedTuple):
    """A rate by unit: ``part`` of ``base``, shapes ``(n,)``, with draws of their errors ``(n, replays)``.

    ``dims`` are the dimensions of its rows in the release table. ``known`` marks units where the base is above its margin.
    """

    dims: dict[str, Any]
    part: Floats
    base: Floats
    part_draws: Floats
    base_draws: Floats
    known: Bools

    @property
    def rate(self) -> Floats:
        """The rate, from 0 to 1; NaN where it is not known."""
        return share(self.part, self.base, self.known)

    @property
    def varies(self) -> bool:
        """Whether some, but not all, people count: the sum of the parts is above its margin and below the base."""
        part, base = self.part[self.known].sum(), self.base[self.known].sum()
        noise = self.part_draws[self.known].sum(axis=0)
        return bool(Z90 * np.sqrt((noise**2).mean()) < part < base) if noise.size else bool(0 < part < base)

    def replayed(self) -> Iterator[tuple[Floats, Floats]]:
        """Yield part and base with each draw of errors added."""
        for k in range(self.part_draws.shape[1]):
            yield self.part + self.part_draws[:, k], self.base + self.base_draws[:, k]


def share(part: Floats, base: Floats, known: Bools) -> Floats:
    """Return a part of a base, from 0 to 1, NaN where the base is not known; arrays broadcast.

    >>> share(np.array([1.0, 3.0, 1.0]), np.array([2.0, 2.0, 0.0]), np.array([True, True, True])).tolist()
    [0.5, 1.0, nan]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(known & (base > 0), part / base, np.nan)
    return np.asarray(np.clip(ratio, 0, 1), float)


def rate_maps(
    context: Context,
    region: Int32s,
    units: int,
    standards: dict[str, int],
    unit: Unit = "persons",
    trips: Iterable[Trip] | None = None,
) -> Iterator[RateMap]:
    """Yield the rates of one geography: migrants among all, new arrivals among households, migrants beyond a standard.

    Parameters
    ----------
    context : Context
    region : int32 array, shape (points,)
        Unit of each point of the surface, -1 for none.
    units : int
    standards : dict
        Standard of each service in minutes.
    unit : {"persons", "households"}
        Whether migrants are counted as persons or as households.
    trips : iterable of Trip, optional
        Whose standards count; by default the nearest station of each service and mode.
    """
    surface, everybody, migrants = context.demand.surface, Quantity(unit), Quantity(unit, "migrant")
    sums = region_sums(surface, region, units)
    if surface.has(migrants) and surface.has(everybody):
        yield _rate_map({"group": "migrant"}, (sums, migrants), (sums, everybody))
    if surface.has(NEW_ARRIVALS):
        yield _rate_map({"group": NEW_ARRIVALS.group}, (sums, NEW_ARRIVALS), (sums, HOUSEHOLDS))
    if not surface.has(migrants):
        return
    for trip in nearest_trips(context.demand.travel, tuple(standards)) if trips is None else trips:
        beyond = context.demand.travel[trip].ms > standards[trip.service] * MS_PER_MINUTE
        unserved = region_sums(surface, np.where(beyond, region, -1).astype(np.int32), units)
        dims = {**trip_columns(trip), "group": "migrant", "minutes": standards[trip.service]}
        yield _rate_map(dims, (unserved, migrants), (sums, migrants))


def _rate_map(dims: dict[str, Any], part: tuple[Sums, Quantity], base: tuple[Sums, Quantity]) -> RateMap:
    (part_sums, part_quantity), (base_sums, base_quantity) = part, base
    value = base_sums.value(base_quantity)
    known = value > np.nan_to_num(base_sums.margin(base_quantity))
    part_draws, base_draws = error_draws(part_sums, part_quantity, 0), error_draws(base_sums, base_quantity, 1)
    return RateMap(dims, part_sums.value(part_quantity), value, part_draws, base_draws, known)
