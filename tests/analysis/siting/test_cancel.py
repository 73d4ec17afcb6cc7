"""Progress of each stage, and its cancel by an exception, in the solver too."""

import numpy as np
import pytest

from geoservice.analysis.siting.coverage import mclp
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.siting.solver import Program, solve, stacked

from .problems import problem_of


class Cancelled(Exception):
    """Raised by the callback."""


def hard_problem() -> Problem:
    """Return a problem whose greedy bound leaves a gap."""
    r = np.random.default_rng(2)
    return problem_of(np.where(r.random((60, 300)) < 0.06, 0, -1), r.integers(1, 100, 300))


@pytest.mark.parametrize("stage", ["greedy", "swap", "bound", "solver"])
def test_every_stage_reports_and_can_be_cancelled(stage: str) -> None:
    def progress(name: str, share: float) -> None:
        assert 0 <= share <= 1
        if name == stage:
            raise Cancelled

    with pytest.raises(Cancelled):
        mclp(hard_problem(), 12, progress=progress)


def test_an_infeasible_program_says_so() -> None:
    matrix = stacked([(np.array([0]), np.array([0]), np.array([1.0]))], (1, 1))
    answer = solve(Program(np.ones(1), matrix, np.array([2.0]), np.array([3.0]), np.ones(1), np.ones(1, bool)), 10)
    assert (answer.values, answer.infeasible, answer.finished) == (None, True, True)


def test_the_solver_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert mclp(hard_problem(), 12).proven
    assert capfd.readouterr() == ("", "")
