"""Coverage before and after some edits, as rows of an answer."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from geoservice.analysis.coverage import bands
from geoservice.demand import ChangedSums, DemandSurface, Quantity, ShareChanges, Sums, threshold_sums
from geoservice.geo import Int32s, Ints
from geoservice.live.coverage import Coverage, moved_across
from geoservice.live.estimates import Counts, Estimates, numbers
from geoservice.live.scenario import PointTimes

Json = dict[str, Any]


class Crossings(NamedTuple):
    """People who are within each break at the later of two times and beyond it at the earlier one, and the other way round.

    Both have a row for each region and break.
    """

    gained: Sums
    lost: Sums

    @classmethod
    def of(
        cls, surface: DemandSurface, region: Int32s, regions: int, times: PointTimes, rank: Ints, minutes: tuple[int, ...]
    ) -> "Crossings":
        """Return the crossings of regions; ``region`` and ``rank``, a position in ``times``, have an entry for each region."""
        old, new = (bands(ms, minutes)[rank] for ms in (times.ms_before, times.ms))
        entries = surface, region, regions, times.point[rank]
        return cls(moved_across(*entries, old, new, len(minutes)), moved_across(*entries, new, old, len(minutes)))

    def people(self, quantity: Quantity, breaks: int) -> tuple[Estimates, Estimates]:
        """Return the people gained and lost, each of the shape ``(regions, breaks)``."""
        shape = self.gained.regions // breaks, breaks
        return Estimates.of(self.gained, quantity, *shape), Estimates.of(self.lost, quantity, *shape)

    def change(self, totals: Sums, region: Ints, quantity: Quantity, after: Estimates, before: Estimates) -> Estimates:
        """Return the difference of two shares in percentage points, with the margin of the difference itself.

        ``region`` is the row of ``totals`` of each region; the shares have the shape ``(regions, breaks)``.
        """
        shape = after.value.shape
        margin = ShareChanges(self.gained, self.lost, totals, np.repeat(region, shape[1])).margin(quantity)
        return Estimates(after.value - before.value, margin.reshape(shape))


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
    before: Coverage,
    after: Coverage,
    moved: tuple[Estimates, Estimates],
    change: Estimates,
    minutes: tuple[int, ...],
    counts: Counts,
) -> list[Json]:
    """Return for each region its persons, median minutes, and the numbers of each break.

    ``moved`` are the people gained and lost, ``change`` is the change of the share; all have the shape ``(regions, breaks)``.
    """
    columns = {
        "persons": counts(after.persons),
        "persons_before": counts(before.persons),
        "share": numbers(after.share),
        "share_before": numbers(before.share),
        "share_change": numbers(change),
        "gained": counts(moved[0]),
        "lost": counts(moved[1]),
    }
    totals, median, median_before = counts(after.total), numbers(after.median), numbers(before.median)
    return [
        {
            "persons": totals[i],
            "median_minutes": median[i],
            "median_minutes_before": median_before[i],
            "breaks": break_rows(columns, i, minutes),
        }
        for i in range(len(np.atleast_1d(after.total.value)))
    ]


def break_rows(columns: Mapping[str, Any], region: int, minutes: tuple[int, ...]) -> list[Json]:
    """Return a row for each break with the numbers of a region; columns have the shape ``(regions, breaks)``."""
    return [
        {"minutes": limit, **{name: column[region][b] for name, column in columns.items()}} for b, limit in enumerate(minutes)
    ]
