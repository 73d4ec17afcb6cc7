"""Coefficients of variation of migration flows.

Rogers, A. and Raymer, J. (1998), The spatial focus of US interstate migration flows, International Journal of Population
Geography 4; Rogers, A. and Sweeney, S. (1998), Measuring the spatial focus of migration patterns, The Professional Geographer
50. Shapes and the argument ``same`` as in :mod:`geoservice.analysis.migration.matrix`.
"""

from geoservice.analysis.migration.indices import ratio
from geoservice.analysis.migration.matrix import fields, movers, pair_mask
from geoservice.geo import Floats


def variation(flows: Floats, same: bool | None = None) -> Floats:
    """Return the coefficient of variation of all flows: standard deviation over mean; shape ``()``.

    Examples
    --------
    >>> import numpy as np
    >>> float(variation(np.array([[0.0, 30], [10, 0]])))
    0.5
    """
    values = flows[pair_mask(flows, same)]
    return ratio(values.std(axis=0), values.mean(axis=0))


def variation_out(flows: Floats, same: bool | None = None) -> Floats:
    """Return the coefficient of variation of the flows from each origin, shape ``(n,)``.

    Examples
    --------
    >>> import numpy as np
    >>> variation_out(np.array([[0.0, 10, 10], [20, 0, 20], [30, 10, 0]])).tolist()
    [0.0, 0.0, 0.5]
    """
    values = fields(flows, same)
    return ratio(values.std(axis=1), values.mean(axis=1))


def variation_in(flows: Floats, same: bool | None = None) -> Floats:
    """Return the coefficient of variation of the flows to each destination, shape ``(m,)``."""
    return variation_out(flows.swapaxes(0, 1), same)


def aggregate_variation(flows: Floats, same: bool | None = None) -> Floats:
    """Return the aggregated system-wide coefficient of variation: those in and out, weighted by migrants, added up.

    Examples
    --------
    >>> import numpy as np
    >>> float(aggregate_variation(np.array([[0.0, 10, 10], [20, 0, 20], [30, 30, 0]])).round(4))
    0.3333
    """
    moves = movers(flows, same)
    both = (variation_out(flows, same) * moves.sum(axis=1)).sum(axis=0) + (variation_in(flows, same) * moves.sum(axis=0)).sum(
        axis=0
    )
    return ratio(both, moves.sum(axis=(0, 1)))
