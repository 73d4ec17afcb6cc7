"""Made-up maps for tests of spatial statistics: regular ones and irregular ones."""

import numpy as np
import shapely
from scipy.spatial import Voronoi

from geoservice.analysis.spatial_statistics.weights import Weights
from geoservice.geo import Objects


def squares(columns: int, rows: int, side: float = 1000.0) -> Objects:
    """Return a grid of squares, column by column, in metres."""
    i, j = (a.ravel() * side for a in np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij"))
    return shapely.box(i, j, i + side, j + side)


def grid_weights(columns: int, rows: int) -> Weights:
    """Return the queen weights of a grid of squares."""
    return Weights.contiguity(squares(columns, rows))


def irregular_weights(n: int, seed: int) -> Weights:
    """Return the weights of random points whose Thiessen polygons touch: about six neighbours each."""
    pairs = Voronoi(np.random.default_rng(seed).uniform(0, 1, (n, 2))).ridge_points
    near = [set() for _ in range(n)]
    for i, j in pairs.tolist():
        near[i].add(j)
        near[j].add(i)
    indptr = np.cumsum([0] + [len(s) for s in near])
    return Weights.from_csr(indptr, [j for s in near for j in sorted(s)])


def random_weights(n: int, seed: int, density: float = 0.3) -> Weights:
    """Return weights of random sizes between random units, not symmetric; some units may be islands."""
    r = np.random.default_rng(seed)
    dense = np.where(r.random((n, n)) < density, r.uniform(0.2, 2, (n, n)), 0.0)
    np.fill_diagonal(dense, 0.0)
    i, j = np.nonzero(dense)
    return Weights.from_csr(np.searchsorted(i, np.arange(n + 1)), j, dense[i, j])
