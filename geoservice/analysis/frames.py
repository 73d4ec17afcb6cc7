"""Columns in, columns back: the release table as analyses read and write it."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from geoservice.analysis.base import Trip
from geoservice.geo import Floats, Objects

COLUMNS = (
    "geography", "unit", "measure", "service", "tier", "mode", "nth", "group", "minutes", "value", "margin", "status",
)  # fmt: skip
_DEFAULTS: Mapping[str, object] = {"service": "", "tier": "", "mode": "", "nth": 0, "group": "", "minutes": 0}
OK, BEYOND, NOBODY, NOT_APPLICABLE = "ok", "beyond", "nobody", "not_applicable"
SPLIT_GROUPS = ("all", "resident", "migrant")


def table(
    values: Floats | pd.Series, margin: Floats | None = None, missing: str | Objects = NOBODY, **columns: object
) -> pd.DataFrame:
    """Rows of the release table; dimensions left out do not apply. A value that is NaN is null, its status is ``missing``."""
    value = np.asarray(values, float)
    known = np.isfinite(value)
    data = {**_DEFAULTS, **columns}
    data["nth"], data["minutes"] = np.asarray(data["nth"], np.int32), np.asarray(data["minutes"], np.int32)
    shaped = {
        c: np.broadcast_to(np.asarray(data[c], None if c in ("nth", "minutes") else object), value.shape) for c in COLUMNS[:-3]
    }
    wide = np.full(value.shape, np.nan) if margin is None else np.where(known, margin, np.nan)
    status = np.where(known, OK, missing).astype(object)
    return pd.DataFrame({**shaped, "value": np.where(known, value, np.nan), "margin": wide, "status": status})


def trip_columns(trip: Trip) -> dict[str, object]:
    """Dimensions of a trip."""
    return trip._asdict()


def empty() -> pd.DataFrame:
    """No rows."""
    return table(np.empty(0), geography="", unit="", measure="")


def pick(results: pd.DataFrame, measure: str, **where: object) -> pd.DataFrame:
    """Rows of one measure, further narrowed by equal dimensions."""
    mask = (results["measure"] == measure).to_numpy(bool)
    for column, wanted in where.items():
        mask = mask & (results[column] == wanted).to_numpy(bool)
    return results.loc[mask]


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


def trips_for(travel: Mapping[Trip, object], services: Sequence[str]) -> Iterator[Trip]:
    """Trips that ask for these services."""
    return (t for t in travel if t.service in services)


def nearest_trips(travel: Mapping[Trip, object], services: Sequence[str]) -> Iterator[Trip]:
    """Trips to the nearest station of any tier that offers one of the services."""
    return (t for t in trips_for(travel, services) if t.tier == "any" and t.nth == 1)
