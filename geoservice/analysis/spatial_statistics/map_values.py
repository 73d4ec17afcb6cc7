"""Values of the units of a map, those without a value left out."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from geoservice.analysis.spatial_statistics.weights import Weights
from geoservice.errors import ParameterError
from geoservice.geo import Bools, Floats

NEGLIGIBLE = 1e-12
"""A spread below this share of the numbers it comes from is rounding."""


class MapValues(NamedTuple):
    """The m of n units that have a value, their values, and the weights among them without those of units on themselves."""

    known: Bools
    x: Floats
    weights: Weights

    @property
    def constant(self) -> bool:
        """Whether all values are the same but for rounding; of no values, true."""
        return bool(self.x.size == 0 or self.x.std() <= NEGLIGIBLE * np.abs(self.x).max())


def map_values(values: ArrayLike, weights: Weights) -> MapValues:
    """Return the units with a finite value.

    Raises
    ------
    ParameterError
        If there are not as many values as units.

    Examples
    --------
    >>> units = map_values([3.0, np.nan, 5.0], Weights.from_csr([0, 1, 3, 4], [1, 0, 2, 1]))
    >>> units.x.tolist(), units.weights.n, units.constant
    ([3.0, 5.0], 2, False)
    """
    x = np.asarray(values, float)
    if x.shape != (weights.n,):
        raise ParameterError(f"values have shape {x.shape}; weights of {weights.n} units need ({weights.n},)")
    known = np.isfinite(x)
    return MapValues(known, x[known], weights.without_self().subset(known))
