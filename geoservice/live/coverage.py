"""Covered people of areas before and after a change of stations, with those newly covered and newly lost."""

from typing import NamedTuple

import numpy as np

from geoservice.analysis.coverage import bands
from geoservice.demand import DemandSurface, Quantity, Shares, Sums, region_sums, threshold_sums
from geoservice.geo import Floats, Int32s, Ints, repeated
from geoservice.live.region_points import RegionPoints


class Estimates(NamedTuple):
    """Estimates and the half-widths of their 90 % intervals, NaN if unknown; shapes ``(areas,)`` or ``(areas, breaks)``."""

    value: Floats
    margin: Floats


class AreaCoverage(NamedTuple):
    """People of areas, those within each time break, and their share in percent."""

    total: Estimates
    persons: Estimates
    share: Estimates


def area_coverage(
    quantity: Quantity, totals: Sums, areas: RegionPoints, chosen: Ints, ms: Int32s, minutes: tuple[int, ...]
) -> AreaCoverage:
    """Return the coverage of the ``chosen`` areas by the times of the points; as the analysis ``coverage`` computes it.

    Parameters
    ----------
    quantity : Quantity
    totals : Sums
        Of all areas.
    areas : RegionPoints
    chosen : int64 array, shape (areas,)
    ms : int32 array, shape (points,)
    minutes : tuple of int, length breaks
    """
    position, point = areas.of_regions(chosen)
    count, breaks = len(chosen), len(minutes)
    covered = threshold_sums(totals.surface, position, count, bands(ms, minutes)[point], breaks, point.astype(np.int64))
    shares = Shares(covered, totals, np.repeat(chosen, breaks)).ratio(quantity)

    def table(values: Floats) -> Floats:
        return values.reshape(count, breaks)

    return AreaCoverage(
        Estimates(*(v[chosen] for v in (totals.value(quantity), totals.margin(quantity)))),
        Estimates(table(covered.value(quantity)), table(covered.margin(quantity))),
        Estimates(*(table(v) for v in shares)),
    )


def moved_across(
    surface: DemandSurface,
    quantity: Quantity,
    region: Int32s,
    regions: int,
    point: Int32s,
    slower: Int32s,
    faster: Int32s,
    minutes: tuple[int, ...],
) -> Estimates:
    """Return the people of regions whose time is beyond a break at ``slower`` times and within it at ``faster`` ones.

    Parameters
    ----------
    surface : DemandSurface
    quantity : Quantity
    region : int32 array, shape (m,)
        Region of each entry, -1 for none.
    regions : int
    point : int32 array, shape (m,)
        Point of each entry.
    slower, faster : int32 arrays, shape (m,), ms
    minutes : tuple of int, length breaks

    Returns
    -------
    Estimates of shape (regions, breaks)
    """
    breaks = len(minutes)
    low, high = bands(faster, minutes), bands(slower, minutes)
    repeats = np.where(region >= 0, np.maximum(high - low, 0), 0)
    entry, step = repeated(repeats)
    cell = (region[entry] * breaks + low[entry] + step).astype(np.int32)
    sums = region_sums(surface, cell, regions * breaks, point[entry])
    return Estimates(*(v.reshape(regions, breaks) for v in (sums.value(quantity), sums.margin(quantity))))
