"""Iteratively reweighted least squares for flows with effects of origins and destinations.

McCullagh and Nelder (1989), Generalized linear models, 2nd edition, section 2.5.
"""

from typing import NamedTuple

import numpy as np

from geoservice.analysis.migration.family import ALPHA_TOLERANCE, alpha_of_mean, alpha_step, unit_deviance
from geoservice.analysis.migration.fixed_effects import Constraint, Effects, FixedEffects
from geoservice.errors import ParameterError
from geoservice.geo import Bools, Floats, Ints

TOLERANCE = 1e-9
"""Change of the fitted flows in the last iteration, as a share of all migrants. The error after it is about its square."""
LIMIT = 200
_COLLINEAR = 1e-10
_SMALLEST, _LARGEST = 40.0, 10.0
"""Bounds of the logarithm of a fitted flow: below that of the mean flow, above that of all migrants. Where flows are 0 in such
a pattern that their best fit is 0, coefficients grow without end, but the fitted flows converge."""


class Model(NamedTuple):
    """What is fitted: flows ``(n, m)``, pairs ``(n, m)``, covariates ``(k, n, m)``, constraint and groups of regions."""

    flows: Floats
    pairs: Bools
    covariates: Floats
    constraint: Constraint
    groups: Ints


class Solution(NamedTuple):
    """A fit: coefficients ``(k,)``, effects, linear predictor and means ``(n, m)``, and ``alpha`` of the distribution."""

    coefficients: Floats
    effects: Effects
    predictor: Floats
    means: Floats
    alpha: float


class Projection(NamedTuple):
    """Covariates without the effects ``(k, n, m)``, their information matrix ``(k, k)``, and the effects."""

    covariates: Floats
    information: Floats
    effects: FixedEffects


def weights_of(means: Floats, alpha: float) -> Floats:
    """Return the weight of each pair; same shape."""
    return means / (1 + alpha * means)


def project(model: Model, weights: Floats) -> Projection:
    """Return the covariates with the effects projected out, for the weights of the pairs."""
    effects = FixedEffects(weights, model.constraint, model.groups)
    within = np.array([x - effects.project(x).sum for x in model.covariates]).reshape(model.covariates.shape)
    information = np.einsum("pij,ij,qij->pq", within, weights, within, optimize=True)
    return Projection(within, information, effects)


def scaled_inverse(information: Floats) -> Floats:
    """Return the inverse of an information matrix, whose covariates may have very different units.

    Examples
    --------
    >>> scaled_inverse(np.array([[4e20, 0], [0, 2]])).tolist()
    [[2.5e-21, 0.0], [0.0, 0.5]]
    """
    diagonal = np.diag(information)
    scale = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    return np.asarray(np.linalg.pinv(information / np.outer(scale, scale), hermitian=True) / np.outer(scale, scale))


def check_identified(model: Model, names: tuple[str, ...]) -> None:
    """Raise if a covariate does not vary apart from the effects and the other covariates.

    Raises
    ------
    ParameterError
        If so.
    """
    within, information, _ = project(model, model.pairs.astype(float))
    size = np.einsum("pij,ij->p", model.covariates**2, model.pairs.astype(float))
    constant = np.diag(information) <= _COLLINEAR * size
    if constant.any():
        raise ParameterError(
            f"{names[int(np.argmax(constant))]} does not vary apart from the effects of origins and destinations"
        )
    scale = np.sqrt(np.diag(information))
    if len(within) and np.linalg.eigvalsh(information / np.outer(scale, scale)).min() < _COLLINEAR:
        raise ParameterError(f"{', '.join(names)} cannot be told apart: one follows from the others")


def solve(model: Model, tolerance: float = TOLERANCE) -> Solution:
    """Return the coefficients and effects of largest likelihood for Poisson flows.

    Raises
    ------
    ParameterError
        If the iterations do not converge.
    """
    solution = _start(model)
    for _ in range(LIMIT):
        following = _step(model, solution)
        change = _change(model, solution, following)
        solution = following
        if change < tolerance:
            return solution
    raise ParameterError(f"the model did not converge in {LIMIT} iterations: with {_above_zero(model)} it has too few data")


