"""Live questions over HTTP: what each takes, alone and beside tiles that others read."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, sleep

import numpy as np

from geoservice.bench.access.dragging import drag
from geoservice.bench.access.figures import Figures, at_most, milliseconds
from geoservice.bench.access.questions import TIMEOUT, Json, Trip, ask, moves, places_of, stations, zones
from geoservice.bench.access.readers import drag_at_once
from geoservice.bench.access.wide import MODE, SERVICE
from geoservice.bench.serve.load import Client, quantile
from geoservice.bench.serve.overload import memory_mb
from geoservice.bench.serve.servers import ours
from geoservice.geo import tile_at
from geoservice.live.files import read_live
from geoservice.live.mode_streets import ModeStreets
from geoservice.live.parameters import Parameters
from geoservice.network.live_times import LiveTimes
from geoservice.network.travel import nearest
from geoservice.release import open_store

QUESTIONS, READERS, EDITS = 200, 20, 300
MOVE_METRES = 3000.0
COUNTY_BAR, GRID_BAR, ZONE_BAR, ISOCHRONE_BAR, TILE_RATIO = 30.0, 100.0, 30.0, 50.0, 2.0


def publish_county(home: Path, households: int) -> None:
    """Write, import, measure and publish a county of made-up households."""
    command = [sys.executable, "-m", "geoservice", "demo", "yixiu", "--households", str(households), "--out", str(home)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - the program is fixed


def ask_county(home: Path, households: int) -> Figures:
    """Return what questions about a county take."""
    name, trip = f"county of {households} households", Trip("vaccination", "walk")
    equal = equal_after_edits(home)
    with ours(home, workers=1) as (url, pid):
        client = Client(url, TIMEOUT)
        places = stations(client, trip)
        first = ask(client, "station-scenario", next(moves(trip, places, MOVE_METRES)))
        figures = {f"{name}, the first question": at_most(first, "s")}
        figures[f"{name}, of {EDITS} edits those after which all times equal a new search"] = {
            "value": equal, "unit": "", "bar": EDITS, "holds": equal == EDITS,
        }  # fmt: skip
        for mode in ("walk", "drive"):
            trip = Trip(trip.service, mode)
            series = (
                ("a station moves", "station-scenario", moves(trip, places, MOVE_METRES), COUNTY_BAR),
                ("a polygon", "zone-summary", zones(trip, places), ZONE_BAR),
                ("an isochrone", "isochrone", places_of(trip, places, (10, 20, 30)), ISOCHRONE_BAR),
            )
            for what, process, questions, bar in series:
                figures |= _series(client, f"{name}, {what}, {mode}", process, questions, bar)
        with_access = ({**question, "access": True} for question in moves(trip, places, MOVE_METRES))
        figures |= _series(client, f"{name}, a station moves, with accessibility", "station-scenario", with_access, GRID_BAR)
        figures |= _tiles_meanwhile(url, trip, places)
        figures[f"{name}, memory of the service"] = at_most(memory_mb(pid), "MB")
        return figures | drag(url, name)


def equal_after_edits(home: Path) -> int:
    """Return after how many of random edits, which are not undone, times and stations equal those of a new search."""
    with closing(open_store(home / "releases", None, "geoservice")) as store, closing(store.open()) as reader:
        arrays, equal, draw = read_live(reader.live()), 0, np.random.default_rng(7)
        parameters = Parameters.of(reader.manifest.study, ("all",))
        streets = ModeStreets(arrays, parameters, parameters.modes[0])
        times = LiveTimes(streets.points, streets.stations, parameters.limit_ms)
        box, rows = streets.graph.bbox, arrays.stations.to_pylist()
        for _ in range(EDITS):
            number = int(draw.integers(len(times.stations) + 1))
            lon, lat = draw.uniform(box.west, box.east), draw.uniform(box.south, box.north)
            placed = streets.place([{**rows[0], "lon": lon, "lat": lat, "start_delay_s": float(draw.integers(3) * 30)}])
            times.change(np.array([number]), placed.closed(draw.random(1) < 0.2))
            stations = times.stations.snapped, times.stations.start_ms
            found = nearest(streets.graph, *stations, streets.points.points, parameters.limit_ms, parameters.direction)
            equal += all(np.array_equal(a, b) for a, b in zip(times.nearest(), found, strict=True))
    return equal


def ask_grid(home: Path) -> Figures:
    """Return what questions about a network of 2 M junctions with 5 000 stations take."""
    name, trip = "2 M junctions, 5 000 stations", Trip(SERVICE, MODE)
    with ours(home, workers=1) as (url, pid):
        client = Client(url, TIMEOUT)
        places = stations(client, trip)
        first = ask(client, "station-scenario", next(moves(trip, places, MOVE_METRES)))
        return {
            f"{name}, the first question": at_most(first, "s"),
            **_series(client, f"{name}, a station moves", "station-scenario", moves(trip, places, MOVE_METRES), GRID_BAR),
            **_series(client, f"{name}, a polygon", "zone-summary", zones(trip, places), ZONE_BAR),
            **_series(client, f"{name}, an isochrone", "isochrone", places_of(trip, places, (5, 10, 15)), ISOCHRONE_BAR),
            f"{name}, memory of the service": at_most(memory_mb(pid), "MB"),
        }


def _series(client: Client, name: str, process: str, questions: Iterator[Json], bar: float) -> Figures:
    for question in islice(questions, 3):  # the first of a mode reads its streets
        ask(client, process, question)
    return milliseconds(name, [ask(client, process, question) for question in islice(questions, QUESTIONS)], bar)


def _tiles_meanwhile(url: str, trip: Trip, places: list[Json], seconds: float = 10.0) -> Figures:
    """Return what a tile in memory takes while nobody asks, and while readers drag stations at once."""
    lon, lat = (float(np.mean([p[name] for p in places])) for name in ("lon", "lat"))
    tile = tile_at(lon, lat, 10)
    path = f"/tiles/coverage/{tile.z}/{tile.x}/{tile.y}.mvt"

    def read() -> list[float]:
        client, until, spent = Client(url), perf_counter() + seconds, list[float]()
        while perf_counter() < until:
            spent.append(client.seconds(path))
            sleep(0.01)
        return spent

    read()
    idle = read()
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        pool.submit(int).result()  # the process has started
        asking = pool.submit(drag_at_once, url, trip, places, MOVE_METRES, READERS, seconds)
        busy = read()
        answered = asking.result()
    before, after = (1000 * quantile(values, 0.95) for values in (idle, busy))
    ratio = after / before
    return {
        "a tile in memory while nobody asks, p95": at_most(before, "ms"),
        f"a tile in memory while {READERS} readers drag, p95": {
            **at_most(after, "ms"),
            "ratio": round(ratio, 2),
            "bar": TILE_RATIO,
            "holds": ratio <= TILE_RATIO,
        },
        f"questions answered to {READERS} readers": at_most(answered / seconds, "1/s"),
    }
