"""The first task of a county: its streets with those within reach of its border, and the travel times of its people."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa

from geoservice.analysis.base import Times, Trip
from geoservice.errors import NetworkError
from geoservice.geo import Ints
from geoservice.network.build import build_network
from geoservice.network.named_places import load_named_places
from geoservice.network.snap import Snapped
from geoservice.pipeline.mode_results import LonLat, ModeResults, search_mode
from geoservice.pipeline.regional.counties import owners, within_reach
from geoservice.pipeline.regional.job import RegionalJob, RegionInputs, read_region
from geoservice.pipeline.regional.store import RunStore
from geoservice.pipeline.travel import ModeTravel
from geoservice.progress import quiet
from geoservice.scratch import scratch_folder

SNAPPED = ("edge", "fraction", "metres", "reason")


def trip_name(trip: Trip, part: str) -> str:
    """Return the name of a trip's column.

    >>> trip_name(Trip("clinic", "any", "walk"), "ms")
    'clinic/any/walk/1/ms'
    """
    return "/".join([*map(str, trip), part])


def near_stations(job: RegionalJob, region: RegionInputs, county: str) -> Ints:
    """Return the stations within reach of a county, as rows of the region's stations."""
    lon, lat = (region.stations.column(c).to_numpy() for c in ("lon", "lat"))
    return within_reach(region.counties[county], region.places.projection, lon, lat, job.reach)


def _done(county: str) -> str:
    return f"networks/{county}.done"


def network_folder(streets: RunStore, county: str, scratch: Path) -> Path:
    """Return the folder of a county's finished network: the stored one itself, or a copy of it in ``scratch``."""
    return streets.local_folder(streets.read(_done(county)).decode(), scratch)


def build_streets(job: RegionalJob, county: str) -> None:
    """Build the network of a county from its cut extract, unless that is done.

    Each try has a folder of its own: a task that the command lost sight of may still be writing, or others reading.
    """
    store = job.streets
    if store.has(_done(county)):
        return
    name = f"networks/{county}-{uuid4().hex[:12]}"
    with scratch_folder("county-network") as scratch:
        folder = Path(scratch)
        extract, network, terrain = folder / f"{county}.osm.pbf", folder / "network", folder / "terrain"
        if not store.has(f"extracts/{county}.osm.pbf"):
            raise NetworkError(f"the extract of the streets has nothing within {job.reach / 1000:.1f} km")
        extract.write_bytes(store.read(f"extracts/{county}.osm.pbf"))
        speeds = folder / "speeds.toml" if store.has("speeds.toml") else None
        if speeds:
            speeds.write_bytes(store.read("speeds.toml"))
        if store.has("terrain"):
            terrain = store.local_folder("terrain", folder)
        build_network(extract, network, job.study.modes, speeds, quiet, terrain, job.frames)
        store.put_folder(name, network)
    store.write(_done(county), name.encode())


def search_county(job: RegionalJob, county: str) -> None:
    """Build a county's streets, search the times of its points, cells and junctions, and store them."""
    build_streets(job, county)
    region = read_region(job.store)
    number = region.number(county)
    point, cell = region.points_of(county), np.flatnonzero(region.cells.county == number)
    cells, near = region.cells, near_stations(job, region, county)
    lon, lat = (region.points.column(c).to_numpy()[point] for c in ("lon", "lat"))
    points, centres = LonLat(lon, lat), LonLat(cells.lon[cell], cells.lat[cell])
    outlines = list(region.counties.values())
    with scratch_folder("county-travel") as scratch:
        folder = network_folder(job.streets, county, Path(scratch))
        for mode in job.study.modes:
            mode_travel = ModeTravel.open(job.study, mode, folder, region.stations.take(near))
            found = search_mode(mode_travel, points, centres)
            names = {"point": point, "cell": cell, "station": near}
            own = np.flatnonzero(owners(outlines, found.streets.lon, found.streets.lat) == number)
            for part, table in _tables(found, mode_travel.snapped_stations, names, own).items():
                job.store.write_table(f"travel/{county}/{mode}/{part}", table)
        named = load_named_places(folder)
    lon, lat = (np.array([n[i] for n in named], float) for i in (0, 1))
    mine = np.flatnonzero(owners(outlines, lon, lat) == number) if named else ()
    job.store.write_json(f"travel/{county}/names.json", [named[i] for i in mine])


def _tables(found: ModeResults, stations: Snapped, index: Mapping[str, Ints], own: Ints) -> dict[str, pa.Table]:
    """Return the results of a mode as tables; ``own`` are the junctions in the county."""
    near, streets = index["station"], found.streets
    nearest = {trip: times for trip, times in streets.travel.items() if trip.tier == "any" and trip.nth == 1}
    snapped = {name: getattr(found.points, name) for name in SNAPPED}
    columns: dict[str, dict[str, Any]] = {
        "points": {"index": index["point"], **snapped, "joined": found.joined, **_times(found.travel, near)},
        "cells": {"index": index["cell"], **_times(found.cell_travel, near)},
        "junctions": {"lon": streets.lon[own], "lat": streets.lat[own], **_times(nearest, near, own)},
        "stations": {"index": near, "place": streets.station_place, "reason": stations.reason},
    }
    return {name: pa.table(table) for name, table in columns.items()}


def _times(travel: Mapping[Trip, Times], near: Ints, rows: Ints | slice = slice(None)) -> dict[str, Any]:
    """Return the columns of trips, with stations as rows of the region's table."""
    of_region = np.append(near, -1).astype(np.int32)  # the last is for station -1
    columns: dict[str, Any] = {}
    for trip, times in travel.items():
        columns |= {trip_name(trip, "ms"): times.ms[rows], trip_name(trip, "station"): of_region[times.station[rows]]}
    return columns
