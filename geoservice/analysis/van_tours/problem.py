"""The input of the tours: driving times between bases and stops, the stay at each stop, how often it is visited, the vans."""

from dataclasses import dataclass
from itertools import pairwise
from math import lcm

import numpy as np

from geoservice.errors import ParameterError
from geoservice.geo import Bools, Floats, Ints

PERIODS = (1, 2, 3, 4)
"""Weeks from one visit of a stop to the next that are allowed."""
NO_WAY = -1
"""Driving time between places without a way."""


@dataclass(frozen=True)
class TourProblem:
    """Bases, stops and vans; times are whole minutes.

    Attributes
    ----------
    drive : int64 array, shape (bases + stops, bases + stops)
        Least driving time from each place to each other one, ``NO_WAY`` if there is no way. The bases come first. No detour
        over a third place within a day is shorter; times rounded up keep this property.
    stay : int64 array, shape (stops,)
        Set-up and service at each stop, above 0.
    period : int64 array, shape (stops,)
        Weeks from one visit to the next: of :data:`PERIODS`, each dividing the longer ones.
    people : float64 array, shape (stops,)
        People whom each stop serves, not below 0. If time is short the stops with most people are kept.
    vans : int64 array, shape (bases,)
        Vans of each base.
    days : int
        Working days of a week, 1 to 7.
    day : int
        Longest time from leaving the base to being back.

    Raises
    ------
    ParameterError
        Shapes do not match or a number is out of bounds.
    """

    drive: Ints
    stay: Ints
    period: Ints
    people: Floats
    vans: Ints
    days: int
    day: int

    def __post_init__(self) -> None:
        kinds = {"drive": np.int64, "stay": np.int64, "period": np.int64, "people": np.float64, "vans": np.int64}
        for name, kind in kinds.items():
            object.__setattr__(self, name, np.asarray(getattr(self, name), kind))
        size = self.bases + self.stops
        if not self.bases or (self.vans < 1).any():
            raise ParameterError("vans: allowed is a number from 1 for each of 1 base or more")
        if self.drive.shape != (size, size) or (self.drive < NO_WAY).any():
            raise ParameterError(
                f"drive: got shape {self.drive.shape}, allowed is {(size, size)} with minutes from 0, or {NO_WAY}"
            )
        if self.shorter_detour():
            raise ParameterError("drive: a detour over a third place is shorter, allowed are least times")
        for name in ("period", "people"):
            if getattr(self, name).shape != self.stay.shape:
                raise ParameterError(f"{name}: got shape {getattr(self, name).shape}, allowed is {self.stay.shape}")
        if (self.stay < 1).any() or not np.isfinite(self.people).all() or (self.people < 0).any():
            raise ParameterError("stay, people: allowed are minutes from 1, and finite numbers from 0")
        if not 1 <= self.days <= 7 or self.day < 1:
            raise ParameterError(f"days, day: got {self.days} and {self.day}, allowed are 1 to 7 days, and minutes from 1")
        if not np.isin(self.period, PERIODS).all() or not _is_chain(self.periods):
            raise ParameterError(f"period: got {self.periods}, allowed are {PERIODS}, each of which divides the longer ones")

    @property
    def bases(self) -> int:
        """Number of bases."""
        return len(self.vans)

    @property
    def stops(self) -> int:
        """Number of stops."""
        return len(self.stay)

    @property
    def periods(self) -> list[int]:
        """Return the periods that occur, ascending."""
        return [int(p) for p in np.unique(self.period)]

    @property
    def cycle(self) -> int:
        """Weeks after which everything repeats."""
        return lcm(*self.periods)

    def shorter_detour(self) -> bool:
        """Whether some way is longer than one over a third place that fits into a day."""
        ways = np.where(self.drive < 0, np.inf, self.drive)
        np.fill_diagonal(ways, 0)
        detours = (ways[:, [via]] + ways[[via], :] for via in range(len(ways)))
        return any(bool(((detour < ways) & (detour <= self.day)).any()) for detour in detours)

    def visitable(self) -> Bools:
        """Return from which bases each stop can be visited within a day, alone; shape ``(bases, stops)``."""
        out, back = self.drive[: self.bases, self.bases :], self.drive[self.bases :, : self.bases].T
        return (out >= 0) & (back >= 0) & (out + back + self.stay <= self.day)


def _is_chain(periods: list[int]) -> bool:
    return all(long % short == 0 for short, long in pairwise(periods))


def service_minutes(people: Floats, least: float, per_person: float, most: float) -> Ints:
    """Return the minutes of service at stops: some for each person, within bounds, rounded up.

    Parameters
    ----------
    people : float64 array, shape (stops,)
    least : float
        Least minutes.
    per_person : float
        Minutes a person.
    most : float
        Most minutes.

    Examples
    --------
    >>> service_minutes(np.array([10.0, 400.0, 5000.0]), 30, 0.15, 120).tolist()
    [30, 60, 120]
    """
    return np.ceil(np.clip(np.round(people * per_person, 6), least, most)).astype(np.int64)


def visit_periods(people: Floats, every: int, weekly_from: float | None = None, fortnightly_from: float | None = None) -> Ints:
    """Return the weeks from one visit of each stop to the next: fewer where there are more people.

    Parameters
    ----------
    people : float64 array, shape (stops,)
    every : int
        Weeks for all stops that the limits leave.
    weekly_from, fortnightly_from : float, optional
        Stops with at least so many people are visited every week, or every two weeks.

    Examples
    --------
    >>> visit_periods(np.array([50.0, 200.0, 900.0]), 4, weekly_from=500, fortnightly_from=200).tolist()
    [4, 2, 1]
    """
    period = np.full(len(people), every, np.int64)
    if fortnightly_from is not None:
        period[people >= fortnightly_from] = min(every, 2)
    if weekly_from is not None:
        period[people >= weekly_from] = 1
    return period
