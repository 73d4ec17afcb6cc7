"""Options of a scan, checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numba

from geoservice.errors import ParameterError

Model = Literal["poisson", "bernoulli"]
Direction = Literal["high", "low", "both"]
Shape = Literal["circle", "ellipse"]
Overlap = Literal["none", "no_centre", "any"]
_CHOICES = {
    "model": ("poisson", "bernoulli"),
    "direction": ("high", "low", "both"),
    "shape": ("circle", "ellipse"),
    "overlap": ("none", "no_centre", "any"),
}


@dataclass(frozen=True)
class Options:
    """Options of a scan; :func:`~geoservice.analysis.scan.spatial.scan` describes them."""

    model: Model
    direction: Direction
    max_population: float
    shape: Shape
    penalty: float
    replications: int
    seed: int
    overlap: Overlap
    min_cases: float
    threads: int | None
    max_duration: float = 0.5
    prospective: bool = False

    def __post_init__(self) -> None:
        """Check the values.

        Raises
        ------
        ParameterError
            An option is not allowed; the message names it.
        """
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ParameterError(f"{name}: {getattr(self, name)!r}; allowed are {_list(choices)}")
        _check("max_population", self.max_population, 0 < self.max_population <= 0.5, "a share above 0 and at most 0.5")
        _check("max_duration", self.max_duration, 0 < self.max_duration <= 0.9, "a share above 0 and at most 0.9")
        _check("penalty", self.penalty, 0 <= self.penalty < 100, "a number from 0 to 100")
        _check("min_cases", self.min_cases, 0 <= self.min_cases < 2**30, "a number of 0 or more")
        _check("replications", self.replications, _whole(self.replications), "a whole number of 0 or more")
        _check("seed", self.seed, _whole(self.seed), "a whole number of 0 or more")
        _check("threads", self.threads, self.threads is None or self.threads > 0, "a whole number above 0")

    @property
    def thread_count(self) -> int:
        """The threads that share the work; results do not depend on it."""
        return self.threads or int(numba.get_num_threads())


def _check(name: str, value: object, allowed: bool, text: str) -> None:
    if not allowed:
        raise ParameterError(f"{name}: {value!r}; allowed is {text}")


def _whole(value: Any) -> bool:
    return bool(int(value) == value and value >= 0)


def _list(choices: Sequence[str]) -> str:
    return ", ".join(choices)
