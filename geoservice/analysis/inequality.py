"""Inequality of the minutes to the nearest station over people, and the shortfall beyond the standard, by area and group.

People who are not reached within the search limit, the last break, count with the limit itself. To leave them out would make an
area more equal the more of its people are left unreached. The mean, the depth and the severity of the shortfall are then lower
bounds; an area none of whose people is reached has no index. The share beyond any break is with the coverage.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.base import Context, Findings, Process, Trip
from geoservice.analysis.coverage import AreaRegions
from geoservice.analysis.frames import nearest_trips, stack, table, trip_columns
from geoservice.analysis.inequality_indices import (
    Distributions,
    Index,
    fgt_index,
    gini_index,
    mean_index,
    palma_index,
    theil_between,
    theil_index,
)
from geoservice.analysis.travel_time import MS_PER_MINUTE
from geoservice.demand import DeltaMethod, DemandSurface, Quantity
from geoservice.geo import Bools, Floats, Int32s, Ints, Objects
from geoservice.measures import BEYOND, NOBODY, NOT_APPLICABLE

PROCESS = Process(
    id="inequality",
    title={"zh": "到达时间的不平等", "en": "Inequality of travel time"},
    description={
        "zh": "各区域、各人群到最近站点的分钟数在人口中的不平等程度：均值、基尼系数、泰尔指数（及其下级区域之间的部分）、"
        "帕尔马比值，以及超出服务标准的人口比例、深度与强度（FGT），均附90%误差范围。在检索时间内未到达的人按最后一个时间分段计。",
        "en": "How unequal minutes to the nearest station are over the people of each area and group: mean, Gini, Theil (and "
        "its part between the areas below) and Palma ratio; the share, depth and severity of the shortfall beyond the "
        "standard (FGT); all with 90 % margins. People who are not reached count with the last break.",
    },
    reference="Foster, Greer and Thorbecke (1984), A class of decomposable poverty measures; Theil (1967), Economics and "
    "information theory; Cobham and Sumner (2013), Is it all about the tails?",
)
INDICES: Mapping[str, Callable[[Distributions], Index]] = {
    "mean_minutes": mean_index,
    "minutes_gini": gini_index,
    "minutes_theil": theil_index,
    "minutes_palma": palma_index,
}
BETWEEN = "minutes_theil_between"
SHORTFALLS = ("shortfall_share", "shortfall_depth", "shortfall_severity")
"""Foster-Greer-Thorbecke measures of order 0, 1, 2; the first is in percent."""


class Params(BaseModel):
    """Services, inclusive breaks in minutes, standards by service, population groups."""

    model_config = ConfigDict(frozen=True)
    services: tuple[str, ...]
    minutes: tuple[int, ...]
    standards: dict[str, int]
    groups: tuple[str, ...] = ("all",)


def capped_minutes(ms: Int32s, limit: int) -> Floats:
    """Return times in minutes, with the limit in place of those beyond it. Same shape.

    >>> capped_minutes(np.array([90_000, 2**31 - 1], np.int32), 30).tolist()
    [1.5, 30.0]
    """
    return np.minimum(ms, limit * MS_PER_MINUTE) / MS_PER_MINUTE


def areas_above(areas: AreaRegions, levels: int) -> Ints:
    """Return the area of the level above that each area is in, -1 for the highest level; shape ``(areas,)``."""
    region = areas.region.reshape(levels, -1)
    above = np.full(len(areas), -1, np.int64)
    for upper, lower in pairwise(region):
        inside = (upper >= 0) & (lower >= 0)
        above[lower[inside]] = upper[inside]
    return above


@dataclass(frozen=True)
class _Entries:
    """The points of every area, with the margins of indices of the areas, and of the areas above them."""

    surface: DemandSurface
    areas: AreaRegions
    region: Int32s
    point: Int32s | Ints
    above: Ints
    delta: DeltaMethod
    below: Ints
    delta_above: DeltaMethod

    @classmethod
    def of(cls, context: Context) -> "_Entries":
        surface, areas = context.demand.surface, AreaRegions.of(context)
        inside = areas.region >= 0
        region, point = areas.region[inside], areas.point[inside]
        above = areas_above(areas, len(context.levels))
        below = np.flatnonzero(above[region] >= 0)
        delta = DeltaMethod.of(surface, region, len(areas), point)
        delta_above = DeltaMethod.of(surface, above[region[below]].astype(np.int32), len(areas), point[below])
        return cls(surface, areas, region, point, above, delta, below, delta_above)

    def persons(self, quantity: Quantity) -> Floats:
        """Return the signed estimates of the persons at each entry."""
        surface = self.surface
        return surface.point_weight[self.point] * surface.values[quantity][surface.point_leaf[self.point]]

    def margins(self, quantity: Quantity, distributions: Distributions, indices: Iterable[Index]) -> Floats:
        """Return the margins of indices of each area; shape ``(indices, areas)``."""
        return self.delta.margins(quantity, np.stack([_unsorted(distributions, index) for index in indices]))

    def margin_between(self, quantity: Quantity, distributions: Distributions, index: Index) -> Floats:
        """Return the margin of an index of each area that is made of the areas below it; shape ``(areas,)``."""
        derivative = _unsorted(distributions, index)[self.below]
        return np.asarray(self.delta_above.margins(quantity, derivative[None])[0])


def _unsorted(distributions: Distributions, index: Index) -> Floats:
    """Return the derivatives of an index in the order of the entries."""
    derivative = np.empty(len(index.derivative))
    derivative[distributions.order] = index.derivative
    return derivative


def _missing(distributions: Distributions, reached: Bools) -> Objects:
    """Return why an index is missing: nobody, nobody reached, or a mean of 0."""
    nobody, unreached = np.isnan(distributions.people), ~(distributions.sum(reached[distributions.order]) > 0)
    return np.where(nobody, NOBODY, np.where(unreached, BEYOND, NOT_APPLICABLE)).astype(object)


def _rows(entries: _Entries, quantity: Quantity, d: Distributions, reached: Bools, dims: dict[str, Any]) -> Iterator[pa.Table]:
    """Yield the inequality of the minutes of a group; areas none of whose people is reached have none."""
    missing = _missing(d, reached)
    some = np.where(missing == BEYOND, np.nan, 1.0)
    indices = {measure: function(d) for measure, function in INDICES.items()}
    margins = entries.margins(quantity, d, indices.values())
    for (measure, found), margin in zip(indices.items(), margins, strict=True):
        yield table(found.value * some, margin, missing, measure=measure, **dims)
    divided = np.flatnonzero(np.bincount(entries.above[entries.above >= 0], minlength=len(entries.areas)))
    if len(divided):
        found = theil_between(d, entries.above, len(entries.areas))
        margin = entries.margin_between(quantity, d, found)[divided]
        columns = dims | {c: dims[c].take(pa.array(divided)) for c in ("geography", "unit")}
        yield table((found.value * some)[divided], margin, missing[divided], measure=BETWEEN, **columns)


def _shortfalls(entries: _Entries, quantity: Quantity, d: Distributions, dims: dict[str, Any]) -> Iterator[pa.Table]:
    """Yield the shortfall of a group beyond the standard, of which ``dims`` have the minutes."""
    indices = [fgt_index(d, dims["minutes"], alpha) for alpha in range(len(SHORTFALLS))]
    margins = entries.margins(quantity, d, indices)
    for measure, found, margin in zip(SHORTFALLS, indices, margins, strict=True):
        percent = measure == SHORTFALLS[0]
        value = np.clip(100 * found.value, 0, 100) if percent else np.maximum(found.value, 0)
        yield table(value, 100 * margin if percent else margin, NOBODY, measure=measure, **dims)


def _trip(context: Context, params: Params, entries: _Entries, trip: Trip) -> Iterator[pa.Table]:
    """Yield the rows of a trip."""
    ms = context.demand.travel[trip].ms[entries.point]
    limit = params.minutes[-1]
    every = Distributions.of(capped_minutes(ms, limit), np.zeros(len(ms)), entries.region, len(entries.areas))
    reached = ms <= limit * MS_PER_MINUTE
    dims: dict[str, Any] = {**trip_columns(trip), **entries.areas.columns()}
    for group in params.groups:
        quantity = Quantity("persons", group)
        if entries.surface.has(quantity):
            d = every.weighted(entries.persons(quantity))
            yield from _rows(entries, quantity, d, reached, {**dims, "group": group})
            yield from _shortfalls(entries, quantity, d, {**dims, "group": group, "minutes": params.standards[trip.service]})


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return the inequality of the minutes to the nearest station, and the shortfall beyond the standard, by area and group."""
    entries = _Entries.of(context)
    return Findings(
        stack(
            [
                rows
                for trip in nearest_trips(context.demand.travel, params.services)
                for rows in _trip(context, params, entries, trip)
            ]
        )
    )
