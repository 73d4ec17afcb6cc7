"""Clusters: the areas with the most surprising excess of households of a kind, by the spatial scan statistic."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import shapely
from pydantic import BaseModel, ConfigDict, Field

from geoservice.analysis.base import Context, Findings, Process, Units
from geoservice.analysis.frames import stack, table
from geoservice.analysis.rate_map import RateMap, rate_maps
from geoservice.analysis.scan import Cluster, scan
from geoservice.demand import noise_margins
from geoservice.geo import Floats, Objects

PROCESS = Process(
    id="clusters",
    title={"zh": "集聚区", "en": "Clusters"},
    description={
        "zh": "用空间扫描统计量找出流动人口户、新到户、超出服务标准的流动人口户明显多于偶然水平的区域，附户数、相对风险与p值。"
        "用于把服务送到需要的地方。",
        "en": "Areas with more migrant households, new arrivals or migrants beyond a service's standard than chance explains, "
        "by the spatial scan statistic, with households, relative risk and p. It is for bringing services to people.",
    },
    reference="Kulldorff (1997), A spatial scan statistic",
)
GEOGRAPHY = "cluster"
_TEXTS = ("unit", "name_zh", "name_en", "level", "group", "service", "mode", "areas")
CLUSTER_UNITS = pa.schema(
    [pa.field(n, pa.string()) for n in _TEXTS]
    + [pa.field("minutes", pa.int32()), pa.field("area_count", pa.int32()), pa.field("geometry", pa.binary())]
)
MAX_AREAS = 100
"""Most areas of a cluster whose codes are listed."""


class Params(BaseModel):
    """Standards in minutes by service, and how clusters are searched.

    ``max_population`` is the largest share of households in a cluster, ``replications`` the random maps of the test, ``level``
    the largest p of a cluster that is kept; ``min_units`` below which a map is too small.
    """

    model_config = ConfigDict(frozen=True)
    standards: dict[str, int] = {}
    max_population: float = Field(0.5, gt=0, le=0.5)
    replications: int = Field(999, ge=99, le=9999)
    level: float = Field(0.05, gt=0, le=0.5)
    seed: int = Field(1, ge=0)
    min_units: int = Field(8, ge=4, le=1000)


class _Found(NamedTuple):
    """A cluster of one rate: its number within the rate, and the rate."""

    number: int
    cluster: Cluster
    rates: RateMap


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return the clusters of every rate among the finest areas of the study, and their outlines."""
    levels = [level for level in context.levels if len(context.areas[level].ids) >= params.min_units]
    if not levels:
        return Findings(stack([]))
    units = context.areas[levels[-1]]
    shapes: Objects = np.asarray(shapely.from_wkb(units.table.column("geometry").to_numpy(zero_copy_only=False)))
    x, y = context.projection.forward(*shapely.get_coordinates(shapely.point_on_surface(shapes)).T)
    region = context.demand.area[units.geography]
    found = [
        f
        for rates in rate_maps(context, region, len(units.ids), params.standards, "households")
        if rates.varies
        for f in _clusters(x, y, rates, params)
    ]
    rows = [_rows(f, units) for f in found]
    outlines = pa.Table.from_pylist([_unit(f, units, shapes) for f in found], schema=CLUSTER_UNITS)
    return Findings(stack(rows), [Units(GEOGRAPHY, outlines)])


def _clusters(x: Floats, y: Floats, rates: RateMap, params: Params) -> Iterator[_Found]:
    """Yield the clusters of a rate with a small p; areas with an uncertain number of households are left out."""
    known = np.flatnonzero(rates.known)
    if len(known) < params.min_units:
        return
    noise = rates.part_draws[known]
    clusters = scan(
        x[known], y[known], rates.part[known], rates.base[known],
        max_population=params.max_population, replications=params.replications, seed=params.seed,
        noise_sd=noise.std(axis=1) if noise.size else None,
    )  # fmt: skip
    for number, cluster in enumerate((c for c in clusters if c.p <= params.level), 1):
        yield _Found(number, replace(cluster, members=known[cluster.members]), rates)


def cluster_id(found: _Found, level: str) -> str:
    """Return the id of a cluster: its level, what is counted, and its number."""
    dims = found.rates.dims
    parts = [level, dims["group"], *(str(dims[n]) for n in ("service", "mode") if dims.get(n)), str(found.number)]
    return "-".join(parts)


def _rows(found: _Found, units: Units) -> pa.Table:
    """Return households, expected households, relative risk, p and rank of a cluster."""
    number, cluster, rates = found
    households = rates.part[cluster.members].sum(keepdims=True)
    margin = noise_margins(rates.part_draws[cluster.members].sum(axis=0, keepdims=True))
    dims: dict[str, Any] = {"geography": GEOGRAPHY, "unit": [cluster_id(found, units.geography)], **rates.dims}
    base = rates.base[cluster.members].sum()
    share = 100 * np.clip(households / base, 0, 1)

    def row(measure: str, value: float, margin: Floats | None = None) -> pa.Table:
        return table(np.array([value]), margin, measure=measure, **dims)

    return stack(
        [
            row("cluster_households", households[0], margin),
            row("cluster_share", share[0], 100 * margin / base),
            row("expected_households", cluster.expected),
            row("relative_risk", cluster.relative_risk),
            row("cluster_p", cluster.p),
            row("rank", number),
        ]
    )


def _unit(found: _Found, units: Units, shapes: Objects) -> dict[str, Any]:
    members, dims = found.cluster.members.tolist(), found.rates.dims
    codes: Sequence[str] = [units.ids[m] for m in members[:MAX_AREAS]]
    return {
        "unit": cluster_id(found, units.geography),
        "name_zh": f"集聚区 {found.number}",
        "name_en": f"Cluster {found.number}",
        "level": units.geography,
        "group": dims["group"],
        "service": dims.get("service", ""),
        "mode": dims.get("mode", ""),
        "minutes": dims.get("minutes"),
        "areas": " ".join(codes),
        "area_count": len(members),
        "geometry": shapely.to_wkb(shapely.union_all(shapes[members])),
    }
