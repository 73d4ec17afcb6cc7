"""Maps for documents: what one takes, alone and with seven others, and what a tile that is ready takes meanwhile.

The maps are as large as they may be, each of another box, so that none is made once for two. A ready tile is one that is in
memory, or one that lies baked in the release. There is one worker, so that maps and tiles come to the same:
of several, each has its own processes that draw.
"""

import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geoservice.bench.serve import load
from geoservice.bench.serve.overload import memory_mb
from geoservice.bench.serve.servers import ours
from geoservice.geo import BBox, tile_at
from geoservice.layer import Label, Style
from geoservice.release import open_store
from geoservice.release.base import TABLE, LayerContent, Manifest, PublishedColumn, PublishedLayer, ReleaseContent

LAYER, SIDE, CORNERS, ZOOM = "areas", 60, 64, 14
"""3600 areas of 64 corners each, side by side."""
BOX = BBox(116.0, 29.5, 118.0, 31.5)
WIDTH, HEIGHT, AT_ONCE = 4096, 1953, 8
CONNECTIONS, EVERY_S = 8, 0.04
BAR_MS = 20
_number = count()

Figures = dict[str, dict[str, Any]]


def features() -> pa.Table:
    """Return the layer's rows: rounded areas that all but touch."""
    step, angle = (BOX.east - BOX.west) / SIDE, np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * step * 0.49
    x, y = np.meshgrid(BOX.west + (np.arange(SIDE) + 0.5) * step, BOX.south + (np.arange(SIDE) + 0.5) * step)
    shapes = shapely.polygons(np.column_stack([x.ravel(), y.ravel()])[:, None, :] + ring)
    number = np.arange(1, SIDE**2 + 1)
    return pa.table({
        "fid": pa.array(number),
        "geography": ["area"] * len(number),
        "unit": [f"a{n:05}" for n in number],
        "share": pa.array((number * 7919 % 1000) / 10),
        "geometry": pa.array(shapely.to_wkb(shapes), pa.binary()),
    })  # fmt: skip


def publish(folder: Path) -> None:
    """Write a release of the layer alone."""
    title, rows = Label(zh="区", en="Areas"), features()
    style = Style(property="share", breaks=(20, 40, 60), colours=("#d8d2a2", "#8bb5ac", "#4f8a99", "#255a80"))
    layer = PublishedLayer(
        id=LAYER, title=title, description=title, geometry="polygon", role="public", minzoom=8, maxzoom=ZOOM,
        zooms={"area": 8}, columns=(PublishedColumn(name="share", title=title, type="number", unit="%"),), style=style,
        bbox=BOX, features=rows.num_rows,
    )  # fmt: skip
    study: dict[str, Any] = {"id": "bench", "title": {"zh": "基准", "en": "Bench"}, "synthetic": True}
    manifest = Manifest(
        code_version="bench", study=study, inputs={}, parameters={}, table_digest="", layers=(), disclosure={},
    )  # fmt: skip
    store = open_store(folder, None, "bench", read_only=False)
    store.write(ReleaseContent([LayerContent(layer, rows)], TABLE.empty_table(), manifest))
    store.close()


def map_path() -> str:
    """Return the path of a map that nobody has asked for: of all areas, each time a little larger."""
    more = next(_number) / 10_000
    box = f"{BOX.west - more:g},{BOX.south - more:g},{BOX.east + more:g},{BOX.north + more:g}"
    return f"/map?bbox={box}&width={WIDTH}&height={HEIGHT}&scale=2&f=png"


def in_memory() -> Iterator[str]:
    """Yield the path of a tile again and again: the first time it is read, then it is in memory."""
    tile = tile_at(117.0, 30.5, 10)
    while True:
        yield f"/tiles/{LAYER}/{tile.z}/{tile.x}/{tile.y}.mvt"


def baked() -> Iterator[str]:
    """Yield paths of tiles that nobody has asked for, as long as there are some."""
    first, last = tile_at(BOX.west, BOX.north, ZOOM), tile_at(BOX.east, BOX.south, ZOOM)
    for x in range(first.x + 1, last.x):
        for y in range(first.y + 1, last.y):
            yield f"/tiles/{LAYER}/{ZOOM}/{x}/{y}.mvt"


