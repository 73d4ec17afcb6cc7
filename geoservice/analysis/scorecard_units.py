"""Scorecards: a record for each area, service, group and period, as units of a release and rows of its table."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from geoservice.analysis.base import Units
from geoservice.analysis.frames import stack, table
from geoservice.analysis.uptake_series import OPTIONAL, PeriodMeasures, Series
from geoservice.geo import Bools, Floats, Objects
from geoservice.measures import NOBODY, NOT_APPLICABLE

GEOGRAPHY = "scorecard"
SEPARATOR = "-"
LIMITS = ("low_998", "low_95", "high_95", "high_998")
_TEXTS = ("unit", "area", "name_zh", "name_en", "parent", "level", "service", "group", "period")
_NUMBERS = ("target", "overall", *(f"funnel_{name}" for name in LIMITS))
SCORECARD_UNITS = pa.schema(
    [pa.field(n, pa.string()) for n in _TEXTS]
    + [pa.field(n, pa.float64()) for n in _NUMBERS]
    + [pa.field("geometry", pa.binary())]
)
_NO_RATIO = ("served", "eligible", "uptake_change", "uptake_trend", "uptake_trend_p")
"""Measures that are missing where there are no earlier reports, not where nobody is eligible."""


class Scorecards(NamedTuple):
    """Rows and units of one service and group in one level."""

    rows: pa.Table
    units: pa.Table


def first_period(areas: int, periods: int, most: int) -> int:
    """Return the position of the first period that has scorecards, so that these are ``most`` at most; ``periods`` for none.

    >>> first_period(800, 12, 20_000), first_period(3_000, 12, 20_000), first_period(60_000, 12, 20_000)
    (0, 6, 12)
    """
    return periods - min(periods, most // max(areas, 1))


def measure_rows(values: dict[str, Floats], rate_margin: Floats, dims: dict[str, Any]) -> list[pa.Table]:
    """Return rows of the release table; measures that a series need not have are left out where no area has them."""
    return [
        table(
            value,
            rate_margin if measure == "uptake_rate" else None,
            NOT_APPLICABLE if measure in _NO_RATIO else NOBODY,
            measure=measure,
            **dims,
        )
        for measure, value in values.items()
        if measure not in OPTIONAL or np.isfinite(value).any()
    ]


def scorecards(
    areas: Units, series: Series, measures: Sequence[PeriodMeasures], service: str, group: str, target: float | None
) -> Scorecards:
    """Return the records of one service and group, in order of area and period; areas that did not report have none.

    ``measures`` are those of the last periods of the series.
    """
    periods = np.array(series.periods[len(series.periods) - len(measures) :], object)
    reported: Bools = np.isfinite(series.eligible[:, len(series.periods) - len(measures) :])
    area, period = np.nonzero(reported)

    def column(by_period: Sequence[Floats]) -> Floats:
        return np.asarray(np.column_stack(by_period)[reported], float)

    code: Objects = np.array(areas.ids, object)[area]
    ids = code + SEPARATOR + service + SEPARATOR + group + SEPARATOR + periods[period]
    values = {name: column([m.values[name] for m in measures]) for name in measures[0].values}
    dims: dict[str, Any] = {"geography": GEOGRAPHY, "unit": ids, "service": service, "group": group}
    rows = measure_rows(values, column([m.rate_margin for m in measures]), dims)
    none = np.full(len(series.served), np.nan)
    limits = {
        f"funnel_{name}": 100 * column([getattr(m.funnel, name) if m.funnel else none for m in measures]) for name in LIMITS
    }
    overall = column([np.full(len(none), 100 * m.funnel.target if m.funnel else np.nan) for m in measures])
    names = areas.table.select(["name_zh", "name_en", "parent"]).take(pa.array(area.tolist(), pa.int64()))
    texts = {"unit": ids, "area": code, **dict(zip(names.column_names, names.columns, strict=True)), "period": periods[period]}
    constant = {"level": areas.geography, "service": service, "group": group, "target": target, "geometry": None}
    columns: dict[str, Any] = {
        **texts,
        **{name: pa.array(values, from_pandas=True) for name, values in {"overall": overall, **limits}.items()},
        **{name: [value] * len(ids) for name, value in constant.items()},
    }
    return Scorecards(stack(rows), pa.table({n: columns[n] for n in SCORECARD_UNITS.names}, schema=SCORECARD_UNITS))
