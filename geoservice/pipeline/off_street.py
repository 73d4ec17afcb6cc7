"""The share of people and the stations that could not be snapped to a street, with reasons."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from geoservice.demand import DemandSurface, Quantity
from geoservice.network.snap import REASONS, SNAPPED, Snapped


@dataclass(frozen=True)
class OffStreet:
    """Points that were not snapped to the streets of a mode.

    ``shares`` is the percent of all persons by reason, ``stations`` the reason by station id.
    """

    shares: dict[str, float]
    stations: dict[str, str]

    @classmethod
    def of(cls, surface: DemandSurface, points: Snapped, stations: pa.Table, snapped_stations: Snapped) -> "OffStreet":
        """Return the results of snapping the surface's points and the stations."""
        people = surface.positive[Quantity("persons")][surface.point_leaf] * surface.point_weight
        total = max(float(people.sum()), 1e-9)
        shares = {
            reason: round(100 * float(people[points.reason == code].sum()) / total, 2)
            for code, reason in enumerate(REASONS)
            if code != SNAPPED
        }
        ids = stations.column("id").to_pylist()
        return cls(shares, {str(ids[i]): REASONS[snapped_stations.reason[i]] for i in np.flatnonzero(~snapped_stations.ok)})

    def lines(self, mode: str) -> list[str]:
        """Return notes on a mode: the stations off its streets, and the share of people off them."""
        stations = [
            f"station {s} is not on a street for {mode} ({reason}): nobody reaches it" for s, reason in self.stations.items()
        ]
        return stations + [
            f"{share:.2f} % of the people are not on a street for {mode} ({reason})"
            for reason, share in self.shares.items()
            if share > 0
        ]
