"""Pairs of the rows of two GeoDataFrames, from a table of travel times or by straight lines."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geoservice.analysis.accessibility.decay import MS_PER_MINUTE
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.errors import ParameterError
from geoservice.geo import Floats

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

COLUMNS = ("station", "demand", "minutes")
"""Columns of a table of pairs."""
MOST_MINUTES = 2**31 // MS_PER_MINUTE


def pairs_of_table(table: pd.DataFrame, demand: "pd.Index[Any]", stations: "pd.Index[Any]") -> TravelPairs:
    """Return the pairs of a table with labels of stations and demand, and minutes; see ``FrameOptions``.

    Raises :class:`ParameterError` for missing columns, unknown or repeated labels, and minutes that are negative or missing.
    """
    if missing := [c for c in COLUMNS if c not in table]:
        raise ParameterError(f"pairs: columns {missing} are missing, needed are {list(COLUMNS)}")
    station, point = (_positions(table[c], labels, c) for c, labels in (("station", stations), ("demand", demand)))
    minutes = table["minutes"].to_numpy(float)
    if not ((minutes >= 0) & (minutes < MOST_MINUTES)).all():
        raise ParameterError(f"pairs: minutes must be numbers of at least 0 and below {MOST_MINUTES}")
    key = station.astype(np.int64) * len(demand) + point
    order = np.argsort(key, kind="stable")
    if (np.diff(key[order]) == 0).any():
        raise ParameterError("pairs: a station and a demand occur together twice, allowed is one row for each pair")
    return _rows(station[order], point[order], minutes[order], len(stations))


def _positions(labels: "pd.Series[Any]", index: "pd.Index[Any]", column: str) -> "np.ndarray[Any, np.dtype[np.intp]]":
    if not index.is_unique:
        raise ParameterError(
            f"pairs: the index of the {column} frame has labels that occur twice, so pairs cannot name its rows"
        )
    positions = index.get_indexer(pd.Index(labels))
    if (positions < 0).any():
        unknown = labels[positions < 0].iloc[0]
        raise ParameterError(f"pairs: {column} {unknown!r} is not in the index of the {column} frame")
    return positions


def straight_line_pairs(
    demand: "GeoDataFrame", stations: "GeoDataFrame", minutes: float, speed_kmh: float = 5.0
) -> TravelPairs:
    """Return the pairs within a time by straight lines.

    Parameters
    ----------
    demand : GeoDataFrame
        In a projected CRS; polygons count at their centroids.
    stations : GeoDataFrame
        In any CRS.
    minutes : float
        Longest time, inclusive.
    speed_kmh : float, km/h

    Returns
    -------
    TravelPairs

    Raises
    ------
    ParameterError
        If the CRS of the demand is not in metres, a frame has no CRS or a row has no geometry, or a number is not above 0.
    """
    if not (0 < minutes < np.inf and 0 < speed_kmh < np.inf):
        raise ParameterError(f"got {minutes} minutes and {speed_kmh} km/h, allowed are finite numbers above 0")
    crs = demand.crs
    if crs is None or stations.crs is None or not crs.is_projected or {a.unit_name for a in crs.axis_info} != {"metre"}:
        got = None if crs is None else crs.to_string()
        raise ParameterError(
            f"demand: got the CRS {got}, needed is a projected one in metres (see to_crs), and any for the stations"
        )
    points, places = (cKDTree(_coordinates(f, n)) for f, n in ((demand, "demand"), (stations.to_crs(crs), "stations")))
    metres_per_minute = speed_kmh * 1000 / 60
    found = places.sparse_distance_matrix(points, minutes * metres_per_minute, output_type="ndarray")
    found = found[np.lexsort((found["j"], found["i"]))]
    return _rows(found["i"], found["j"], found["v"] / metres_per_minute, len(stations))


def _coordinates(frame: "GeoDataFrame", name: str) -> Floats:
    centres = frame.geometry.centroid
    if (centres.isna() | centres.is_empty).any():
        raise ParameterError(f"{name}: a row has no geometry")
    return np.column_stack([centres.x, centres.y])


def _rows(
    station: "np.ndarray[Any, np.dtype[np.intp]]", point: "np.ndarray[Any, np.dtype[np.intp]]", minutes: Floats, stations: int
) -> TravelPairs:
    """Return pairs that are sorted by station."""
    indptr = np.concatenate([[0], np.cumsum(np.bincount(station, minlength=stations))]).astype(np.int64)
    return TravelPairs(indptr, point.astype(np.int32), np.rint(minutes * MS_PER_MINUTE).astype(np.int32))
