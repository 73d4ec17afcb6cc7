"""Mixed-integer programs, solved by HiGHS (Huangfu & Hall 2018) with a time limit, progress and cancel."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import highspy
import numpy as np
from scipy import sparse

from geoservice.geo import Bools, Floats, Ints
from geoservice.progress import Progress, quiet

Matrix: TypeAlias = "sparse.csr_array[Any, tuple[int, int]]"
_LARGEST = 1000.0
"""Largest coefficient of a scaled objective: HiGHS compares with absolute tolerances."""
_GAP = 1e-9


@dataclass(frozen=True)
class Program:
    """Minimise ``cost @ x`` with ``lower <= matrix @ x <= upper`` and ``0 <= x <= limit``; some columns are whole numbers."""

    cost: Floats
    matrix: Matrix
    lower: Floats
    upper: Floats
    limit: Floats
    whole: Bools


@dataclass(frozen=True)
class Answer:
    """The best column values that were found, None for none; a lower bound; whether the search came to its end.

    ``infeasible`` means that no values keep the conditions.
    """

    values: Floats | None
    bound: float
    finished: bool
    infeasible: bool = False


def solve(program: Program, seconds: float, progress: Progress = quiet, start: Floats | None = None) -> Answer:
    """Return the answer of HiGHS.

    Parameters
    ----------
    program : Program
    seconds : float
        Time limit; the best answer by then has the bound that was proven by then.
    progress : function
        Called with the stage ``solver``; an exception in it stops HiGHS and is raised again.
    start : float64 array, optional
        Values of a known solution.
    """
    scale = _LARGEST / max(float(np.abs(program.cost).max(initial=0.0)), 1e-300)
    highs = _instance(program, scale, seconds)
    if start is not None:
        columns = np.arange(len(start), dtype=np.int32)
        highs.setSolution(len(start), columns, start)
    raised = _listen(highs, progress)
    highs.run()
    if raised:
        raise raised[0]
    return _answer(highs, scale, bool(program.whole.any()))


class _QuietHighs(highspy.Highs):  # type: ignore[misc]  # the library has no types
    """HiGHS without its banner, which the constructor prints as it enables callbacks."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the library's name
        """Turn the output off first."""
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()


def _instance(program: Program, scale: float, seconds: float) -> "highspy.Highs":
    lp = highspy.HighsLp()
    matrix = sparse.csr_array(program.matrix)
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost * scale, np.zeros(lp.num_col_), program.limit
    lp.row_lower_, lp.row_upper_ = program.lower, program.upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data.astype(float)
    if program.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in program.whole]
    highs = _QuietHighs()
    options = {"time_limit": float(seconds), "mip_rel_gap": _GAP, "threads": 1, "random_seed": 1}
    for name, value in options.items():
        highs.setOptionValue(name, value)
    highs.passModel(lp)
    return highs


def _listen(highs: "highspy.Highs", progress: Progress) -> list[BaseException]:
    """Report progress from within the solver; the list gets the exception that stopped it."""
    raised: list[BaseException] = []

    def listen(event: "highspy.HighsCallbackEvent") -> None:
        try:
            gap = event.data_out.mip_gap
            progress("solver", float(np.clip(1 - gap, 0, 1)) if np.isfinite(gap) else 0.0)
        except BaseException as error:  # noqa: BLE001 - raised again by solve, outside the solver's own code
            raised.append(error)
            event.interrupt()

    highs.cbMipInterrupt += listen
    return raised


def _answer(highs: "highspy.Highs", scale: float, is_mip: bool) -> Answer:
    status, info = highs.getModelStatus(), highs.getInfo()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Answer(None, np.inf, finished=True, infeasible=True)
    finished = status in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty)
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(highs.getSolution().col_value) if feasible else None
    bound = info.mip_dual_bound if is_mip else (info.objective_function_value if finished else -np.inf)
    return Answer(values, bound / scale, finished)


def rows_of(values: Floats, columns: int) -> Ints:
    """Return which of the first columns are 1."""
    return np.flatnonzero(values[:columns] > 0.5)


def stacked(entries: list[tuple[Ints, Ints, Floats]], shape: tuple[int, int]) -> Matrix:
    """Return a sparse matrix from parts of (row, column, value)."""
    row, column, value = (np.concatenate([np.asarray(part[n]) for part in entries]) for n in range(3))
    matrix: Matrix = sparse.coo_array((value, (row, column)), shape=shape).tocsr()
    return matrix
