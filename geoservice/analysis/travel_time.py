"""Minutes from every cell to the stations. They depend on streets and stations only, so nothing is private."""

from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.base import UNREACHED, Context, Findings, Process
from geoservice.analysis.frames import stack, table, trip_columns, trips_for
from geoservice.geo import Floats, Int32s
from geoservice.measures import BEYOND

MS_PER_MINUTE = 60_000

PROCESS = Process(
    id="travel_time",
    title={"zh": "到最近站点的时间", "en": "Travel time to the stations"},
    description={
        "zh": "每个网格中心沿路网到最近（或第 n 近）提供该服务的站点所需的分钟数。",
        "en": "Minutes along the streets from the centre of each cell to the nearest (or n-th) station that offers a service.",
    },
    reference="Dijkstra (1959), A note on two problems in connexion with graphs",
)


class Params(BaseModel):
    """Services whose travel times are computed."""

    model_config = ConfigDict(frozen=True)
    services: tuple[str, ...]


def minutes(ms: Int32s) -> Floats:
    """Return minutes with one decimal, rounded up so that no place seems nearer than it is; NaN for ``UNREACHED``.

    Parameters
    ----------
    ms : int32 array, shape (n,), milliseconds

    Returns
    -------
    float64 array, shape (n,), minutes

    Examples
    --------
    >>> minutes(np.array([0, 60_000, 60_001, UNREACHED], np.int32)).tolist()
    [0.0, 1.0, 1.1, nan]
    """
    tenths = -(-ms.astype(np.int64) // (MS_PER_MINUTE // 10))
    return np.where(ms == UNREACHED, np.nan, tenths / 10)


def within(ms: Int32s, limit: int) -> np.ndarray:
    """Return which times are at most ``limit`` minutes; the limit is inclusive.

    Examples
    --------
    >>> within(np.array([899_999, 900_000, 900_001, UNREACHED], np.int32), 15).tolist()
    [True, True, False, False]
    """
    return np.asarray(ms <= limit * MS_PER_MINUTE)


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return the minutes of every cell; the status of unreached cells is ``beyond``."""
    units = np.asarray(context.cells.ids, object)
    dims: dict[str, Any] = {"geography": context.cells.geography, "unit": units, "measure": "minutes", "missing": BEYOND}
    travel = context.cell_travel
    return Findings(
        stack([table(minutes(travel[t].ms), **dims, **trip_columns(t)) for t in trips_for(travel, params.services)])
    )
