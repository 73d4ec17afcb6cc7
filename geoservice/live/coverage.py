"""Coverage of regions by the times of points, and people whose time crosses a break."""

from dataclasses import dataclass

import numpy as np

from geoservice.analysis.quantiles import quantile, quantile_margin
from geoservice.demand import DemandSurface, Quantity, Shares, Sums, region_sums
from geoservice.geo import Int32s, Ints, repeated
from geoservice.live.estimates import Estimates

HALF = 50.0
"""Percent of the people whose time is the median."""


@dataclass(frozen=True)
class Coverage:
    """People of regions, those within each break, their share in percent, and the median minutes of the people.

    ``total`` and ``median`` have the shape ``(regions,)``, the others ``(regions, breaks)``.
    """

    total: Estimates
    persons: Estimates
    share: Estimates
    median: Estimates

    def take(self, regions: Ints) -> "Coverage":
        """Return the coverage of some regions."""
        return Coverage(*(e.take(regions) for e in (self.total, self.persons, self.share, self.median)))


def coverage_of(covered: Sums, totals: Sums, region: Ints, quantity: Quantity, minutes: tuple[int, ...]) -> Coverage:
    """Return the coverage of regions; as the analyses ``coverage`` and ``quantiles`` compute it.

    Parameters
    ----------
    covered : Sums
        With a row for each region and break, from :func:`~geoservice.demand.threshold_sums`.
    totals : Sums
    region : int64 array, shape (regions,)
        Row of ``totals`` for each region.
    quantity : Quantity
    minutes : tuple of int, length breaks
    """
    shape, breaks = (len(region), len(minutes)), np.asarray(minutes, float)
    value, margin = (v.reshape(shape) for v in Shares(covered, totals, np.repeat(region, len(minutes))).ratio(quantity))
    median = Estimates(np.round(quantile(value, breaks, HALF), 1), quantile_margin(value, margin, breaks, HALF))
    total = Estimates.of(totals, quantity).take(region)
    return Coverage(total, Estimates.of(covered, quantity, *shape), Estimates(value, margin), median)


def moved_across(
    surface: DemandSurface,
    region: Int32s,
    regions: int,
    point: Ints,
    slower: Int32s,
    faster: Int32s,
    breaks: int,
) -> Sums:
    """Return the people of regions who are beyond a break in the band ``slower`` and within it in the band ``faster``.

    Parameters
    ----------
    surface : DemandSurface
    region : int32 array, shape (m,)
        Region of each entry, -1 for none.
    regions : int
    point : int64 array, shape (m,)
        Point of each entry.
    slower, faster : int32 arrays, shape (m,)
        First break that is not below the time of each entry, from :func:`~geoservice.analysis.coverage.bands`.
    breaks : int

    Returns
    -------
    Sums
        With a row for each region and break.
    """
    entry, step = repeated(np.where(region >= 0, np.maximum(slower - faster, 0), 0))
    cell = (region[entry] * breaks + faster[entry] + step).astype(np.int32)
    return region_sums(surface, cell, regions * breaks, point[entry])
