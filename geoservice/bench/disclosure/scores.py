"""How far a surface's sums and shares are from the register's, beside exact counts on the same leaves."""

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
LEAST_PERSONS = 50
"""Shares of fewer persons in the register than this are not looked at."""


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
    def held(self) -> float:
        """Percent of the regions within their margin; regions where nobody can be are left out."""
        asked = (self.margin > 0) | (self.error != 0)
        return float(100 * np.mean(np.abs(self.error[asked]) <= self.margin[asked]))


def rms(values: Floats) -> float:
    """Root mean square of what is a number."""
    return float(np.sqrt(np.nanmean(values**2)))


@dataclass(frozen=True)
class Truth:
    """What the register says of the regions of a family; arrays of shape ``(regions,)``."""

    family: Family
    whole: Mapping[Quantity, Floats]
    covered: Mapping[Quantity, Floats]

    @classmethod
    def of(cls, family: Family, county: County) -> "Truth":
        """Count every home."""
        members = family.members(county.homes)
        reached = county.homes.covered[members.place]
        near = Members(members.region[reached], members.place[reached])

        def counts(some: Members) -> dict[Quantity, Floats]:
            return {q: sums(some.region, v[some.place], family.regions) for q, v in county.register.items()}

        return cls(family, counts(members), counts(near))


def score_surface(truths: list[Truth], county: County, made: ProtectedSurface, points: Located) -> Iterator[tuple[Key, Score]]:
    """Compare a surface with the register, family by family."""
    exact = replace(made.surface, values=county.exact(made), scales={}, deviations={})
    for truth in truths:
        whole, near = _sums(made.surface, truth.family, points)
        bare_whole, bare_near = Sums(exact, whole.weights), Sums(exact, near.weights)
        yield from _counts(truth, whole, bare_whole)
        if truth.family.name in WITH_SHARES:
            yield from _shares(truth, whole, near, bare_whole, bare_near)
        if truth.family.name == "catchment":
            yield from _relative(truth, whole, bare_whole, list(points.station))


def _sums(surface: DemandSurface, family: Family, points: Located) -> tuple[Sums, Sums]:
    region, point = family.members(points)
    near = np.where(points.covered[point], region, -1).astype(np.int32)
    return region_sums(surface, region, family.regions, point), region_sums(surface, near, family.regions, point)


def _counts(truth: Truth, whole: Sums, bare: Sums) -> Iterator[tuple[Key, Score]]:
    for q, true in truth.whole.items():
        yield Key(truth.family.name, "count", q), Score(whole.value(q) - true, whole.margin(q), bare.value(q) - true)


def _shares(truth: Truth, whole: Sums, near: Sums, bare_whole: Sums, bare_near: Sums) -> Iterator[tuple[Key, Score]]:
    for q in (persons(g) for g in GROUPS):
        every, part = truth.whole[q], truth.covered[q]
        yield Key(truth.family.name, "covered", q), Score(near.value(q) - part, near.margin(q), bare_near.value(q) - part)
        asked = every >= LEAST_PERSONS
        true = 100 * part[asked] / every[asked]
        value, margin = (v[asked] for v in Shares(near, whole).ratio(q))
        bare = Shares(bare_near, bare_whole).ratio(q)[0][asked]
        yield Key(truth.family.name, "share", q), Score(value - true, margin, bare - true)


def _relative(truth: Truth, whole: Sums, bare: Sums, services: Sequence[str]) -> Iterator[tuple[Key, Score]]:
    """Errors of each service's catchments in percent of their persons, where anybody is."""
    q = persons()
    errors = (whole.value(q) - truth.whole[q], whole.margin(q), bare.value(q) - truth.whole[q])
    rows = np.split(np.arange(truth.family.regions), len(services))
    for service, mine in zip(services, rows, strict=True):
        at = mine[truth.whole[q][mine] > 0]
        yield Key(f"catchment, {service}", "relative", q), Score(*(100 * e[at] / truth.whole[q][at] for e in errors))


def joined(found: list[dict[Key, Score]]) -> dict[Key, Score]:
    """Put the scores of several measurements together."""
    return {k: Score(*(np.concatenate(part) for part in zip(*(f[k] for f in found), strict=True))) for k in found[0]}
