"""Raking: tables adjusted in proportion until their margins are those of control totals.

References
----------
Deming and Stephan (1940), On a least squares adjustment of a sampled frequency table when the expected marginal totals are
known, Annals of Mathematical Statistics 11.
"""

from typing import NamedTuple

import numpy as np

from geoservice.errors import ParameterError
from geoservice.geo import Floats

TOLERANCE = 1e-9
"""Largest difference between a sum and its margin, relative to the margin, at which raking ends."""
CONTRADICTION = 1e-6
"""Largest difference between the sums of both margins, relative to the total, that is rounding."""


class Raked(NamedTuple):
    """A raked table; ``deviation`` is the largest difference between a sum and its margin, relative to the margin.

    Raking may fail to converge if the table has zeros where the margins need persons: ``converged`` is then false.
    """

    values: Floats
    iterations: int
    converged: bool
    deviation: float


def rake(
    population: Floats,
    controls: Floats | None,
    totals: Floats | None = None,
    iterations: int = 1000,
    tolerance: float = TOLERANCE,
) -> Raked:
    """Return the population of areas, adjusted to totals by sex and age and to totals of areas.

    Parameters
    ----------
    population : float64 array, shape (..., areas, sexes, ages), persons
    controls : float64 array, shape (sexes, ages), persons, or None
        Totals of all areas together.
    totals : float64 array, shape (areas,), persons, or None
        Totals of areas; NaN where an area has none.
    iterations : int, optional
        Maximum number of iterations; one adjusts both margins.
    tolerance : float, optional

    Returns
    -------
    Raked
        Zeros stay zeros, and odds ratios are kept. A sex and age group in which no area has anybody, but the controls do, is
        shared among the areas in proportion to their populations; an area without anybody takes the ages of the controls.

    Raises
    ------
    ParameterError
        A shape is wrong, a total is negative or missing, or both margins have different sums.

    Examples
    --------
    >>> table = np.array([[[10.0, 20.0]], [[30.0, 40.0]]])
    >>> rake(table, np.array([[80.0, 60.0]])).values.tolist()
    [[[20.0, 20.0]], [[60.0, 40.0]]]
    >>> both = rake(table, np.array([[50.0, 50.0]]), np.array([40.0, 60.0]))
    >>> both.values.round(3).tolist(), both.converged
    ([[[17.577, 22.423]], [[32.423, 27.577]]], True)
    """
    areas, cells = population.shape[-3], population.shape[-2] * population.shape[-1]
    column = _margin(controls, population.shape[-2:], "controls by sex and age")
    row = _margin(totals, (areas,), "totals of areas", missing=True)
    _check_sums(row, column)
    table = _seed(np.asarray(population, np.float64).reshape(*population.shape[:-2], cells), row, column)
    deviation, count = _deviation(table, row, column), 0
    while deviation > tolerance and count < iterations:
        table = _scaled(_scaled(table, row, axis=-1), column, axis=-2)
        deviation, count = _deviation(table, row, column), count + 1
    return Raked(table.reshape(population.shape), count, deviation <= tolerance, deviation)


def _margin(values: Floats | None, shape: tuple[int, ...], name: str, missing: bool = False) -> Floats | None:
    """Return a margin as a flat array, None if it is not known."""
    if values is None:
        return None
    array = np.asarray(values, np.float64)
    if array.shape != shape or (array < 0).any() or np.isinf(array).any() or (np.isnan(array).any() and not missing):
        raise ParameterError(f"{name}: shape {array.shape}, allowed are {shape} numbers of 0 and above")
    return array.ravel()


def _check_sums(row: Floats | None, column: Floats | None) -> None:
    if row is None or column is None:
        return
    known, total = float(np.nansum(row)), float(column.sum())
    difference = known - total if np.isnan(row).any() else abs(known - total)
    if difference > CONTRADICTION * max(total, 1.0):
        raise ParameterError(
            f"raking: the totals of areas add up to {known:.10g}, the controls to {total:.10g}; scale one of them"
        )


def _seed(table: Floats, row: Floats | None, column: Floats | None) -> Floats:
    """Return the table with numbers where a margin has persons and the table has nobody."""
    if column is not None:
        size = table.sum(axis=-1, keepdims=True)
        empty = (table.sum(axis=-2, keepdims=True) == 0) & (column > 0)
        table = np.where(empty, np.where(size.sum(axis=-2, keepdims=True) > 0, size, 1.0), table)
    if row is not None:
        empty = (table.sum(axis=-1, keepdims=True) == 0) & (row > 0)[:, None]
        ages = table.sum(axis=-2, keepdims=True) if column is None else column
        table = np.where(empty, np.where(ages.sum() > 0, ages, 1.0), table)
    return table


def _scaled(table: Floats, margin: Floats | None, axis: int) -> Floats:
    """Return the table with its sums along an axis scaled to a margin; sums without a margin, or of 0, are left."""
    if margin is None:
        return table
    sums, target = table.sum(axis=axis, keepdims=True), np.expand_dims(margin, axis)
    factor = np.divide(target, sums, out=np.ones(np.broadcast_shapes(sums.shape, target.shape)), where=sums > 0)
    return np.asarray(table * np.where(np.isnan(factor), 1.0, factor), np.float64)


def _deviation(table: Floats, row: Floats | None, column: Floats | None) -> float:
    """Return the largest difference between a sum and its margin, relative to the margin, or to a person if that is less."""
    worst = 0.0
    for margin, axis in ((row, -1), (column, -2)):
        if margin is not None:
            difference = np.abs(table.sum(axis=axis) - margin) / np.fmax(margin, 1.0)
            worst = max(worst, float(np.nan_to_num(difference, nan=0.0).max(initial=0.0)))
    return worst
