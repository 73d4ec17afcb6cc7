"""Sparse matrices of travel pairs, the form in which accessibility is computed, and checks of its inputs."""

from typing import Any

import numpy as np
from scipy import sparse

from geoservice.analysis.accessibility.decay import Decay, decay_weights
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.errors import ParameterError
from geoservice.geo import Floats


def weight_matrix(pairs: TravelPairs, points: int, decay: Decay) -> "sparse.csr_array[Any, tuple[int, int]]":
    """Return the decay weights of pairs; shape ``(stations, points)``, sparse."""
    return sparse_rows(pairs, decay_weights(pairs.ms, decay), points)


def sparse_rows(pairs: TravelPairs, values: "np.ndarray[Any, Any]", points: int) -> "sparse.csr_array[Any, tuple[int, int]]":
    """Return values of pairs as a matrix, shape ``(stations, points)``, without a copy of the pairs.

    scipy copies positions of points to the type of ``indptr``, which is therefore int32 as they are.
    """
    indptr = pairs.indptr.astype(np.int32) if len(values) < 2**31 else pairs.indptr
    return sparse.csr_array((values, pairs.point, indptr), shape=(pairs.stations, points))


def check_inputs(pairs: TravelPairs, supply: Floats, demand: Floats | None = None, points: int = 0) -> None:
    """Raise :class:`ParameterError` unless shapes agree and supply and demand are finite numbers of at least 0."""
    if supply.shape != (pairs.stations,):
        raise ParameterError(f"supply: got shape {supply.shape}, expected one value for each of {pairs.stations} stations")
    if demand is not None and demand.ndim != 1:
        raise ParameterError(f"demand: got shape {demand.shape}, expected one value for each point")
    check_pairs(pairs, points if demand is None else len(demand))
    for name, values in (("supply", supply), ("demand", demand)):
        if values is not None and not ((values >= 0) & np.isfinite(values)).all():
            worst = values[~((values >= 0) & np.isfinite(values))][0]
            raise ParameterError(f"{name}: got {worst}, allowed are finite numbers of at least 0")


def check_pairs(pairs: TravelPairs, points: int) -> None:
    """Raise :class:`ParameterError` unless pairs are consecutive rows of points below ``points``."""
    size = len(pairs.point)
    if len(pairs.indptr) < 1 or pairs.indptr[0] != 0 or pairs.indptr[-1] != size or (np.diff(pairs.indptr) < 0).any():
        raise ParameterError(f"indptr: expected ascending positions from 0 to the number of pairs, {size}")
    if pairs.ms.shape != (size,):
        raise ParameterError(f"ms: got shape {pairs.ms.shape}, expected {(size,)}, one time for each pair")
    if size and not 0 <= int(pairs.point.min()) <= int(pairs.point.max()) < points:
        raise ParameterError(f"point: got {pairs.point.min()} to {pairs.point.max()}, allowed are 0 to {points - 1}")


def quotient(numerator: Floats, denominator: Floats) -> Floats:
    """Return ``numerator / denominator``, 0 where the denominator is not above 0; same shape.

    >>> quotient(np.array([1.0, 1.0]), np.array([4.0, 0.0])).tolist()
    [0.25, 0.0]
    """
    positive = denominator > 0
    return np.divide(numerator, denominator, out=np.zeros(len(denominator)), where=positive)