def solve_negative_binomial(model: Model) -> Solution:
    """Return the fit of largest likelihood for negative binomial flows, with its ``alpha``.

    Coefficients and ``alpha`` take turns, a step each; their estimates are nearly independent, so that this converges fast.

    Raises
    ------
    ParameterError
        If the iterations do not converge.
    """
    y = model.flows[model.pairs]
    solution = solve(model, tolerance=0.01)
    alpha = alpha_of_mean(y, solution.means[model.pairs])
    for _ in range(LIMIT):
        old = solution._replace(alpha=alpha)
        solution = _step(model, old)
        following = alpha_step(y, solution.means[model.pairs], alpha)
        if _change(model, old, solution) < TOLERANCE and abs(np.log(following / alpha)) < ALPHA_TOLERANCE:
            return solution
        alpha = following
    raise ParameterError(
        f"the negative binomial model did not converge in {LIMIT} iterations: with {_above_zero(model)} it has too few data; "
        "fit quasi-Poisson"
    )


def _above_zero(model: Model) -> str:
    return f"{int((model.flows[model.pairs] > 0).sum())} of {int(model.pairs.sum())} flows above 0"


def _change(model: Model, old: Solution, new: Solution) -> float:
    """Return the change of the fitted flows as a share of all migrants."""
    changes = new.means * np.abs(new.predictor - old.predictor)
    return float(changes[model.pairs].sum() / model.flows[model.pairs].sum())


def _start(model: Model) -> Solution:
    """Return the weighted least squares fit to the working values of means between the flows and their mean."""
    means = (model.flows + model.flows[model.pairs].mean()) / 2
    weights = np.where(model.pairs, means, 0.0)
    values = np.log(means) + (model.flows - means) / means
    return _solution(model, *_least_squares(model, weights, values), 0.0)


def _step(model: Model, old: Solution) -> Solution:
    """Return the fit after a step of Newton's method, halved while it makes the deviance larger.

    The likelihood is concave for a given ``alpha``. Weights are those of the observed information: those of the expected one,
    which are equal for Poisson flows, can overshoot again and again for others.
    """
    spread = 1 + old.alpha * old.means
    weights = np.where(model.pairs, old.means * (1 + old.alpha * model.flows) / spread**2, 0.0)
    values = (model.flows - old.means) * spread / (old.means * (1 + old.alpha * model.flows))
    coefficients, effects = _least_squares(model, weights, values)
    limit = _deviance(model, old) * (1 + 1e-12) + 1e-12
    for share in 0.5 ** np.arange(30.0):
        sides = (a + share * b for a, b in zip(old.effects, effects, strict=True))
        new = _solution(model, old.coefficients + share * coefficients, Effects(*sides), old.alpha)
        if _deviance(model, new) <= limit:
            break
    return new


def _least_squares(model: Model, weights: Floats, values: Floats) -> tuple[Floats, Effects]:
    """Return the coefficients and effects that are closest to values of the pairs."""
    within, information, effects = project(model, weights)
    coefficients = scaled_inverse(information) @ np.einsum("pij,ij,ij->p", within, weights, values, optimize=True)
    return coefficients, effects.project(values - np.einsum("p,pij->ij", coefficients, model.covariates))


def _solution(model: Model, coefficients: Floats, effects: Effects, alpha: float) -> Solution:
    flows = model.flows[model.pairs]
    smallest, largest = np.log(flows.mean()) - _SMALLEST, np.log(flows.sum()) + _LARGEST
    predictor = effects.sum + np.einsum("p,pij->ij", coefficients, model.covariates)
    return Solution(coefficients, effects, predictor, np.exp(np.clip(predictor, smallest, largest)), alpha)


def _deviance(model: Model, solution: Solution) -> float:
    return float(unit_deviance(model.flows[model.pairs], solution.means[model.pairs], solution.alpha).sum())
