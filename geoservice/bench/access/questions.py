"""Questions over HTTP: random edits of stations, zones and places."""

import http.client
import json
import math
import random
from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import urlsplit

Json = dict[str, Any]
METRES_A_DEGREE = 111_320.0


class Trip(NamedTuple):
    """What is asked about."""

    service: str
    mode: str


class Asker:
    """A client with a persistent connection that posts questions."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)

    def seconds(self, process: str, inputs: Json) -> float:
        """Return the seconds until the whole answer has come; raises unless the status is 200."""
        body, start = json.dumps({"inputs": inputs}), perf_counter()
        self._connection.request("POST", f"/processes/{process}/execution", body, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        answer = response.read()
        elapsed = perf_counter() - start
        if response.status != 200:
            raise RuntimeError(f"{response.status} at {process}: {answer[:300]!r}")
        return elapsed

    def get(self, path: str) -> Json:
        """Return a JSON document."""
        self._connection.request("GET", path)
        found: Json = json.loads(self._connection.getresponse().read())
        return found


def stations(asker: Asker, trip: Trip) -> list[Json]:
    """Return id, longitude and latitude of the stations of the release that offer a service."""
    features = asker.get("/collections/stations/items?limit=10000&f=json")["features"]
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
