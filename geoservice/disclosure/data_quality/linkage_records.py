"""The rows of the register as records to compare: numbered values, and how often each agrees by chance."""

from typing import Any

import numpy as np
import pandas as pd

from geoservice.disclosure.data_quality.duplicate_score import AGREEMENT, LEAST_CHANCE, MISSING, LinkageRecords
from geoservice.disclosure.data_quality.household_columns import HouseholdColumns
from geoservice.disclosure.data_quality.missing import on_earth
from geoservice.geo import METRES_PER_DEGREE, Bools, Floats, Ints
from geoservice.schema import COARSE_PRECISIONS

CELL_METRES = 100.0
SHRINKAGE = 10.0
"""Rows of the wider area that count in the share of a value in a small one."""
SHAPE, LEAST_OTHERS = 0.5, 1e-4
"""Shape of the gamma prior of the number of households at a place, as different as villas and towers, and its least mean."""
POINT_DECIMALS = 5


def number_of(*keys: Any) -> Ints:
    """Return a number for each combination of the values of several integer columns; shape ``(n,)``.

    >>> number_of(np.array([7, 7, 3]), np.array([1, 2, 1])).tolist()
    [0, 1, 2]
    """
    number: Ints = np.zeros(len(keys[0]), np.int64)
    for key in keys:
        codes = pd.factorize(key)[0].astype(np.int64)
        number = pd.factorize(number * (int(codes.max(initial=0)) + 1) + codes)[0].astype(np.int64)
    return number


def frequency(number: Ints, counted: Bools) -> Floats:
    """Return how many counted rows have the number of each row; shape ``(n,)``.

    >>> frequency(np.array([0, 0, 1]), np.array([True, True, False])).tolist()
    [2.0, 2.0, 0.0]
    """
    return np.asarray(np.bincount(number, counted, int(number.max(initial=0)) + 1)[number], float)


def grid_cells(lon: Floats, lat: Floats, metres: float) -> tuple[Ints, Ints]:
    """Return column and row of the square cell of each point, from 1; missing points count as the first. Shapes ``(n,)``.

    >>> [v.tolist() for v in grid_cells(np.array([0.0, 0.001]), np.array([0.0, 0.002]), 100.0)]
    [[1, 2], [1, 3]]
    """
    middle = np.nanmean(lat) if np.isfinite(lat).any() else 0.0
    x, y = lon * METRES_PER_DEGREE * np.cos(np.radians(middle)), lat * METRES_PER_DEGREE
    column, row = (np.nan_to_num((v - np.nanmin(v)) // metres) if np.isfinite(v).any() else np.zeros(len(v)) for v in (x, y))
    return column.astype(np.int64) + 1, row.astype(np.int64) + 1


def linkage_records(columns: HouseholdColumns) -> LinkageRecords:
    """Return the records of households; values and shares are described in :mod:`.duplicate_score`."""
    everyone, area = np.ones(len(columns), np.bool_), columns.residence.index
    located = on_earth(columns.lon, columns.lat) & ~columns.precision.among(np.isin(columns.precision.texts, COARSE_PRECISIONS))
    cell = number_of(*grid_cells(columns.lon, columns.lat, CELL_METRES), located)
    point = number_of(*(np.rint(np.nan_to_num(v) * 10**POINT_DECIMALS).astype(np.int64) for v in (columns.lon, columns.lat)))
    at_point, nearby = (expected_others(frequency(place, located) - 1, number_of(area), located) for place in (point, cell))
    in_area = np.maximum(frequency(number_of(area), everyone) - 1, np.maximum(nearby, 1))
    values = _values(columns)
    contexts = {name: [np.zeros(len(columns), np.int64), number_of(area), cell] for name in values}
    if "groups" in contexts:  # sizes decide which members of groups are possible
        contexts["groups"] = [number_of(context, columns.persons) for context in contexts["groups"]]
    return LinkageRecords(
        values=values,
        chance={name: chance_of(values[name], contexts[name]) for name in values},
        any_chance={name: any_chance(values[name]) for name in values},
        lon=columns.lon, lat=columns.lat, point=np.where(located, point, MISSING), area=area,
        at_point=at_point, nearby=nearby, in_area=in_area,
    )  # fmt: skip


def expected_others(others: Floats, area: Ints, located: Bools) -> Floats:
    """Return the expected number of other households at each place, not counting one that may be the same; shape ``(n,)``.

    Parameters
    ----------
    others : float64 array, shape (n,)
        Number of other rows at the place.
    area : int64 array, shape (n,)
        Number of each row's area, whose mean is the prior one.
    located : bool array, shape (n,)
        Rows whose point is used.

    Examples
    --------
    Two rows at one point, and 998 alone: the mean is 0.002. Where all share a point with four others, one of these is left out.

    >>> everywhere, located = np.zeros(1000, int), np.ones(1000, bool)
    >>> float(expected_others(np.array([1.0, 1.0] + [0.0] * 998), everywhere, located)[0].round(4))
    0.002
    >>> float(expected_others(np.full(1000, 4.0), everywhere, located)[0].round(2))
    3.11
    """
    total = np.bincount(area, np.where(located, others, 0.0))
    mean = np.maximum(total / np.maximum(np.bincount(area, located), 1), LEAST_OTHERS)[area]
    return np.asarray((SHAPE + np.maximum(others - 1, 0)) / (SHAPE / mean + 1), float)


def _values(columns: HouseholdColumns) -> dict[str, Ints]:
    """Return a number for each value by field, -1 where missing; fields without any value are left out."""
    day = {
        name: np.where(np.isnat(d), MISSING, d.astype(np.int64) + 1_000_000)
        for name, d in (("since", columns.since), ("until", columns.until))
    }
    fields: dict[str, Ints] = {"home": columns.home.index.astype(np.int64), "persons": columns.persons.astype(np.int64), **day}
    if columns.groups:
        fields["groups"] = number_of(*columns.groups.values())
    return {name: fields[name] for name in AGREEMENT if name in fields and (fields[name] != MISSING).any()}


def chance_of(value: Ints, contexts: list[Ints]) -> Floats:
    """Return the probability that another household has the value of each row; shape ``(n,)``.

    Parameters
    ----------
    value : int64 array, shape (n,)
        -1 where missing.
    contexts : list of int64 arrays, shape (n,)
        Numbers of the register, of the area and of the cell of each row, the widest first.

    Examples
    --------
    Half of the register has the value 1, and everybody in the second cell:

    >>> value, register, cell = np.array([1] * 50 + [2] * 50), np.zeros(100, int), np.array([0] * 25 + [1] * 25 + [0] * 50)
    >>> chance = chance_of(value, [register, cell])
    >>> chance[[0, 30]].round(2).tolist()
    [0.49, 0.85]
    """
    known = value != MISSING
    chance: Floats = np.zeros(len(value))
    for i, context in enumerate(contexts):
        same, rows = frequency(number_of(context, value), known), frequency(context, known)
        if i == 0:
            chance = np.maximum(same - 1, 1) / np.maximum(rows, 1)
        else:
            smoothed = (np.maximum(same - 2, 0) + SHRINKAGE * chance) / (np.maximum(rows - 2, 0) + SHRINKAGE)
            chance = np.maximum(chance, smoothed)
    return np.maximum(chance, LEAST_CHANCE)


def any_chance(value: Ints) -> float:
    """Return the probability that two rows with a value have the same one.

    >>> any_chance(np.array([1, 1, 2, 2, -1]))
    0.5
    """
    counts = np.unique(value[value != MISSING], return_counts=True)[1]
    return float(((counts / max(counts.sum(), 1)) ** 2).sum())
