"""Migration between the areas of a study: in, out and net migrants, and indices of the whole system."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.base import Context, Findings, Process
from geoservice.analysis.flow_rows import distances_km
from geoservice.analysis.frames import stack, table
from geoservice.analysis.migration import (
    aggregate_net_rate,
    connectivity,
    crude_intensity,
    effectiveness,
    gini_standardised,
    gini_total,
    gross_migrants,
    in_migrants,
    index_margin,
    mean_distance,
    median_distance,
    net_migrants,
    out_migrants,
    system_effectiveness,
)
from geoservice.demand import Flows, Quantity, region_sums
from geoservice.geo import Floats

PROCESS = Process(
    id="balance",
    title={"zh": "区域间人口流动", "en": "Migration between areas"},
    description={
        "zh": "同级区域之间的流入、流出、净流入与总流动人数，以及流动强度、效率、连通性、基尼系数、平均与中位距离，"
        "均带误差范围。",
        "en": "Migrants into, out of and between areas of one level, net and gross, and intensity, effectiveness, "
        "connectivity, Gini index, mean and median distance of the whole system, with margins.",
    },
    reference="Bell et al. (2002), Cross-national comparison of internal migration: issues and measures, JRSS A 165",
)
SYSTEM = "system"
"""Geography of the indices of all areas of a level together; the unit is the level."""


class Params(BaseModel):
    """No parameters."""

    model_config = ConfigDict(frozen=True)


class FlowMatrix(NamedTuple):
    """Migrants between the areas of one level: ids, persons by origin and area ``(n, n)``, and noise ``(n, n, replays)``."""

    ids: list[str]
    persons: Floats
    noise: Floats


def flow_matrix(flows: Flows, ids: list[str]) -> FlowMatrix | None:
    """Return the flows among some areas; None unless every area has a flow from every other.

    A flow from an area to itself is 0: who lives where registered is no migrant.
    """
    index = {code: i for i, code in enumerate(ids)}
    arrived = flows.arrived or [""] * len(flows.area)
    rows = [
        k
        for k, (a, o, since) in enumerate(zip(flows.area, flows.origin, arrived, strict=True))
        if not since and a in index and o in index and a != o
    ]
    if len(ids) < 2 or len(rows) != len(ids) * (len(ids) - 1):
        return None
    origin, area = (np.array([index[codes[k]] for k in rows]) for codes in (flows.origin, flows.area))
    persons, noise = np.zeros((len(ids),) * 2), np.zeros((len(ids), len(ids), flows.noise.shape[1]))
    persons[origin, area], noise[origin, area] = flows.persons[rows], flows.noise[rows]
    return FlowMatrix(ids, persons, noise)


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return the balance of each area, and the indices of each level with a complete matrix of flows."""
    flows = context.demand.surface.flows
    rows: list[pa.Table] = []
    for level in context.levels if flows is not None else ():
        matrix = flow_matrix(flows, context.areas[level].ids)  # type: ignore[arg-type]  # not None in this loop
        if matrix is not None:
            rows += [*_areas(level, matrix), *_system(context, level, matrix)]
    return Findings(stack(rows))


_BY_AREA: Mapping[str, Callable[[Floats], Floats]] = {
    "in_migrants": in_migrants,
    "out_migrants": out_migrants,
    "net_migrants": net_migrants,
    "gross_migrants": gross_migrants,
    "migration_effectiveness": effectiveness,
}


def _areas(level: str, matrix: FlowMatrix) -> Iterator[pa.Table]:
    dims: dict[str, Any] = {"geography": level, "unit": np.array(matrix.ids, object), "group": "migrant"}
    for measure, function in _BY_AREA.items():
        yield table(function(matrix.persons), index_margin(function, matrix.persons, matrix.noise), measure=measure, **dims)


def _system(context: Context, level: str, matrix: FlowMatrix) -> Iterator[pa.Table]:
    """Yield the indices of the whole system."""
    people = region_sums(context.demand.surface, context.demand.area[level], len(matrix.ids)).value(Quantity("persons")).sum()
    places = [context.flow_places[code] for code in matrix.ids]
    km = distances_km(places, places)
    indices: dict[str, Callable[[Floats], Floats]] = {
        "crude_intensity": lambda flows: crude_intensity(flows, people),
        "system_effectiveness": system_effectiveness,
        "aggregate_net_rate": lambda flows: aggregate_net_rate(flows, people),
        "connectivity": connectivity,
        "gini_total": gini_total,
        "gini_standardised": lambda flows: gini_standardised(flows, "exchange"),
        "mean_distance": lambda flows: mean_distance(flows, km),
        "median_distance": lambda flows: median_distance(flows, km),
    }
    for measure, function in indices.items():
        value, margin = function(matrix.persons), index_margin(function, matrix.persons, matrix.noise)
        yield table(
            np.atleast_1d(value), np.atleast_1d(margin), measure=measure, geography=SYSTEM, unit=[level], group="migrant"
        )
