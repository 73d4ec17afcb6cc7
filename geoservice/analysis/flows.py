"""Flows of migrants: persons of each area by area of origin, as lines between the two, and in total by origin."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.base import Context, Findings, Process, Units
from geoservice.analysis.flow_rows import FlowRows, wide_and_finest
from geoservice.analysis.flow_units import FLOW_UNITS, ORIGIN_UNITS, flow_lines, origin_point
from geoservice.analysis.frames import stack, table
from geoservice.analysis.ratios import rate_margin, share_margin
from geoservice.demand import Quantity, noise_margins, region_sums

PROCESS = Process(
    id="flows",
    title={"zh": "人口流动", "en": "Flows of migrants"},
    description={
        "zh": "各区域流动人口按来源地（省级；人数多时细分到县级、乡镇级）的估计人数、占比、每千人比率及误差范围。",
        "en": "Migrants of each area by province of origin, and by county and township where a province is large: estimated "
        "persons, share and rate per 1 000 inhabitants, with margins.",
    },
    reference="UN (1970), Manual VI: Methods of measuring internal migration; Bell et al. (2002), Cross-national comparison of "
    "internal migration",
)
SEPARATOR = "-"


class Params(BaseModel):
    """No parameters."""

    model_config = ConfigDict(frozen=True)


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return flows by area and origin at four levels of detail, and totals by origin, with their lines and points.

    The geographies ``flow`` and ``flow_detail`` have the largest areas by widest and by finest origins, ``flow_local`` and
    ``flow_local_detail`` the areas below these. The flows of each geography add up to all migrants.
    """
    by_arrival = flows_by_arrival(context)
    if not by_arrival:
        return Findings(stack([]))
    by_geography, people = geographies_of(by_arrival.pop("", None)), _people(context)
    findings = [_flow_findings(name, rows, people) for name, rows in by_geography.items()]
    totals = ("origin", "flow"), ("origin_detail", "flow_detail")
    findings += [_origin_findings(name, by_geography[flow]) for name, flow in totals if flow in by_geography]
    arrivals = [_arrivals(band, rows) for band, rows in by_arrival.items()]
    return Findings(stack([*(f.rows for f in findings), *arrivals]), [u for f in findings for u in f.units])


def flow_geographies(context: Context) -> dict[str, FlowRows]:
    """Return the flows of all migrants by geography of the layer of flows; those without flows are left out."""
    return geographies_of(flows_by_arrival(context).get(""))


def flows_by_arrival(context: Context) -> dict[str, FlowRows]:
    """Return the flows into areas of the study's levels from known origins by time since arrival, "" for all migrants."""
    flows, places = context.demand.surface.flows, context.flow_places
    if flows is None or not places:
        return {}
    published = {code for level in context.levels for code in context.areas[level].ids}
    keep = np.array([a in published and o in places for a, o in zip(flows.area, flows.origin, strict=True)])
    arrived = np.array(flows.arrived, object) if flows.arrived else np.full(len(keep), "", object)
    rows = FlowRows(np.array(flows.area, object), np.array(flows.origin, object), flows.persons, flows.noise, places)
    return {band: rows.take(keep & (arrived == band)) for band in sorted(set(arrived))}


def geographies_of(everyone: FlowRows | None) -> dict[str, FlowRows]:
    """Return flows by geography of the layer of flows; those without flows are left out."""
    if everyone is None:
        return {}
    places, areas = everyone.places, set(everyone.area)
    is_top = np.array([places[a].parent not in areas for a in everyone.area], bool)
    wide, finest = wide_and_finest(everyone.area, everyone.origin, [places[o].parent for o in everyone.origin])
    masks = {
        "flow": is_top & wide, "flow_detail": is_top & finest,
        "flow_local": ~is_top & wide, "flow_local_detail": ~is_top & finest,
    }  # fmt: skip
    return {name: everyone.take(rows) for name, rows in masks.items() if rows.any()}


def _people(context: Context) -> dict[str, tuple[float, float]]:
    """Return the persons of each published area and their margin."""
    people: dict[str, tuple[float, float]] = {}
    for level in context.levels:
        ids = context.areas[level].ids
        sums, persons = region_sums(context.demand.surface, context.demand.area[level], len(ids)), Quantity("persons")
        people |= dict(zip(ids, zip(sums.value(persons).tolist(), sums.margin(persons).tolist(), strict=True), strict=True))
    return people


def unit_ids(rows: FlowRows) -> list[str]:
    """Return the ids of the lines of some flows."""
    return [f"{a}{SEPARATOR}{o}" for a, o in zip(rows.area, rows.origin, strict=True)]


def _flow_findings(name: str, rows: FlowRows, people: Mapping[str, tuple[float, float]]) -> Findings:
    """Return persons, shares and rates of some flows, and their lines."""
    ids, margin = unit_ids(rows), noise_margins(rows.noise)
    areas, totals = rows.by(rows.area)
    at = np.searchsorted(areas, rows.area.astype(str))
    dims: dict[str, Any] = {"geography": name, "unit": np.array(ids, object), "group": "migrant"}
    share = share_margin(rows.persons, rows.noise, totals.persons[at], totals.noise[at])
    inhabitants, inhabitants_margin = np.array([people[a] for a in rows.area]).T
    rate = rate_margin(rows.persons, margin, inhabitants, inhabitants_margin)
    tables = [
        table(rows.persons, margin, measure="flow_persons", **dims),
        table(*share, measure="flow_share", **dims),
        table(*rate, measure="flow_rate", **dims),
    ]
    return Findings(stack(tables), [Units(name, pa.Table.from_pylist(flow_lines(ids, rows), schema=FLOW_UNITS))])


def _origin_findings(name: str, rows: FlowRows) -> Findings:
    """Return the persons of each origin in the whole study, their share of all migrants, and the points."""
    origins, sums = rows.by(rows.origin)
    total, total_noise = sums.persons.sum(keepdims=True), sums.noise.sum(axis=0, keepdims=True)
    dims: dict[str, Any] = {"geography": name, "unit": np.array(origins, object), "group": "migrant"}
    tables = [
        table(sums.persons, noise_margins(sums.noise), measure="flow_persons", **dims),
        table(*share_margin(sums.persons, sums.noise, total, total_noise), measure="flow_share", **dims),
    ]
    first_area = rows.places[str(rows.area[0])]
    units = [origin_point(code, rows.places[code], first_area) for code in origins]
    return Findings(stack(tables), [Units(name, pa.Table.from_pylist(units, schema=ORIGIN_UNITS))])


def _arrivals(band: str, rows: FlowRows) -> pa.Table:
    """Return the persons of each large area and wide origin who arrived in a band of time."""
    dims: dict[str, Any] = {"geography": "flow", "unit": np.array(unit_ids(rows), object), "group": band}
    return table(rows.persons, noise_margins(rows.noise), measure="flow_persons", **dims)
