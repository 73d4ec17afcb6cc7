"""Serving, beside nginx and TiPg in one run: two workers each, on the same machine, over the same million points.

Throughputs are wrk's, one thread and 32 connections, in turns; latencies are those of one client, in turns. Filtered tiles and
pages are asked for once each, so that no cache helps.
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
from geoservice.geo import tile_at

ZOOMS = (8, 10, 12, 14)
TARGET_BYTES = 20_000
ASKED = 20
_number = count(500_000)

Figure = dict[str, Any]
Figures = dict[str, Figure]


def figure(value: float, unit: str, peer: tuple[str, float], bar: float, more_is_better: bool) -> Figure:
    """Return a figure whose bar is a ratio: ours to the peer's where more is better, the peer's to ours where less is."""
    name, other = peer
    ratio = value / other if more_is_better else other / value
    return {"value": round(value, 2), "unit": unit, "bar": f">= {bar:g}x", "holds": ratio >= bar,
            "peer": f"{name} {other:.4g} {unit}", "ratio": round(ratio, 2)}  # fmt: skip


def run(repeat: int = 5) -> Figures:
    """Measure every figure; medians of ``repeat`` turns."""
    servers.needed()
    with tempfile.TemporaryDirectory(prefix="geoservice-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        rows = data.features()
        publish(folder / "home" / "releases", data.POINTS, "first")
        database = stack.enter_context(servers.postgis())
        _fill(database, rows)
        _publish_postgis(database, rows)
        url, pid = stack.enter_context(servers.ours(folder / "home"))
        other, _ = stack.enter_context(servers.ours(_empty(folder / "office"), {"GEOSERVICE_SERVE_DSN": database}))
        peer = stack.enter_context(servers.tipg(folder, database))
        tile = _typical(url)
        body = _body(url, _short(tile))
        static = stack.enter_context(servers.nginx(folder / "nginx", {"tile.mvt": body}))
        return {
            **warm(url, static, peer, tile, repeat),
            **filtered(url, other, peer, repeat),
            **pages(url, other, peer, repeat),
            **overload(url, pid, _unseen),
            **during_publish(
                url, [sys.executable, "-m", "geoservice.bench.serve.publisher", folder / "home" / "releases", 200_000]
            ),
        }


def _empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _fill(database: str, rows: Any) -> None:
    """Give TiPg the same points with the index that it needs."""
    with psycopg.connect(database) as connection:
        connection.execute(sql.TABLE)
        with connection.cursor().copy(sql.COPY) as copy:
            for *plain, wkb in data.copy_rows(rows):
                copy.write_row([*plain, wkb.hex()])
        connection.execute(sql.INDEX)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(sql.SETTLE)


def _publish_postgis(database: str, rows: Any) -> None:
    from geoservice.release import open_store

    store = open_store(Path(), database, "geoservice", read_only=False)
    store.write(data.content(rows))
    store.close()


def _short(tile: tuple[int, int, int]) -> str:
    return f"/tiles/{data.LAYER}/{'/'.join(map(str, tile))}.mvt"


def _body(url: str, path: str) -> bytes:
    return load.Client(url).get(path)[2]


def _typical(url: str) -> tuple[int, int, int]:
    """Return the tile whose bytes are nearest to a usual size."""
    middle = [tile_at(117.0 + d / 50, 30.5 + d / 70, z) for z in range(9, 14) for d in range(-3, 4)]
    return min(((t.z, t.x, t.y) for t in middle), key=lambda t: abs(len(_body(url, _short(t))) - TARGET_BYTES))


def _in_turns(repeat: int, *tasks: Callable[[], float]) -> list[float]:
    """Return the median of each task; every round runs all of them, after one that does not count."""
    rounds = [[task() for task in tasks] for _ in range(repeat + 1)][1:]
    return [median(r[i] for r in rounds) for i in range(len(tasks))]


def warm(url: str, static: str, peer: str, tile: tuple[int, int, int], repeat: int) -> Figures:
    """Measure the same tile over and over, whole and revalidated."""
    path, size = _short(tile), len(_body(url, _short(tile)))
    z, x, y = tile
    places = [url + path, f"{static}/tile.mvt"]
    theirs = f"{peer}/collections/public.points/tiles/WebMercatorQuad/{z}/{x}/{y}"
    got = _in_turns(
        repeat,
        *(partial(load.rate, place) for place in places),
        *(partial(load.rate, place, _holding(place)) for place in places),
        partial(load.rate, theirs, seconds=4),
    )
    return {
        f"warm tile of {size} bytes, beside nginx": figure(got[0], "req/s", ("nginx", got[1]), 0.6, True),
        "304, beside nginx": figure(got[2], "req/s", ("nginx", got[3]), 0.5, True),
        f"warm tile z{z}, beside TiPg": figure(got[0], "req/s", ("TiPg", got[4]), 50, True),
    }


def _holding(place: str) -> dict[str, str]:
    """Return the headers of a client that holds the answer already."""
    base, _, path = place.removeprefix("http://").partition("/")
    told = load.Client(f"http://{base}").get(f"/{path}")[1]
    return {**load.GZIP, "If-None-Match": {k.lower(): v for k, v in told.items()}["etag"]}


def _asked(z: int) -> list[tuple[int, int, int]]:
    """Return the tiles of a zoom that are asked for, one after the other, around the middle of towns and between."""
    lon, lat = data.places(ASKED, seed=7)
    return [tuple(tile_at(float(a), float(b), z)) for a, b in zip(lon, lat, strict=True)]  # type: ignore[misc]  # three ints


def _unseen(_client: int = 0, _at: int = 0) -> str:
    """Return the path of a large tile that nobody has asked for."""
    return f"{_short(tile_at(117.0, 30.5, 8))}?filter=rank%3C%3D{next(_number)}"


def _ours(z: int) -> Iterator[str]:
    for tile in _asked(z):
        yield f"{_short(tile)}?filter=rank%3C%3D{next(_number)}"


def _tipgs(z: int) -> Iterator[str]:
    for a, x, y in _asked(z):
        where = f"filter=rank%3C%3D{next(_number)}&filter-lang=cql2-text"
        yield f"/collections/public.points/tiles/WebMercatorQuad/{a}/{x}/{y}?{where}"


def filtered(url: str, office: str, peer: str, repeat: int) -> Figures:
    """Measure tiles with half of the points filtered out, none of them asked for before.

    Each server draws a few others first, by connections that come to all of its workers: the first of a worker has it read the
    layer, as the first questions fill the peer's caches.
    """
    for _ in range(4 * servers.WORKERS):
        load.medians([(url, [_unseen()]), (office, [_unseen()]), (peer, list(_tipgs(8))[:1])])
    found: Figures = {}
    for z in ZOOMS:
        rounds = [load.medians([(url, _ours(z)), (office, _ours(z)), (peer, _tipgs(z))]) for _ in range(max(repeat // 2, 1))]
        embedded, server, theirs = (median(r[i] for r in rounds) * 1000 for i in range(3))
        found[f"filtered tile z{z}, DuckDB"] = figure(embedded, "ms", ("TiPg", theirs), 2, False)
        found[f"filtered tile z{z}, PostGIS"] = figure(server, "ms", ("TiPg", theirs), 2, False)
    return found


def pages(url: str, office: str, peer: str, repeat: int) -> Figures:
    """Measure pages of ten features of the million, each of another place."""
    mine = [f"/collections/{data.LAYER}/items?f=json&limit=10&after={data.after(i * 9973)}" for i in range(10 * repeat)]
    theirs = [f"/collections/public.points/items?f=geojson&limit=10&offset={i * 10}" for i in range(10 * repeat)]
    embedded, server, other = (s * 1000 for s in load.medians([(url, mine), (office, mine), (peer, theirs)]))
    found = {}
    for name, value in (("DuckDB", embedded), ("PostGIS", server)):
        found[f"page of items, {name}"] = figure(value, "ms", ("TiPg", other), 10, False)
        found[f"page of items, {name}, alone"] = {"value": round(value, 2), "unit": "ms", "bar": 10, "holds": value <= 10}
    return found
