"""The chosen sites in their order, each with what it is good for."""

from dataclasses import replace

import numpy as np

from geoservice.analysis.siting.margins import surface_margin
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.siting.reasons import Pick, explain
from geoservice.analysis.siting.solution import Solution
from geoservice.demand import Quantity
from geoservice.geo import Ints
from geoservice.siting.arrays import NO_LABEL
from geoservice.siting.inputs import SitingInputs
from geoservice.siting.request import SitingRequest
from geoservice.siting.result import ClosedStation, RankedSite


def explained(inputs: SitingInputs, near: Problem, sites: Ints, request: SitingRequest, beyond: int) -> list[Pick]:
    """Return the reasons: people and rivals within the minutes, times within the search limit."""
    assert request.minutes is not None  # checked
    margin = surface_margin(inputs.arrays.surface, Quantity("persons", request.group))
    covered = explain(near, sites, request.minutes * 60_000 + 1, margin)
    timed = explain(inputs.problem, sites, max(beyond, 1), timed=request.model == "p_median")
    if request.model == "p_median":
        return [replace(t, covered=c.covered, margin=c.margin, overlap=c.overlap) for c, t in zip(covered, timed, strict=True)]
    if request.model != "mclp":  # the number of people is not what other models decide by
        covered = [replace(c, rival=-1, difference=np.nan, difference_margin=np.nan) for c in covered]
    times = ("drop", "drop_point", "before", "after", "relieved", "relieved_from")
    return [replace(c, **{n: getattr(t, n) for n in times}) for c, t in zip(covered, timed, strict=True)]


def ranked_sites(inputs: SitingInputs, near: Problem, solution: Solution, picks: list[Pick], before: float) -> list[RankedSite]:
    """Return the chosen sites; ``before`` are the people whom the kept stations reach."""
    areas, totals = inputs.areas(solution.sites.tolist()), before + np.cumsum([pick.covered for pick in picks])
    status = {"free": "new", "forced": "forced", "closable": "stays"}
    ranked = []
    for pick, area, total in zip(picks, areas, totals, strict=True):
        lon, lat = inputs.position(pick.site)
        site = RankedSite(
            id=inputs.id(pick.site),
            name=inputs.title(pick.site) if pick.site < len(inputs.stations) else inputs.name(pick.site),
            status=status[str(np.asarray(near.state)[pick.site])],
            lon=lon,
            lat=lat,
            area=area,
            pick=pick,
            total=float(total),
            rival="" if pick.rival < 0 else inputs.id(pick.rival),
            relieved_from="" if pick.relieved_from < 0 else inputs.title(pick.relieved_from),
            load=None if solution.load is None else float(solution.load[pick.site]),
            reasons=NO_LABEL,
        )
        ranked.append(site)
    return ranked


def closed_stations(inputs: SitingInputs, solution: Solution) -> list[ClosedStation]:
    """Return the stations that close."""
    return [ClosedStation(inputs.id(int(site)), inputs.title(int(site))) for site in solution.closed]
