"""The three stages of a choice of sites: greedy, exchange, and a proof by bounds and a solver on what is left."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from geoservice.analysis.siting.greedy import best_greedy, order_of
from geoservice.analysis.siting.lagrangian import Relaxation, relax
from geoservice.analysis.siting.radius_formulation import fixed_cost, radius_program, start_values
from geoservice.analysis.siting.reduction import Reduced, restrict
from geoservice.analysis.siting.solver import rows_of, solve
from geoservice.analysis.siting.swap import swap_search
from geoservice.geo import Floats, Ints
from geoservice.progress import Progress, quiet

MAX_SOLVER_PAIRS = 2_000_000
"""With more pairs left after the reduction, the solver would not come to a better bound in minutes."""


class Choice(NamedTuple):
    """Rows of a reduced problem in greedy order, their cost, a lower bound of it, the stage that found them, and a proof."""

    rows: Ints
    value: float
    bound: float
    stage: str
    exact: bool


def choose(problem: Reduced, seconds: float, progress: Progress = quiet) -> Choice:
    """Return the best choice of rows that the three stages find.

    Parameters
    ----------
    problem : Reduced
    seconds : float
        Time limit of the solver; 0 leaves it out.
    progress : function
        Called with the stages ``greedy``, ``swap``, ``bound`` and ``solver``.
    """
    if problem.sites < 1 or not problem.rows:
        rows = np.empty(0, np.int64)
        return Choice(rows, problem.value(rows), problem.value(rows), "greedy", exact=True)
    started = best_greedy(problem, progress)
    swapped = swap_search(problem, started, progress)
    relaxation = relax(problem, swapped, progress)
    values = {"greedy": problem.value(started), "swap": problem.value(swapped), "bound": relaxation.value}
    stage = min(values, key=lambda name: (values[name], list(values).index(name)))
    if stage == "bound":
        relaxation = _improved(problem, relaxation, progress)
    rows = {"greedy": started, "swap": swapped, "bound": relaxation.rows}[stage]
    choice = Choice(rows, problem.value(rows), relaxation.bound, stage, exact=False)
    if seconds > 0 and choice.value - choice.bound > 1e-9 * max(abs(choice.value), 1e-300):
        choice = _proved(problem, choice, replace(relaxation, rows=rows, value=choice.value), seconds, progress)
    return choice._replace(rows=order_of(problem, choice.rows))


def _improved(problem: Reduced, relaxation: Relaxation, progress: Progress) -> Relaxation:
    rows = swap_search(problem, relaxation.rows, progress)
    return replace(relaxation, rows=rows, value=problem.value(rows))


def _proved(problem: Reduced, choice: Choice, relaxation: Relaxation, seconds: float, progress: Progress) -> Choice:
    """Return the choice after the solver has searched what the bound leaves open."""
    opened, closed = relaxation.fixed(problem)
    left = restrict(problem, opened, closed)
    latest = latest_times(left, relaxation)
    if not left.rows or left.sites < 1:  # every other choice costs more
        return _better(problem, choice, np.flatnonzero(opened))._replace(exact=True)
    if left.size > MAX_SOLVER_PAIRS:
        return choice
    program = radius_program(left, latest)
    fixed = set(np.flatnonzero(opened))
    known = np.array([n for n, row in enumerate(left.site) if row in set(choice.rows)], np.int64)
    holds = fixed <= set(choice.rows) and len(known) + len(fixed) == len(choice.rows)
    start = start_values(left, latest, known, len(program.cost)) if holds else None
    answer = solve(program, seconds, progress, start)
    if answer.infeasible:  # the bound leaves no better choice
        return choice._replace(bound=choice.value, exact=True)
    if answer.values is not None:
        rows = np.concatenate([np.flatnonzero(opened), left.site[rows_of(answer.values, left.rows)]])
        if not problem.is_within_limits(rows):  # by a rounding error of the solver
            answer = replace(answer, finished=False)
        choice = _better(problem, choice, rows)
    bound = max(choice.bound, min(answer.bound + fixed_cost(left, latest), choice.value))
    return choice._replace(bound=bound, exact=answer.finished)


def _better(problem: Reduced, choice: Choice, rows: Ints) -> Choice:
    value = problem.value(rows)
    if value < choice.value and problem.is_within_limits(rows):
        return choice._replace(rows=rows, value=value, stage="solver")
    return choice


def latest_times(problem: Reduced, relaxation: Relaxation) -> Floats:
    """Return the time of each point after which serving it would raise the bound above the known choice."""
    slack = relaxation.value - relaxation.bound + 1e-9 * max(abs(relaxation.value), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        latest = (relaxation.price + slack) / problem.weight
    return np.nan_to_num(latest, nan=np.inf, posinf=np.inf)
