"""Inequality of a value, such as minutes, over people: Gini, Theil, Palma, concentration index, shortfall beyond a standard.

Functions on ``(values, weights)`` return one number; those on :class:`Distributions` return the indices of many regions with
the derivatives that margins are made of.
"""

from geoservice.analysis.inequality_indices.concentration import concentration_index, fractional_ranks
from geoservice.analysis.inequality_indices.distributions import Distributions, Index, mean_index
from geoservice.analysis.inequality_indices.fgt import fgt, fgt_index
from geoservice.analysis.inequality_indices.gini import gini, gini_index
from geoservice.analysis.inequality_indices.palma import palma, palma_index
from geoservice.analysis.inequality_indices.theil import (
    TheilParts,
    theil,
    theil_between,
    theil_decomposition,
    theil_index,
)

__all__ = [
    "Distributions",
    "Index",
    "TheilParts",
    "concentration_index",
    "fgt",
    "fgt_index",
    "fractional_ranks",
    "gini",
    "gini_index",
    "mean_index",
    "palma",
    "palma_index",
    "theil",
    "theil_between",
    "theil_decomposition",
    "theil_index",
]
