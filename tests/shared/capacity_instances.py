"""Random small instances of stations with capacities and demand points."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from geoservice.analysis.travel_pairs import TravelPairs


class Instance(NamedTuple):
    """Pairs within reach, persons by point, capacity by station."""

    pairs: TravelPairs
    demand: np.ndarray
    capacity: np.ndarray


@st.composite
def instances(draw):
    """One to four stations, one to six points, times of 0 to 9 minutes, some pairs out of reach."""
    seed, stations, points = draw(st.integers(0, 2**31)), draw(st.integers(1, 4)), draw(st.integers(1, 6))
    r = np.random.default_rng(seed)
    station, point = (a.ravel() for a in np.indices((stations, points)))
    near = r.random(len(station)) < 0.7
    ms = r.integers(0, 10, len(station)) * 60_000
    pairs = TravelPairs.of(station[near], point[near], ms[near], stations)
    return Instance(pairs, r.integers(0, 8, points).astype(float), r.integers(0, 12, stations).astype(float))
