"""Population projection of small areas from two population pyramids, by the method of Hamilton and Perry.

References
----------
Hamilton and Perry (1962), A short method for projecting population by age from one decennial census to another,
Social Forces 41;
Swanson, Schlottmann and Schmidt (2010), Forecasting the population of census tracts by age and sex: an example of the
Hamilton-Perry method in action, Population Research and Policy Review 29;
Baker, Swanson, Tayman and Tedrow (2017), Cohort change ratios and their applications.
"""

import numpy as np

from geoservice.analysis.projections.cohort_ratios import cohorts, mothers_of
from geoservice.analysis.projections.pyramid import check_pyramids
from geoservice.analysis.projections.raking import rake
from geoservice.analysis.projections.ratios import Ratios
from geoservice.errors import ParameterError
from geoservice.geo import Floats

RAKING_TOLERANCE = 1e-7
"""Largest difference, relative to a total, that a step of a projection may have from it."""


def next_step(population: Floats, ratios: Ratios) -> Floats:
    """Return the population one step later; shapes ``(..., areas, sexes, ages)``, persons."""
    shift, aged = ratios.shift, np.zeros(np.broadcast_shapes(population.shape, ratios.values.shape))
    aged[..., shift:] = ratios.values[..., shift:] * cohorts(population, shift)
    aged[..., :shift] = ratios.values[..., :shift] * mothers_of(aged, ratios.ages, shift, ratios.mothers)
    return aged


def project(launch: Floats, ratios: Ratios, steps: int, controls: Floats | None = None, totals: Floats | None = None) -> Floats:
    """Return the projected population of areas, step by step.

    Parameters
    ----------
    launch : float64 array, shape (..., areas, sexes, ages), persons
        The last known pyramids.
    ratios : Ratios
        Constant over all steps.
    steps : int
        Number of steps.
    controls : float64 array, shape (steps, sexes, ages), persons, optional
        Projection of all areas together; each step is raked to it, and the next one starts from the raked numbers.
    totals : float64 array, shape (steps, areas), persons, optional
        Projection of the total of each area, NaN where there is none.

    Returns
    -------
    float64 array, shape (..., steps + 1, areas, sexes, ages), persons
        The launch population first.

    Raises
    ------
    InputError
        The launch population does not fit the age groups.
    ParameterError
        The number of steps is below 0, or controls and totals contradict one another or cannot be reached.

    Examples
    --------
    >>> from geoservice.analysis.projections.cohort_ratios import Mothers
    >>> from geoservice.analysis.projections.pyramid import AgeGroups
    >>> ratios = Ratios(np.array([[[0.3, 1.1, 0.9, 0.5]]]), AgeGroups(15, 45), 1, Mothers(0, 15, 44))
    >>> project(np.array([[[60.0, 110.0, 90.0, 35.0]]]), ratios, 1)[1].round(3).tolist()
    [[[49.5, 66.0, 99.0, 62.5]]]
    """
    if steps < 0:
        raise ParameterError(f"projection of {steps} steps: allowed are 0 and more")
    states = check_pyramids(ratios.ages, launch)
    for step in range(steps):
        state = next_step(states[-1], ratios)
        if controls is not None or totals is not None:
            state = _raked(state, None if controls is None else controls[step], None if totals is None else totals[step])
        states.append(state)
    return np.stack(np.broadcast_arrays(*states), axis=-4)


def _raked(state: Floats, controls: Floats | None, totals: Floats | None) -> Floats:
    raked = rake(state, controls, totals, tolerance=RAKING_TOLERANCE)
    if not raked.converged:
        raise ParameterError(
            f"raking: the totals cannot be reached, {raked.deviation:.2g} of one remains; check them for zeros"
        )
    return raked.values


def at_years(projection: Floats, step_years: int, years: Floats) -> Floats:
    """Return the population in single years, by linear interpolation between steps.

    Parameters
    ----------
    projection : float64 array, shape (..., steps + 1, areas, sexes, ages), persons
        As :func:`project` returns it.
    step_years : int
    years : float64 array, shape (n,)
        Years after the launch, from 0 to the last step.

    Returns
    -------
    float64 array, shape (..., n, areas, sexes, ages), persons

    Raises
    ------
    ParameterError
        A year is before the launch or after the last step.

    Examples
    --------
    >>> at_years(np.array([10.0, 20.0]).reshape(2, 1, 1, 1), 5, np.array([0.0, 1.0, 5.0])).ravel().tolist()
    [10.0, 12.0, 20.0]
    """
    last = projection.shape[-4] - 1
    position = np.asarray(years, np.float64) / step_years
    if ((position < 0) | (position > last)).any():
        raise ParameterError(f"years after the launch: allowed are 0 to {last * step_years}")
    before = np.minimum(position.astype(np.int64), max(last - 1, 0))
    share = (position - before)[:, None, None, None]
    after = np.minimum(before + 1, last)
    return np.asarray((1 - share) * projection[..., before, :, :, :] + share * projection[..., after, :, :, :], np.float64)
