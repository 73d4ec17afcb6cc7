"""Projection: people by area, year and migration scenario, demand for services, and the stations that overload.

Levels are projected from the top down; areas that make up a projected area are raked to it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from geoservice.analysis.base import Context, Findings, Process, Units
from geoservice.analysis.frames import stack, table
from geoservice.analysis.projection_units import BY_YEAR, projection_units, unit_ids
from geoservice.analysis.projections.area_projection import AreaProjection, blocks_of, project_areas
from geoservice.analysis.projections.history import PyramidHistory, dates_of, pyramid_history
from geoservice.analysis.projections.migration import SCENARIOS, Scenario
from geoservice.analysis.projections.prediction_bands import Band
from geoservice.analysis.projections.pyramid import AgeGroups
from geoservice.analysis.projections.service_demand import use_rates
from geoservice.analysis.station_outlook import station_outlook
from geoservice.errors import InputError
from geoservice.geo import Floats, Ints

PROCESS = Process(
    id="projection",
    title={"zh": "人口与需求推算", "en": "Projection"},
    description={
        "zh": "按队列变化率（Hamilton-Perry 方法）推算各区域今后各年的人口，含四种迁移情景和预测区间；由此得出各项服务的需求、"
        "各站点的负荷率和开始超负荷的年份。",
        "en": "People of each area in future years by cohort change ratios (the method of Hamilton and Perry), for four "
        "migration scenarios, with a prediction band; from it the demand for services, the load of stations and the year in "
        "which they overload.",
    },
    reference="Hamilton and Perry (1962); Swanson, Schlottmann and Schmidt (2010); Baker, Swanson, Tayman and Tedrow (2017), "
    "Cohort change ratios and their applications; Marshall (1991); Rayer, Smith and Tayman (2009)",
)
GROUPS: Mapping[str, tuple[int, int | None]] = {
    "all": (0, None),
    "under_15": (0, 14),
    "aged_15_64": (15, 64),
    "over_65": (65, None),
}
"""Ages of the groups of a projection."""
HORIZONS = (5, 10)
"""Years after the launch that are columns of the areas."""


class Params(BaseModel):
    """Services with their use by age, the scenario that stations follow, the last year, and life expectancy by sex.

    ``use_rates`` are visits a person and period of the stations' capacity, by age, such as ``{"0-5": 4.0}``; ages that are not
    named make none. A service without rates is used once by everybody.
    """

    model_config = ConfigDict(frozen=True)
    services: tuple[str, ...] = ()
    use_rates: dict[str, dict[str, float]] = {}
    scenario: Scenario = "as_observed"
    projection_years: int = Field(10, ge=1, le=30)
    life_expectancy: dict[str, float] = {"female": 80.9, "male": 75.4}
    seed: int = Field(1, ge=0)


class LevelHistory(NamedTuple):
    """The pyramids of a level's areas, or the reason why there is no projection of it."""

    history: PyramidHistory | None
    reason: str = ""


def histories(pyramids: pa.Table | None, areas: Mapping[str, list[str]]) -> dict[str, LevelHistory]:
    """Return the history of each level with pyramids; ``areas`` are the codes of each level, from the top down.

    All levels are projected from the last date of the lowest level that has two; later ones are official projections.
    """
    if pyramids is None or not pyramids.num_rows:
        return {}
    frame = pyramids.to_pandas()
    by_level = {level: frame[frame["area"].isin(codes)] for level, codes in areas.items()}
    with_two = [level for level, rows in by_level.items() if len(dates_of(rows)) > 1]
    found: dict[str, LevelHistory] = {}
    for level, rows in by_level.items():
        if not len(rows):
            continue
        try:
            launch = dates_of(by_level[with_two[-1]] if with_two else rows)[-1]
            found[level] = LevelHistory(pyramid_history(rows, areas[level], launch))
        except InputError as error:
            found[level] = LevelHistory(None, str(error))
    return found


