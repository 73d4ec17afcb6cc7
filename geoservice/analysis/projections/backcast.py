"""Backcast: projections from earlier dates, compared with what was counted later."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geoservice.analysis.projections.hamilton_perry import project
from geoservice.analysis.projections.ratios import Ratios
from geoservice.errors import ParameterError
from geoservice.geo import Floats, Ints


def age_quantities(sexes: int, groups: int) -> Floats:
    """Return the weights of the total and of each age group; shape ``(1 + ages, sexes, ages)``.

    Examples
    --------
    >>> age_quantities(1, 2).tolist()
    [[[1.0, 1.0]], [[1.0, 0.0]], [[0.0, 1.0]]]
    """
    rows = np.vstack([np.ones(groups), np.eye(groups)])
    return np.repeat(rows[:, None, :], sexes, axis=1)


@dataclass(frozen=True)
class BackcastErrors:
    """Comparisons of a backcast; all arrays have the shape ``(comparisons,)``.

    Attributes
    ----------
    quantity, area, launch : int64 arrays
        Positions; ``launch`` is that of the launch date.
    years : int64 array
        Years from the launch to the comparison.
    size : float64 array, persons
        Total of the area at launch.
    projected, actual : float64 arrays
    unit : float64 array
        Weight of a typical person in the quantity, e.g. visits a year; 1 for numbers of persons.
    """

    quantity: Ints
    area: Ints
    launch: Ints
    years: Ints
    size: Floats
    projected: Floats
    actual: Floats
    unit: Floats

    @property
    def log_errors(self) -> Floats:
        """Return ``log(actual / projected)``, half a person added to both so that zeros have one."""
        half = self.unit / 2
        return np.asarray(np.log((self.actual + half) / (self.projected + half)), np.float64)

    @property
    def percent_errors(self) -> Floats:
        """Return ``100 (projected - actual) / actual``, positive if the projection was too high; NaN if nobody was counted."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.actual > 0, 100 * (self.projected - self.actual) / self.actual, np.nan)


def backcast_errors(
    history: Floats, years: int, fit: Callable[[Floats, Floats], Ratios], quantities: Floats | None = None
) -> BackcastErrors:
    """Return the errors of projections from each earlier date to each later one.

    Parameters
    ----------
    history : float64 array, shape (dates, areas, sexes, ages), persons
        Pyramids at dates ``years`` apart, in order.
    years : int
    fit : callable
        Returns the ratios of two dates, with the settings of the projection: :func:`fit_ratios` with its other arguments bound.
    quantities : float64 array, shape (quantities, sexes, ages), optional
        What is compared: weights of 0 and above, e.g. visits a person and year by age. By default :func:`age_quantities`.

    Returns
    -------
    BackcastErrors
        For every launch from the second date on, every later date, quantity and area.

    Raises
    ------
    ParameterError
        There are fewer than three dates: two for the ratios and one to compare with.

    Examples
    --------
    >>> from geoservice.analysis.projections.cohort_ratios import Mothers
    >>> from geoservice.analysis.projections.ratios import fit_ratios
    >>> from geoservice.analysis.projections.pyramid import AgeGroups
    >>> def fit(earlier, later):
    ...     return fit_ratios(earlier, later, AgeGroups(15, 30), 15, Mothers(0, 15, 29))
    >>> dates = np.array([[100.0, 100.0, 100.0], [50.0, 110.0, 120.0], [25.0, 60.0, 138.0]]).reshape(3, 1, 1, 3)
    >>> errors = backcast_errors(dates, 15, fit)
    >>> errors.projected.round(6).tolist(), errors.actual.tolist(), errors.years.tolist()
    ([218.0, 25.0, 55.0, 138.0], [223.0, 25.0, 60.0, 138.0], [15, 15, 15, 15])
    """
    if len(history) < 3:
        raise ParameterError(f"backcast: {len(history)} dates; needed are two for the ratios and a later one to compare with")
    weights = age_quantities(*history.shape[-2:]) if quantities is None else np.asarray(quantities, np.float64)
    parts = [_from_launch(history, launch, years, fit, weights) for launch in range(1, len(history) - 1)]
    return BackcastErrors(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _from_launch(
    history: Floats, launch: int, years: int, fit: Callable[[Floats, Floats], Ratios], weights: Floats
) -> tuple[Ints, Ints, Ints, Ints, Floats, Floats, Floats, Floats]:
    steps = len(history) - 1 - launch
    projection = project(history[launch], fit(history[launch - 1], history[launch]), steps)[1:]
    projected, actual = (np.einsum("hasg,qsg->qah", people, weights) for people in (projection, history[launch + 1 :]))
    quantity, area, step = (i.ravel().astype(np.int64) for i in np.indices(projected.shape))
    unit = (weights**2).sum(axis=(1, 2)) / weights.sum(axis=(1, 2))
    size = history[launch].sum(axis=(-2, -1))
    return (
        quantity,
        area,
        np.full_like(area, launch),
        (step + 1) * years,
        size[area],
        projected.ravel(),
        actual.ravel(),
        unit[quantity],
    )


def mean_errors(errors: BackcastErrors, quantity: int, years: int) -> tuple[float, float, int]:
    """Return the mean absolute and the mean algebraic percent error of a quantity and horizon, and the number of comparisons.

    Examples
    --------
    >>> one = np.array([0, 0]), np.array([0, 1]), np.array([1, 1]), np.array([5, 5]), np.array([9.0, 9.0])
    >>> mean_errors(BackcastErrors(*one, np.array([110.0, 95.0]), np.array([100.0, 100.0]), np.ones(2)), 0, 5)
    (7.5, 2.5, 2)
    """
    percent = errors.percent_errors[(errors.quantity == quantity) & (errors.years == years)]
    percent = percent[np.isfinite(percent)]
    if not len(percent):
        return float("nan"), float("nan"), 0
    return float(np.abs(percent).mean()), float(percent.mean()), len(percent)
