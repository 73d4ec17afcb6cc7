"""The pairs and the covariates of a gravity model."""

from typing import Literal, NamedTuple

import numpy as np

from geoservice.analysis.migration.fixed_effects import Constraint
from geoservice.analysis.migration.matrix import pair_mask
from geoservice.errors import ParameterError
from geoservice.geo import Bools, Floats

Decay = Literal["power", "exponential"]


class Covariates(NamedTuple):
    """Names of the covariates and their values for each pair, shape ``(covariates, n, m)``."""

    names: tuple[str, ...]
    values: Floats


def fitted_pairs(flows: Floats, constraint: Constraint, same: bool | None, pairs: Bools | None) -> Bools:
    """Return the pairs that a model is fitted to; shape ``(n, m)``.

    Regions without migrants have no finite effect: where there are effects, their pairs are left out, and their fit is 0.

    Raises
    ------
    ParameterError
        If flows are negative, missing or all 0, or the shapes differ.
    """
    mask = pair_mask(flows, same) if pairs is None else pairs
    if flows.ndim != 2 or mask.shape != flows.shape:
        raise ParameterError(f"flows and pairs must be two matrices of the same shape; they are {flows.shape} and {mask.shape}")
    values = np.where(mask, flows, 0.0)
    if not (values >= 0).all() or not np.isfinite(values).all():
        raise ParameterError("flows must be finite numbers of at least 0; take non-negative estimates of noisy flows")
    if constraint in {"production", "doubly"}:
        mask = mask & (values.sum(axis=1, keepdims=True) > 0)
    if constraint in {"attraction", "doubly"}:
        mask = mask & (values.sum(axis=0, keepdims=True) > 0)
    if not mask.any() or values.sum() == 0:
        raise ParameterError("there are no migrants between the regions")
    return np.asarray(mask)


def covariates(
    pairs: Bools,
    distances: Floats | None,
    decay: Decay,
    constraint: Constraint,
    origins: Floats | None,
    destinations: Floats | None,
) -> Covariates:
    """Return the covariates of a model: a constant if there are no effects, logarithms of sizes without effect, and distance.

    Raises
    ------
    ParameterError
        If sizes or distances have another shape than the flows, are missing, or are not above 0 where their logarithm is taken.
    """
    columns: dict[str, Floats] = {}
    if constraint == "none":
        columns["constant"] = np.ones(pairs.shape)
    if origins is not None and constraint in {"none", "attraction"}:
        columns["origin_size"] = _log(
            np.broadcast_to(_sized(origins, pairs.shape[0], "origin")[:, None], pairs.shape), pairs, "origin sizes"
        )
    if destinations is not None and constraint in {"none", "production"}:
        sizes = np.broadcast_to(_sized(destinations, pairs.shape[1], "destination"), pairs.shape)
        columns["destination_size"] = _log(sizes, pairs, "destination sizes")
    if distances is not None:
        if distances.shape != pairs.shape or not np.isfinite(distances[pairs]).all():
            raise ParameterError(
                f"distances must be finite and have the shape {pairs.shape} of the flows; it is {distances.shape}"
            )
        columns["distance"] = _log(distances, pairs, "distances") if decay == "power" else np.where(pairs, distances, 0.0)
    return Covariates(tuple(columns), np.array(list(columns.values()), float).reshape(-1, *pairs.shape))


def _sized(sizes: Floats, number: int, side: str) -> Floats:
    if sizes.shape != (number,):
        raise ParameterError(f"there must be a size for each of the {number} {side}s; the shape is {sizes.shape}")
    return sizes


def _log(values: Floats, pairs: Bools, name: str) -> Floats:
    """Return the logarithms of the values of the pairs, and 0 elsewhere."""
    wrong = pairs & ~(values > 0)
    if wrong.any():
        raise ParameterError(
            f"{name} must be above 0, as their logarithm is taken; {int(wrong.sum())} pairs have {values[wrong][0]}"
        )
    return np.log(np.where(pairs, values, 1.0))
