"""Indicators: served among eligible persons by area, smoothed, with intervals, rank ranges, trend and funnel limits."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from geoservice.analysis.base import Context, Findings, Process, Units
from geoservice.analysis.frames import stack, table
from geoservice.analysis.hotspot_geographies import contiguity
from geoservice.analysis.hotspots import hotspot_classes
from geoservice.analysis.scorecard_units import GEOGRAPHY, first_period, measure_rows, scorecards
from geoservice.analysis.spatial_statistics.conditional_permutation import two_sided_p
from geoservice.analysis.spatial_statistics.getis_ord import local_g
from geoservice.analysis.spatial_statistics.proportions import smoothed_proportions
from geoservice.analysis.spatial_statistics.weights import Weights
from geoservice.analysis.trend.emerging import emerging_classes
from geoservice.analysis.uptake_series import PeriodMeasures, Series, period_measures, series_of

PROCESS = Process(
    id="indicators",
    title={"zh": "指标与记分卡", "en": "Indicators and scorecards"},
    description={
        "zh": "各区域各期的服务率（服务人数占应服务人数），经验贝叶斯平滑值及区间、名次区间、变化与趋势、漏斗图界限、"
        "是否达标，以及最近一期的热点与新兴热点。",
        "en": "Served among eligible persons by area and period: smoothed rate with its interval, range of ranks, change and "
        "trend, funnel limits, target; hotspots and emerging hotspots of the last period.",
    },
    reference="Martuzzi and Elliott (1996); Spiegelhalter (2005); Goldstein and Spiegelhalter (1996), League tables and their "
    "limitations; Mann (1945); Sen (1968)",
)
EMERGING_PERIODS = 10
"""Fewest periods for emerging hotspots, as in Esri's tool."""


class Params(BaseModel):
    """Targets in percent by service, and how ranks and hotspots are computed.

    ``draws`` of the rates give the ranges of ranks, ``earlier_draws`` those of periods before the last; ``permutations`` test
    hotspots; ``min_units`` below which a map is too small. Of one level, service and group there are ``most_scorecards`` at
    most: those of the last periods, none if the level has more areas.
    """

    model_config = ConfigDict(frozen=True)
    targets: dict[str, float] = {}
    draws: int = Field(2000, ge=100, le=20_000)
    earlier_draws: int = Field(500, ge=100, le=20_000)
    most_scorecards: int = Field(20_000, ge=0, le=200_000)
    permutations: int = Field(9999, ge=99, le=99_999)
    seed: int = Field(1, ge=0)
    min_units: int = Field(8, ge=4, le=1000)


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return the indicators of every service and group for the areas of each level that the uptake table reports.

    The geography of a level has the last period; ``scorecard`` has a record for each area, service, group and period.
    """
    if context.uptake is None or not context.uptake.num_rows:
        return Findings(stack([]))
    frame, rows, units = context.uptake.to_pandas(), list[pa.Table](), list[pa.Table]()
    for level in context.levels:
        areas, weights = context.areas[level], None
        reported = frame[frame["area"].isin(areas.ids)]
        for key, part in reported.groupby(["service", "group"], sort=True):
            service, group = map(str, key)
            series = series_of(part, areas.ids)
            if weights is None:
                weights = contiguity(areas, context.projection)
            dims: dict[str, Any] = {"geography": level, "unit": np.array(areas.ids, object), "service": service, "group": group}
            target = params.targets.get(service)
            measures = _by_period(series, target, params)
            rows += measure_rows(measures[-1].values, measures[-1].rate_margin, dims)
            rows += _hotspots(series, weights, params, dims)
            if len(areas.ids) <= params.most_scorecards:
                cards = scorecards(areas, series, measures, service, group, target)
                rows.append(cards.rows)
                units.append(cards.units)
    return Findings(stack(rows), [Units(GEOGRAPHY, pa.concat_tables(units))] if units else [])


def _by_period(series: Series, target: float | None, params: Params) -> list[PeriodMeasures]:
    """Return the measures of the periods that have scorecards, and of the last one in any case."""
    last = len(series.periods) - 1
    first = min(first_period(len(series.served), last + 1, params.most_scorecards), last)
    return [
        period_measures(series, k, target, params.draws if k == last else params.earlier_draws, params.seed)
        for k in range(first, last + 1)
    ]


def _hotspots(series: Series, weights: Weights, params: Params, dims: dict[str, Any]) -> Iterator[pa.Table]:
    """Yield the hotspot class of the last period, and the emerging class of many periods."""
    periods = len(series.periods)
    complete = np.isfinite(series.served) & (np.nan_to_num(series.eligible) > 0)
    if complete[:, -1].sum() < params.min_units:
        return
    first = 0 if periods >= EMERGING_PERIODS else periods - 1
    z, classes = [], []
    for k in range(first, periods):
        base = np.where(complete[:, k], series.eligible[:, k], 0)
        values = smoothed_proportions(np.nan_to_num(series.served[:, k]), base).rate
        score = local_g(values, weights, star=True)
        p = two_sided_p(values, weights, permutations=params.permutations, seed=params.seed)
        z.append(score)
        classes.append(hotspot_classes(score, np.where(np.isnan(score), np.nan, p)))
    shown = np.where(complete[:, -1], classes[-1].astype(float), np.nan)
    yield table(shown, measure="hotspot_class", missing="not_applicable", **dims)
    if periods >= EMERGING_PERIODS:
        scores = np.nan_to_num(np.column_stack(z))
        emerging = emerging_classes(scores, np.column_stack(classes)).astype(float)
        yield table(
            np.where(complete.all(axis=1), emerging, np.nan), measure="emerging_class", missing="not_applicable", **dims
        )
