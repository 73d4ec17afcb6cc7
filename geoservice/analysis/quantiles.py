"""Median and 90th percentile of travel time over people, from the covered shares."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.base import Context, Findings, Process
from geoservice.analysis.frames import rows_of_measure, stack, table
from geoservice.geo import Floats, Ints
from geoservice.measures import BEYOND, NOBODY

PROCESS = Process(
    id="quantiles",
    title={"zh": "人口加权的中位与 P90 时间", "en": "Median and P90 minutes of the population"},
    description={
        "zh": "由覆盖比例线性内插得到：一半（九成）人口在多少分钟之内能够到达服务。",
        "en": "Minutes within which half (nine in ten) of the people reach a service, interpolated between covered shares.",
    },
    reference="Hyndman and Fan (1996), Sample quantiles in statistical packages, type 4",
)
QUANTILES: Mapping[str, float] = {"median_minutes": 50.0, "p90_minutes": 90.0}
_UNITS = ("geography", "unit", "service", "tier", "mode", "nth", "group")


class Params(BaseModel):
    """The time breaks, in minutes."""

    model_config = ConfigDict(frozen=True)
    minutes: tuple[int, ...]


def crossing_times(cumulative: Floats, target: Floats, breaks: Floats) -> Floats:
    """Return the times at which cumulative numbers reach a target, by linear interpolation from (0, 0) through the breaks.

    Parameters
    ----------
    cumulative : float64 array, shape (n, breaks, ...)
        Where noise makes them fall, their running maximum is used.
    target : float64 array, shape (n, ...)
        Above 0.
    breaks : float64 array, shape (breaks,), minutes
        Ascending.

    Returns
    -------
    float64 array, shape (n, ...), minutes
        NaN if the target is not reached at the last break.

    Examples
    --------
    >>> crossing_times(np.array([[20.0, 60.0], [5.0, 40.0]]), np.array([50.0, 50.0]), np.array([10.0, 20.0])).tolist()
    [17.5, nan]
    """
    low, start, minutes = np.zeros(target.shape), 0.0, np.full(target.shape, np.nan)
    for number, end in enumerate(breaks):
        high = np.maximum(cumulative[:, number], low)
        crossed = (low < target) & (high >= target)
        fraction = (target[crossed] - low[crossed]) / (high[crossed] - low[crossed])
        minutes[crossed] = start + fraction * (end - start)
        low, start = high, end
    return minutes


def quantile(shares: Floats, breaks: Floats, percent: float) -> Floats:
    """Return the time at which a cumulative share is reached, by linear interpolation from (0, 0) through the breaks.

    Parameters
    ----------
    shares : float64 array, shape (n, breaks), percent
        Share of the people within each break. Where noise makes it fall, its running maximum is used; NaN counts as 0.
    breaks : float64 array, shape (breaks,), minutes
        Ascending.
    percent : float
        The share of the quantile, above 0 and at most 100.

    Returns
    -------
    float64 array, shape (n,), minutes
        NaN if the share is not reached at the last break.

    Examples
    --------
    >>> shares = np.array([[20.0, 60.0], [50.0, 100.0], [np.nan, 40.0]])
    >>> quantile(shares, np.array([10.0, 20.0]), 50).tolist()
    [17.5, 10.0, nan]
    """
    return crossing_times(np.nan_to_num(shares, nan=0.0), np.full(len(shares), float(percent)), breaks)


def quantile_margin(shares: Floats, margins: Floats, breaks: Floats, percent: float) -> Floats:
    """Return half the difference of the quantiles of shares plus and minus their margins; NaN if either is not reached.

    Examples
    --------
    >>> shares, margins = np.array([[20.0, 60.0]]), np.array([[2.0, 4.0]])
    >>> quantile_margin(shares, margins, np.array([10.0, 20.0]), 50).round(2).tolist()
    [0.88]
    """
    early, late = (quantile(np.clip(shares + d, 0, 100), breaks, percent) for d in (margins, -margins))
    return np.asarray((late - early) / 2, float)


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return quantiles of the covered shares of every area, trip and group."""
    shares = rows_of_measure(results, "covered_share")
    if not shares.num_rows:
        return Findings(stack([]))
    first_row, row = _units(shares)
    value, margin = (np.full((len(first_row), len(params.minutes)), np.nan) for _ in range(2))
    column = np.searchsorted(params.minutes, shares.column("minutes").to_numpy())
    value[row, column], margin[row, column] = (shares.column(c).to_numpy() for c in ("value", "margin"))
    dimensions = pa.table([_decoded(shares.column(c)) for c in _UNITS], names=list(_UNITS)).take(first_row)
    units = {c: dimensions.column(c).combine_chunks() for c in _UNITS}
    breaks = np.asarray(params.minutes, float)
    missing = np.where(np.isnan(value).all(axis=1), NOBODY, BEYOND).astype(object)
    rows = []
    for measure, percent in QUANTILES.items():
        minutes = np.round(quantile(value, breaks, percent), 1)
        rows.append(table(minutes, quantile_margin(value, margin, breaks, percent), missing, measure=measure, **units))
    return Findings(stack(rows))


def _units(rows: pa.Table) -> tuple[Ints, Ints]:
    """Return the first row of each combination of dimensions but the break, and the combination of each row."""
    code = np.zeros(rows.num_rows, np.int64)
    for column in _UNITS:
        keys = _decoded(rows.column(column)).combine_chunks().dictionary_encode()
        code = code * max(len(keys.dictionary), 1) + keys.indices.to_numpy()
    first_row, row = np.unique(code, return_index=True, return_inverse=True)[1:]
    return first_row.astype(np.int64), row.astype(np.int64)


def _decoded(column: "pa.ChunkedArray[Any]") -> "pa.ChunkedArray[Any]":
    """Return a column with its dictionary encoding removed."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
