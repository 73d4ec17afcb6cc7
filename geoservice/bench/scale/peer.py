"""A peer: the spatial joins alone, of households to villages and to the nearest station in a straight line, by geopandas.

The peer has the households themselves in memory, which geoservice never has. It counts the people within the standard by
village for every service, tier and mode, in a straight line: no streets, no margins, no layers, no tiles. geopandas runs on one
core, dask-geopandas on two processes.
"""

import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely

from geoservice.bench.scale.households import read_points
from geoservice.project import open_project
from geoservice.study import Study, read_study

METRES = "EPSG:32650"
"""A plane for the demo's counties."""
PARTS = 8


def peer_figures(home: Path, ours: float) -> dict[str, dict[str, object]]:
    """Return what the joins take beside our whole run on two workers, which took ``ours`` seconds."""
    study = read_study(home / "study.toml")
    points, villages, stations = _frames(home)
    alone = _timed(lambda: _joins(points, villages, stations, study))
    parts = import_module("dask_geopandas").from_geopandas(points, npartitions=PARTS)

    def distributed() -> None:
        meta = _joins(points.iloc[:50], villages, stations, study)
        found = parts.map_partitions(_joins, villages, stations, study, meta=meta).compute(scheduler="processes", num_workers=2)
        found.groupby(level=[0, 1]).sum()

    both = _timed(distributed)
    key = "people near stations in a straight line by village"
    return {
        f"{key}, beside our whole run": _beside(ours, "geopandas, one core", alone),
        f"{key}, beside our whole run, two workers": _beside(ours, "dask-geopandas, two processes", both),
    }


def _beside(ours: float, peer: str, theirs: float) -> dict[str, object]:
    return {
        "value": round(ours, 1), "unit": "s", "bar": 1, "holds": theirs > ours, "peer": f"{peer} {theirs:.1f} s",
        "ratio": round(theirs / ours, 2),
    }  # fmt: skip


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _frames(home: Path) -> tuple[geopandas.GeoDataFrame, geopandas.GeoDataFrame, geopandas.GeoDataFrame]:
    """Return households with their persons, villages and stations, in metres."""
    project = open_project(home / "project", None, "geoservice")
    areas, stations = project.read("areas").to_pandas(), project.read("stations").to_pandas()
    project.close()
    of_village = areas[areas["level"] == "village"]
    villages = geopandas.GeoDataFrame(of_village[["code"]], geometry=shapely.from_wkb(of_village["geometry"].to_numpy()))
    lon, lat, persons = read_points(home)
    points = geopandas.GeoDataFrame({"persons": persons}, geometry=geopandas.points_from_xy(lon, lat))
    places = geopandas.GeoDataFrame(
        stations[["services", "tier"]], geometry=geopandas.points_from_xy(stations["lon"], stations["lat"])
    )
    points, villages, places = (frame.set_crs("EPSG:4326").to_crs(METRES) for frame in (points, villages, places))
    return points, villages, places


def _joins(
    points: geopandas.GeoDataFrame, villages: geopandas.GeoDataFrame, stations: geopandas.GeoDataFrame, study: Study
) -> pd.Series:
    """Return the persons within reach of a station by trip and village."""
    homes = geopandas.sjoin(points, villages, predicate="within").drop(columns="index_right")
    sums: dict[tuple[str, str], float] = {}
    for service in study.services:
        for tier in study.tier_choices:
            offers = stations["services"].map(lambda names, wanted=service.id: wanted in names)
            chosen = stations[offers & ((stations["tier"] == tier) | (tier == "any"))][["geometry"]]
            if chosen.empty:
                continue
            near = geopandas.sjoin_nearest(homes, chosen, distance_col="metres")
            near = near[~near.index.duplicated()]
            for mode in study.modes:
                reach = np.array([5.0, 40.0])[int(mode != "walk")] * 1000 / 60 * service.standard_minutes
                covered = near[near["metres"] <= reach].groupby("code")["persons"].sum()
                sums |= {(f"{service.id}/{tier}/{mode}", code): float(value) for code, value in covered.items()}
    return pd.Series(sums, dtype=float)
