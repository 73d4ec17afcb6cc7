"""Small random instances as pairs and as dense arrays."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from geoservice.analysis.travel_pairs import TravelPairs


class Instance(NamedTuple):
    """Pairs, demand, supply, and the minutes of all pairs, shape ``(stations, points)``, infinite out of reach."""

    pairs: TravelPairs
    demand: np.ndarray
    supply: np.ndarray
    minutes: np.ndarray


def pairs_of(minutes):
    """Return the finite pairs of dense minutes, shape ``(stations, points)``."""
    minutes = np.asarray(minutes, float)
    station, point = np.nonzero(np.isfinite(minutes))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(station, minlength=len(minutes)))])
    return TravelPairs(indptr, point.astype(np.int32), np.rint(minutes[station, point] * 60_000).astype(np.int32))


@st.composite
def instances(draw):
    """Up to six stations and ten points, of which any may be out of reach, without demand or without supply."""
    r = np.random.default_rng(draw(st.integers(0, 10_000)))
    stations, points = draw(st.integers(1, 6)), draw(st.integers(1, 10))
    minutes = r.integers(0, 1800, (stations, points)) / 60
    minutes[r.random((stations, points)) < draw(st.sampled_from([0.0, 0.4, 0.8]))] = np.inf
    demand = np.where(r.random(points) < 0.2, 0.0, r.integers(1, 100, points))
    supply = np.where(r.random(stations) < 0.2, 0.0, r.integers(1, 50, stations))
    return Instance(pairs_of(minutes), demand, supply, minutes)
