"""Size of projection errors by size class and horizon, from a backcast."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geoservice.analysis.projections.backcast import BackcastErrors
from geoservice.analysis.projections.band_basis import Basis
from geoservice.analysis.projections.literature_errors import LITERATURE_BOUNDS, literature_half_width
from geoservice.errors import ParameterError
from geoservice.geo import Bools, Floats, Ints

LEVELS = (80.0, 90.0)
"""Levels of prediction bands, in percent."""
SIZE_BOUNDS = (2_500.0, 10_000.0, 50_000.0)
"""Limits between size classes of areas in a backcast, in persons."""
MINIMUM_LAUNCHES = 3
"""Fewest launch dates of a horizon whose errors are used alone: areas err together in a period, so that a single launch date
says little about the next. With fewer, a band is not narrower than that of the literature."""
MINIMUM_COMPARISONS = 10
"""Fewest comparisons of a size class; with fewer, a class is joined with the next smaller areas, whose errors are larger."""


@dataclass(frozen=True)
class ErrorModel:
    """Half-widths of prediction bands on the scale of logarithms.

    Attributes
    ----------
    basis : {"backcast", "short_backcast", "literature"}
    bounds : tuple of float, persons
        Ascending limits between size classes; an area of exactly a limit is in the larger class.
    years : float64 array, shape (horizons,)
        Ascending.
    levels : tuple of float, percent
    half_width : float64 array, shape (levels, quantities, sizes, horizons)
        Never falls with the horizon. A model of the literature has one quantity, which stands for all.
    comparisons : int64 array, shape (quantities, sizes, horizons)
        Number of comparisons behind each; 0 in a model of the literature.
    """

    basis: Basis
    bounds: tuple[float, ...]
    years: Floats
    levels: tuple[float, ...]
    half_width: Floats
    comparisons: Ints

    def widths(self, level: float, quantity: int, size: Floats, years: Floats) -> Floats:
        """Return the half-widths of areas in a number of years; shape ``(areas, n)``.

        They are 0 at launch, linear between the horizons of the model, and grow in proportion to the years beyond the last.

        Parameters
        ----------
        level : float, percent
            One of ``levels``.
        quantity : int
        size : float64 array, shape (areas,), persons
        years : float64 array, shape (n,)

        Raises
        ------
        ParameterError
            The model does not have this level.
        """
        if level not in self.levels:
            raise ParameterError(f"band of {level:g} %: allowed are {', '.join(f'{v:g}' for v in self.levels)}")
        by_quantity = self.half_width[self.levels.index(level)]
        rows = by_quantity[min(quantity, len(by_quantity) - 1)][np.searchsorted(self.bounds, size, side="right")]
        known, times = np.concatenate([[0.0], self.years]), np.asarray(years, np.float64)
        widths = np.array([np.interp(times, known, np.concatenate([[0.0], row])) for row in rows]).reshape(
            len(rows), len(times)
        )
        return np.asarray(widths * np.maximum(times / known[-1], 1.0), np.float64)


def _class_members(size: Floats, bounds: Sequence[float], index: int, within: Bools) -> Bools:
    """Return the comparisons of a size class, with those of smaller areas while they are too few."""
    classes = np.searchsorted(bounds, size, side="right")
    for lowest in range(index, -1, -1):
        members = within & (classes <= index) & (classes >= lowest)
        if members.sum() >= MINIMUM_COMPARISONS:
            return np.asarray(members, bool)
    return within


def conformal_quantile(errors: Floats, level: float) -> float:
    """Return the absolute error that a further one exceeds in at most ``100 - level`` of 100 cases.

    It is the ``ceil((n + 1) level / 100)``-th smallest of the absolute errors, and the largest if these are too few for that.

    Parameters
    ----------
    errors : float64 array, shape (n,)
    level : float, percent

    References
    ----------
    Vovk, Gammerman and Shafer (2005), Algorithmic learning in a random world. Percentiles of absolute errors as bands of
    population forecasts: Rayer, Smith and Tayman (2009), Empirical prediction intervals for county population forecasts.

    Examples
    --------
    >>> conformal_quantile(np.array([-3.0, 1.0, 2.0, -5.0]), 80), conformal_quantile(np.array([-3.0, 1.0, 2.0, -5.0]), 50)
    (5.0, 3.0)
    """
    rank = int(np.ceil(round((len(errors) + 1) * level / 100, 9)))
    return float(np.sort(np.abs(errors))[min(rank, len(errors)) - 1])


def backcast_model(
    errors: BackcastErrors, bounds: tuple[float, ...] = SIZE_BOUNDS, levels: tuple[float, ...] = LEVELS
) -> ErrorModel:
    """Return the error model of a backcast: quantiles of its absolute errors by quantity, size class and horizon.

    Parameters
    ----------
    errors : BackcastErrors
    bounds : tuple of float, persons, optional
    levels : tuple of float, percent, optional

    Returns
    -------
    ErrorModel
        A band around the projection that is symmetric on the scale of logarithms: past errors tell how far projections are off,
        and little about the direction (Rayer, Smith and Tayman 2009). Widths are raised to those of shorter horizons.
    """
    years, log_errors = np.unique(errors.years), errors.log_errors
    shape = (int(errors.quantity.max()) + 1, len(bounds) + 1, len(years))
    half_width, comparisons = np.empty((len(levels), *shape)), np.empty(shape, np.int64)
    for quantity, index, horizon in np.ndindex(shape):
        within = (errors.quantity == quantity) & (errors.years == years[horizon])
        members = log_errors[_class_members(errors.size, bounds, index, within)]
        comparisons[quantity, index, horizon] = len(members)
        half_width[:, quantity, index, horizon] = [conformal_quantile(members, level) for level in levels]
    short = np.array([len(np.unique(errors.launch[errors.years == y])) < MINIMUM_LAUNCHES for y in years])
    floor = literature_half_width(np.asarray(levels)[:, None, None], np.array([0.0, *bounds])[:, None], years.astype(float))
    half_width = np.maximum(half_width, np.where(short, floor, 0.0)[:, None])
    basis: Basis = "short_backcast" if short.any() else "backcast"
    return ErrorModel(basis, bounds, years.astype(np.float64), levels, np.maximum.accumulate(half_width, axis=-1), comparisons)


def literature_model(levels: tuple[float, ...] = LEVELS) -> ErrorModel:
    """Return the error model of the literature, for places with two dates only, see :func:`literature_half_width`.

    Examples
    --------
    >>> literature_model().widths(90.0, 0, np.array([4000.0, 60000.0]), np.array([5.0, 10.0, 20.0])).round(3).tolist()
    [[0.186, 0.371, 0.742], [0.113, 0.227, 0.454]]
    """
    years, sizes = np.array([10.0]), np.array([0.0, *LITERATURE_BOUNDS])
    half_width = literature_half_width(np.asarray(levels)[:, None, None], sizes[:, None], years)[:, None]
    return ErrorModel("literature", LITERATURE_BOUNDS, years, levels, half_width, np.zeros((1, len(sizes), 1), np.int64))
