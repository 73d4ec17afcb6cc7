"""The metrics of the benchmark of demand surfaces: errors, margins and regret.

The peer of an error is ``placement alone``, the same error of exact counts on the same leaves.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from geoservice.bench.disclosure.county import GROUPS, HOUSEHOLDS, persons
from geoservice.bench.disclosure.scores import Key, Score, rms
from geoservice.demand import Quantity
from geoservice.geo import Floats

BAR_HOUSEHOLDS, BAR_RHO = 60_000, Fraction(1)
TOWNSHIP_SHARE, VILLAGE_SHARE = 1.0, 2.5
VILLAGE_HOUSEHOLDS = 3.5
CATCHMENT, REGRET = 1.0, 0.5
COVERAGE_BAR = (86.0, 94.0)
BARS = {
    Key("township", "share", persons()): TOWNSHIP_SHARE,
    Key("village", "share", persons()): VILLAGE_SHARE,
    Key("village", "count", HOUSEHOLDS): VILLAGE_HOUSEHOLDS,
}
"""Root mean square errors at ``BAR_HOUSEHOLDS`` and ``BAR_RHO``: percentage points within 15 minutes on foot, households."""
SMALL_HOUSEHOLDS = 6_000
LEVELS = ("township", "village", "1 km square")
COVERAGE_FAMILIES = ("township", "village", "catchment", "isochrone", "circle")
COVERAGE_GROUPS = ("resident", "migrant")
Metric = tuple[str, dict[str, Any]]


def county_metrics(households: int, rho: Fraction, scores: Mapping[Key, Score], regret: Floats) -> dict[str, dict[str, Any]]:
    """Return the metrics of a county and rho, with the bars of ``BARS`` for the county that they are set for."""
    barred = households == BAR_HOUSEHOLDS and rho == BAR_RHO
    rows = [
        *_errors(scores, barred=barred),
        *_catchments(scores, barred=barred),
        ("siting regret", _metric(float(regret.mean()), "% of persons added", REGRET if barred else None)),
        *_margins(scores, barred=barred),
        *(_unbiased(scores) if households == SMALL_HOUSEHOLDS else ()),
    ]
    return {f"{households}, rho {float(rho):g}: {name}": metric for name, metric in rows}


def _metric(value: float, unit: str, bar: float | None = None, exact: float | None = None) -> dict[str, Any]:
    return {
        "value": round(value, 3),
        "unit": unit,
        "bar": "" if bar is None else round(bar, 3),
        "holds": "" if bar is None else bool(value <= bar),
        "peer": "" if exact is None else f"placement alone {round(exact, 3):g}",
        "ratio": "",
    }


def _label(quantity: Quantity) -> str:
    names = {"all": "persons", "resident": "residents", "migrant": "migrants"}
    return "households" if quantity == HOUSEHOLDS else names.get(quantity.group, f"persons {quantity.group}")


def _errors(scores: Mapping[Key, Score], *, barred: bool) -> Iterator[Metric]:
    """Yield root mean square errors by level: households, persons and groups, and covered shares on foot."""
    for level in LEVELS:
        for q in (HOUSEHOLDS, *(persons(g) for g in GROUPS if g != "resident")):
            yield _rmse(scores, Key(level, "count", q), f"{level}, {_label(q)}", "RMSE", barred=barred)
        for q in (persons(), persons("migrant")):
            name = f"{level}, share of {_label(q)} within 15 min on foot"
            yield _rmse(scores, Key(level, "share", q), name, "points RMSE", barred=barred)


def _rmse(scores: Mapping[Key, Score], key: Key, name: str, unit: str, *, barred: bool) -> Metric:
    score = scores[key]
    return name, _metric(score.rmse, unit, BARS.get(key) if barred else None, rms(score.exact))


def _catchments(scores: Mapping[Key, Score], *, barred: bool) -> Iterator[Metric]:
    """Yield errors of catchments in percent of their persons: of all services, which have the bar, and of each."""
    by_service = {key.family: score for key, score in scores.items() if key.measure == "relative"}
    columns = (np.concatenate(part) for part in zip(*by_service.values(), strict=True))
    for family, score, bar in (("catchment", Score(*columns), barred), *((f, s, False) for f, s in by_service.items())):
        median, exact = (float(np.median(np.abs(v))) for v in (score.error, score.exact))
        yield f"{family}, median error", _metric(median, "% of persons", CATCHMENT if bar else None, exact)
        yield f"{family}, RMSE", _metric(score.rmse, "% of persons", None, rms(score.exact))


def _margins(scores: Mapping[Key, Score], *, barred: bool) -> Iterator[Metric]:
    """Yield the percentages of 90 % margins that contain the register's number."""
    for family in COVERAGE_FAMILIES:
        for group in COVERAGE_GROUPS:
            coverage = scores[Key(family, "count", persons(group))].coverage
            yield f"margins that hold, {family}, {_label(persons(group))}", _coverage(coverage, barred=barred)
    for family in LEVELS:
        for group in ("all", *COVERAGE_GROUPS):
            coverage = scores[Key(family, "covered", persons(group))].coverage
            yield f"margins that hold, {family}, {_label(persons(group))} within 15 min", _coverage(coverage, barred=False)


def _coverage(percent: float, *, barred: bool) -> dict[str, Any]:
    metric = _metric(percent, "%") | {"value": round(percent, 1)}
    return metric | ({"bar": "86-94", "holds": bool(COVERAGE_BAR[0] <= percent <= COVERAGE_BAR[1])} if barred else {})


def _unbiased(scores: Mapping[Key, Score]) -> Iterator[Metric]:
    """Yield the mean error of township shares over measurements and townships; the bar is their mean margin."""
    score = scores[Key("township", "share", persons())]
    name = "township, share of persons within 15 min on foot, mean error"
    yield name, _metric(abs(float(np.nanmean(score.error))), "points", float(np.nanmean(score.margin)))
