"""What functions on GeoDataFrames have in common: people, stations, and the pairs of both."""

from typing import TYPE_CHECKING, TypedDict

import numpy as np
import pandas as pd

from geoservice.analysis.frame_pairs import pairs_of_table, straight_line_pairs
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.errors import ParameterError
from geoservice.geo import Floats

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


class FrameOptions(TypedDict, total=False):
    """Options of all functions here.

    Attributes
    ----------
    pairs : DataFrame
        Travel times: labels of a row of the stations and of the demand in the columns ``station`` and ``demand``, and
        ``minutes``; pairs that are not in it are out of reach. Without it, times are those of straight lines.
    speed_kmh, most_minutes : float
        Speed on straight lines, by default 5, and their longest time, by default 60.
    persons, capacity : str
        Columns of the demand and of the stations, by default ``persons`` and ``capacity``.
    """

    pairs: pd.DataFrame
    speed_kmh: float
    most_minutes: float
    persons: str
    capacity: str


def numbers_of(frame: "GeoDataFrame", column: str, name: str) -> Floats:
    """Return a column as numbers, NaN where missing; raises :class:`ParameterError` if the frame lacks it."""
    if column not in frame:
        raise ParameterError(f"{name}: column {column!r} is missing, there are {list(frame.columns)}")
    return np.asarray(frame[column].to_numpy(float, na_value=np.nan), float)


def persons_of(demand: "GeoDataFrame", options: FrameOptions) -> Floats:
    """Return the people of each row of the demand, as :func:`numbers_of`."""
    return numbers_of(demand, options.get("persons", "persons"), "demand")


def capacity_of(stations: "GeoDataFrame", options: FrameOptions) -> Floats:
    """Return the capacity of each row of the stations, as :func:`numbers_of`."""
    return numbers_of(stations, options.get("capacity", "capacity"), "stations")


def frame_pairs(demand: "GeoDataFrame", stations: "GeoDataFrame", options: FrameOptions) -> TravelPairs:
    """Return the pairs of two frames: those of the table of times, or by straight lines."""
    if "pairs" in options:
        return pairs_of_table(options["pairs"], demand.index, stations.index)
    return straight_line_pairs(demand, stations, options.get("most_minutes", 60.0), options.get("speed_kmh", 5.0))