class Tiles:
    """Tiles asked for at fixed times, whatever the last one took, on several connections: readers do not wait for others."""

    def __init__(self, url: str, paths: Iterator[str]) -> None:
        self._url, self._paths, self._lock = url, paths, threading.Lock()

    def ask(self, go_on: Callable[[], bool]) -> list[float]:
        """Return the milliseconds of each, from the time at which it was due."""
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            asking = [pool.submit(self._ask, perf_counter() + n * EVERY_S / CONNECTIONS, go_on) for n in range(CONNECTIONS)]
            return [spent for one in asking for spent in one.result()]

    def _ask(self, due: float, go_on: Callable[[], bool]) -> list[float]:
        client, spent = load.Client(self._url), []
        while go_on():
            with self._lock:
                path = next(self._paths)
            sleep(max(due - perf_counter(), 0))
            client.seconds(path)
            spent.append(1000 * (perf_counter() - due))
            due += EVERY_S
        client.close()
        return spent


def crowd(url: str, tiles: Tiles) -> tuple[list[float], list[float]]:
    """Ask for eight maps at once; return the seconds of each, and the milliseconds of each tile asked for meanwhile."""
    start = threading.Barrier(AT_ONCE)

    def one() -> float:
        client = load.Client(url)
        start.wait()
        return client.seconds(map_path())

    with ThreadPoolExecutor(AT_ONCE) as pool:
        maps = [pool.submit(one) for _ in range(AT_ONCE)]
        spent = tiles.ask(lambda: not all(m.done() for m in maps))
        return [m.result() for m in maps], spent


def run(repeat: int = 5) -> Figures:
    """Measure every figure; ``repeat`` crowds of maps for each kind of tile."""
    with tempfile.TemporaryDirectory(prefix="geoservice-bench-") as name:
        folder = Path(name)
        publish(folder / "releases")
        with ours(folder, workers=1) as (url, pid):
            return _measure(url, pid, repeat)


def _measure(url: str, pid: int, repeat: int) -> Figures:
    before = memory_mb(pid)
    first = load.Client(url).seconds(map_path())
    alone = median(load.Client(url).seconds(map_path()) for _ in range(2 * repeat + 1))
    after, found, among = memory_mb(pid), {}, list[float]()
    for kind, paths in (("in memory", in_memory()), ("baked", baked())):
        tiles = Tiles(url, paths)
        tiles.ask(_for(0.5))
        calm, busy = tiles.ask(_for(3)), list[float]()
        for _ in range(repeat):
            spent, meanwhile = crowd(url, tiles)
            among += spent
            busy += meanwhile
        found.update(_of_tiles(kind, calm, busy))
    size = f"map of {WIDTH} x {HEIGHT}"
    return {
        **found,
        f"{size}, the first": _value(first, "s"),
        f"{size}, alone": _value(alone, "s"),
        f"{size}, the median of {AT_ONCE} at once": _value(median(among), "s"),
        f"{size}, the slowest of {AT_ONCE} at once": _value(max(among), "s"),
        "memory of the service before the first map": _value(before, "MB"),
        "memory of the service after maps": _value(after, "MB"),
    }


def _for(seconds: float) -> Callable[[], bool]:
    """Return what says yes for so long."""
    until = perf_counter() + seconds
    return lambda: perf_counter() < until


def _value(value: float, unit: str) -> dict[str, Any]:
    return {"value": round(value, 2), "unit": unit}


def _of_tiles(kind: str, calm: list[float], busy: list[float]) -> Figures:
    idle, most = (load.quantile(values, 0.95) for values in (calm, busy))
    return {
        f"tile {kind}, p50 idle": _value(median(calm), "ms"),
        f"tile {kind}, p95 idle": _value(idle, "ms"),
        f"tile {kind}, p50 while {AT_ONCE} maps are drawn": _value(median(busy), "ms"),
        f"tile {kind}, p95 while {AT_ONCE} maps are drawn": {**_value(most, "ms"), "bar": BAR_MS, "holds": most < BAR_MS},
    }
