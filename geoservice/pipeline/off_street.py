"""What could not be put on a street: which share of the people, and which stations, and why."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from geoservice.demand import DemandSurface, Quantity
from geoservice.network.snap import REASONS, SNAPPED, Snapped


@dataclass(frozen=True)
class OffStreet:
    """One mode's points that are off its streets.

    ``shares`` is the percent of all persons by reason, ``stations`` the ids of stations that are off, with the reason.
    """

    shares: dict[str, float]
    stations: dict[str, str]

    @classmethod
    def of(cls, surface: DemandSurface, points: Snapped, stations: pa.Table, placed: Snapped) -> "OffStreet":
        """Sort out what the snapping said of the surface's points and of the stations."""
        people = surface.positive[Quantity("persons")][surface.point_leaf] * surface.point_weight
        total = max(float(people.sum()), 1e-9)
        shares = {
            reason: round(100 * float(people[points.reason == code].sum()) / total, 2)
            for code, reason in enumerate(REASONS)
            if code != SNAPPED
        }
        ids = stations.column("id").to_pylist()
        return cls(shares, {str(ids[i]): REASONS[placed.reason[i]] for i in np.flatnonzero(~placed.ok)})

    def lines(self, mode: str) -> list[str]:
        """Return what people should know of a mode: the stations off its streets, and the share of the people that is."""
        stations = [f"station {s} is not on a street for {mode} ({why}): nobody reaches it" for s, why in self.stations.items()]
        return stations + [
            f"{share:.2f} % of the people cannot be placed on a street for {mode} ({why})"
            for why, share in self.shares.items()
            if share > 0
        ]
