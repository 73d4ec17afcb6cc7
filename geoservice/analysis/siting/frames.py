"""Sites for stations in GeoDataFrames, for notebooks."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Unpack

import numpy as np

from geoservice.analysis.frame_inputs import FrameOptions, frame_pairs, persons_of
from geoservice.analysis.siting.center import p_center
from geoservice.analysis.siting.coverage import mclp
from geoservice.analysis.siting.median import p_median
from geoservice.analysis.siting.problem import SECONDS, Problem
from geoservice.analysis.siting.set_cover import lscp
from geoservice.analysis.siting.solution import Solution
from geoservice.errors import ParameterError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Model = Literal["mclp", "p_median", "p_center", "lscp"]
MODELS: Mapping[str, Callable[[Problem, int, float], Solution]] = MappingProxyType({
    "mclp": lambda problem, sites, seconds: mclp(problem, sites, seconds=seconds),
    "p_median": lambda problem, sites, seconds: p_median(problem, sites, seconds=seconds),
    "p_center": lambda problem, sites, seconds: p_center(problem, sites, seconds=seconds),
})  # fmt: skip


def best_sites(
    demand: "GeoDataFrame",
    candidates: "GeoDataFrame",
    sites: int | None = None,
    model: Model = "mclp",
    seconds: float = SECONDS,
    **options: Unpack[FrameOptions],
) -> "GeoDataFrame":
    """Return the best sites among some candidates, in the order in which they gain most.

    Parameters
    ----------
    demand : GeoDataFrame
        People; without ``pairs`` in a projected CRS. Polygons count at their centroids.
    candidates : GeoDataFrame
        In any CRS. A column ``state`` may say ``kept`` for existing stations and ``forced`` for sites that open in any case.
    sites : int, optional
        Most sites beside those kept; ``lscp`` finds the fewest.
    model : {"mclp", "p_median", "p_center", "lscp"}
        Most people within reach (:func:`mclp`), least time of all people (:func:`p_median`), least longest time
        (:func:`p_center`), or the fewest sites that reach everybody (:func:`lscp`).
    seconds : float
        Time limit of the solver.
    **options
        See :class:`FrameOptions`; ``most_minutes`` is the reach.

    Returns
    -------
    GeoDataFrame
        The rows of the chosen candidates; ``attrs`` has ``objective``, ``bound``, ``gap`` and ``proven``.

    Raises
    ------
    ParameterError
        If a column is missing, labels are unknown or not unique, the CRS is not in metres, a number is negative or missing, or
        ``sites`` is missing.
    Infeasible
        If no choice reaches everybody whom the model has to reach.

    Examples
    --------
    >>> import geopandas
    >>> places = geopandas.points_from_xy([0, 0, 0], [0, 500, 3000], crs="EPSG:32650")
    >>> homes = geopandas.GeoDataFrame({"persons": [100, 50, 10]}, geometry=places, index=["a", "b", "c"])
    >>> found = best_sites(homes, homes, 1, most_minutes=15)
    >>> found.index.tolist(), found.attrs["objective"], found.attrs["proven"]
    (['a'], 150.0, True)
    """
    if model not in {"mclp", "p_median", "p_center", "lscp"}:
        raise ParameterError(f"model: got {model!r}, allowed are 'mclp', 'p_median', 'p_center' and 'lscp'")
    state = candidates["state"].to_list() if "state" in candidates else None
    weight = persons_of(demand, options)
    problem = Problem(frame_pairs(demand, candidates, options), weight, state=state)
    if model == "lscp":
        found = lscp(problem, seconds=seconds)
    elif sites is None:
        raise ParameterError(f"sites: got none, the model {model} needs a number")
    else:
        found = MODELS[model](problem, sites, seconds)
    chosen = candidates.iloc[np.asarray(found.sites, np.int64)].copy()
    chosen.attrs = {name: getattr(found, name) for name in ("model", "objective", "bound", "gap", "proven")}
    return chosen
