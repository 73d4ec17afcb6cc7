"""The Gini indices of spatial focusing of migration.

Plane, D. and Mulligan, G. (1997), Measuring spatial focusing in a migration system, Demography 34; Bell et al. (2002), as in
:mod:`geoservice.analysis.migration.indices`. Shapes and the argument ``same`` as in
:mod:`geoservice.analysis.migration.matrix`.

The rows, columns and exchange indices are parts of the total index of Plane and Mulligan, whose largest value is a little below
1. Bell et al. correct the denominators of the total and of the field indices (``corrected``) so that they reach 1.
"""

from typing import Literal

import numpy as np

from geoservice.analysis.migration.indices import ratio
from geoservice.analysis.migration.matrix import fields, pair_mask, square
from geoservice.geo import Floats

Part = Literal["rows", "columns", "exchange"]


def gini_total(flows: Floats, same: bool | None = None, corrected: bool = True) -> Floats:
    """Return the total flows Gini index: 0 if all flows are equal, 1 (if corrected) if one flow has all migrants.

    Parameters
    ----------
    flows : float64 array, shape (n, m) or (n, m, replays), persons
        Migrants from each origin to each destination.
    same : bool, optional
        Whether rows and columns are the same regions.
    corrected : bool
        Use the denominator of Bell et al., ``2 (pairs - 1)`` times the migrants, not ``2 pairs`` times.

    Returns
    -------
    float64 array, shape () or (replays,)

    Examples
    --------
    >>> flows = np.array([[0.0, 10, 10], [20, 0, 20], [30, 30, 0]])
    >>> float(gini_total(flows).round(7)), float(gini_total(flows, corrected=False).round(7))
    (0.2666667, 0.2222222)
    """
    values = flows[pair_mask(flows, same)][None]
    return np.asarray(_gini(values, values.shape[1] - corrected)[0])


def gini_rows(flows: Floats, same: bool | None = None) -> Floats:
    """Return the rows Gini index: the part of the total that is due to the choice of destinations within origins.

    Examples
    --------
    >>> float(gini_rows(np.array([[0.0, 20, 20], [30, 0, 50], [20, 20, 0]])).round(7))
    0.0208333
    """
    values = fields(flows, same)
    return ratio(_differences(values).sum(axis=0), 2 * values.shape[0] * values.shape[1] * values.sum(axis=(0, 1)))


def gini_columns(flows: Floats, same: bool | None = None) -> Floats:
    """Return the columns Gini index: the part of the total that is due to the origins within destinations.

    Examples
    --------
    >>> float(gini_columns(np.array([[0.0, 10, 10], [20, 0, 20], [30, 30, 0]])).round(7))
    0.0555556
    """
    return gini_rows(flows.swapaxes(0, 1), same)


def gini_exchange(flows: Floats) -> Floats:
    """Return the exchange Gini index: the part of the total between flow and counterflow. Needs a square matrix.

    Examples
    --------
    >>> float(gini_exchange(np.array([[0.0, 10, 10], [20, 0, 20], [30, 30, 0]])).round(7))
    0.0555556
    """
    moves = square(flows, "the exchange Gini index")
    pairs = len(moves) * (len(moves) - 1)
    return ratio(np.abs(moves - moves.swapaxes(0, 1)).sum(axis=(0, 1)), 2 * pairs * moves.sum(axis=(0, 1)))


def gini_standardised(flows: Floats, part: Part, same: bool | None = None) -> Floats:
    """Return a part in percent of the total of Plane and Mulligan, which makes it comparable between periods.

    Parameters
    ----------
    flows : float64 array, shape (n, m) or (n, m, replays), persons
        Migrants from each origin to each destination.
    part : {"rows", "columns", "exchange"}
        The part.
    same : bool, optional
        Whether rows and columns are the same regions.

    Returns
    -------
    float64 array, shape () or (replays,), percent

    Examples
    --------
    >>> float(gini_standardised(np.array([[0.0, 10, 10], [20, 0, 20], [30, 30, 0]]), "exchange").round(9))
    25.0
    """
    index = gini_exchange(flows) if part == "exchange" else (gini_rows if part == "rows" else gini_columns)(flows, same)
    return 100 * ratio(index, gini_total(flows, same, corrected=False))


def gini_out(flows: Floats, same: bool | None = None, corrected: bool = True) -> Floats:
    """Return the out-migration field Gini index of each origin, shape ``(n,)``: 0 if it sends as many to all destinations.

    Examples
    --------
    >>> gini_out(np.array([[0.0, 20, 20], [30, 0, 50], [20, 20, 0]])).tolist()
    [0.0, 0.25, 0.0]
    """
    values = fields(flows, same)
    return _gini(values, values.shape[1] - corrected)


def gini_in(flows: Floats, same: bool | None = None, corrected: bool = True) -> Floats:
    """Return the in-migration field Gini index of each destination, shape ``(m,)``: 0 if all origins send as many.

    Examples
    --------
    >>> gini_in(np.array([[0.0, 10, 10], [20, 0, 20], [30, 30, 0]])).round(4).tolist()
    [0.2, 0.5, 0.3333]
    """
    return gini_out(flows.swapaxes(0, 1), same, corrected)


def _gini(values: Floats, number: int) -> Floats:
    """Return the Gini index along the second axis, with the number of values, or one less, in its denominator."""
    return ratio(_differences(values), 2 * number * values.sum(axis=1))


def _differences(values: Floats) -> Floats:
    """Return the sum of absolute differences over all ordered pairs along the second axis.

    In ascending order, the k-th of n values is subtracted n - 1 - k times and is subtracted from k times.
    """
    n = values.shape[1]
    signs = 2.0 * np.arange(n) - (n - 1)
    return np.asarray(2 * np.einsum("ij...,j->i...", np.sort(values, axis=1), signs))
