"""The models of siting with the arguments of a request."""

from geoservice.analysis.siting.backup import lscp_b
from geoservice.analysis.siting.capacitated import capacitated_mclp, capacitated_p_median
from geoservice.analysis.siting.center import p_center
from geoservice.analysis.siting.coverage import mclp
from geoservice.analysis.siting.median import p_median
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.siting.set_cover import lscp
from geoservice.analysis.siting.solution import Solution
from geoservice.progress import Progress
from geoservice.siting.request import SitingRequest

MEDIANS = ("p_median", "capacitated_p_median")
TIMED = (*MEDIANS, "p_center")
"""Models that count times beyond the minutes of the request too, up to the last break of the study."""


def solve_model(problem: Problem, request: SitingRequest, beyond: int, progress: Progress) -> Solution:
    """Return the solution of the model of a request; ``beyond`` is the time of people out of reach, for the median models."""
    sites, budget, seconds = request.sites, request.budget, request.seconds
    if request.model == "lscp":
        return lscp(problem, seconds=seconds, progress=progress)
    if request.model == "lscp_b":
        return lscp_b(problem, sites, seconds=seconds, progress=progress)
    if request.model == "p_center":
        return p_center(problem, sites, budget=budget, seconds=seconds, progress=progress)
    if request.model in MEDIANS:
        median = p_median if request.model == "p_median" else capacitated_p_median
        return median(problem, sites, budget=budget, beyond=beyond, seconds=seconds, progress=progress)
    coverage = mclp if request.model == "mclp" else capacitated_mclp
    return coverage(problem, sites, budget=budget, seconds=seconds, progress=progress)
