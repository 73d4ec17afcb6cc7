"""What is asked of a choice of sites, checked against the study."""

import math
from dataclasses import dataclass

from geoservice.analysis.siting.problem import SECONDS
from geoservice.errors import InputError, check_choice
from geoservice.labels import TIERS
from geoservice.siting.arrays import SitingParameters
from geoservice.siting.names import MODELS, SOURCES

MAX_CANDIDATES = 20_000
_MAX_MINUTES = 240


@dataclass(frozen=True)
class SitingRequest:
    """What is asked.

    Attributes
    ----------
    service, mode
        Of the study.
    minutes
        People within this time of a site are reached; by default the standard of the service.
    model
        One of ``MODELS``.
    sites, budget
        Most sites beside the existing stations, and most that they may cost together.
    candidates
        ``streets`` (junctions, one in each square of ``spacing`` metres), ``gaps`` (centres of inhabited cells beyond the
        time) or ``file``.
    tier
        Stations of this tier count as existing ones, or ``any``.
    group
        The people who count.
    spacing
        Side of the squares, metres.
    capacity
        People that a new site can serve, for candidates without a capacity of their own; the capacitated models need it.
    may_close
        Ids of existing stations that may close; the others stay.
    seconds
        Time limit of the solver; 0 leaves it out.
    fairness
        Also find the choices between the most people in time and the least time beyond it; for the model ``mclp`` alone.
    """

    service: str
    mode: str
    minutes: int | None = None
    model: str = "mclp"
    sites: int | None = None
    budget: float | None = None
    candidates: str = "streets"
    tier: str = "any"
    group: str = "all"
    spacing: float = 500.0
    capacity: float | None = None
    may_close: tuple[str, ...] = ()
    seconds: float = SECONDS
    fairness: bool = False

    def checked(self, study: SitingParameters) -> "SitingRequest":
        """Return the request with the default time; raises :class:`InputError` for a value that the study does not allow."""
        check_choice("service", self.service, study.services, InputError)
        check_choice("mode", self.mode, study.modes, InputError)
        check_choice("model", self.model, tuple(MODELS), InputError)
        check_choice("candidates", self.candidates, SOURCES, InputError)
        check_choice("tier", self.tier, [str(tier) for tier in TIERS], InputError)
        _check_number("spacing", self.spacing, 50, 20_000, "metres")
        _check_number("seconds", self.seconds, 0, 86_400, "seconds")
        self._check_limits()
        minutes = study.standards[self.service] if self.minutes is None else self.minutes
        _check_number("minutes", minutes, 1, _MAX_MINUTES, "minutes")
        return SitingRequest(**{**vars(self), "minutes": int(minutes)})

    def _check_limits(self) -> None:
        if self.sites is not None:
            _check_number("sites", self.sites, 1, 10_000, "")
            if self.sites != int(self.sites):
                raise InputError(f"sites: got {self.sites:g}, allowed are whole numbers")
        if self.budget is not None:
            _check_number("budget", self.budget, 0, 1e15, "")
        if self.capacity is not None:
            _check_number("capacity", self.capacity, 0, 1e9, "people")
        if self.fairness and self.model != "mclp":
            raise InputError(
                f"fairness: got the model {self.model}, allowed is mclp, whose coverage is weighed against fairness"
            )
        if self.model == "lscp" and (self.sites is not None or self.budget is not None):
            raise InputError("sites, budget: allowed are none for the model lscp, which finds the fewest sites")
        if self.model == "lscp_b" and self.budget is not None:
            raise InputError("budget: allowed is none for the model lscp_b, which counts sites")
        if self.model not in {"lscp", "lscp_b"} and self.sites is None and self.budget is None:
            raise InputError(f"sites, budget: got neither, the model {self.model} needs one of them, for instance sites 3")


def _check_number(name: str, value: float, low: float, high: float, unit: str) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise InputError(f"{name}: got {value:g}, allowed are {low:g} to {high:g} {unit}".rstrip())
