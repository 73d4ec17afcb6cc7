"""Accessibility of GeoDataFrames, for notebooks: people and stations as frames, pairs as a table or by straight lines."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Unpack

import pandas as pd

from geoservice.analysis.accessibility.balanced import balanced
from geoservice.analysis.accessibility.decay import Decay, binary
from geoservice.analysis.accessibility.dual_access import minutes_to_nth
from geoservice.analysis.accessibility.opportunities import hansen
from geoservice.analysis.accessibility.rational_agent import rational_agent
from geoservice.analysis.accessibility.three_step import huff_three_step, modified_huff_three_step, three_step
from geoservice.analysis.accessibility.two_step import enhanced_two_step
from geoservice.analysis.frame_inputs import FrameOptions, capacity_of, frame_pairs, persons_of
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.geo import Floats

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def two_step_catchment(
    demand: "GeoDataFrame", stations: "GeoDataFrame", decay: Decay | float, **options: Unpack[FrameOptions]
) -> "pd.Series[float]":
    """Return the two-step floating catchment area index of each row of the demand.

    Parameters
    ----------
    demand : GeoDataFrame
        People; without ``pairs`` in a projected CRS. Polygons count at their centroids.
    stations : GeoDataFrame
        Stations with their capacity, in any CRS.
    decay : callable or float
        Weights of minutes, or a limit in minutes up to which everybody counts.
    **options
        See :class:`FrameOptions`.

    Returns
    -------
    Series of float, capacity per person
        With the index of ``demand``; from :func:`enhanced_two_step`.

    Raises
    ------
    ParameterError
        If a column is missing, labels are unknown or not unique, the CRS is not in metres, or a number is negative or missing.

    Examples
    --------
    >>> import geopandas
    >>> places = geopandas.points_from_xy([0, 0, 0], [0, 500, 3000], crs="EPSG:32650")
    >>> homes = geopandas.GeoDataFrame({"persons": [100, 50, 10]}, geometry=places, index=["a", "b", "c"])
    >>> clinic = geopandas.GeoDataFrame({"capacity": [300]}, geometry=places[:1])
    >>> two_step_catchment(homes, clinic, 15).to_dict()
    {'a': 2.0, 'b': 2.0, 'c': 0.0}
    """
    return _index(enhanced_two_step, demand, stations, decay, options, "two_step_catchment")


def three_step_catchment(
    demand: "GeoDataFrame", stations: "GeoDataFrame", decay: Decay | float, **options: Unpack[FrameOptions]
) -> "pd.Series[float]":
    """Return the three-step index of each row of the demand; as :func:`two_step_catchment`, from :func:`three_step`."""
    return _index(three_step, demand, stations, decay, options, "three_step_catchment")


def huff_catchment(
    demand: "GeoDataFrame",
    stations: "GeoDataFrame",
    decay: Decay | float,
    *,
    modified: bool = True,
    **options: Unpack[FrameOptions],
) -> "pd.Series[float]":
    """Return the Huff three-step index of each row of the demand; as :func:`two_step_catchment`.

    From :func:`modified_huff_three_step`, or from :func:`huff_three_step` if not ``modified``.
    """
    return _index(modified_huff_three_step if modified else huff_three_step, demand, stations, decay, options, "huff_catchment")


def balanced_catchment(
    demand: "GeoDataFrame", stations: "GeoDataFrame", decay: Decay | float, **options: Unpack[FrameOptions]
) -> "pd.Series[float]":
    """Return the balanced index of each row of the demand; as :func:`two_step_catchment`, from :func:`balanced`."""
    return _index(balanced, demand, stations, decay, options, "balanced_catchment")


def potential_access(
    demand: "GeoDataFrame", stations: "GeoDataFrame", decay: Decay | float, **options: Unpack[FrameOptions]
) -> "pd.Series[float]":
    """Return the capacity within reach of each row of the demand, from :func:`hansen`; with a limit, all capacity within it."""
    pairs = frame_pairs(demand, stations, options)
    values = hansen(pairs, len(demand), capacity_of(stations, options), _decay(decay))
    return pd.Series(values, demand.index, name="potential_access")


def rational_agent_cost(
    demand: "GeoDataFrame", stations: "GeoDataFrame", tau: float = 60.0, **options: Unpack[FrameOptions]
) -> "pd.Series[float]":
    """Return the cost of access of each row of the demand, from :func:`rational_agent`; ``tau`` is in minutes."""
    pairs = frame_pairs(demand, stations, options)
    values = rational_agent(pairs, persons_of(demand, options), capacity_of(stations, options), tau)
    return pd.Series(values, demand.index, name="rational_agent_cost")


def nth_station_minutes(
    demand: "GeoDataFrame", stations: "GeoDataFrame", nth: int, **options: Unpack[FrameOptions]
) -> "pd.Series[float]":
    """Return the minutes from each row of the demand to its ``nth`` nearest station, from :func:`minutes_to_nth`."""
    pairs = frame_pairs(demand, stations, options)
    return pd.Series(minutes_to_nth(pairs, len(demand), nth), demand.index, name="nth_station_minutes")


def _index(
    function: Callable[[TravelPairs, Floats, Floats, Decay], Floats],
    demand: "GeoDataFrame",
    stations: "GeoDataFrame",
    decay: Decay | float,
    options: FrameOptions,
    name: str,
) -> "pd.Series[float]":
    pairs = frame_pairs(demand, stations, options)
    values = function(pairs, persons_of(demand, options), capacity_of(stations, options), _decay(decay))
    return pd.Series(values, demand.index, name=name)


def _decay(decay: Decay | float) -> Decay:
    return decay if callable(decay) else binary(float(decay))
