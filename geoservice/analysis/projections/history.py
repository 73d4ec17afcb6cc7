"""The pyramids of areas at dates that are equally far apart, from a table with a row for each area, date, sex and age group."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geoservice.analysis.projections.cohort_ratios import Mothers
from geoservice.analysis.projections.pyramid import AgeGroups
from geoservice.analysis.projections.pyramid_columns import SEXES, pyramid_columns
from geoservice.errors import InputError, MissingColumn
from geoservice.geo import Floats

DAYS_A_YEAR = 365.2425
MOTHERS_FROM = 15


@dataclass(frozen=True)
class PyramidHistory:
    """Pyramids of areas, oldest first; ``persons`` and ``margin`` (0: none) have the shape ``(dates, areas, sexes, ages)``.

    ``step`` is the number of years from one date to the next. ``later`` has pyramids of dates after the last, by years from it:
    official projections, shape ``(areas, sexes, ages)``, NaN for areas without one.
    """

    areas: tuple[str, ...]
    launch: np.datetime64
    step: int
    ages: AgeGroups
    persons: Floats
    margin: Floats
    later: dict[int, Floats]

    @property
    def launch_year(self) -> int:
        """Return the calendar year of the last date."""
        return int(self.launch.astype("datetime64[Y]").astype(int)) + 1970

    @property
    def mothers(self) -> Mothers:
        """Return the ages of mothers, in whole age groups."""
        return mothers_of_groups(self.ages)


def mothers_of_groups(ages: AgeGroups) -> Mothers:
    """Return the ages of mothers in whole age groups, from 15 to 44 if these are limits of groups.

    >>> tuple(mothers_of_groups(AgeGroups(5, 85))), tuple(mothers_of_groups(AgeGroups(10, 80)))
    ((0, 15, 44), (0, 20, 39))
    """
    return Mothers(0, -(-MOTHERS_FROM // ages.width) * ages.width, 45 // ages.width * ages.width - 1)


def years_between(first: np.datetime64, second: np.datetime64) -> int:
    """Return the years from one date to another, rounded.

    >>> years_between(np.datetime64("2010-11-01"), np.datetime64("2020-11-01"))
    10
    """
    return round(float((second - first) / np.timedelta64(1, "D")) / DAYS_A_YEAR)


def dates_of(table: pd.DataFrame) -> list[np.datetime64]:
    """Return the dates of a table of pyramids, ascending."""
    return sorted(np.unique(table["date"].to_numpy("datetime64[D]")))


def pyramid_history(table: pd.DataFrame, areas: Sequence[str], launch: np.datetime64) -> PyramidHistory:
    """Return the pyramids of the areas that have one at the last date and one a step before.

    Parameters
    ----------
    table : DataFrame
        Columns ``area``, ``date``, ``sex``, ``age_from``, ``age_to`` (NaN: open), ``persons`` and ``persons_margin`` (or NaN).
    areas : sequence of str
        Codes in order; areas without pyramids are left out.
    launch : datetime64
        The last date; later ones are official projections.

    Raises
    ------
    InputError
        There is no earlier date that is a whole number of age groups before the last and at most as far as mothers are old, or
        the age groups of the dates do not fit together.
    """
    own = table[table["area"].isin(areas)]
    by_date = {day: own[own["date"].to_numpy("datetime64[D]") == day] for day in dates_of(own)}
    if launch not in by_date:
        raise InputError(f"no pyramid of {launch}")
    ages, sexes = _common_groups(by_date)
    before = {years_between(day, launch): day for day in by_date if day < launch}
    mothers_from = mothers_of_groups(ages).first
    steps = [years for years in sorted(before) if 0 < years <= mothers_from and years % ages.width == 0]
    if not steps:
        raise InputError(
            f"dates {', '.join(map(str, by_date))}: needed are two that are {ages.width} years apart, or a multiple of it "
            f"up to {mothers_from}"
        )
    step, days = steps[0], [launch]
    if (oldest := mothers_of_groups(ages).last + step - ages.width) >= ages.open_from:
        raise InputError(f"ages from {ages.open_from} are one group: needed are groups up to {oldest}, the age of mothers")
    while (years := step * len(days)) in before:
        days.insert(0, before[years])
    pyramids = {day: _pyramids(by_date[day], areas, ages, sexes) for day in by_date}
    known = np.isfinite(np.stack([pyramids[day][0].sum(axis=(1, 2)) for day in days]))
    while len(days) > 2 and not known[0][known[-1] & known[-2]].all():  # a backcast needs every area at every date
        days, known = days[1:], known[1:]
    kept = known.all(axis=0)
    if not kept.any():
        raise InputError(f"no area has a pyramid both at {days[0]} and at {launch}")
    persons, margin = (np.stack([pyramids[day][k][kept] for day in days]) for k in (0, 1))
    later = {years_between(launch, day): pyramids[day][0][kept] for day in by_date if day > launch}
    names = tuple(np.asarray(areas, object)[kept].tolist())
    return PyramidHistory(names, launch, step, ages, persons, margin, later)


def _columns(rows: pd.DataFrame, value: str) -> pd.DataFrame:
    """Return a column for each sex and age group, named as :func:`age_label` reads it, and a row for each area."""
    last = ["+" if np.isnan(age) else f"-{age:.0f}" for age in rows["age_to"].astype(float)]
    names = rows["sex"] + " " + rows["age_from"].astype(str) + last
    return rows.assign(name=names).pivot_table(index="area", columns="name", values=value, aggfunc="sum", observed=True)


def _common_groups(by_date: dict[np.datetime64, pd.DataFrame]) -> tuple[AgeGroups, tuple[str, ...]]:
    """Return the widest age groups of all dates, open from the youngest age; sexes only if every date has them."""
    try:
        names = {day: list(_columns(rows, "persons").columns) for day, rows in by_date.items()}
        width = max(pyramid_columns(n).ages.width for n in names.values())
        found = [pyramid_columns(n, width) for n in names.values()]
        by_sex = all(columns.sexes == SEXES for columns in found)
        ages = AgeGroups(width, min(columns.ages.open_from for columns in found))
    except MissingColumn as error:
        raise InputError(str(error)) from error
    return ages, SEXES if by_sex else ("all",)


def _pyramids(rows: pd.DataFrame, areas: Sequence[str], ages: AgeGroups, sexes: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Return persons, NaN for areas without any row or with a gap, and margins; shapes ``(areas, sexes, ages)``."""
    persons = _columns(rows, "persons").reindex(list(areas))
    margin = _columns(rows.assign(squared=rows["persons_margin"].fillna(0.0) ** 2), "squared").reindex(list(areas))
    columns = pyramid_columns(list(persons.columns), ages.width)
    both: list[Floats] = []
    for frame in (persons, margin):
        values = columns.read({str(name): frame[name].to_numpy(np.float64) for name in frame})
        if len(sexes) < values.shape[1]:
            values = values.sum(axis=1, keepdims=True)
        tail = values[..., len(ages) - 1 :].sum(axis=-1, keepdims=True)
        both.append(np.concatenate([values[..., : len(ages) - 1], tail], axis=-1))
    return both[0], np.sqrt(np.nan_to_num(both[1]))
