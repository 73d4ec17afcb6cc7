"""Who is covered: households and persons within each time break, by area, service, tier, mode and group.

Residents are not a set of their own in the release: their numbers are everybody's less the migrants', out of released
numbers. Published as well, they would give whoever adds them up a second draw of noise for everybody, and a set that differs
from everybody by the few migrants of a place.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.base import Block, Context, Demand, Findings, Process
from geoservice.analysis.frames import KEYS, at_least, empty, least_count, pick, rows_of, stack, trips
from geoservice.analysis.travel_time import within

PROCESS = Process(
    id="coverage",
    title={"zh": "服务覆盖", "en": "Coverage"},
    description={
        "zh": "各区域、各人群在规定分钟数之内能够到达服务站点的户数、人数与比例，以及流动人口与户籍人口之间的差距。",
        "en": "Households, persons and share of each area and group within reach, and the gap between migrants and residents.",
    },
    reference="Wachs and Kumagai (1973), Physical accessibility as a social indicator",
)


class Params(BaseModel):
    """Services, breaks in minutes (the break itself is inside), standards by service, whether migrants are told apart."""

    model_config = ConfigDict(frozen=True)
    services: tuple[str, ...]
    minutes: tuple[int, ...]
    standards: dict[str, int]
    migrants: bool = True


def params(study: Mapping[str, Any]) -> Params:
    """Take services, breaks and standards of a study."""
    return Params(
        services=tuple(s["id"] for s in study["services"]),
        minutes=tuple(study["minutes"]),
        standards={s["id"]: s["standard_minutes"] for s in study["services"]},
        migrants=study["migrants"],
    )


def share(part: pd.Series, whole: pd.Series) -> np.ndarray:
    """Percent of a whole, at most 100 because each number carries its own noise; NaN where either is missing.

    Examples
    --------
    >>> share(pd.Series([30.0, 51.0, np.nan]), pd.Series([60.0, 50.0, 10.0])).tolist()
    [50.0, 100.0, nan]
    """
    value = 100 * np.asarray(part, float) / np.asarray(whole, float)
    return np.asarray(np.minimum(np.round(value, 1), 100.0))


def _blocks(context: Context, demand: Demand, params: Params) -> Iterator[Block]:
    units = {level: context.areas[level].ids for level in context.levels}
    for level in context.levels:
        yield Block(level, units[level], demand.area[level], demand.group, "households", "persons")
    if demand.group == "all":  # atoms of the other groups are wider than a cell
        yield Block(context.cells.geography, context.cells.ids, demand.cell, demand.group, "households", "persons")
    for trip in trips(demand, params.services):
        ms = demand.travel[trip].ms
        for limit in params.minutes:
            inside = within(ms, limit)
            for level in context.levels:
                region = np.where(inside, demand.area[level], -1).astype(np.int32)
                yield Block(
                    level,
                    units[level],
                    region,
                    demand.group,
                    "covered_households",
                    "covered_persons",
                    service=trip.service,
                    tier=trip.tier,
                    mode=trip.mode,
                    nth=trip.nth,
                    minutes=limit,
                )


def analyse(context: Context, params: Params, released: pd.DataFrame) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Population by area and cell, and the covered part of it by area."""
    demands = (d for g, d in context.demands.items() if g != "resident")
    return Findings(blocks=[b for d in demands for b in _blocks(context, d, params)])


def residents(released: pd.DataFrame, measure: str, least: float) -> pd.DataFrame:
    """Everybody less migrants, where both were released and at least ``least`` are left."""
    every, migrant = pick(released, measure, group="all"), pick(released, measure, group="migrant")
    keys = [k for k in KEYS if k != "group"]
    both = every.merge(migrant[[*keys, "value"]], on=keys, suffixes=("", "_migrant"))
    both["value"] = at_least(both["value"] - both["value_migrant"], least)
    return rows_of(both, measure, group="resident")


def resident_pair(released: pd.DataFrame, prefix: str, least: float) -> pd.DataFrame:
    """Households and persons of residents; persons are suppressed where the households of the same set are."""
    households, persons = (residents(released, prefix + m, least) for m in ("households", "persons"))
    known = households.loc[households["value"].notna(), list(KEYS)].assign(known=True)
    both = persons.merge(known, on=list(KEYS), how="left")
    return stack([households, rows_of(both.assign(value=both["value"].where(both["known"].notna())), prefix + "persons")])


def shares(released: pd.DataFrame) -> pd.DataFrame:
    """Join the covered persons with all persons of the same area and group."""
    covered = pick(released, "covered_persons")
    whole = pick(released, "persons")[["geography", "unit", "group", "value"]]
    both = covered.merge(whole, on=["geography", "unit", "group"], how="left", suffixes=("", "_whole"))
    both["share"] = share(both["value"], both["value_whole"])
    return both


def _gap(shared: pd.DataFrame) -> pd.DataFrame:
    keys = [k for k in KEYS if k != "group"]
    migrant, resident = (shared.loc[shared["group"] == g, [*keys, "share"]] for g in ("migrant", "resident"))
    both = migrant.merge(resident, on=keys, suffixes=("_migrant", "_resident"))
    both["value"] = (both["share_migrant"] - both["share_resident"]).round(1)
    return rows_of(both, "coverage_gap", group="migrant")


def _uncovered(shared: pd.DataFrame, standards: Mapping[str, int], least: float) -> pd.DataFrame:
    at_standard = shared["minutes"] == shared["service"].map(dict(standards))
    rows = shared.loc[at_standard & (shared["tier"] == "any") & (shared["nth"] == 1)]
    return rows_of(rows.assign(value=at_least(rows["value_whole"] - rows["value"], least)), "uncovered_persons")


def derive(context: Context, params: Params, released: pd.DataFrame) -> pd.DataFrame:  # noqa: ARG001 - the form of an analysis
    """Residents, shares, the gap between migrants and residents, and persons beyond the standard."""
    if released.empty:
        return empty()
    least = least_count(released)
    more = stack([resident_pair(released, prefix, least) for prefix in ("", "covered_")]) if params.migrants else empty()
    shared = shares(stack([released, more]))
    out = [more, rows_of(shared.assign(value=shared["share"]), "covered_share"), _uncovered(shared, params.standards, least)]
    return stack([*out, _gap(shared)] if params.migrants else out)
