"""Interaction models: the flows that distance and the sizes of origins and areas explain, and those far above them."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from geoservice.analysis.balance import SYSTEM, flow_matrix
from geoservice.analysis.base import Context, Findings, Process
from geoservice.analysis.flow_rows import FlowRows, distances_km
from geoservice.analysis.flow_table import SPARE, FlowTable, TableFit, fit_table, flow_table, spare
from geoservice.analysis.flows import flow_geographies, unit_ids
from geoservice.analysis.frames import stack, table
from geoservice.analysis.migration import (
    common_part,
    fit_gravity,
    noisy_excess,
    nonnegative_flows,
    radiation_flows,
)
from geoservice.demand import Quantity, noise_margins, region_sums
from geoservice.errors import ParameterError
from geoservice.measures import NOT_APPLICABLE

PROCESS = Process(
    id="interaction",
    title={"zh": "人口流动的重力模型", "en": "Gravity models of migration"},
    description={
        "zh": "用双约束重力模型（拟泊松）估计距离与两端规模能够解释的流动人数，并标出明显高于模型的流动"
        "（超出误差范围与模型离散度）；区域之间另与辐射模型比较。",
        "en": "Flows that distance and the sizes of both ends explain, by doubly constrained gravity models (quasi-Poisson), "
        "and flows far above them, beyond the margin of the estimates and the spread of flows around the model; between areas "
        "also the fit of the radiation model.",
    },
    reference="Wilson (1971), A family of spatial interaction models; Flowerdew and Aitkin (1982), A method of fitting the "
    "gravity model based on the Poisson distribution; Breslow (1984), Extra-Poisson variation in log-linear models; Simini et "
    "al. (2012), A universal model for mobility and migration patterns",
)


class Params(BaseModel):
    """What counts as far above the model.

    ``level`` is the expected share of false discoveries among the flows that are flagged, ``least_ratio`` the smallest ratio of
    observed to expected; with a margin of the exponent of distance above ``largest_margin``, distance is left out.
    """

    model_config = ConfigDict(frozen=True)
    level: float = Field(0.05, gt=0, le=0.5)
    least_ratio: float = Field(1.5, ge=1, le=100)
    largest_margin: float = Field(1.0, gt=0, le=10)


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return expected flows, ratios and classes of each geography with two areas or more, and the parameters of the models.

    Sizes are the totals of origins and areas in the same table, as effects of both: a register knows who arrived in its own
    areas, not how many people live elsewhere. Of flows into one area alone, nothing tells size from attraction. Between areas
    of the study people are known on both sides; there a production-constrained model has the power of their number.
    """
    rows = [r for name, flows in flow_geographies(context).items() for r in _geography(name, flows, params)]
    return Findings(stack([*rows, *(r for level in context.levels for r in _between_areas(context, level))]))


def _geography(name: str, flows: FlowRows, params: Params) -> Iterator[pa.Table]:
    matrix = flow_table(flows)
    model = fit_table(matrix, params.largest_margin)
    if model is not None:
        yield from _flows(name, flows, matrix, model, params)
        yield from _system(name, model, {})


def _flows(name: str, flows: FlowRows, matrix: FlowTable, model: TableFit, params: Params) -> Iterator[pa.Table]:
    fitted, at = model.fit.model.pairs, (matrix.row, matrix.column)
    p = np.full(fitted.shape, np.nan)
    p[fitted] = model.excess.p
    expected, margin = np.where(fitted, model.fit.fitted, np.nan)[at], noise_margins(flows.noise)
    ratio = flows.persons / expected
    is_far = (p[at] <= params.level) & (ratio >= params.least_ratio) & (flows.persons - margin > expected)
    dims: dict[str, Any] = {"geography": name, "unit": np.array(unit_ids(flows), object), "group": "migrant"}
    dims["missing"] = NOT_APPLICABLE
    yield table(expected, measure="flow_expected", **dims)
    yield table(ratio, margin / expected, measure="flow_ratio", **dims)
    yield table(np.where(np.isfinite(expected), is_far, np.nan), measure="excess_class", **dims)


def _system(name: str, model: TableFit, more: Mapping[str, float]) -> Iterator[pa.Table]:
    """Yield the coefficients of a model with their margins, and how well it fits."""
    dims: dict[str, Any] = {"geography": SYSTEM, "unit": [name], "group": "migrant"}
    fit = model.fit
    for covariate, value in fit.coefficients.items():
        yield table(np.array([value]), np.array([model.margin(covariate)]), measure=f"gravity_{covariate}", **dims)
    measures = {
        "gravity_d2": 100 * fit.d2,
        "gravity_deviance": fit.deviance,
        "gravity_degrees": fit.residual_degrees,
        "gravity_dispersion": fit.pearson_dispersion,
        "gravity_spread": 100 * model.excess.spread,
        "gravity_common_part": 100 * fit.common_part,
        **more,
    }
    for measure, value in measures.items():
        yield table(np.array([value]), measure=measure, **dims)


def _between_areas(context: Context, level: str) -> Iterator[pa.Table]:
    """Yield the gravity and the radiation model of the flows between all areas of a level, if they were measured."""
    flows, ids = context.demand.surface.flows, context.areas[level].ids
    matrix = None if flows is None else flow_matrix(flows, ids)
    if matrix is None:
        return
    people = region_sums(context.demand.surface, context.demand.area[level], len(ids)).value(Quantity("persons"))
    places = [context.flow_places[code] for code in ids]
    km, persons = distances_km(places, places), nonnegative_flows(matrix.persons)
    try:
        fit = fit_gravity(persons, km, "production", destinations=people)
    except ParameterError:  # an area without people or a position, or no flows above 0
        return
    if spare(fit) >= SPARE:
        radiation, pairs = radiation_flows(persons.sum(axis=1), people, people, km), fit.model.pairs
        model = TableFit(fit, noisy_excess(fit, matrix.persons, matrix.noise))
        yield from _system(level, model, {"radiation_common_part": 100 * common_part(persons[pairs], radiation[pairs])})
