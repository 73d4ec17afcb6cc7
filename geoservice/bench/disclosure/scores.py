"""Errors of a surface's sums and shares against the register, and those of exact counts on the same leaves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from geoservice.bench.disclosure.county import GROUPS, County, Located, persons, sums
from geoservice.bench.disclosure.regions import Family, Members
from geoservice.demand import DemandSurface, Quantity, Shares, Sums, region_sums
from geoservice.disclosure.protect import ProtectedSurface
from geoservice.geo import Floats

WITH_SHARES = ("township", "village", "1 km square")
MIN_PERSONS = 50
"""Shares of fewer persons in the register are not scored."""


class Key(NamedTuple):
    """Kind of region; ``count``, ``covered`` (persons within reach), ``share`` (percent of them) or ``relative`` (percent)."""

    family: str
    measure: str
    quantity: Quantity


class Score(NamedTuple):
    """Errors of the surface, its margins, and errors of exact counts on its leaves; shapes ``(regions,)``."""

    error: Floats
    margin: Floats
    exact: Floats

    @property
    def rmse(self) -> float:
        """Root mean square error."""
        return rms(self.error)

    @property
    def coverage(self) -> float:
        """Percentage of regions whose error is within the margin, without regions that cannot have people."""
        populated = (self.margin > 0) | (self.error != 0)
        return float(100 * np.mean(np.abs(self.error[populated]) <= self.margin[populated]))


def rms(values: Floats) -> float:
    """Return the root mean square, ignoring NaN."""
    return float(np.sqrt(np.nanmean(values**2)))


@dataclass(frozen=True)
class Truth:
    """The register's numbers for the regions of a family; arrays of shape ``(regions,)``."""

    family: Family
    total: Mapping[Quantity, Floats]
    covered: Mapping[Quantity, Floats]

    @classmethod
    def of(cls, family: Family, county: County) -> "Truth":
        """Return exact counts of homes."""
        members = family.members(county.homes)
        covered = county.homes.covered[members.place]
        near = Members(members.region[covered], members.place[covered])

        def counts(subset: Members) -> dict[Quantity, Floats]:
            return {q: sums(subset.region, v[subset.place], family.regions) for q, v in county.register.items()}

        return cls(family, counts(members), counts(near))


def score_surface(
    truths: list[Truth], county: County, protected: ProtectedSurface, points: Located
) -> Iterator[tuple[Key, Score]]:
    """Yield the scores of a surface against the register by family."""
    exact = replace(protected.surface, values=county.exact(protected), scales={}, deviations={})
    for truth in truths:
        total, near = _sums(protected.surface, truth.family, points)
        exact_total, exact_near = Sums(exact, total.weights), Sums(exact, near.weights)
        yield from _counts(truth, total, exact_total)
        if truth.family.name in WITH_SHARES:
            yield from _shares(truth, total, near, exact_total, exact_near)
        if truth.family.name == "catchment":
            yield from _relative(truth, total, exact_total, list(points.station))


def _sums(surface: DemandSurface, family: Family, points: Located) -> tuple[Sums, Sums]:
    region, point = family.members(points)
    near = np.where(points.covered[point], region, -1).astype(np.int32)
    return region_sums(surface, region, family.regions, point), region_sums(surface, near, family.regions, point)


def _counts(truth: Truth, total: Sums, exact: Sums) -> Iterator[tuple[Key, Score]]:
    for q, true in truth.total.items():
        yield Key(truth.family.name, "count", q), Score(total.value(q) - true, total.margin(q), exact.value(q) - true)


def _shares(truth: Truth, total: Sums, near: Sums, exact_total: Sums, exact_near: Sums) -> Iterator[tuple[Key, Score]]:
    for q in (persons(g) for g in GROUPS):
        all_persons, covered = truth.total[q], truth.covered[q]
        yield (
            Key(truth.family.name, "covered", q),
            Score(near.value(q) - covered, near.margin(q), exact_near.value(q) - covered),
        )
        large = all_persons >= MIN_PERSONS
        true = 100 * covered[large] / all_persons[large]
        value, margin = (v[large] for v in Shares(near, total).ratio(q))
        exact_share = Shares(exact_near, exact_total).ratio(q)[0][large]
        yield Key(truth.family.name, "share", q), Score(value - true, margin, exact_share - true)


def _relative(truth: Truth, total: Sums, exact: Sums, services: Sequence[str]) -> Iterator[tuple[Key, Score]]:
    """Yield errors of each service's catchments in percent of their persons, without empty ones."""
    q = persons()
    errors = (total.value(q) - truth.total[q], total.margin(q), exact.value(q) - truth.total[q])
    rows = np.split(np.arange(truth.family.regions), len(services))
    for service, service_rows in zip(services, rows, strict=True):
        populated = service_rows[truth.total[q][service_rows] > 0]
        yield (
            Key(f"catchment, {service}", "relative", q),
            Score(*(100 * e[populated] / truth.total[q][populated] for e in errors)),
        )


def concatenate_scores(scores: list[dict[Key, Score]]) -> dict[Key, Score]:
    """Return the concatenated scores of several measurements."""
    return {k: Score(*(np.concatenate(part) for part in zip(*(f[k] for f in scores), strict=True))) for k in scores[0]}
