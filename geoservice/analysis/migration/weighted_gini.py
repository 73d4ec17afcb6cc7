"""Migration-weighted Gini indices.

Bell et al. (2002), as in :mod:`geoservice.analysis.migration.indices`. Shapes and the argument ``same`` as in
:mod:`geoservice.analysis.migration.matrix`.
"""

from typing import Literal, NamedTuple

from geoservice.analysis.migration.gini import gini_in, gini_out
from geoservice.analysis.migration.indices import ratio
from geoservice.analysis.migration.matrix import movers, square
from geoservice.geo import Floats

Weights = Literal["opposite", "own"]


class WeightedGini(NamedTuple):
    """Migration-weighted Gini indices of the in-migration and the out-migration fields, and their mean; shape ``()`` each."""

    inward: Floats
    outward: Floats
    mean: Floats


def gini_weighted(flows: Floats, same: bool | None = None, weights: Weights = "opposite") -> WeightedGini:
    """Return the migration-weighted Gini indices (MWG): the mean over regions of field index times share of all migrants.

    Bell et al. print one formula for both directions, and it can be read in two ways. The R package
    ``migration.indices`` weights the in-migration field of a region by its departures and the out-migration field by its
    arrivals.

    Parameters
    ----------
    flows : float64 array, shape (n, m) or (n, m, replays), persons
        Migrants from each origin to each destination.
    same : bool, optional
        Whether rows and columns are the same regions.
    weights : {"opposite", "own"}
        Weight fields by the migrants in the opposite direction, as that package does, or by their own migrants. A
        rectangular matrix knows one direction only and needs ``own``.

    Returns
    -------
    WeightedGini

    Raises
    ------
    ParameterError
        If the weights are ``opposite`` and the matrix is rectangular.

    Examples
    --------
    >>> import numpy as np
    >>> flows = np.array([[0.0, 10, 10], [20, 0, 20], [30, 30, 0]])
    >>> [float(v.round(7)) for v in gini_weighted(flows)]
    [0.1222222, 0.0, 0.0611111]
    >>> float(gini_weighted(flows, weights="own").mean.round(7))
    0.0555556
    """
    if weights == "opposite":
        square(flows, "the Gini index with weights of the opposite direction")
    moves = movers(flows, same)
    leaving, arriving = moves.sum(axis=1), moves.sum(axis=0)
    for_in, for_out = (leaving, arriving) if weights == "opposite" else (arriving, leaving)
    migrants = leaving.sum(axis=0)
    inward = ratio((gini_in(flows, same) * for_in).mean(axis=0), migrants)
    outward = ratio((gini_out(flows, same) * for_out).mean(axis=0), migrants)
    return WeightedGini(inward, outward, (inward + outward) / 2)
