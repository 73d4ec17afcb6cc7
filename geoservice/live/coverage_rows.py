"""Coverage before and after some edits, as rows of an answer."""

from typing import Any, NamedTuple

import numpy as np

from geoservice.analysis.coverage import bands
from geoservice.demand import ChangedSums, DemandSurface, Quantity, Sums, threshold_sums
from geoservice.geo import Int32s, Ints
from geoservice.live.coverage import Coverage, moved_across
from geoservice.live.estimates import Counts, Estimates, numbers
from geoservice.live.scenario import PointTimes

Json = dict[str, Any]


class Crossings(NamedTuple):
    """People whom the edits bring within each break, and whom they leave beyond it; shapes ``(regions, breaks)``."""

    gained: Estimates
    lost: Estimates

    @classmethod
    def of(
        cls,
        surface: DemandSurface,
        quantity: Quantity,
        region: Int32s,
        regions: int,
        times: PointTimes,
        rank: Ints,
        minutes: tuple[int, ...],
    ) -> "Crossings":
        """Return the crossings of regions; ``region`` and ``rank``, a position in ``times``, have an entry for each region."""
        old, new = (bands(ms, minutes)[rank] for ms in (times.ms_before, times.ms))
        entries = surface, quantity, region, regions, times.point[rank]
        return cls(moved_across(*entries, old, new, len(minutes)), moved_across(*entries, new, old, len(minutes)))


def covered_after(
    surface: DemandSurface,
    before: Sums,
    row: Ints,
    region: Int32s,
    regions: int,
    times: PointTimes,
    rank: Ints,
    minutes: tuple[int, ...],
) -> Sums:
    """Return the people of regions within each break after the edits; only leaves with a changed point are summed again.

    ``before`` has their people before the edits in the rows ``row``, one for each region and break. ``times`` are those of all
    points of these leaves; ``region`` and ``rank``, a position in ``times``, have an entry for each region.
    """
    removed, added = (
        threshold_sums(surface, region, regions, bands(ms, minutes)[rank], len(minutes), times.point[rank])
        for ms in (times.ms_before, times.ms)
    )
    return ChangedSums.of(before, row, removed, added)


def coverage_rows(
    before: Coverage, after: Coverage, crossings: Crossings, minutes: tuple[int, ...], counts: Counts
) -> list[Json]:
    """Return for each region its persons, median minutes, and the numbers of each break."""
    names = ("persons", "persons_before", "share", "share_before", "gained", "lost")
    columns = (
        *map(counts, (after.persons, before.persons)),
        *map(numbers, (after.share, before.share)),
        *map(counts, crossings),
    )
    totals, median, median_before = counts(after.total), numbers(after.median), numbers(before.median)
    return [
        {
            "persons": totals[i],
            "median_minutes": median[i],
            "median_minutes_before": median_before[i],
            "breaks": [
                {"minutes": limit, **dict(zip(names, (column[i][b] for column in columns), strict=True))}
                for b, limit in enumerate(minutes)
            ],
        }
        for i in range(len(np.atleast_1d(after.total.value)))
    ]
