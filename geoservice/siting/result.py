"""The result of a choice of sites."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from geoservice.analysis.siting.curve import Curve
from geoservice.analysis.siting.fairness import FrontPoint
from geoservice.analysis.siting.reasons import Pick
from geoservice.analysis.siting.solution import Solution
from geoservice.layer import Label
from geoservice.siting.request import SitingRequest


@dataclass(frozen=True)
class RankedSite:
    """A chosen site, in the order of the choice.

    ``status`` is ``new``, ``forced`` (of the file) or ``stays`` (a station that might have closed). ``covered`` in ``pick`` are
    the people newly within the request's minutes; its times are ms. ``total`` are all people within the minutes with the sites
    up to this one.
    """

    id: str
    name: str
    status: str
    lon: float
    lat: float
    area: Label
    pick: Pick
    total: float
    rival: str
    relieved_from: str
    load: float | None
    reasons: Label


@dataclass(frozen=True)
class ClosedStation:
    """An existing station that closes."""

    id: str
    name: str


@dataclass(frozen=True)
class FrontSites:
    """The sites of a point of the front of coverage and fairness.

    ``reached`` are the people within the minutes, ``margin`` their margin; ``difference`` are those that the point before
    reaches more, with the margin of that. Margins are NaN if errors are unknown; ``difference`` is NaN for the first point.
    Times of ``point`` are ms.
    """

    point: FrontPoint
    sites: Sequence[RankedSite]
    closed: Sequence[ClosedStation]
    reached: float
    margin: float
    difference: float
    difference_margin: float

    @property
    def is_tied(self) -> bool:
        """Whether it reaches as many people as the point before within the margin of the difference."""
        return bool(self.difference < self.difference_margin)


@dataclass(frozen=True)
class SitingResult:
    """The chosen sites and the whole choice.

    ``people`` is everybody, ``reached_before`` and ``reached_after`` are those within the minutes. ``off_street`` are people
    without a street near, ``beyond`` those whom no candidate reaches for another reason, ``left`` those whom a candidate
    reaches, but no chosen site. ``search`` is the longest time that was searched, in ms. ``closed`` are the stations that
    close. ``front`` are the choices from most people reached to least time beyond, if those were asked for; ``sites`` are then
    those of the first. ``summary`` says it in sentences. Numbers of people below ``hide_below`` are not to be shown.
    """

    request: SitingRequest
    sites: Sequence[RankedSite]
    solution: Solution
    people: float
    reached_before: float
    reached_after: float
    off_street: float
    beyond: float
    left: float
    candidates: int
    search: int
    closed: Sequence[ClosedStation]
    curve: Curve | None
    front: Sequence[FrontSites] | None
    hide_below: int | None
    summary: Sequence[Label]

    @property
    def is_timed(self) -> bool:
        """Whether differences between sites are times of people instead of people."""
        return self.request.model == "p_median"

    def shown(self, people: float) -> float:
        """Return a number of people with two decimals, NaN if it is not to be shown."""
        return math.nan if self.hide_below is not None and people < self.hide_below else round(people, 2)
