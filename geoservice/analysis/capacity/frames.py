"""Limited capacity of stations in GeoDataFrames, for notebooks."""

from typing import TYPE_CHECKING, Literal, NamedTuple, Unpack

import numpy as np
import pandas as pd

from geoservice.analysis.capacity.optimum import minimum_cost_assignment
from geoservice.analysis.capacity.sequential import Order, processing_order, sequential_fill
from geoservice.analysis.frame_inputs import FrameOptions, capacity_of, frame_pairs, persons_of
from geoservice.errors import ParameterError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


class CapacityFrames(NamedTuple):
    """People without a place, by row of the demand; ``assigned``, ``load`` and ``turned_away`` by row of the stations."""

    unmet: "pd.Series[float]"
    stations: pd.DataFrame


def assign_people(
    demand: "GeoDataFrame",
    stations: "GeoDataFrame",
    method: Literal["optimum", "sequential"] = "optimum",
    order: Order = "people",
    **options: Unpack[FrameOptions],
) -> CapacityFrames:
    """Return who has a place at the stations within reach.

    Parameters
    ----------
    demand : GeoDataFrame
        People; without ``pairs`` in a projected CRS. Polygons count at their centroids.
    stations : GeoDataFrame
        Stations with their capacity in persons, in any CRS.
    method : {"optimum", "sequential"}
        :func:`minimum_cost_assignment`, or :func:`sequential_fill` in the order of :func:`processing_order`.
    order : {"people", "capacity"}
        Of the sequential method.
    **options
        See :class:`FrameOptions`.

    Raises
    ------
    ParameterError
        If a column is missing, labels are unknown or not unique, the CRS is not in metres, or a number is negative or missing.

    Examples
    --------
    >>> import geopandas
    >>> places = geopandas.points_from_xy([0, 0, 0], [0, 500, 3000], crs="EPSG:32650")
    >>> homes = geopandas.GeoDataFrame({"persons": [100, 50, 10]}, geometry=places, index=["a", "b", "c"])
    >>> clinic = geopandas.GeoDataFrame({"capacity": [120]}, geometry=places[:1])
    >>> unmet, clinics = assign_people(homes, clinic, most_minutes=15)
    >>> unmet.to_dict(), clinics["load"].to_dict()
    ({'a': 0.0, 'b': 30.0, 'c': 10.0}, {0: 100.0})
    """
    if method not in {"optimum", "sequential"}:
        raise ParameterError(f"method: got {method!r}, allowed are 'optimum' and 'sequential'")
    pairs = frame_pairs(demand, stations, options)
    persons = persons_of(demand, options)
    capacity = capacity_of(stations, options)
    if method == "optimum":
        found = minimum_cost_assignment(pairs, persons, capacity)
    else:
        found = sequential_fill(pairs, persons, capacity, processing_order(order, pairs, persons, capacity))
    columns = {"assigned": found.assigned, "load": found.load, "turned_away": found.turned_away}
    table = pd.DataFrame({name: np.round(values, 9) for name, values in columns.items()}, index=stations.index)
    return CapacityFrames(pd.Series(found.unmet, demand.index, name="unmet"), table)
