"""Flows as rows: persons and noise by area and origin, and which of them add up to all migrants."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from geoservice.analysis.base import FlowPlace
from geoservice.geo import Bools, Floats, Ints, Objects, haversine_m


class FlowRows(NamedTuple):
    """Some flows: positions of the areas and origins in ``places``, persons ``(n,)``, and noise ``(n, replays)``."""

    area: Objects
    origin: Objects
    persons: Floats
    noise: Any
    places: Mapping[str, FlowPlace]

    def take(self, rows: Bools | Ints) -> "FlowRows":
        """Return the flows at some positions or of a mask."""
        return FlowRows(self.area[rows], self.origin[rows], self.persons[rows], self.noise[rows], self.places)

    def by(self, key: Objects) -> tuple[list[str], "FlowSums"]:
        """Return the distinct keys in order, and the sums of the flows of each."""
        index, keys = pd.factorize(key, sort=True)
        noise = np.zeros((len(keys), self.noise.shape[1]))
        np.add.at(noise, index, self.noise)
        return [str(k) for k in keys], FlowSums(np.bincount(index, self.persons, len(keys)).astype(float), noise)


class FlowSums(NamedTuple):
    """Sums of flows: persons ``(n,)`` and noise ``(n, replays)``."""

    persons: Floats
    noise: Floats


def wide_and_finest(area: Iterable[str], origin: Iterable[str], parent: Iterable[str]) -> tuple[Bools, Bools]:
    """Return which flows are by the widest and which by the finest origins measured for their area; shapes ``(n,)``.

    The flows of either kind add up to all migrants of the area. ``parent`` is the origin around each origin.

    >>> [v.tolist() for v in wide_and_finest(["A", "A", "A", "A"], ["P", "P1", "P2", "Q"], ["", "P", "P", ""])]
    [[True, False, False, True], [False, True, True, True]]
    """
    area, origin, parent = list(area), list(origin), list(parent)
    pairs, above = set(zip(area, origin, strict=True)), set(zip(area, parent, strict=True))
    is_wide = [pair not in pairs for pair in zip(area, parent, strict=True)]
    is_finest = [pair not in above for pair in zip(area, origin, strict=True)]
    return np.array(is_wide, bool), np.array(is_finest, bool)


def distances_km(origins: Sequence[FlowPlace], areas: Sequence[FlowPlace]) -> Floats:
    """Return the distances between places in kilometres, NaN without a position; shape ``(origins, areas)``."""
    (lon1, lat1), (lon2, lat2) = (np.array([(p.lon, p.lat) for p in places]).T for places in (origins, areas))
    return haversine_m(lon1[:, None], lat1[:, None], lon2, lat2) / 1000
