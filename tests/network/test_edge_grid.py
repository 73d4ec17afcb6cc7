"""Edges in a box are those that a test of every edge finds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geoservice.network.edge_grid import EdgeGrid

METRES = st.floats(-50, 1100, allow_nan=False)


@given(st.integers(0, 2**32 - 1), st.tuples(METRES, METRES), st.tuples(METRES, METRES), st.booleans())
def test_it_finds_every_edge_with_an_end_in_the_box(
    seed: int, a: tuple[float, float], b: tuple[float, float], exact: bool
) -> None:
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, 1000, (2, 40))
    u, v = random.integers(0, 39, (2, 60)).astype(np.int32)  # junction 39 has no edge
    x[39] = y[39] = np.nan
    edges = np.flatnonzero(random.random(60) < 0.7)
    (west, east), (south, north) = sorted((a[0], b[0])), sorted((a[1], b[1]))
    if exact:  # a junction on the side of the box
        west, north = x[0], max(y[0], south)
    within = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    expected = [e for e in edges if within[u[e]] or within[v[e]]]
    assert EdgeGrid.of(u, v, edges, x, y).inside(west, south, east, north).tolist() == expected


def test_one_place_and_no_edges_are_no_special_cases() -> None:
    here, none = np.zeros(2), np.zeros(0, np.int32)
    ends = np.array([0], np.int32), np.array([1], np.int32)
    assert EdgeGrid.of(*ends, np.array([0]), here, here).inside(-1, -1, 1, 1).tolist() == [0]
    assert EdgeGrid.of(none, none, np.zeros(0, np.int64), here, here).inside(-1, -1, 1, 1).tolist() == []
