"""The choice of sites on the arrays of a study."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geoservice.analysis.siting.curve import Curve, coverage_curve
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.siting.reasons import Pick
from geoservice.analysis.siting.solution import Solution
from geoservice.errors import Infeasible
from geoservice.progress import Progress
from geoservice.siting.arrays import SitingParameters, StudyArrays
from geoservice.siting.candidates import Candidates
from geoservice.siting.fairness import choose_fairly
from geoservice.siting.inputs import SitingInputs, read_siting_inputs
from geoservice.siting.left_out import LeftOut
from geoservice.siting.models import solve_model
from geoservice.siting.ranked import closed_stations, explained, ranked_sites
from geoservice.siting.request import SitingRequest
from geoservice.siting.result import FrontSites, RankedSite, SitingResult
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
    assert request.minutes is not None  # checked
    near, front = inputs.problem.within(request.minutes * 60_000), None
    if request.fairness:
        solution, front = choose_fairly(inputs, near, request, beyond, progress)
    else:
        try:
            solution = solve_model(inputs.problem, request, beyond, progress)
        except Infeasible as error:
            raise LeftOut.of(error, inputs, request) from error
    picks = explained(inputs, near, solution.sites, request, beyond)
    result = _result(inputs, near, solution, request, picks, _curve(near, request, progress), front)
    return _with_texts(result, parameters)


def _with_texts(result: SitingResult, parameters: SitingParameters) -> SitingResult:
    """Return the result with reasons and summary."""
    count = PeopleText(parameters.hide_below)

    def with_reasons(sites: Sequence[RankedSite]) -> list[RankedSite]:
        return [replace(site, reasons=pick_reasons(site, result.search, count)) for site in sites]

    front = result.front and [replace(choice, sites=with_reasons(choice.sites)) for choice in result.front]
    result = replace(result, sites=with_reasons(result.sites), front=front, hide_below=parameters.hide_below)
    return replace(result, summary=summary(result, parameters))


def _result(
    inputs: SitingInputs,
    near: Problem,
    solution: Solution,
    request: SitingRequest,
    picks: list[Pick],
    curve: Curve | None,
    front: Sequence[FrontSites] | None,
) -> SitingResult:
    weight, kept = near.weight, np.flatnonzero(near.has_state("kept"))
    unreachable = np.zeros(len(weight), np.bool_)
    unreachable[solution.unreachable] = True
    before = float(weight[near.reached(kept)].sum())
    return SitingResult(
        request=request,
        sites=ranked_sites(inputs, near, solution, picks, before),
        solution=solution,
        people=float(weight.sum()),
        reached_before=float(weight[near.reached(np.flatnonzero(near.has_state("kept", "closable")))].sum()),
        reached_after=float(weight[near.reached(solution.open_sites(near))].sum()),
        off_street=float(weight[unreachable & inputs.off_street].sum()),
        beyond=float(weight[unreachable & ~inputs.off_street].sum()),
        left=float(weight[solution.unserved].sum()),
        candidates=len(inputs.candidates),
        search=inputs.search,
        closed=closed_stations(inputs, solution),
        curve=curve,
        front=front,
        hide_below=None,
        summary=(),
    )


def _curve(near: Problem, request: SitingRequest, progress: Progress) -> Curve | None:
    if request.model != "mclp" or request.sites is None:
        return None
    return coverage_curve(near, request.sites, progress=progress)
