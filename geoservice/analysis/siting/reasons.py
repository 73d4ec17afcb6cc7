"""Why a site was chosen: whom it reaches, who gains most, what it shares with open sites, and how sure the choice is."""

from dataclasses import dataclass

import numpy as np

from geoservice.analysis.siting import kernels
from geoservice.analysis.siting.margins import Margin
from geoservice.analysis.siting.problem import Problem
from geoservice.geo import Int32s, Ints

_NONE = np.empty(0, np.int64)


@dataclass(frozen=True)
class Pick:
    """One chosen site, in the order of the choice; each is compared with the kept sites and the picks before it.

    Attributes
    ----------
    site : int
        The candidate.
    covered : float
        People whom no open site reached before.
    margin : float
        Half-width of the 90 % confidence interval of ``covered``; NaN if errors are unknown.
    drop, drop_point : int
        The largest decrease of the time to the nearest site at any point with people, and that point, -1 for none. A point
        that no open site reached before counts with the time of people beyond reach.
    before, after : int
        Times of that point before and after; ``before`` is the time of people beyond reach if no site reached it.
    overlap : float
        People within reach of the site whom kept sites reach as well.
    relieved : float
        People whose nearest open site was another one before.
    relieved_from : int
        The site that most of them leave, -1 for none.
    rival : int
        The other candidate that would have gained most at this place of the order, -1 for none.
    difference : float
        What the pick gains more than the rival: people, or people x time for a median model.
    difference_margin : float
        Margin of a difference in people; NaN if errors are unknown or the difference is not in people.
    """

    site: int
    covered: float
    margin: float
    drop: int
    drop_point: int
    before: int
    after: int
    overlap: float
    relieved: float
    relieved_from: int
    rival: int
    difference: float
    difference_margin: float

    @property
    def is_tied(self) -> bool:
        """Whether the pick and its rival differ by less than the margin of the difference."""
        return self.rival >= 0 and bool(abs(self.difference) < self.difference_margin)


def explain(problem: Problem, sites: Ints, beyond: int, margin: Margin | None = None, *, timed: bool = False) -> list[Pick]:
    """Return the reasons for some sites, in their order.

    Parameters
    ----------
    problem : Problem
        The pairs within reach, with their true times.
    sites : int64 array
        Chosen candidates beside the kept ones, as in ``Solution.sites``.
    beyond : int
        Time of people whom no site reaches, in the unit of the pairs.
    margin : function, optional
        Margin of the people at points; see :mod:`geoservice.analysis.siting.margins`.
    timed : bool
        Whether rivals are compared by people x time, as in the median models, instead of people.
    """
    state = _OpenSites(problem, beyond, timed=timed)
    for site in np.flatnonzero(problem.has_state("kept")):
        state.open(int(site))
    kept = state.nearest < beyond
    picks = []
    for chosen in sites.tolist():
        picks.append(state.explain(chosen, kept, margin))
        state.open(chosen)
    return picks


class _OpenSites:
    """The nearest open site of each point, while sites are opened."""

    def __init__(self, problem: Problem, beyond: int, *, timed: bool) -> None:
        self.problem, self.beyond, self.timed = problem, beyond, timed
        self.nearest: Int32s = np.full(problem.points, beyond, np.int32)
        self.owner = np.full(problem.points, -1, np.int64)
        self.closed = np.ones(problem.candidates, np.bool_)

    def open(self, site: int) -> None:
        """Open a site."""
        points, ms = self._row(site)
        nearer = ms < self.nearest[points]
        self.nearest[points[nearer]], self.owner[points[nearer]] = ms[nearer], site
        self.closed[site] = False

    def _row(self, site: int) -> tuple[Ints, Int32s]:
        row = self.problem.row(site)
        points: Ints = self.problem.pairs.point[row].astype(np.int64)
        return points, self.problem.pairs.ms[row]

    def _new(self, site: int) -> Ints:
        """Return the points with people that a site reaches and no open site does."""
        points, _ = self._row(site)
        new: Ints = points[(self.nearest[points] >= self.beyond) & (self.problem.weight[points] > 0)]
        return new

    def explain(self, site: int, kept: "np.ndarray[tuple[int], np.dtype[np.bool_]]", margin: Margin | None) -> Pick:
        """Return the reasons for a site that is not open yet; ``kept`` are the points that kept sites reach."""
        weight, (points, ms), new = self.problem.weight, self._row(site), self._new(site)
        before, people = self.nearest[points], weight[points] > 0
        drops = np.where(people, before - ms, 0)
        at = int(np.argmax(drops)) if len(drops) else -1
        has_drop = at >= 0 and drops[at] > 0
        moved = points[people & (ms < before) & (self.owner[points] >= 0)]
        leaving = np.bincount(self.owner[moved], weight[moved], self.problem.candidates)
        rival, difference, difference_margin = self._rival(site, new, margin)
        return Pick(
            site=site,
            covered=float(weight[new].sum()),
            margin=np.nan if margin is None else margin(new, _NONE),
            drop=int(drops[at]) if has_drop else 0,
            drop_point=int(points[at]) if has_drop else -1,
            before=int(before[at]) if has_drop else self.beyond,
            after=int(ms[at]) if has_drop else self.beyond,
            overlap=float(weight[points[kept[points]]].sum()),
            relieved=float(weight[moved].sum()),
            relieved_from=int(np.argmax(leaving)) if len(moved) else -1,
            rival=rival,
            difference=difference,
            difference_margin=difference_margin,
        )

    def _rival(self, site: int, new: Ints, margin: Margin | None) -> tuple[int, float, float]:
        gains = self._gains()
        others = np.where(self.closed, gains, -1.0)
        others[site] = -1.0
        rival = int(np.argmax(others))
        if others[rival] <= 0:
            return -1, float(gains[site]), np.nan
        difference = float(gains[site] - gains[rival])
        if margin is None or self.timed:
            return rival, difference, np.nan
        theirs = self._new(rival)
        return rival, difference, margin(np.setdiff1d(new, theirs), np.setdiff1d(theirs, new))

    def _gains(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        pairs, weight = self.problem.pairs, self.problem.weight
        if self.timed:
            return np.asarray(kernels.gains(*pairs, weight, self.nearest), float)
        unreached = (self.nearest >= self.beyond).astype(np.int32)
        return np.asarray(kernels.gains(pairs.indptr, pairs.point, np.empty(0, np.int32), weight, unreached), float)