def weights_of(ages: AgeGroups, sexes: int, params: Params) -> tuple[list[tuple[str, str]], Floats]:
    """Return the quantities, as (group, service), and their weights by sex and age, shape ``(quantities, sexes, ages)``."""
    keys = [(group, "") for group in GROUPS] + [("all", service) for service in params.services]
    rows = [ages.shares(*bounds) for bounds in GROUPS.values()]
    for service in params.services:
        rates = params.use_rates.get(service)
        rows.append(use_rates(ages, rates, others=0.0) if rates else np.ones(len(ages)))
    return keys, np.repeat(np.stack(rows)[:, None, :], sexes, axis=1)


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return the projection of each level that has pyramids of two dates, and the outlook of stations from the lowest one."""
    rows: list[pa.Table] = []
    projections: dict[str, AreaProjection] = {}
    keys: list[tuple[str, str]] = []
    codes = {level: context.areas[level].ids for level in context.levels}
    notes: list[dict[str, str]] = []
    for level, (history, reason) in histories(context.pyramids, codes).items():
        if history is None:
            notes.append(no_projection(level, reason))
            continue
        keys, weights = weights_of(history.ages, history.persons.shape[-2], params)
        lives = life_expectancies(params.life_expectancy, history.persons.shape[-2])
        blocks = blocks_of(history, params.projection_years, families(context, level, history, projections))
        found = project_areas(history, params.projection_years, weights, lives, blocks, params.scenario, params.seed)
        projections[level] = found
        rows += [*_rows_by_year(found, keys), *_rows_by_area(level, found, keys)]
    if not projections:
        return Findings(stack([]), notes=notes)
    tables = [projection_units(context.areas[level], level, found) for level, found in projections.items()]
    level, found = list(projections.items())[-1]
    demand = {service: found.band(i, params.scenario) for i, (_, service) in enumerate(keys) if service}
    outlook = station_outlook(context, level, found, demand)
    return Findings(stack([*rows, outlook.rows]), [Units(BY_YEAR, pa.concat_tables(tables)), *outlook.units], notes)


def no_projection(level: str, reason: str) -> dict[str, str]:
    """Return the note on a level whose pyramids do not give a projection."""
    return {
        "zh": f"层级 {level} 的人口年龄结构（pyramids）无法用于推算：{reason}",
        "en": f"pyramids of level {level} give no projection: {reason}",
    }


def life_expectancies(by_sex: Mapping[str, float], sexes: int) -> list[float]:
    """Return the life expectancy of each sex of a pyramid; the mean if it has one.

    >>> life_expectancies({"female": 80.0, "male": 76.0}, 1)
    [78.0]
    """
    both = [by_sex["female"], by_sex["male"]]
    return both if sexes == len(both) else [float(np.mean(both))]


def families(
    context: Context, level: str, history: PyramidHistory, above: Mapping[str, AreaProjection]
) -> list[tuple[Ints, AreaProjection, int]]:
    """Return the areas above that are projected, with the positions of their parts, if every part has pyramids."""
    frame = context.areas[level].table.select(["unit", "parent"]).to_pandas()
    position = {code: i for i, code in enumerate(history.areas)}
    found: list[tuple[Ints, AreaProjection, int]] = []
    for projection in above.values():
        for number, code in enumerate(projection.history.areas):
            parts = frame.loc[frame["parent"] == code, "unit"]
            same = (projection.history.launch, projection.history.step) == (history.launch, history.step)
            if same and len(parts) and all(part in position for part in parts):
                found.append((np.array([position[part] for part in parts]), projection, number))
    return found


def _rows_by_year(found: AreaProjection, keys: list[tuple[str, str]]) -> Iterator[pa.Table]:
    """Yield persons and demand of each area, year and scenario."""
    for scenario in SCENARIOS:
        unit = unit_ids(found, scenario)
        for index, (group, service) in enumerate(keys):
            band = found.band(index, scenario)
            dims: dict[str, Any] = {"geography": BY_YEAR, "unit": unit, "group": group, "service": service}
            measure = "projected_demand" if service else "projected_persons"
            yield table(band.central.ravel(), half_width(band).ravel(), measure=measure, **dims)
            if not service:
                yield table(band.low.ravel(), measure="projected_low", **dims)
                yield table(band.high.ravel(), measure="projected_high", **dims)


def _rows_by_area(level: str, found: AreaProjection, keys: list[tuple[str, str]]) -> Iterator[pa.Table]:
    """Yield persons of each area at launch and in some years, and the change."""
    for index, (group, service) in enumerate(keys):
        if service:
            continue
        band = found.band(index, found.scenario)
        dims: dict[str, Any] = {"geography": level, "unit": list(found.history.areas), "group": group}
        now, margin = band.central, half_width(band)
        yield table(now[:, 0], margin[:, 0], measure="persons_at_launch", **dims)
        for years in (y for y in HORIZONS if y < now.shape[1]):
            yield table(now[:, years], margin[:, years], measure=f"persons_in_{years}_years", **dims)
            change, error = 100 * (now[:, years] - now[:, 0]), 100 * margin[:, years]
            base = np.where(now[:, 0] > 0, now[:, 0], np.nan)
            yield table(change / base, error / base, measure=f"change_in_{years}_years", **dims)


def half_width(band: Band) -> Floats:
    """Return half of the width of a band, as a margin."""
    return np.asarray((band.high - band.low) / 2, np.float64)
