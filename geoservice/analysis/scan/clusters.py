"""Clusters of a scan: what is reported of a window, and which windows are reported."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np

from geoservice.analysis.scan.counts import Counts
from geoservice.analysis.scan.intervals import Intervals
from geoservice.analysis.scan.observed import BestWindows
from geoservice.analysis.scan.options import Options, Overlap
from geoservice.analysis.scan.windows import Form, eccentricity_penalty, neighbours, plane
from geoservice.geo import Bools, Floats, Ints

_TIE = 1e-9


@dataclass(frozen=True, eq=False)
class Cluster:
    """A window whose rate is higher or lower than outside.

    Attributes
    ----------
    members : int64 array
        Positions of its places, ascending.
    centre : (float, float)
        Easting and northing, metres.
    radius_metres : float
        Distance from the centre to the farthest member; of an ellipse, half its longest axis.
    axes_metres : (float, float)
        Half the longest and half the shortest axis.
    angle_degrees : float
        Of the longest axis, anticlockwise from east; 0 for circles.
    population : float
        Persons; of a space-time scan the mean over all periods.
    cases, expected, observed_expected : float
        Their ratio is that of cases to expected cases.
    relative_risk : float
        Rate within over rate outside; infinite if there are no cases outside.
    llr : float
        Log likelihood ratio.
    statistic : float
        Log likelihood ratio times the eccentricity penalty; equal to it for circles.
    p : float
        Rank of the statistic among the maxima of the replications, over their number plus one; NaN without replications.
    """

    members: Ints
    centre: tuple[float, float]
    radius_metres: float
    axes_metres: tuple[float, float]
    angle_degrees: float
    population: float
    cases: float
    expected: float
    observed_expected: float
    relative_risk: float
    llr: float
    statistic: float
    p: float


@dataclass(frozen=True, eq=False)
class SpaceTimeCluster(Cluster):
    """A cluster of the periods ``first_period`` to ``last_period``, both included, counted from 0."""

    first_period: int
    last_period: int


@dataclass(frozen=True)
class Candidates:
    """The best windows of the centroids under one limit of their size, and what they are made of."""

    counts: Counts
    forms: list[Form]
    times: Intervals
    best: BestWindows
    limit: int
    maxima: Floats
    options: Options

    def clusters(self, space_time: bool) -> list[Cluster]:
        """Return the reported clusters, the most likely one first; secondary ones with p = 1 are left out."""
        kept = _without_overlap(self, self.options.overlap)
        found = [self._cluster(centroid, members, space_time) for centroid, members in kept]
        return [c for i, c in enumerate(found) if i == 0 or c.p != 1.0 or self.options.overlap == "any"]

    def ranked(self) -> Ints:
        """Return the centroids that have a window, those with the largest statistic first; of equal ones the smaller window."""
        value, size = self.best.value[self.limit], self.best.size[self.limit]
        rounded = np.array([float(f"{v:.10g}") for v in value])
        order = np.lexsort([np.arange(len(value)), size, -rounded]).astype(np.int64)
        return np.asarray(order[value[order] > 0])

    def members(self, centroid: int) -> tuple[Ints, float]:
        """Return the locations of a centroid's best window, and half the shortest axis, in metres."""
        at, size = self.counts.at, self.best.size[self.limit, centroid]
        u, v = plane(at.x, at.y, self.forms[self.best.form[self.limit, centroid]])
        order, squared = neighbours(u, v, np.array([centroid]))
        return order[0, :size], sqrt(squared[0, size - 1])

    def _cluster(self, centroid: int, window: tuple[Ints, float], space_time: bool) -> Cluster:
        locations, half_axis = window
        form = self.forms[self.best.form[self.limit, centroid]]
        interval = self.best.interval[self.limit, centroid]
        first, last = int(self.times.first[interval]), int(self.times.last[interval])
        statistic = float(self.best.value[self.limit, centroid])
        counts, total = self.counts, float(self.counts.cases.sum())
        cases = float(counts.cases[locations, first:last].sum())
        expected = float(counts.measure[locations, first:last].sum() / counts.measure.sum() * total)
        outside = (total - cases) / (total - expected) if expected < total else nan
        ratio = cases / expected
        values = (
            counts.at.places(locations),
            (float(counts.at.x[centroid]), float(counts.at.y[centroid])),
            half_axis * form.ratio,
            (half_axis * form.ratio, half_axis),
            form.angle,
            float(counts.persons[locations].sum()),
            cases,
            expected,
            ratio,
            ratio / outside if outside else inf,
            statistic / eccentricity_penalty(form, self.options.penalty),
            statistic,
            p_value(statistic, self.maxima),
        )
        return SpaceTimeCluster(*values, first, last - 1) if space_time else Cluster(*values)


def p_value(statistic: float, maxima: Floats) -> float:
    """Return the Monte Carlo p-value of a statistic: its rank among the maxima, over their number plus one; NaN without any.

    Equal values count against it. The null distribution is that of the largest statistic of a map, for secondary clusters as
    well, so their p-values are conservative (Kulldorff 1997).

    Examples
    --------
    >>> p_value(5.0, np.array([1.0, 5.0, 7.0])), p_value(9.0, np.array([1.0, 5.0, 7.0]))
    (0.75, 0.25)
    """
    if not len(maxima):
        return nan
    return (1 + int((maxima >= statistic * (1 - _TIE)).sum())) / (len(maxima) + 1)


def _without_overlap(candidates: Candidates, overlap: Overlap) -> Iterator[tuple[int, tuple[Ints, float]]]:
    """Yield the centroids of reported clusters with their windows, the most likely first."""
    covered: Bools = np.zeros(len(candidates.counts.at.x), bool)
    centres: Bools = np.zeros_like(covered)
    for centroid in candidates.ranked():
        if overlap != "any" and covered[centroid]:
            continue
        window = candidates.members(centroid)
        barred = {"none": covered, "no_centre": centres, "any": np.zeros_like(covered)}[overlap]
        if barred[window[0]].any():
            continue
        covered[window[0]] = True
        centres[centroid] = True
        yield int(centroid), window
