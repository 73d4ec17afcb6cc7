"""Gravity models of migration: flows explained by the sizes of origins and destinations and by distance.

Wilson, A. (1971), A family of spatial interaction models, and associated developments, Environment and Planning 3; Flowerdew,
R. and Aitkin, M. (1982), A method of fitting the gravity model based on the Poisson distribution, Journal of Regional Science
22.
"""

import numpy as np

from geoservice.analysis.migration.design import Decay, covariates, fitted_pairs
from geoservice.analysis.migration.family import Family
from geoservice.analysis.migration.fixed_effects import Constraint, separate_groups
from geoservice.analysis.migration.gravity_fit import GravityFit
from geoservice.analysis.migration.irls import Model, check_identified, solve, solve_negative_binomial
from geoservice.geo import Bools, Floats


def fit_gravity(
    flows: Floats,
    distances: Floats | None,
    constraint: Constraint = "doubly",
    decay: Decay = "power",
    family: Family = "quasi_poisson",
    *,
    origins: Floats | None = None,
    destinations: Floats | None = None,
    same: bool | None = None,
    pairs: Bools | None = None,
) -> GravityFit:
    """Return a gravity model fitted to flows by largest likelihood.

    The mean flow from i to j is ``exp(a_i + b_j + beta f(distance))``, where ``f`` is the logarithm (power decay) or the
    distance itself (exponential decay). Without the effect of an origin or destination, a power of its size takes its place.
    With the Poisson distributions, fitted departures (arrivals) equal the observed ones where there are effects of origins
    (destinations).

    Parameters
    ----------
    flows : float64 array, shape (n, m), persons
        Migrants from each origin to each destination, not negative.
    distances : float64 array, shape (n, m), optional
        In any unit; without them the fit is the flows that would occur if destinations did not depend on origins.
    constraint : {"none", "production", "attraction", "doubly"}
        Which regions have effects: none, the origins, the destinations, or both.
    decay : {"power", "exponential"}
        Form of the decay of flows with distance.
    family : {"poisson", "quasi_poisson", "negative_binomial"}
        Distribution of the flows. Quasi-Poisson has the estimates of Poisson, with standard errors for the variance that the
        flows show; negative binomial is NB2 with its dispersion ``alpha`` estimated.
    origins, destinations : float64 arrays, shapes (n,), (m,), optional
        Sizes, for example populations, above 0; not used for regions with effects.
    same : bool, optional
        Whether rows and columns are the same regions, whose diagonal is left out; by default if the matrix is square.
    pairs : bool array, shape (n, m), optional
        Pairs to fit; by default all, or all but the diagonal.

    Returns
    -------
    GravityFit

    Raises
    ------
    ParameterError
        If an argument has a wrong shape or values, a covariate cannot be told from the effects, or the fit does not converge.

    Examples
    --------
    >>> distances = np.array([[1.0, 2, 4], [2, 8, 1]])
    >>> flows = np.outer([6, 2], [8, 12, 20]) / distances
    >>> fit = fit_gravity(flows, distances)
    >>> round(fit.coefficients["distance"], 6), round(fit.d2, 6)
    (-1.0, 1.0)
    """
    mask = fitted_pairs(flows, constraint, same, pairs)
    names, values = covariates(mask, distances, decay, constraint, origins, destinations)
    model = Model(np.where(mask, flows, 0.0), mask, values, constraint, separate_groups(mask))
    check_identified(model, names)
    solution = solve_negative_binomial(model) if family == "negative_binomial" else solve(model)
    return GravityFit(model, solution, names, family)
