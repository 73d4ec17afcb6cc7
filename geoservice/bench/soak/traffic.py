"""Clients that read a server without pause and record every response."""

import gzip
import hashlib
import http.client
import itertools
import json
import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from geoservice.bench.serve import data, load
from geoservice.bench.soak.sites import LAYERS, Site
from geoservice.geo import Tile, tile_at
from geoservice.maps.read_tiles import Plane, decode
from geoservice.release import open_store

CLIENTS = 4
"""Connections to each server."""
PAUSE = 0.01
"""Seconds between a client's requests: the machine is busy, not overloaded."""
FILTER = "filter-lang=cql2-text&filter=value%20%3E%2040."
"""What is added to it makes the URL a new one; values have three decimals, so the matches stay the same."""


def documents() -> list[str]:
    """Return what is compared with the server's answers at rest: pages of items, filtered tiles, pictures, descriptions."""
    paths = ["/manifest", "/collections?f=json", "/tilejson"]
    for layer in LAYERS:
        x, y = 1690, 838
        items = f"/collections/{layer}/items?f=json&limit=20"
        paths += [f"/map/{layer}/11/{x}/{y}.png", f"/collections/{layer}/tilejson", f"{items}&bbox=116.9,30.4,117.1,30.6"]
        paths += [f"{items}&offset=500", f"{items}&{FILTER}0", f"/tiles/{layer}/11/{x}/{y}.mvt?{FILTER}0"]
    return paths


def new_url(path: str, number: int) -> str:
    """Return a URL that no cache knows, with the same matches, where the path has a filter."""
    return f"{path}00{number:09}" if FILTER in path else path


def random_tile(generator: random.Random) -> str:
    """Return the path of a baked tile, one of some thousands: most are not in any cache."""
    west, south, east, north = data.BOX
    z, x, y = tile_at(
        generator.uniform(west, east), generator.uniform(south, north), generator.randint(data.MINZOOM, data.MAXZOOM)
    )
    return f"/tiles/{generator.choice(LAYERS)}/{z}/{x}/{y}.mvt"


@dataclass(frozen=True)
class Failure:
    """A request without the expected response; ``status`` is 0 where the connection broke."""

    time: float
    path: str
    status: int
    retry_after: str | None
    seconds: float
    text: str


class Traffic:
    """Clients of one server. ``seen`` has, by path and digest of the body, when it was first and last received."""

    def __init__(self, site: Site, seed: int = 0) -> None:
        self.site, self.requests = site, 0
        self.seen: dict[str, dict[str, list[float]]] = defaultdict(dict)
        self.failures: list[Failure] = []
        self.slowest = 0.0
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(seed + n,), daemon=True) for n in range(CLIENTS)]

    def start(self) -> None:
        """Let the clients begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Return when every client has its last response."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _read(self, seed: int) -> None:
        client, generator = load.Client(self.site.url), random.Random(seed)  # noqa: S311 - the order of requests
        for number in itertools.count(seed, CLIENTS):
            if self._stop.wait(PAUSE):
                client.close()
                return
            path = generator.choice(documents()) if generator.random() < 0.5 else random_tile(generator)
            start = time.monotonic()
            try:
                status, headers, body = client.get(new_url(path, number), {"Accept-Encoding": "identity"})
            except (OSError, http.client.HTTPException) as e:
                self._fail(Failure(start, path, 0, None, time.monotonic() - start, type(e).__name__))
                client.close()
                client = load.Client(self.site.url)
            else:
                self._record(start, path, status, headers, body)

    def _record(self, start: float, path: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        end = time.monotonic()
        if status not in {200, 204}:
            retry = next((v for k, v in headers.items() if k.lower() == "retry-after"), None)
            self._fail(Failure(start, path, status, retry, end - start, body[:200].decode("utf-8", "replace")))
            return
        key = digest(path, body)
        with self._lock:
            self.requests += 1
            self.slowest = max(self.slowest, end - start)
            self.seen[path].setdefault(key, [start, start])[1] = start

    def _fail(self, failure: Failure) -> None:
        with self._lock:
            self.requests += 1
            self.failures.append(failure)


def references(site: Site) -> dict[str, str]:
    """Return the digest of every document's body from a server at rest."""
    client, digests = load.Client(site.url), {}
    for path in documents():
        status, _, body = client.get(path, {"Accept-Encoding": "identity"})
        if status not in {200, 204}:
            raise RuntimeError(f"soak: {site.name} answers {status} to {path}: {body[:300]!r}")
        digests[path] = digest(path, body)
    client.close()
    return digests


def stored_tiles(site: Site, release: int, paths: Iterable[str]) -> dict[str, str]:
    """Return the digest of every tile as the store holds it."""
    store = open_store(site.releases, site.dsn, "geoservice", read_only=True)
    reader, digests = store.open(release), {}
    for path in paths:
        layer, z, x, y = path.removesuffix(".mvt").split("/")[2:]
        body = reader.tile(layer, Tile(int(z), int(x), int(y)))
        digests[path] = digest(path, gzip.decompress(body) if body else b"")
    reader.close()
    store.close()
    return digests


def digest(path: str, body: bytes) -> str:
    """Return the digest of a body; of a page of items without its links and the time when it was made.

    Features of a filtered tile may come in any order: from memory it differs from the database's.
    """
    if "/items" in path:
        page = json.loads(body)
        del page["timeStamp"], page["links"]
        body = json.dumps(page, sort_keys=True).encode()
    elif ".mvt?" in path:
        layers = decode(body, Plane(0, 0, 1), {*data.COLUMNS, "geography", "unit"})
        body = repr({name: sorted(map(repr, features)) for name, features in layers.items()}).encode()
    return hashlib.sha256(body).hexdigest()
