"""Benchmark of serving; peers are nginx, TiPg and, if it is installed, martin in the same run, with two workers each.

All serve the same million points; martin serves the release's own PMTiles archive.

Throughput is measured by wrk with one thread and 32 connections, in turns; latency with one client, in turns. Filtered tiles
and pages are requested once each, so that no cache helps.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from geoservice.bench.serve import data, load, servers, sql
from geoservice.bench.serve.overload import during_publish, overload
from geoservice.bench.serve.publisher import publish
from geoservice.geo import Tile, tile_at

ZOOMS = (8, 10, 12, 14)
TARGET_BYTES = 20_000
TILES = 20
_number = count(500_000)

Metric = dict[str, Any]
Metrics = dict[str, Metric]


def metric(value: float, unit: str, peer: tuple[str, float], bar: float, more_is_better: bool) -> Metric:
    """Return a metric whose bar is a ratio: ours to the peer's if more is better, else the peer's to ours."""
    name, other = peer
    ratio = value / other if more_is_better else other / value
    return {"value": round(value, 2), "unit": unit, "bar": f">= {bar:g}x", "holds": ratio >= bar,
            "peer": f"{name} {other:.4g} {unit}", "ratio": round(ratio, 2)}  # fmt: skip


def run(repeat: int = 5) -> Metrics:
    """Return all metrics, medians of ``repeat`` rounds."""
    servers.check_programs()
    with tempfile.TemporaryDirectory(prefix="geoservice-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        rows = data.features()
        publish(folder / "home" / "releases", data.POINTS, "first")
        database = stack.enter_context(servers.postgis())
        _fill(database, rows)
        _publish_postgis(database, rows)
        url, pid = stack.enter_context(servers.ours(folder / "home"))
        office, _ = stack.enter_context(servers.ours(_empty(folder / "office"), {"GEOSERVICE_SERVE_DSN": database}))
        peer = stack.enter_context(servers.tipg(folder, database))
        tile = _typical_tile(url)
        body = _body(url, _tile_path(tile))
        static = stack.enter_context(servers.nginx(folder / "nginx", {"tile.mvt": body}))
        archive = folder / "home" / "releases" / "1" / "tiles" / f"{data.LAYER}.pmtiles"
        rust = stack.enter_context(servers.martin(folder, archive))
        return {
            **warm(url, static, peer, rust, tile, repeat),
            **filtered(url, office, peer, repeat),
            **pages(url, office, peer, repeat),
            **overload(url, pid, _uncached_path),
            **during_publish(
                url, [sys.executable, "-m", "geoservice.bench.serve.publisher", folder / "home" / "releases", 200_000]
            ),
        }


def _empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _fill(database: str, rows: Any) -> None:
    """Load the same points into the database of TiPg, with the index that it needs."""
    with psycopg.connect(database) as connection:
        connection.execute(sql.TABLE)
        with connection.cursor().copy(sql.COPY) as copy:
            for *columns, wkb in data.copy_rows(rows):
                copy.write_row([*columns, wkb.hex()])
        connection.execute(sql.INDEX)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(sql.SETTLE)


def _publish_postgis(database: str, rows: Any) -> None:
    from geoservice.release import open_store

    store = open_store(Path(), database, "geoservice", read_only=False)
    store.write(data.content(rows))
    store.close()


def _tile_path(tile: tuple[int, int, int]) -> str:
    return f"/tiles/{data.LAYER}/{'/'.join(map(str, tile))}.mvt"


def _body(url: str, path: str) -> bytes:
    return load.Client(url).get(path)[2]


def _typical_tile(url: str) -> tuple[int, int, int]:
    """Return the tile with a size nearest to ``TARGET_BYTES``."""
    candidates = [tile_at(117.0 + d / 50, 30.5 + d / 70, z) for z in range(9, 14) for d in range(-3, 4)]
    return min(((t.z, t.x, t.y) for t in candidates), key=lambda t: abs(len(_body(url, _tile_path(t))) - TARGET_BYTES))


def _in_turns(repeat: int, *tasks: Callable[[], float]) -> list[float]:
    """Return the median of each task; every round runs all of them, after a warm-up round."""
    rounds = [[task() for task in tasks] for _ in range(repeat + 1)][1:]
    return [median(r[i] for r in rounds) for i in range(len(tasks))]


def warm(url: str, static: str, peer: str, rust: str | None, tile: tuple[int, int, int], repeat: int) -> Metrics:
    """Measure repeated requests of one tile, with 200 and 304 responses."""
    path, size = _tile_path(tile), len(_body(url, _tile_path(tile)))
    z, x, y = tile
    urls = [url + path, f"{static}/tile.mvt", *([f"{rust}/{z}/{x}/{y}"] if rust else [])]
    peer_url = f"{peer}/collections/public.points/tiles/WebMercatorQuad/{z}/{x}/{y}"
    rates = _in_turns(
        repeat,
        *(partial(load.rate, target, _conditional_headers(target)) for target in urls[:2]),
        partial(load.rate, peer_url, seconds=4),
        *(partial(load.rate, target) for target in urls),
    )
    not_modified, tipg, (ours, nginx, *others) = rates[:2], rates[2], rates[3:]
    metrics = {
        f"warm tile of {size} bytes, beside nginx": metric(ours, "req/s", ("nginx", nginx), 0.9, True),
        "304, beside nginx": metric(not_modified[0], "req/s", ("nginx", not_modified[1]), 0.9, True),
        f"warm tile z{z}, beside TiPg": metric(ours, "req/s", ("TiPg", tipg), 50, True),
    }
    if others:
        metrics[f"warm tile of {size} bytes, beside martin"] = metric(ours, "req/s", ("martin", others[0]), 1.3, True)
    return metrics


def _conditional_headers(url: str) -> dict[str, str]:
    """Return the request headers of a client that has the response cached."""
    base, _, path = url.removeprefix("http://").partition("/")
    headers = load.Client(f"http://{base}").get(f"/{path}")[1]
    return {**load.GZIP, "If-None-Match": {k.lower(): v for k, v in headers.items()}["etag"]}


def _town_tiles(z: int) -> list[Tile]:
    """Return the tiles to request at a zoom, in and between towns."""
    lon, lat = data.places(TILES, seed=7)
    return [tile_at(float(a), float(b), z) for a, b in zip(lon, lat, strict=True)]


def _uncached_path(_client: int = 0, _at: int = 0) -> str:
    """Return the path of a large tile that was not requested before."""
    return f"{_tile_path(tile_at(117.0, 30.5, 8))}?filter=rank%3C%3D{next(_number)}"


def _our_paths(z: int) -> Iterator[str]:
    for tile in _town_tiles(z):
        yield f"{_tile_path(tile)}?filter=rank%3C%3D{next(_number)}"


def _tipg_paths(z: int) -> Iterator[str]:
    for a, x, y in _town_tiles(z):
        query = f"filter=rank%3C%3D{next(_number)}&filter-lang=cql2-text"
        yield f"/collections/public.points/tiles/WebMercatorQuad/{a}/{x}/{y}?{query}"


def filtered(url: str, office: str, peer: str, repeat: int) -> Metrics:
    """Measure tiles with half of the points filtered out, none of them requested before.

    Each server first draws a few others, over connections to all of its workers: the first request of a worker loads the layer,
    as the first queries fill the peer's caches.
    """
    for _ in range(4 * servers.WORKERS):
        load.medians([(url, [_uncached_path()]), (office, [_uncached_path()]), (peer, list(_tipg_paths(8))[:1])])
    metrics: Metrics = {}
    for z in ZOOMS:
        rounds = [
            load.medians([(url, _our_paths(z)), (office, _our_paths(z)), (peer, _tipg_paths(z))])
            for _ in range(max(repeat // 2, 1))
        ]
        embedded, server, theirs = (median(r[i] for r in rounds) * 1000 for i in range(3))
        metrics[f"filtered tile z{z}, DuckDB"] = metric(embedded, "ms", ("TiPg", theirs), 2.5, False)
        metrics[f"filtered tile z{z}, PostGIS"] = metric(server, "ms", ("TiPg", theirs), 2.5, False)
    return metrics


def pages(url: str, office: str, peer: str, repeat: int) -> Metrics:
    """Measure pages of ten features, each at a different position in the million."""
    our_paths = [f"/collections/{data.LAYER}/items?f=json&limit=10&after={data.after(i * 9973)}" for i in range(10 * repeat)]
    peer_paths = [f"/collections/public.points/items?f=geojson&limit=10&offset={i * 10}" for i in range(10 * repeat)]
    embedded, server, other = (s * 1000 for s in load.medians([(url, our_paths), (office, our_paths), (peer, peer_paths)]))
    metrics = {}
    for name, value in (("DuckDB", embedded), ("PostGIS", server)):
        metrics[f"page of items, {name}"] = metric(value, "ms", ("TiPg", other), 12, False)
        metrics[f"page of items, {name}, alone"] = {"value": round(value, 2), "unit": "ms", "bar": 10, "holds": value <= 10}
    return metrics
