"""The input of the siting models: candidates, demand points, the pairs of them within reach, and what may open or close."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from geoservice.analysis.siting import kernels
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.errors import ParameterError
from geoservice.geo import Bools, Floats, Ints

State = Literal["free", "kept", "closable", "forced"]
STATES: tuple[str, ...] = get_args(State)
SECONDS = 30.0
"""Default time limit of the solver."""


@dataclass(frozen=True)
class Problem:
    """Candidates and the demand points that they reach.

    Attributes
    ----------
    pairs : TravelPairs
        Rows are candidates. A pair that is missing is out of reach. Times are int32 ms; the models take any unit.
    weight : float64 array, shape (points,)
        People of each point, not below 0.
    cost : float64 array, shape (candidates,), optional
        Cost of having a site open; by default 1 each. Kept sites are not charged.
    capacity : float64 array, shape (candidates,), optional
        People that a site can serve, infinite for no limit. Only the capacitated models use it.
    state : sequence of str, optional
        By candidate: ``free`` may open, ``kept`` is open and stays, ``closable`` is open and may close, ``forced`` opens in
        any case. Closable, forced and free sites count towards the number of sites, kept ones do not.

    Raises
    ------
    ParameterError
        Shapes do not match, rows are not ascending, or a number is out of bounds.
    """

    pairs: TravelPairs
    weight: Floats
    cost: Floats | None = None
    capacity: Floats | None = None
    state: Sequence[str] | None = None

    def __post_init__(self) -> None:
        indptr, point, ms = self.pairs
        pairs = TravelPairs(_array(indptr, np.int64), _array(point, np.int32), _array(ms, np.int32))
        object.__setattr__(self, "pairs", pairs)
        object.__setattr__(self, "weight", _array(self.weight, np.float64))
        self._check_pairs()
        self._check_columns()

    def _check_pairs(self) -> None:
        indptr, point, ms = self.pairs
        if not len(indptr) or indptr[0] != 0 or indptr[-1] != len(point) or (np.diff(indptr) < 0).any():
            raise ParameterError(f"pairs: indptr must ascend from 0 to the number of pairs, {len(point)}")
        if len(ms) != len(point):
            raise ParameterError(f"pairs: got {len(point)} points and {len(ms)} times, allowed is one time for each")
        if len(ms) and int(ms.min()) < 0:
            raise ParameterError(f"pairs: got the time {int(ms.min())}, allowed are 0 and above")
        if (row := kernels.unsorted_row(indptr, point, len(self.weight))) >= 0:
            raise ParameterError(f"pairs: row {row} must have ascending, distinct points from 0 to {len(self.weight) - 1}")

    def _check_columns(self) -> None:
        if not np.isfinite(self.weight).all() or (self.weight < 0).any():
            raise ParameterError("weight: allowed are finite numbers from 0")
        for name, values in (("cost", self.cost), ("capacity", self.capacity)):
            if values is None:
                continue
            array = _array(values, np.float64)
            if array.shape != (self.candidates,) or np.isnan(array).any() or (array < 0).any():
                raise ParameterError(f"{name}: allowed is one number from 0 for each of {self.candidates} candidates")
            object.__setattr__(self, name, array)
        states = np.array(["free"] * self.candidates if self.state is None else list(self.state), "<U8")
        if states.shape != (self.candidates,) or not np.isin(states, STATES).all():
            raise ParameterError(f"state: allowed is one of {', '.join(STATES)} for each of {self.candidates} candidates")
        object.__setattr__(self, "state", states)

    @property
    def candidates(self) -> int:
        """Number of candidates."""
        return len(self.pairs.indptr) - 1

    @property
    def points(self) -> int:
        """Number of demand points."""
        return len(self.weight)

    @property
    def costs(self) -> Floats:
        """Return the cost of each candidate, 1 by default; shape ``(candidates,)``."""
        return np.ones(self.candidates) if self.cost is None else self.cost

    def has_state(self, *states: State) -> Bools:
        """Return which candidates are in one of some states; shape ``(candidates,)``."""
        return np.isin(np.asarray(self.state), states)

    def row(self, candidate: int) -> slice:
        """Return the slice of a candidate's pairs."""
        return slice(int(self.pairs.indptr[candidate]), int(self.pairs.indptr[candidate + 1]))

    def reached(self, sites: Ints | Sequence[int] | None = None) -> Bools:
        """Return which points some sites reach, by default all candidates; shape ``(points,)``."""
        reached = np.zeros(self.points, np.bool_)
        if sites is None:
            reached[self.pairs.point] = True
        else:
            for site in sites:
                reached[self.pairs.point[self.row(int(site))]] = True
        return reached

    def within(self, limit: int) -> "Problem":
        """Return the problem with the pairs up to a time only; the limit is inclusive."""
        rows = kernels.rows_within(*self.pairs, limit)
        return Problem(TravelPairs(*rows), self.weight, self.cost, self.capacity, self.state)


def read_only(array: Any) -> Any:
    """Return a contiguous read-only view, so that compiled functions see one type of array."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def _array(values: Any, kind: Any) -> Any:
    return read_only(np.asarray(values, dtype=kind))


class Limits(NamedTuple):
    """Number of sites that may open beside the kept ones, and the most that they may cost together."""

    sites: int
    budget: float


def limits_of(problem: Problem, sites: int | None, budget: float | None) -> Limits:
    """Return the limits of a problem.

    Raises
    ------
    ParameterError
        Neither is given, one is out of bounds, or the forced candidates exceed them.
    """
    forced = problem.has_state("forced")
    if sites is None and budget is None:
        raise ParameterError("sites, budget: got neither, one of them is needed")
    if sites is not None and sites < max(int(forced.sum()), 0):
        raise ParameterError(f"sites: got {sites}, allowed are {int(forced.sum())} (the forced candidates) and above")
    spent = float(problem.costs[forced].sum())
    if budget is not None and not budget >= spent:
        raise ParameterError(f"budget: got {budget:g}, allowed are {spent:g} (the cost of the forced candidates) and above")
    return Limits(problem.candidates if sites is None else sites, np.inf if budget is None else float(budget))
