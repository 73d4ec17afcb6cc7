"""Equal services: minutes, load and uptake of migrants beside residents by area, with the difference and its margin."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.base import Context, Findings, Process
from geoservice.analysis.coverage import AreaRegions, bands
from geoservice.analysis.frames import nearest_trips, stack, table, trip_columns
from geoservice.analysis.group_medians import median_gaps
from geoservice.analysis.met_load import LoadField
from geoservice.analysis.proportion_intervals import difference_interval, proportion
from geoservice.demand import Quantity, Sums, region_sums, threshold_sums
from geoservice.geo import Floats, Objects
from geoservice.measures import BEYOND, NOBODY, NOT_APPLICABLE

PROCESS = Process(
    id="equal_services",
    title={"zh": "服务均等化", "en": "Equal services"},
    description={
        "zh": "各区域流动人口与户籍人口的对比：到最近站点的中位时间之差、最近站点的平均负荷（未填服务能力的站点不计）及其差、"
        "最近一期服务率及其差，均附90%误差范围。",
        "en": "Migrants beside residents by area: difference of the median minutes to the nearest station, mean load of the "
        "nearest stations (those without a stated capacity are left out), share served in the last period; each difference "
        "with its 90 % margin.",
    },
    reference="Newcombe (1998), Interval estimation for the difference between independent proportions, method 10",
)
MIGRANT, RESIDENT = "migrant", "resident"
GROUPS = (MIGRANT, RESIDENT)
MIGRANTS, RESIDENTS = Quantity("persons", MIGRANT), Quantity("persons", RESIDENT)


class Params(BaseModel):
    """Services, inclusive breaks in minutes, population groups."""

    model_config = ConfigDict(frozen=True)
    services: tuple[str, ...]
    minutes: tuple[int, ...]
    groups: tuple[str, ...] = ()


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return loads and uptake of both groups, and the differences of medians, loads and uptake."""
    rows = list(_uptake(context))
    if set(GROUPS) <= set(params.groups):
        areas = AreaRegions.of(context)
        totals = region_sums(context.demand.surface, areas.region, len(areas), areas.point)
        for trip in nearest_trips(context.demand.travel, params.services):
            dims = {**trip_columns(trip), **areas.columns()}
            rows += _minutes(context, params, areas, totals, dims, bands(context.demand.travel[trip].ms, params.minutes))
            field = LoadField.of(context, trip, areas.region, len(areas), areas.point)
            rows += _loads(field, totals, dims)
    return Findings(stack(rows))


def _minutes(
    context: Context, params: Params, areas: AreaRegions, totals: Sums, dims: dict[str, Any], band: Any
) -> Iterator[pa.Table]:
    """Yield the median minutes of migrants less those of residents."""
    size = len(params.minutes)
    covered = threshold_sums(context.demand.surface, areas.region, len(areas), band[areas.point], size, areas.point)
    found = median_gaps(covered, totals, MIGRANTS, RESIDENTS, np.asarray(params.minutes, float))
    missing = np.where(_nobody(totals, MIGRANTS) | _nobody(totals, RESIDENTS), NOBODY, BEYOND).astype(object)
    yield table(found.value, found.margin, missing, measure="minutes_gap", group=MIGRANT, **dims)


def _loads(field: LoadField, totals: Sums, dims: dict[str, Any]) -> Iterator[pa.Table]:
    """Yield the mean load that each group meets, and the difference in percentage points."""
    found = []
    for quantity in (MIGRANTS, RESIDENTS):
        means, group = field.mean(quantity)
        missing = _missing_load(_nobody(totals, quantity))
        yield table(*means, missing, measure="met_load", group=quantity.group, **dims)
        found.append(group)
    missing = _missing_load(_nobody(totals, MIGRANTS) | _nobody(totals, RESIDENTS))
    yield table(*field.difference(*found), missing, measure="load_gap", group=MIGRANT, **dims)


def _nobody(totals: Sums, quantity: Quantity) -> Any:
    return ~(totals.value(quantity) > 0)


def _missing_load(nobody: Any) -> Objects:
    """Return the reason of a missing load: nobody of the group, or nobody who meets a station with a known capacity."""
    return np.where(nobody, NOBODY, NOT_APPLICABLE).astype(object)


def last_common_period(frame: pd.DataFrame) -> str | None:
    """Return the last period that a table of uptake reports for migrants and for residents; None for none.

    >>> rows = [("2023", "migrant"), ("2023", "resident"), ("2024", "resident")]
    >>> last_common_period(pd.DataFrame(rows, columns=["period", "group"]))
    '2023'
    """
    periods = set.intersection(*(set(frame.loc[frame["group"] == g, "period"]) for g in GROUPS))
    return max(periods, default=None)


def _uptake(context: Context) -> Iterator[pa.Table]:
    """Yield the share served of each group, and the difference, of the areas that the uptake table reports."""
    if context.uptake is None:
        return
    frame = context.uptake.to_pandas()
    for level in context.levels:
        ids = context.areas[level].ids
        for service, part in frame[frame["area"].isin(ids)].groupby("service", sort=True):
            period = last_common_period(part)
            if period is not None:
                dims: dict[str, Any] = {"geography": level, "unit": np.array(ids, object), "service": service}
                yield from _shares(part[part["period"] == period], ids, dims)


def _shares(frame: pd.DataFrame, ids: list[str], dims: dict[str, Any]) -> Iterator[pa.Table]:
    numbers: list[Floats] = []
    for group in GROUPS:
        of_group = frame[frame["group"] == group].groupby("area")[["served", "eligible"]].sum().reindex(ids)
        served, eligible = of_group["served"].to_numpy(float), np.nan_to_num(of_group["eligible"].to_numpy(float))
        share, margin = proportion(served, eligible)
        yield table(100 * share, 100 * margin, NOT_APPLICABLE, measure="uptake_share", group=group, **dims)
        numbers += [served, eligible]
    served, eligible, other_served, other_eligible = numbers
    low, high = difference_interval(served, eligible, other_served, other_eligible)
    value = proportion(served, eligible)[0] - proportion(other_served, other_eligible)[0]
    farther = np.maximum(value - low, high - value)
    yield table(100 * value, 100 * farther, NOT_APPLICABLE, measure="uptake_gap", group=MIGRANT, **dims)
