"""The choice of sites on a project."""

from dataclasses import replace

import numpy as np

from geoservice.analysis.siting.curve import Curve, coverage_curve
from geoservice.analysis.siting.margins import surface_margin
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.siting.reasons import Pick, explain
from geoservice.analysis.siting.solution import Solution
from geoservice.demand import Quantity
from geoservice.geo import Floats
from geoservice.layer import Label
from geoservice.network.variants import StreetChanges
from geoservice.pipeline.context import UNCHANGED, Progress
from geoservice.pipeline.siting.candidates import Candidates
from geoservice.pipeline.siting.inputs import SitingInputs, read_siting_inputs
from geoservice.pipeline.siting.models import solve_model
from geoservice.pipeline.siting.request import SitingRequest
from geoservice.pipeline.siting.result import RankedSite, SitingResult
from geoservice.pipeline.siting.texts import pick_reasons, summary
from geoservice.project import Project
from geoservice.study import Study


def choose_sites(
    project: Project,
    study: Study,
    request: SitingRequest,
    candidates: Candidates | None,
    progress: Progress,
    changes: StreetChanges = UNCHANGED,
) -> SitingResult:
    """Return the best sites for a service beside its existing stations, with reasons.

    Parameters
    ----------
    project, study
        The public inputs.
    request : SitingRequest
    candidates : Candidates, optional
        Those of a file; None for the other sources.
    progress : function
        Called with a stage and a fraction; an exception in it cancels.
    changes : StreetChanges
        Closures that count.

    Raises
    ------
    InputError
        The request does not fit the study, or an input is missing.
    Infeasible
        No choice can reach everybody whom the model has to reach.
    """
    request = request.checked(study)
    return choose_from(read_siting_inputs(project, study, request, candidates, changes, progress), request, progress)


def choose_from(inputs: SitingInputs, request: SitingRequest, progress: Progress) -> SitingResult:
    """Return the best sites of some inputs; ``request`` is a checked one, for the rest see :func:`choose_sites`."""
    beyond = 2 * inputs.search
    solution = solve_model(inputs.problem, request, beyond, progress)
    assert request.minutes is not None  # checked
    near = inputs.problem.within(request.minutes * 60_000)
    picks = _picks(inputs, near, solution, request, beyond)
    return _result(inputs, near, solution, request, picks, progress)


def _picks(inputs: SitingInputs, near: Problem, solution: Solution, request: SitingRequest, beyond: int) -> list[Pick]:
    """Return the reasons: people and rivals within the minutes, times within the search limit."""
    assert request.minutes is not None  # checked
    margin = surface_margin(inputs.surface, Quantity("persons", request.group))
    covered = explain(near, solution.sites, request.minutes * 60_000 + 1, margin)
    timed = explain(inputs.problem, solution.sites, max(beyond, 1), timed=request.model == "p_median")
    if request.model == "p_median":
        return [replace(t, covered=c.covered, margin=c.margin, overlap=c.overlap) for c, t in zip(covered, timed, strict=True)]
    if request.model != "mclp":  # the number of people is not what other models decide by
        covered = [replace(c, rival=-1, difference=np.nan, difference_margin=np.nan) for c in covered]
    times = ("drop", "drop_point", "before", "after", "relieved", "relieved_from")
    return [replace(c, **{n: getattr(t, n) for n in times}) for c, t in zip(covered, timed, strict=True)]


def _result(
    inputs: SitingInputs,
    near: Problem,
    solution: Solution,
    request: SitingRequest,
    picks: list[Pick],
    progress: Progress,
) -> SitingResult:
    weight, kept = near.weight, np.flatnonzero(near.has_state("kept"))
    unreachable = np.zeros(len(weight), np.bool_)
    unreachable[solution.unreachable] = True
    before = float(weight[near.reached(kept)].sum())
    result = SitingResult(
        request=request,
        sites=_ranked(inputs, near, solution, picks, before),
        solution=solution,
        people=float(weight.sum()),
        reached_before=float(weight[near.reached(np.flatnonzero(near.has_state("kept", "closable")))].sum()),
        reached_after=float(weight[near.reached(solution.open_sites(near))].sum()),
        off_street=float(weight[unreachable & inputs.off_street].sum()),
        beyond=float(weight[unreachable & ~inputs.off_street].sum()),
        left=float(weight[solution.unserved].sum()),
        candidates=len(inputs.candidates),
        search=inputs.search,
        closed=[_name(inputs, int(site)) for site in solution.closed],
        curve=_curve(near, request, progress),
        summary=(),
    )
    return replace(result, summary=summary(result, inputs.study))


def _curve(near: Problem, request: SitingRequest, progress: Progress) -> Curve | None:
    if request.model != "mclp" or request.sites is None:
        return None
    return coverage_curve(near, request.sites, progress=progress)


def _ranked(inputs: SitingInputs, near: Problem, solution: Solution, picks: list[Pick], before: float) -> list[RankedSite]:
    stations = len(inputs.stations)
    lon, lat = _places(inputs)
    areas = inputs.places.lowest_names(lon[solution.sites], lat[solution.sites])
    totals = before + np.cumsum([pick.covered for pick in picks])
    status = {"free": "new", "forced": "forced", "closable": "stays"}
    ranked = []
    for pick, area, total in zip(picks, areas, totals, strict=True):
        site = RankedSite(
            id=_id(inputs, pick.site),
            name=_name(inputs, pick.site) if pick.site < stations else inputs.candidates.name[pick.site - stations],
            status=status[str(np.asarray(near.state)[pick.site])],
            lon=float(lon[pick.site]),
            lat=float(lat[pick.site]),
            area=area,
            pick=pick,
            total=float(total),
            rival="" if pick.rival < 0 else _id(inputs, pick.rival),
            relieved_from="" if pick.relieved_from < 0 else _name(inputs, pick.relieved_from),
            load=None if solution.load is None else float(solution.load[pick.site]),
            reasons=Label(zh="", en=""),
        )
        ranked.append(replace(site, reasons=pick_reasons(site, inputs.search)))
    return ranked


def _id(inputs: SitingInputs, site: int) -> str:
    ids = inputs.stations.column("id").to_pylist()
    return str(ids[site]) if site < len(ids) else inputs.candidates.id[site - len(ids)]


def _name(inputs: SitingInputs, site: int) -> str:
    """Return the name of a station or a candidate, or else its id."""
    names = inputs.stations.column("name").to_pylist()
    name = str(names[site]) if site < len(names) else inputs.candidates.name[site - len(names)]
    return name or _id(inputs, site)


def _places(inputs: SitingInputs) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes of the stations and candidates."""
    lon, lat = (np.concatenate([inputs.stations.column(c).to_numpy(), getattr(inputs.candidates, c)]) for c in ("lon", "lat"))
    return lon, lat
