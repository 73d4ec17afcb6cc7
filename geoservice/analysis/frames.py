"""Columns in, columns back: the release table as analyses read and write it."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from geoservice.analysis.base import Demand, Trip
from geoservice.geo import Floats

COLUMNS = ("geography", "unit", "measure", "service", "tier", "mode", "nth", "group", "minutes", "value", "status")
KEYS = ("geography", "unit", "service", "tier", "mode", "nth", "group", "minutes")
_DEFAULTS: Mapping[str, object] = {"service": "", "tier": "", "mode": "", "nth": 0, "group": "", "minutes": 0}
SPLIT_GROUPS = ("all", "resident", "migrant")


def table(values: Floats | pd.Series, **columns: object) -> pd.DataFrame:
    """Rows of the release table; dimensions not given do not apply, NaN becomes ``suppressed``."""
    value = np.asarray(values, float)
    data = {**_DEFAULTS, **columns}
    data["nth"], data["minutes"] = np.asarray(data["nth"], np.int32), np.asarray(data["minutes"], np.int32)
    status = np.where(np.isfinite(value), "released", "suppressed").astype(object)
    shaped = {
        c: np.broadcast_to(np.asarray(data[c], None if c in ("nth", "minutes") else object), value.shape) for c in COLUMNS[:-2]
    }
    return pd.DataFrame(
        {**shaped, "value": np.where(np.isfinite(value), value, np.nan), "status": status}, columns=list(COLUMNS)
    )


def empty() -> pd.DataFrame:
    """No rows."""
    return table(np.empty(0), geography="", unit="", measure="")


def pick(released: pd.DataFrame, measure: str, **where: object) -> pd.DataFrame:
    """Rows of one measure, suppressed ones as NaN, further narrowed by equal dimensions."""
    mask = (released["measure"] == measure).to_numpy(bool)
    for column, wanted in where.items():
        mask = mask & (released[column] == wanted).to_numpy(bool)
    return released.loc[mask]


def rows_of(frame: pd.DataFrame, measure: str, **fixed: str) -> pd.DataFrame:
    """Rows of the release table for one measure out of a frame that has ``value`` and the dimensions."""
    named = frame.assign(measure=measure, **fixed)
    named["status"] = np.where(named["value"].notna(), "released", "suppressed")
    return named[list(COLUMNS)]


def least_count(released: pd.DataFrame) -> float:
    """Return the smallest count of households or persons that was released; derived counts below it are suppressed."""
    names = [m for m in pd.unique(released["measure"]) if str(m).endswith(("households", "persons"))]
    values = released.loc[released["measure"].isin(names), "value"].astype(float)
    return float(values.min()) if values.notna().any() else np.inf


def at_least(value: pd.Series, least: float) -> pd.Series:
    """Blank out what is below ``least``.

    Examples
    --------
    >>> at_least(pd.Series([9.0, 10.0]), 10).tolist()
    [nan, 10.0]
    """
    return value.where(value >= least)


def stack(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put rows together; no frames give no rows."""
    full = [f for f in frames if len(f)]
    return pd.concat(full, ignore_index=True) if full else empty()


def asked(trip: Trip, group: str) -> bool:
    """Whether a trip is asked of a group.

    Ranks beyond the nearest are asked for everybody and all tiers together; single tiers for everybody, residents and migrants.
    """
    further = trip.nth == 1 or (trip.tier == "any" and group == "all")
    return further and (trip.tier == "any" or group in SPLIT_GROUPS)


def trips(demand: Demand, services: Sequence[str]) -> Iterator[Trip]:
    """Trips asked of a group for these services."""
    return (t for t in demand.travel if t.service in services and asked(t, demand.group))
