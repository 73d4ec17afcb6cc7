"""Streets for vans: bases, which candidates a van can visit in a day, driving times, and the lines of tours."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import shapely

from geoservice.analysis.base import serves
from geoservice.analysis.van_tours.problem import NO_WAY
from geoservice.errors import InputError
from geoservice.geo import Bools, Floats, Ints
from geoservice.network.paths import on_street, street_paths
from geoservice.network.positions import Direction
from geoservice.network.snap import Snapped
from geoservice.network.travel import pairs
from geoservice.pipeline.travel import ModeTravel
from geoservice.study import Vans

MINUTE_MS = 60_000
_BOTH: tuple[Direction, ...] = ("from", "to")
_BASE_TIERS = ("county", "township")


@dataclass(frozen=True)
class VanRoads:
    """The network of vans, the bases on it (in the order of ``bases``), and the length of a working day in minutes."""

    travel: ModeTravel
    bases: pa.Table
    places: Snapped
    day: int

    @classmethod
    def of(cls, travel: ModeTravel, vans: Vans) -> "VanRoads":
        """Find the bases of vans; raises :class:`InputError` if there are none, or one is on no street."""
        bases = base_stations(travel.stations, vans)
        places = on_street(travel.snap(*_degrees(bases)))
        if not places.ok.all():
            base = bases.column("name").to_pylist()[int(np.flatnonzero(~places.ok)[0])]
            raise InputError(
                f"bases: {base!r:.60} is farther than {travel.study.snap_metres:g} m from a street for {vans.drive}"
            )
        return cls(travel, bases, places, vans.day_minutes)

    def snap(self, lon: Floats, lat: Floats) -> Snapped:
        """Return places on streets for vans, without the straight lines to them."""
        return on_street(self.travel.snap(lon, lat))

    def round_trip(self, places: Snapped) -> Floats:
        """Return the minutes from the base that is nearest by road to each place and back, infinite if longer than a day."""
        limit, zero = self.day * MINUTE_MS, np.zeros(len(self.places), np.int32)
        total = np.zeros((len(self.places), len(places)))
        for direction in _BOTH:
            rows = pairs(self.travel.graph, self.places, zero, places, limit, direction)
            ms = np.full(total.shape, np.inf)
            ms[np.repeat(np.arange(len(zero)), np.diff(rows.indptr)), rows.point] = rows.ms
            total += np.ceil(ms / MINUTE_MS)
        return np.asarray(total.min(axis=0), float)

    def matrix(self, places: Snapped) -> Ints:
        """Return the minutes of driving between bases and places, rounded up, ``NO_WAY`` if longer than a day.

        The bases come first. Rounded up, no detour over a third place is shorter.
        """
        everywhere = joined(self.places, places)
        size = len(everywhere)
        limit = self.day * MINUTE_MS
        rows = pairs(self.travel.graph, everywhere, np.zeros(size, np.int32), everywhere, limit, "from")
        minutes = np.full((size, size), NO_WAY, np.int64)
        minutes[np.repeat(np.arange(size), np.diff(rows.indptr)), rows.point] = np.ceil(rows.ms / MINUTE_MS)
        np.fill_diagonal(minutes, 0)
        return minutes

    def lines(self, places: Snapped, tours: Sequence[Sequence[int]]) -> list[shapely.Geometry]:
        """Return the line of each tour along streets, given the positions of its places in the order of :meth:`matrix`."""
        legs = [leg for tour in tours for leg in pairwise(tour)]
        found = street_paths(self.travel.graph, joined(self.places, places), legs, self.day * MINUTE_MS)
        vertices = {leg: path.line for leg, path in zip(legs, found, strict=True) if path is not None}
        return [shapely.LineString(np.concatenate([vertices[leg] for leg in pairwise(tour)])) for tour in tours]


def joined(first: Snapped, second: Snapped) -> Snapped:
    """Return the places of both."""
    names = ("edge", "fraction", "metres", "reason")
    return Snapped(*(np.concatenate([getattr(first, n), getattr(second, n)]) for n in names))


def _degrees(stations: pa.Table) -> tuple[Floats, Floats]:
    return stations.column("lon").to_numpy(), stations.column("lat").to_numpy()


def base_stations(stations: pa.Table, vans: Vans) -> pa.Table:
    """Return the bases, in the order of their ids: those that are named, or the first tier that offers the service.

    Raises :class:`InputError` for an unknown id, or if neither the county nor the township tier offers the service.
    """
    rows = stations.to_pylist()
    if vans.bases:
        ids = [row["id"] for row in rows]
        if unknown := [base for base in vans.bases if base not in ids]:
            raise InputError(f"bases: got {unknown[0]!r:.60}, allowed are ids of active stations: {', '.join(ids[:20])}")
        return _where(stations, np.array([row["id"] in vans.bases for row in rows], np.bool_))
    for tier in _BASE_TIERS:
        chosen = np.array([serves(row, vans.service, tier) for row in rows], np.bool_)
        if chosen.any():
            return _where(stations, chosen)
    raise InputError(f"bases: no active station of the county or township tier offers {vans.service}; name some by their ids")


def _where(stations: pa.Table, mask: Bools) -> pa.Table:
    return stations.filter(pa.array(mask, pa.bool_()))
