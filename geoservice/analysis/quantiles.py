"""How long half of the people travel, and nine in ten: quantiles out of the covered shares."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.base import Context, Findings, Process
from geoservice.analysis.frames import pick, stack, table
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


def quantile(shares: Floats, breaks: Floats, percent: float) -> Floats:
    """Time at which a cumulative share is reached, by linear interpolation from (0, 0) through the breaks.

    Parameters
    ----------
    shares : float64 array, shape (n, breaks), percent
        Share of the people within each break; noise may make it fall, which is levelled out. NaN counts as nobody.
    breaks : float64 array, shape (breaks,), minutes
        Rising.
    percent : float
        The share asked for, above 0 and at most 100.

    Returns
    -------
    float64 array, shape (n,), minutes
        NaN where the share is not reached at the last break.

    Examples
    --------
    >>> shares = np.array([[20.0, 60.0], [50.0, 100.0], [np.nan, 40.0]])
    >>> quantile(shares, np.array([10.0, 20.0]), 50).tolist()
    [17.5, 10.0, nan]
    """
    rising = np.maximum.accumulate(np.nan_to_num(shares, nan=0.0), axis=1)
    rising = np.hstack([np.zeros((len(rising), 1)), rising])
    times = np.concatenate([[0.0], breaks])
    after = np.clip((rising < percent).sum(axis=1), 1, len(breaks))
    row = np.arange(len(rising))
    low, high = rising[row, after - 1], rising[row, after]
    reached = high >= percent
    part = (percent - low) / np.where(reached, high - low, 1.0)
    return np.where(reached, times[after - 1] + part * (times[after] - times[after - 1]), np.nan)


def quantile_margin(shares: Floats, margins: Floats, breaks: Floats, percent: float) -> Floats:
    """Half the way between the quantiles of the shares moved up and down by their margins; NaN where either is not reached.

    Examples
    --------
    >>> shares, margins = np.array([[20.0, 60.0]]), np.array([[2.0, 4.0]])
    >>> quantile_margin(shares, margins, np.array([10.0, 20.0]), 50).round(2).tolist()
    [0.88]
    """
    early, late = (quantile(np.clip(shares + d, 0, 100), breaks, percent) for d in (margins, -margins))
    return np.asarray((late - early) / 2, float)


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Interpolate the covered shares of every area, trip and group."""
    shares = pick(results, "covered_share")
    if not shares.num_rows:
        return Findings(stack([]))
    first, row = _units(shares)
    value, margin = (np.full((len(first), len(params.minutes)), np.nan) for _ in range(2))
    column = np.searchsorted(params.minutes, shares.column("minutes").to_numpy())
    value[row, column], margin[row, column] = (shares.column(c).to_numpy() for c in ("value", "margin"))
    plain = pa.table([_plain(shares.column(c)) for c in _UNITS], names=list(_UNITS)).take(first)
    units = {c: plain.column(c).combine_chunks() for c in _UNITS}
    breaks = np.asarray(params.minutes, float)
    missing = np.where(np.isnan(value).all(axis=1), NOBODY, BEYOND).astype(object)
    rows = []
    for measure, percent in QUANTILES.items():
        minutes = np.round(quantile(value, breaks, percent), 1)
        rows.append(table(minutes, quantile_margin(value, margin, breaks, percent), missing, measure=measure, **units))
    return Findings(stack(rows))


def _units(rows: pa.Table) -> tuple[Ints, Ints]:
    """First row of each combination of everything but the break, and which combination each row has."""
    code = np.zeros(rows.num_rows, np.int64)
    for column in _UNITS:
        keys = _plain(rows.column(column)).combine_chunks().dictionary_encode()
        code = code * max(len(keys.dictionary), 1) + keys.indices.to_numpy()
    first, row = np.unique(code, return_index=True, return_inverse=True)[1:]
    return first.astype(np.int64), row.astype(np.int64)


def _plain(column: "pa.ChunkedArray[Any]") -> "pa.ChunkedArray[Any]":
    """Texts out of a column that keeps each of them once a chunk."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
