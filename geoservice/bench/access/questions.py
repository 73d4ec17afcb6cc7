"""Questions over HTTP: random edits of stations, zones and places."""

import json
import math
import random
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from geoservice.bench.serve.load import Client

Json = dict[str, Any]
TIMEOUT = 120.0
"""Seconds: the first question about a large network reads its streets."""
METRES_A_DEGREE = 111_320.0


class Trip(NamedTuple):
    """What is asked about."""

    service: str
    mode: str


def ask(client: Client, process: str, inputs: Json) -> float:
    """Return the seconds until the whole answer of a process has come."""
    return client.seconds(f"/processes/{process}/execution", {"inputs": inputs})


def stations(client: Client, trip: Trip) -> list[Json]:
    """Return id, longitude and latitude of the stations of the release that offer a service."""
    features = json.loads(client.get("/collections/stations/items?limit=10000&f=json", {})[2])["features"]
    return [
        {"station": f["properties"]["unit"], "lon": f["geometry"]["coordinates"][0], "lat": f["geometry"]["coordinates"][1]}
        for f in features
        if trip.service in f["properties"]["services"].split()
    ]


def moves(trip: Trip, places: Sequence[Json], metres: float, seed: int = 1) -> Iterator[Json]:
    """Yield questions in which one station moves at random, as when it is dragged."""
    draw = random.Random(seed)  # noqa: S311 - a benchmark
    while True:
        place, angle, far = draw.choice(places), draw.uniform(0, 2 * math.pi), draw.uniform(0, metres) / METRES_A_DEGREE
        wide = far / math.cos(math.radians(place["lat"]))
        moved = {**place, "lon": place["lon"] + wide * math.cos(angle), "lat": place["lat"] + far * math.sin(angle)}
        yield {**trip._asdict(), "edits": [moved]}


def zones(trip: Trip, places: Sequence[Json], seed: int = 2) -> Iterator[Json]:
    """Yield stars of 200 corners around stations, from 300 m to 30 km wide."""
    draw = random.Random(seed)  # noqa: S311 - a benchmark
    while True:
        place, radius = draw.choice(places), 150 * 100 ** draw.random() / METRES_A_DEGREE
        angles = [2 * math.pi * k / 200 for k in range(200)]
        ring = [
            [place["lon"] + r * math.cos(a) / math.cos(math.radians(place["lat"])), place["lat"] + r * math.sin(a)]
            for a, r in ((a, radius * (1 + 0.4 * math.sin(9 * a))) for a in angles)
        ]
        yield {**trip._asdict(), "zone": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}}


def places_of(trip: Trip, places: Sequence[Json], minutes: Sequence[int], seed: int = 3) -> Iterator[Json]:
    """Yield questions for isochrones around stations."""
    draw = random.Random(seed)  # noqa: S311 - a benchmark
    while True:
        place = draw.choice(places)
        yield {"mode": trip.mode, "lon": place["lon"], "lat": place["lat"], "minutes": list(minutes)}
