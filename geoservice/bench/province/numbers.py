"""Made-up numbers of areas, stations and gaps, as rows of the release table."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from geoservice.geo import Floats
from geoservice.release.base import TABLE

SERVICES, MODES, MINUTES = ("health", "care"), ("walk", "drive"), (5, 10, 15, 30, 60)
STANDARDS = {"health": 15, "care": 30}
GROUPS = ("all", "resident", "migrant")
_RANDOM_SEED = 15


class Series(NamedTuple):
    """The dimensions of one number of every unit, and its values and margins: one of each, or NaN, for every unit."""

    measure: str
    values: Floats
    margins: Floats
    service: str = ""
    mode: str = ""
    group: str = ""
    minutes: int = 0
    tier: str = ""
    nth: int = 0


def area_rows(level: str, units: Sequence[str], persons: Floats) -> pa.Table:
    """Return the numbers of a level's areas: people, and how many of them each service covers by mode, minutes and group."""
    return rows(level, units, list(_area_series(level, persons)))


def _area_series(level: str, persons: Floats) -> Iterator[Series]:
    random = np.random.default_rng([_RANDOM_SEED, len(level), len(persons)])
    none = np.full(len(persons), np.nan)

    def spread(low: float, high: float) -> Floats:
        return np.asarray(random.uniform(low, high, len(persons)).round(2))

    yield Series("households", (persons / 3).round(), spread(1, 9), group="all")
    for group, part in zip(GROUPS, (1, 0.8, 0.2), strict=True):
        yield Series("persons", (persons * part).round(), spread(2, 20), group=group)
    for mode in MODES:
        yield Series("off_network_share", spread(0, 3), spread(0, 1), mode=mode, group="all")
    for service, mode in product(SERVICES, MODES):
        trip: dict[str, Any] = {"service": service, "mode": mode, "tier": "any", "nth": 1}
        speed, gap = spread(0.005, 0.2), spread(-12, 4)
        for minutes in MINUTES:
            share = (100 * (1 - np.exp(-minutes * speed))).round(2)
            for group, less in zip(GROUPS, (0, -gap / 5, 4 * gap / 5), strict=True):
                of_group = np.clip(share + less, 0, 100).round(2)
                yield Series("covered_share", of_group, spread(0.5, 6), **trip, group=group, minutes=minutes)
            yield Series("coverage_gap", gap, spread(1, 8), **trip, group="migrant", minutes=minutes)
            yield Series(
                "covered_persons", (persons * share / 100).round(), spread(2, 20), **trip, group="all", minutes=minutes
            )
            if minutes == STANDARDS[service]:
                left = (persons * (1 - share / 100)).round()
                yield Series("uncovered_persons", left, spread(2, 20), **trip, group="all")
        for measure, factor in (("median_minutes", 0.7), ("p90_minutes", 2.3)):
            yield Series(measure, np.minimum(factor / speed, 60).round(1), none, **trip, group="all")


def station_rows(units: Sequence[str]) -> pa.Table:
    """Return the people nearest to each station and its load, by service and mode."""
    random, count = np.random.default_rng(_RANDOM_SEED), len(units)
    found = []
    for service, mode in product(SERVICES, MODES):
        served = random.gamma(2, 700, count).round()
        trip: dict[str, Any] = {"service": service, "mode": mode}
        found.append(Series("served_persons", served, (served / 20).round(1), **trip))
        found.append(Series("load", (served / 20).round(1), (served / 400).round(1), **trip))
    return rows("station", units, found)


def gap_rows(units: Sequence[str]) -> pa.Table:
    """Return the rank of each gap, its people, those whom a new station would reach, and the longest time before and after."""
    random, count = np.random.default_rng(_RANDOM_SEED), len(units)
    reached, none = np.sort(random.gamma(2, 300, count).round())[::-1], np.full(count, np.nan)
    found = [
        Series("rank", np.arange(1.0, count + 1), none),
        Series("uncovered_households", (reached / 2.5).round(), random.uniform(2, 9, count).round(1)),
        Series("uncovered_persons", (reached * 1.2).round(), random.uniform(2, 20, count).round(1)),
        Series("new_persons", reached, random.uniform(2, 20, count).round(1)),
        Series("longest_minutes", random.uniform(30, 60, count).round(1), none),
        Series("longest_minutes_after", random.uniform(5, 15, count).round(1), none),
    ]
    return rows("gap", units, found)


def rows(geography: str, units: Sequence[str], series: Sequence[Series]) -> pa.Table:
    """Return the rows of the release table of all units, one unit after the other."""
    count, number = len(units), len(series)
    values, margins = (np.stack(list(a), axis=1).ravel() for a in ([s.values for s in series], [s.margins for s in series]))
    columns: dict[str, Any] = {
        "geography": _repeated([geography], np.zeros(count * number, np.int32)),
        "unit": _repeated(units, np.repeat(np.arange(count, dtype=np.int32), number)),
        "value": pa.array(values, from_pandas=True),
        "margin": pa.array(margins, from_pandas=True),
        "status": _repeated(["ok"], np.zeros(count * number, np.int32)),
    }
    for name in ("measure", "service", "tier", "mode", "group"):
        columns[name] = _repeated([getattr(s, name) for s in series], np.tile(np.arange(number, dtype=np.int32), count))
    for name in ("nth", "minutes"):
        columns[name] = pa.array(np.tile(np.array([getattr(s, name) for s in series], np.int32), count))
    return pa.table({name: columns[name] for name in TABLE.names}, schema=TABLE)


def _repeated(texts: Sequence[str], at: "np.ndarray[Any, np.dtype[np.int32]]") -> "pa.Array[Any]":
    """Return the text at each position; without a loop in Python, because there are millions."""
    return pa.array(list(texts), pa.string()).take(pa.array(at))
