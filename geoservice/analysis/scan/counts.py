"""Counts of a scan: cases, population and measure by location and period, checked."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geoservice.analysis.scan.expected import expected_counts
from geoservice.analysis.scan.kernels import Statistic
from geoservice.analysis.scan.locations import Locations
from geoservice.analysis.scan.options import Options
from geoservice.errors import BadValues
from geoservice.geo import Floats

MOST_CASES = 2**30
_DIRECTIONS = {"high": 1, "low": -1, "both": 0}


@dataclass(frozen=True)
class Counts:
    """Counts by location and period, shapes ``(n, periods)``.

    The measure is what the model compares cases with: expected cases, or for the Bernoulli model persons.
    """

    at: Locations
    cases: Floats
    population: Floats
    measure: Floats
    noise_sd: Floats | None
    model: str

    @property
    def persons(self) -> Floats:
        """The population of each location, its mean over the periods; shape ``(n,)``."""
        return np.asarray(self.population.mean(axis=1))

    @property
    def weight(self) -> Floats:
        """The measure of each location in all periods, which limits windows; shape ``(n,)``."""
        return np.asarray(np.cumsum(self.measure, axis=1)[:, -1])

    @property
    def drawn_cases(self) -> int:
        """The cases of each replication: the total, rounded."""
        return round(float(self.cases.sum()))

    def statistic(self, options: Options, cases: float) -> Statistic:
        """Return the terms of the log likelihood ratio of a map with some number of cases."""
        direction = _DIRECTIONS[options.direction]
        bernoulli = self.model == "bernoulli"
        return Statistic(float(cases), float(self.measure.sum()), bernoulli, direction, float(options.min_cases))


def by_period(values: Floats | None) -> Floats | None:
    """Return values of places as a table of one period; None for None.

    >>> by_period(np.array([3, 4])).tolist()
    [[3.0], [4.0]]
    """
    return None if values is None else np.reshape(np.asarray(values, float), (-1, 1))


def checked_counts(x: Floats, y: Floats, tables: Mapping[str, Floats | None], options: Options) -> Counts:
    """Return the counts of a scan by distinct point.

    Parameters
    ----------
    x, y : float64 arrays, shape (places,), metres
    tables : mapping of str to float64 array, shape (places, periods)
        ``cases``, ``population``, ``expected`` and ``noise_sd``; the last two may be None.
    options : Options

    Returns
    -------
    Counts

    Raises
    ------
    BadValues
        A value is not allowed; the message names it.
    """
    x, y = _coordinates("x", x), _coordinates("y", y)
    if len(y) != len(x) or not len(x):
        raise BadValues(f"y: {len(y)} values and {len(x)} of x; a scan takes equal numbers, at least one")
    periods = np.asarray(tables["cases"]).shape[1]
    values = {name: _table(name, v, (len(x), periods)) for name, v in tables.items() if v is not None}
    if not np.any(values.get("noise_sd", 0.0)):
        values.pop("noise_sd", None)
    for name, table in values.items():
        if name != "cases" or "noise_sd" not in values:
            _check_sign(name, table)
    at = Locations.of(x, y)
    sums = {name: np.sqrt(at.sums(v**2)) if name == "noise_sd" else at.sums(v) for name, v in values.items()}
    _check_sums(sums, options)
    risk = sums.get("expected", sums["population"])
    measure = risk if options.model == "bernoulli" else expected_counts(float(sums["cases"].sum()), risk)
    return Counts(at, sums["cases"], sums["population"], measure, sums.get("noise_sd"), options.model)


def _coordinates(name: str, values: Floats) -> Floats:
    array = np.asarray(values, float)
    if array.ndim != 1 or not np.isfinite(array).all():
        raise BadValues(f"{name}: shape {array.shape}, or a value is not a number; expected are finite metres, shape (places,)")
    return np.asarray(array + 0.0)  # -0.0 and 0.0 are the same point


def _table(name: str, values: Floats, shape: tuple[int, int]) -> Floats:
    array = np.asarray(values, float)
    if array.shape != shape:
        raise BadValues(f"{name}: shape {array.shape}; expected {shape}, places and periods")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        raise BadValues(f"{name}: {array[tuple(bad[0])]} at place {bad[0][0]}; a scan takes finite numbers")
    return array


def _check_sign(name: str, values: Floats) -> None:
    bad = np.argwhere(values < 0)
    if len(bad):
        more = "; negative cases need noise_sd" if name == "cases" else ""
        raise BadValues(f"{name}: {values[tuple(bad[0])]:g} at place {bad[0][0]}; a scan takes 0 or more{more}")


def _check_sums(sums: Mapping[str, Floats], options: Options) -> None:
    """Check the sums by location."""
    cases, population, total = sums["cases"], sums["population"], float(sums["cases"].sum())
    exact = "noise_sd" not in sums
    if not 2 <= total < MOST_CASES:
        raise BadValues(f"cases: {total:g} in all; a scan takes 2 to {MOST_CASES - 1}")
    if not population.sum() > 0:
        raise BadValues("population: zero everywhere; a scan needs people at risk")
    if options.model == "poisson":
        if exact and (cases[sums.get("expected", population) <= 0] > 0).any():
            raise BadValues("cases: more than 0 where the population, or the expected cases, are 0")
        return
    if "expected" in sums:
        raise BadValues("expected: the Bernoulli model takes none; expected cases belong to the Poisson model")
    if exact and (cases > population * (1 + 1e-9)).any():
        raise BadValues("cases: more than persons at a place; the population of the Bernoulli model is cases and controls")
    if not total < population.sum() < 1e9:
        raise BadValues(f"population: {population.sum():g} in all; the Bernoulli model takes more than the cases, below 1e9")
