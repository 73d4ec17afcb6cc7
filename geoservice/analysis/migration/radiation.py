"""The radiation model of migration, which needs no parameter.

Simini, F., González, M., Maritan, A. and Barabási, A.-L. (2012), A universal model for mobility and migration patterns, Nature
484; Masucci, A., Serras, J., Johansson, A. and Batty, M. (2013), Gravity versus radiation models, Physical Review E 88.
"""

import numpy as np

from geoservice.analysis.migration.matrix import pair_mask
from geoservice.errors import ParameterError
from geoservice.geo import Floats


def radiation_flows(
    departures: Floats,
    masses: Floats,
    opportunities: Floats,
    distances: Floats,
    same: bool | None = None,
    normalised: bool = True,
) -> Floats:
    """Return the flows of the radiation model.

    A migrant from i goes to the nearest place with a better opportunity than all at home. With ``m`` opportunities at i, ``n``
    at j and ``s`` nearer to i than j is (without those at i), the share of j is ``m n / ((m + s) (m + n + s))``. The shares add
    up to less than 1, because in a finite system some find nothing better; ``normalised`` divides them by their sum, so that
    all leave (Masucci et al.). Destinations at the same distance count as one place; its migrants are divided in proportion to
    opportunities.

    Parameters
    ----------
    departures : float64 array, shape (n,), persons
        Migrants who leave each origin.
    masses : float64 array, shape (n,)
        Opportunities at each origin, usually its population.
    opportunities : float64 array, shape (m,)
        Opportunities at each destination.
    distances : float64 array, shape (n, m)
        In any unit.
    same : bool, optional
        Whether origins and destinations are the same regions; by default if the matrix is square.
    normalised : bool
        Whether the flows from an origin add up to its departures.

    Returns
    -------
    float64 array, shape (n, m), persons
        0 on the diagonal if origins and destinations are the same regions.

    Raises
    ------
    ParameterError
        If shapes differ, or a number is negative or missing.

    Examples
    --------
    >>> line = np.array([0.0, 1, 3])
    >>> people = np.array([1.0, 1, 2])
    >>> radiation_flows(np.full(3, 12.0), people, people, np.abs(line[:, None] - line), normalised=False).round(2).tolist()
    [[0.0, 6.0, 3.0], [6.0, 0.0, 3.0], [2.0, 4.0, 0.0]]
    """
    pairs = pair_mask(distances, same)
    _check(departures, masses, opportunities, np.where(pairs, distances, 0.0))
    reached = np.where(pairs, opportunities, 0.0)
    nearer, equal = _opportunities_by_distance(reached, np.where(pairs, distances, np.inf))
    at_home = masses[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        passed = np.where(at_home + nearer > 0, at_home / (at_home + nearer), 1.0)  # nobody stays if nothing is at home
        shares = passed * np.where(reached > 0, reached / (at_home + nearer + equal), 0.0)
        if normalised:
            total = shares.sum(axis=1, keepdims=True)
            shares = np.where(total > 0, shares / total, 0.0)
    return np.asarray(departures[:, None] * shares)


def _opportunities_by_distance(reached: Floats, distances: Floats) -> tuple[Floats, Floats]:
    """Return the opportunities nearer than each destination, and those at its distance; shape ``(n, m)`` each."""
    order = np.argsort(distances, axis=1, kind="stable")
    lengths = np.take_along_axis(distances, order, axis=1)
    cumulative = np.cumsum(np.take_along_axis(reached, order, axis=1), axis=1)
    index = np.arange(lengths.shape[1])
    differs = lengths[:, 1:] != lengths[:, :-1]
    first = np.maximum.accumulate(np.where(np.pad(differs, ((0, 0), (1, 0)), constant_values=True), index, 0), axis=1)
    last = np.pad(differs, ((0, 0), (0, 1)), constant_values=True)
    end = np.minimum.accumulate(np.where(last, index, len(index) - 1)[:, ::-1], axis=1)[:, ::-1]
    before = np.take_along_axis(np.pad(cumulative, ((0, 0), (1, 0))), first, axis=1)
    until = np.take_along_axis(cumulative, end, axis=1)
    nearer, equal = np.empty_like(before), np.empty_like(before)
    np.put_along_axis(nearer, order, before, axis=1)
    np.put_along_axis(equal, order, until - before, axis=1)
    return nearer, equal


def _check(departures: Floats, masses: Floats, opportunities: Floats, distances: Floats) -> None:
    n, m = distances.shape
    if departures.shape != (n,) or masses.shape != (n,) or opportunities.shape != (m,):
        raise ParameterError(
            f"{n} departures, {n} masses and {m} opportunities are needed for {n} origins and {m} destinations; "
            f"the shapes are {departures.shape}, {masses.shape} and {opportunities.shape}"
        )
    for name, values in (
        ("departures", departures),
        ("masses", masses),
        ("opportunities", opportunities),
        ("distances", distances),
    ):
        if not ((values >= 0) & np.isfinite(values)).all():
            raise ParameterError(f"{name} must be finite numbers of at least 0")
