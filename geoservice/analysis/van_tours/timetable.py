"""The timetable of vans: stops, tours and the days on which each stop is visited."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Text = Mapping[str, str]
"""A text in ``zh`` and ``en``."""
VISITED, TOO_FAR, NO_TIME, NO_ROAD = STATUSES = ("visited", "too_far", "no_time", "no_road")
"""Whether a stop is visited, or why not: the way there and back is too long for a day; the vans have no time left; no street
for vans is near, or none leads there from a base."""


@dataclass(frozen=True)
class Visit:
    """The visit of a stop by a tour; times are minutes from midnight.

    ``order`` counts the stops of the tour from 1, ``driving`` are the minutes on the road to the stop. The service is open from
    ``opens``, when the van is set up, until ``leave``.
    """

    tour: int
    order: int
    driving: int
    arrive: int
    opens: int
    leave: int


@dataclass(frozen=True)
class VanStop:
    """A stop; ``persons`` are those whom it newly reaches, ``margin`` the half-width of their 90 % interval, NaN if unknown.

    ``period`` are the weeks from one visit to the next, ``reasons`` say why the stop was chosen, or why it is not visited.
    """

    id: str
    name: Text
    area: Text
    lon: float
    lat: float
    persons: float
    margin: float
    period: int
    status: str
    reasons: Text
    visit: Visit | None = None


@dataclass(frozen=True)
class VanTour:
    """A tour that is driven every ``period`` weeks; times are minutes from midnight.

    ``van`` counts the vans of the base from 1, ``weekday`` from Monday as 1, ``week`` is the first one, from 1. ``line`` is WKB
    in degrees, along streets.
    """

    id: str
    base: str
    base_name: str
    van: int
    weekday: int
    week: int
    period: int
    depart: int
    back: int
    driving: int
    stops: int
    line: bytes

    @property
    def van_name(self) -> Text:
        """Return the name of the van: that of its base and its number there."""
        return {"zh": f"{self.base_name} {self.van}号车", "en": f"{self.base_name} van {self.van}"}


class TimetableRow(NamedTuple):
    """A visit of a stop in one week of the cycle."""

    week: int
    day: int
    stop: VanStop
    tour: VanTour
    visit: Visit


@dataclass(frozen=True)
class VanPlan:
    """Stops and tours of a cycle of weeks that starts on the Monday ``starts``; days are counted from 1 January 1970.

    ``bound`` is the least driving of a cycle that any tours to the visited stops can have. ``reached_before`` and
    ``reached_after`` are the people in time of a station, and of a station or a visited stop; ``margin`` is that of the
    difference, NaN if unknown.
    """

    service: str
    group: str
    stops: Sequence[VanStop]
    tours: Sequence[VanTour]
    cycle: int
    starts: int
    driving: int
    bound: float
    persons: float
    reached_before: float
    reached_after: float
    margin: float
    summary: Sequence[Text]

    def first_day(self, tour: VanTour, week: int | None = None) -> int:
        """Return the day of a tour in a week, by default in its first one."""
        return self.starts + 7 * ((tour.week if week is None else week) - 1) + tour.weekday - 1

    def timetable(self) -> Iterator[TimetableRow]:
        """Yield every visit of a cycle by week, day, van and order."""
        rows = [
            TimetableRow(week, self.first_day(tour, week), stop, tour, stop.visit)
            for stop in self.stops
            if stop.visit is not None
            for tour in (self.tours[stop.visit.tour],)
            for week in range(tour.week, self.cycle + 1, tour.period)
        ]
        yield from sorted(rows, key=lambda r: (r.day, r.tour.base, r.tour.van, r.visit.order))


def weeks_text(week: int, period: int, cycle: int) -> str:
    """Return the weeks of a cycle in which a tour is driven.

    >>> weeks_text(2, 2, 4)
    '2, 4'
    """
    return ", ".join(str(w) for w in range(week, cycle + 1, period))


def clock(minute: int) -> str:
    """Return a time of day from minutes since midnight.

    >>> clock(515), clock(1440)
    ('08:35', '24:00')
    """
    return f"{minute // 60:02d}:{minute % 60:02d}"
