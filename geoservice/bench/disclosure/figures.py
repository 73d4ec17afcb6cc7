"""What the bench of the demand surface prints: errors, margins and regret.

Beside an error stands ``placement alone``, the same error of exact counts on the same leaves.
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
HELD = (86.0, 94.0)
BARS = {
    Key("township", "share", persons()): TOWNSHIP_SHARE,
    Key("village", "share", persons()): VILLAGE_SHARE,
    Key("village", "count", HOUSEHOLDS): VILLAGE_HOUSEHOLDS,
}
"""Root mean square errors at ``BAR_HOUSEHOLDS`` and ``BAR_RHO``: percentage points within 15 minutes on foot, households."""
SMALL_HOUSEHOLDS = 6_000
LEVELS = ("township", "village", "1 km square")
HELD_FAMILIES = ("township", "village", "catchment", "isochrone", "circle")
HELD_GROUPS = ("resident", "migrant")
Figure = tuple[str, dict[str, Any]]


def county_figures(households: int, rho: Fraction, scores: Mapping[Key, Score], regret: Floats) -> dict[str, dict[str, Any]]:
    """Return the figures of one county and rho; bars hold where they are set, see ``BARS``."""
    barred = households == BAR_HOUSEHOLDS and rho == BAR_RHO
    rows = [
        *_errors(scores, barred=barred),
        *_catchments(scores, barred=barred),
        ("siting regret", _figure(float(regret.mean()), "% of persons added", REGRET if barred else None)),
        *_margins(scores, barred=barred),
        *(_unbiased(scores) if households == SMALL_HOUSEHOLDS else ()),
    ]
    return {f"{households}, rho {float(rho):g}: {name}": figure for name, figure in rows}


def _figure(value: float, unit: str, bar: float | None = None, exact: float | None = None) -> dict[str, Any]:
    return {
        "value": round(value, 3),
        "unit": unit,
        "bar": "" if bar is None else round(bar, 3),
        "holds": "" if bar is None else bool(value <= bar),
        "peer": "" if exact is None else f"placement alone {round(exact, 3):g}",
        "ratio": "",
    }


def _label(quantity: Quantity) -> str:
    words = {"all": "persons", "resident": "residents", "migrant": "migrants"}
    return "households" if quantity == HOUSEHOLDS else words.get(quantity.group, f"persons {quantity.group}")


def _errors(scores: Mapping[Key, Score], *, barred: bool) -> Iterator[Figure]:
    """Root mean square errors by level: households, persons and groups, and coverage shares on foot."""
    for level in LEVELS:
        for q in (HOUSEHOLDS, *(persons(g) for g in GROUPS if g != "resident")):
            yield _rmse(scores, Key(level, "count", q), f"{level}, {_label(q)}", "RMSE", barred=barred)
        for q in (persons(), persons("migrant")):
            name = f"{level}, share of {_label(q)} within 15 min on foot"
            yield _rmse(scores, Key(level, "share", q), name, "points RMSE", barred=barred)


def _rmse(scores: Mapping[Key, Score], key: Key, name: str, unit: str, *, barred: bool) -> Figure:
    score = scores[key]
    return name, _figure(score.rmse, unit, BARS.get(key) if barred else None, rms(score.exact))


def _catchments(scores: Mapping[Key, Score], *, barred: bool) -> Iterator[Figure]:
    """Errors of catchments in percent of their persons: of all services, which the bar is for, and of each."""
    of_service = {key.family: score for key, score in scores.items() if key.measure == "relative"}
    every = (np.concatenate(part) for part in zip(*of_service.values(), strict=True))
    for family, score, bar in (("catchment", Score(*every), barred), *((f, s, False) for f, s in of_service.items())):
        median, exact = (float(np.median(np.abs(v))) for v in (score.error, score.exact))
        yield f"{family}, median error", _figure(median, "% of persons", CATCHMENT if bar else None, exact)
        yield f"{family}, RMSE", _figure(score.rmse, "% of persons", None, rms(score.exact))


def _margins(scores: Mapping[Key, Score], *, barred: bool) -> Iterator[Figure]:
    """How many 90 % margins hold the register's number."""
    for family in HELD_FAMILIES:
        for group in HELD_GROUPS:
            held = scores[Key(family, "count", persons(group))].held
            yield f"margins that hold, {family}, {_label(persons(group))}", _held(held, barred=barred)
    for family in LEVELS:
        for group in ("all", *HELD_GROUPS):
            held = scores[Key(family, "covered", persons(group))].held
            yield f"margins that hold, {family}, {_label(persons(group))} within 15 min", _held(held, barred=False)


def _held(percent: float, *, barred: bool) -> dict[str, Any]:
    figure = _figure(percent, "%") | {"value": round(percent, 1)}
    return figure | ({"bar": "86-94", "holds": bool(HELD[0] <= percent <= HELD[1])} if barred else {})


def _unbiased(scores: Mapping[Key, Score]) -> Iterator[Figure]:
    """Mean error of township shares over measurements and townships, beside their mean margin."""
    score = scores[Key("township", "share", persons())]
    name = "township, share of persons within 15 min on foot, mean error"
    yield name, _figure(abs(float(np.nanmean(score.error))), "points", float(np.nanmean(score.margin)))
