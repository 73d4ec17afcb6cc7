"""The choice of sites on the arrays of a study."""

from dataclasses import replace

import numpy as np

from geoservice.analysis.siting.curve import Curve, coverage_curve
from geoservice.analysis.siting.margins import surface_margin
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.siting.reasons import Pick, explain
from geoservice.analysis.siting.solution import Solution
from geoservice.demand import Quantity
from geoservice.errors import Infeasible
from geoservice.progress import Progress
from geoservice.siting.arrays import NO_LABEL, SitingParameters, StudyArrays
from geoservice.siting.candidates import Candidates
from geoservice.siting.inputs import SitingInputs, read_siting_inputs
from geoservice.siting.left_out import LeftOut
from geoservice.siting.models import solve_model
from geoservice.siting.request import SitingRequest
from geoservice.siting.result import RankedSite, SitingResult
from geoservice.siting.texts import PeopleText, pick_reasons, summary


def choose_sites(
    arrays: StudyArrays,
    parameters: SitingParameters,
    request: SitingRequest,
    candidates: Candidates | None,
    progress: Progress,
    most_pairs: int | None = None,
) -> SitingResult:
    """Return the best sites for a service beside its existing stations, with reasons.

    Parameters
    ----------
    arrays : StudyArrays
    parameters : SitingParameters
    request : SitingRequest
    candidates : Candidates, optional
        Those of the source ``file``; None for the other sources.
    progress : function
        Called with a stage and a fraction; an exception in it cancels.
    most_pairs : int, optional
        Most pairs of candidates and points within the time, each of which takes some 50 bytes.

    Raises
    ------
    InputError
        The request does not fit the study, or an input is missing.
    LeftOut
        No choice can reach everybody whom the model has to reach.
    """
    request = request.checked(parameters)
    inputs = read_siting_inputs(arrays, parameters, request, candidates, progress, most_pairs)
    return choose_from(inputs, parameters, request, progress)


def choose_from(inputs: SitingInputs, parameters: SitingParameters, request: SitingRequest, progress: Progress) -> SitingResult:
    """Return the best sites of some inputs; ``request`` is a checked one, for the rest see :func:`choose_sites`."""
    beyond = 2 * inputs.search
    try:
        solution = solve_model(inputs.problem, request, beyond, progress)
    except Infeasible as error:
        raise LeftOut.of(error, inputs, request) from error
    assert request.minutes is not None  # checked
    near = inputs.problem.within(request.minutes * 60_000)
    picks = _picks(inputs, near, solution, request, beyond)
    result = _result(inputs, near, solution, request, picks, _curve(near, request, progress))
    return _with_texts(result, parameters)


def _with_texts(result: SitingResult, parameters: SitingParameters) -> SitingResult:
    """Return the result with reasons and summary."""
    count = PeopleText(parameters.hide_below)
    sites = [replace(site, reasons=pick_reasons(site, result.search, count)) for site in result.sites]
    result = replace(result, sites=sites, hide_below=parameters.hide_below)
    return replace(result, summary=summary(result, parameters))


def _picks(inputs: SitingInputs, near: Problem, solution: Solution, request: SitingRequest, beyond: int) -> list[Pick]:
    """Return the reasons: people and rivals within the minutes, times within the search limit."""
    assert request.minutes is not None  # checked
    margin = surface_margin(inputs.arrays.surface, Quantity("persons", request.group))
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
    curve: Curve | None,
) -> SitingResult:
    weight, kept = near.weight, np.flatnonzero(near.has_state("kept"))
    unreachable = np.zeros(len(weight), np.bool_)
    unreachable[solution.unreachable] = True
    before = float(weight[near.reached(kept)].sum())
    return SitingResult(
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
        closed=[inputs.title(int(site)) for site in solution.closed],
        curve=curve,
        hide_below=None,
        summary=(),
    )


def _curve(near: Problem, request: SitingRequest, progress: Progress) -> Curve | None:
    if request.model != "mclp" or request.sites is None:
        return None
    return coverage_curve(near, request.sites, progress=progress)


def _ranked(inputs: SitingInputs, near: Problem, solution: Solution, picks: list[Pick], before: float) -> list[RankedSite]:
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
