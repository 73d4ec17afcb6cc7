"""A fitted gravity model: coefficients, errors, and measures of fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geoservice.analysis.migration import fit_measures
from geoservice.analysis.migration.family import Family, alpha_of_mean, log_likelihood, unit_deviance, variance
from geoservice.analysis.migration.irls import Model, Projection, Solution, project, scaled_inverse, weights_of
from geoservice.geo import Bools, Floats


@dataclass(frozen=True)
class GravityFit:
    """A gravity model fitted to flows.

    Attributes
    ----------
    model : Model
        What was fitted.
    solution : Solution
        The fit; its ``alpha`` is 0 except for the negative binomial distribution.
    names : tuple of str
        Names of the coefficients: ``constant``, ``origin_size``, ``destination_size``, ``distance``, as far as they are fitted.
    family : {"poisson", "quasi_poisson", "negative_binomial"}
        Distribution of the flows.
    """

    model: Model
    solution: Solution
    names: tuple[str, ...]
    family: Family

    @property
    def coefficients(self) -> Mapping[str, float]:
        """Coefficients by name: powers of the sizes, and of the distance or its rate of exponential decay."""
        return dict(zip(self.names, self.solution.coefficients.tolist(), strict=True))

    @property
    def fitted(self) -> Floats:
        """Fitted flows, shape ``(n, m)``; 0 for pairs that were left out."""
        return np.where(self.model.pairs, self.solution.means, 0.0)

    @cached_property
    def origin_effects(self) -> Floats:
        """Effects of the origins relative to the first one with migrants, shape ``(n,)``; NaN for those without."""
        return _relative(self.solution.effects.origin, np.asarray(self.model.pairs.any(axis=1)))

    @cached_property
    def destination_effects(self) -> Floats:
        """Effects of the destinations relative to the first one with migrants, shape ``(m,)``; NaN for those without."""
        return _relative(self.solution.effects.destination, np.asarray(self.model.pairs.any(axis=0)))

    @property
    def constant(self) -> float:
        """Logarithm of the flow at size 1 and distance 0 (1 for power decay), of the first origin and destination."""
        origin, destination = (int(np.argmax(self.model.pairs.any(axis=a))) for a in (1, 0))
        effects = self.solution.effects.origin[origin] + self.solution.effects.destination[destination]
        return float(effects) + self.coefficients.get("constant", 0.0)

    @cached_property
    def _observed(self) -> Floats:
        return self.model.flows[self.model.pairs]

    @cached_property
    def _means(self) -> Floats:
        return self.solution.means[self.model.pairs]

    @property
    def parameters(self) -> int:
        """Number of parameters: coefficients, effects, and ``alpha`` if it is fitted."""
        sides = {"none": (), "production": (1,), "attraction": (0,), "doubly": (0, 1)}[self.model.constraint]
        effects = sum(int(self.model.pairs.any(axis=a).sum()) for a in sides)
        if self.model.constraint == "doubly":
            effects -= len(np.unique(self.model.groups[: len(self.model.pairs)][self.model.pairs.any(axis=1)]))
        return len(self.names) + effects + (self.family == "negative_binomial")

    @property
    def residual_degrees(self) -> int:
        """Number of pairs minus number of parameters, at least 1; ``alpha`` is not counted."""
        return max(len(self._observed) - self.parameters + (self.family == "negative_binomial"), 1)

    @cached_property
    def pearson_dispersion(self) -> float:
        """Mean squared Pearson residual: above 1 if flows vary more than the distribution does."""
        squares = (self._observed - self._means) ** 2 / variance(self._means, self.solution.alpha)
        return float(squares.sum()) / self.residual_degrees

    @property
    def dispersion(self) -> float:
        """The factor of the variance: the Pearson dispersion for quasi-Poisson, else 1."""
        return self.pearson_dispersion if self.family == "quasi_poisson" else 1.0

    @cached_property
    def _projection(self) -> Projection:
        return project(self.model, np.where(self.model.pairs, weights_of(self.solution.means, self.solution.alpha), 0.0))

    @cached_property
    def covariance(self) -> Floats:
        """Covariance of the coefficients if the distribution is right, shape ``(k, k)``."""
        return np.asarray(self.dispersion * scaled_inverse(self._projection.information))

    @cached_property
    def robust_covariance(self) -> Floats:
        """Covariance of the coefficients whatever the variance of flows (sandwich HC0 of White 1980), shape ``(k, k)``."""
        slope = (self._observed - self._means) / (1 + self.solution.alpha * self._means)
        scores = self._projection.covariates[:, self.model.pairs] * slope
        inverse = scaled_inverse(self._projection.information)
        return np.asarray(inverse @ (scores @ scores.T) @ inverse)

    @property
    def standard_errors(self) -> Mapping[str, float]:
        """Standard errors of the coefficients by name."""
        return _roots(self.names, self.covariance)

    @property
    def robust_errors(self) -> Mapping[str, float]:
        """Robust standard errors of the coefficients by name."""
        return _roots(self.names, self.robust_covariance)

    @cached_property
    def leverage(self) -> Floats:
        """Leverage of each pair, shape ``(n, m)``: the share of its flow in its own fit; 0 for pairs that were left out."""
        within, information, effects = self._projection
        own = np.einsum("pij,pq,qij->ij", within, scaled_inverse(information), within, optimize=True)
        weights = np.where(self.model.pairs, weights_of(self.solution.means, self.solution.alpha), 0.0)
        return np.asarray(np.clip(effects.leverage() + weights * own, 0.0, 1.0))

    @cached_property
    def deviance(self) -> float:
        """Twice the difference of the log-likelihoods of flows that fit exactly and of this model."""
        return float(unit_deviance(self._observed, self._means, self.solution.alpha).sum())

    @cached_property
    def null_deviance(self) -> float:
        """The deviance of equal flows."""
        equal = np.full(len(self._observed), self._observed.mean())
        return float(unit_deviance(self._observed, equal, self.solution.alpha).sum())

    @property
    def d2(self) -> float:
        """Share of the null deviance that the model explains."""
        return 1 - self.deviance / self.null_deviance if self.null_deviance > 0 else np.nan

    @cached_property
    def log_likelihood(self) -> float:
        """Log-likelihood; NaN for quasi-Poisson, which has none."""
        if self.family == "quasi_poisson":
            return np.nan
        return log_likelihood(self._observed, self._means, self.solution.alpha)

    @property
    def pseudo_r2(self) -> float:
        """McFadden's pseudo R2: 1 - log-likelihood over that of equal flows; NaN for quasi-Poisson."""
        equal = np.full(len(self._observed), self._observed.mean())
        alpha = alpha_of_mean(self._observed, equal) if self.family == "negative_binomial" else 0.0
        return 1 - self.log_likelihood / log_likelihood(self._observed, equal, alpha)

    @property
    def aic(self) -> float:
        """Akaike's information criterion; NaN for quasi-Poisson."""
        return 2 * self.parameters - 2 * self.log_likelihood

    @property
    def srmse(self) -> float:
        """Standardised root mean square error of the pairs."""
        return fit_measures.srmse(self._observed, self._means)

    @property
    def common_part(self) -> float:
        """Common part of commuters (Sørensen's index) of observed and fitted flows."""
        return fit_measures.common_part(self._observed, self._means)


def _relative(effects: Floats, present: Bools) -> Floats:
    return np.where(present, effects - effects[int(np.argmax(present))], np.nan)


def _roots(names: tuple[str, ...], covariance: Floats) -> dict[str, float]:
    """Return standard errors by name; NaN if rounding left a negative variance, as for coefficients without finite estimate."""
    variances = np.diag(covariance)
    return dict(zip(names, np.sqrt(np.where(variances >= 0, variances, np.nan)).tolist(), strict=True))
