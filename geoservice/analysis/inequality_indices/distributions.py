"""Distributions of a value over the people of regions, sorted once for all indices."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from geoservice.errors import ParameterError
from geoservice.geo import Bools, Floats, Int32s, Ints


class Index(NamedTuple):
    """An index of each region, shape ``(regions,)``, and its derivative by the weight of each entry, shape ``(m,)``.

    The derivative is that of the influence function: what one more person with the value of the entry adds to the index. A
    region without people has the index NaN and the derivative 0.
    """

    value: Floats
    derivative: Floats


@dataclass(frozen=True)
class Distributions:
    """Values and weights of entries sorted by region and value; all of shape ``(m,)``.

    ``order`` are the positions of the sorted entries in the arguments of :meth:`of`. Weights are persons; estimates with noise
    may be below 0.
    """

    region: Int32s
    value: Floats
    weight: Floats
    order: Ints
    regions: int

    @classmethod
    def of(cls, value: Floats, weight: Floats, region: Int32s | None = None, regions: int = 1) -> "Distributions":
        """Return the distributions of values; of one region if none are stated.

        Parameters
        ----------
        value, weight : float64 arrays, shape (m,)
            Values are not negative, weights are persons.
        region : int32 array, shape (m,), optional
            Region of each entry, 0 to ``regions`` - 1.
        regions : int

        Raises
        ------
        ParameterError
            If the shapes differ, or a value is negative or not finite.
        """
        value, weight = np.asarray(value, float), np.asarray(weight, float)
        if value.shape != weight.shape or value.ndim != 1:
            raise ParameterError(f"values and weights: got shapes {value.shape} and {weight.shape}, expected one shape (n,)")
        if not (np.isfinite(value).all() and (value >= 0).all()):
            raise ParameterError("values: got a negative or missing one, allowed are 0 and above")
        own = np.zeros(len(value), np.int32) if region is None else region
        order = np.lexsort((value, own))
        return cls(own[order], value[order], weight[order], order, regions)

    def weighted(self, weight: Floats) -> "Distributions":
        """Return the same values with other weights, in the order of the arguments of :meth:`of`."""
        return replace(self, weight=weight[self.order])

    def sum(self, amount: Floats | Bools | float = 1.0) -> Floats:
        """Return the sum of weight times ``amount`` of each region; shape ``(regions,)``."""
        return np.asarray(np.bincount(self.region, self.weight * amount, self.regions), float)

    def by_entry(self, of_region: Floats) -> Floats:
        """Return a number of the region of each entry; shape ``(m,)``."""
        return np.asarray(of_region[self.region])

    @cached_property
    def people(self) -> Floats:
        """Persons of each region, NaN if not above 0; shape ``(regions,)``."""
        return positive(self.sum())

    @cached_property
    def total(self) -> Floats:
        """Sum of the values of all persons of each region, NaN if not above 0; shape ``(regions,)``."""
        return positive(np.where(self.people > 0, self.sum(self.value), 0.0))

    @cached_property
    def _last_equal(self) -> Ints:
        """The last entry with the region and value of each."""
        changes = np.ones(len(self.value), np.bool_)
        changes[:-1] = (np.diff(self.value) != 0) | (np.diff(self.region) != 0)
        ends = np.flatnonzero(changes)
        return ends[np.searchsorted(ends, np.arange(len(self.value)))]

    def cumulative(self, amount: Floats | float = 1.0) -> Floats:
        """Return the sum of weight times ``amount`` over the entries of the region with at most each value; shape ``(m,)``.

        Each region is summed by itself: differences of a sum over all would depend on the regions before it.
        """
        running = pd.Series(self.weight * amount).groupby(self.region, sort=False).cumsum().to_numpy()
        return np.asarray(running[self._last_equal], float)

    def quantile(self, share: float) -> Floats:
        """Return the smallest value up to which a share of the people of each region are; shape ``(regions,)``, NaN for none.

        Where noise makes the cumulative number fall, its running maximum counts.
        """
        at_least: Bools = self.cumulative() >= share * np.nan_to_num(self.by_entry(self.people), nan=np.inf)
        entry = np.flatnonzero(at_least)
        region, first = np.unique(self.region[entry], return_index=True)
        quantiles = np.full(self.regions, np.nan)
        quantiles[region] = self.value[entry[first]]
        return quantiles


def positive(numbers: Floats) -> Floats:
    """Return the numbers above 0, NaN in place of the others.

    >>> positive(np.array([2.0, 0.0, -1.0])).tolist()
    [2.0, nan, nan]
    """
    return np.where(numbers > 0, numbers, np.nan)


def index(distributions: Distributions, value: Floats, derivative: Floats) -> Index:
    """Return an index with the derivative 0 in regions without one."""
    return Index(value, np.where(np.isnan(distributions.by_entry(value)), 0.0, np.nan_to_num(derivative)))


def mean_index(distributions: Distributions) -> Index:
    """Return the mean value of the people of each region, and its derivatives."""
    d = distributions
    value = d.sum(d.value) / d.people
    return index(d, value, (d.value - d.by_entry(value)) / d.by_entry(d.people))
