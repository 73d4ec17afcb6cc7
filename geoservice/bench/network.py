"""Benchmark of the network on a graph of 2.0 M junctions, about 5 M arcs and 5 000 stations; peers are scipy and pandana.

The graph is a grid of streets 130 m apart with jittered junctions; about a third of the streets are removed at random,
speeds are 15 to 50 km/h, and one turn is banned at one junction in a hundred. Every metric is the median of runs interleaved
with those of its peer; compilation is not counted.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geoservice.bench.extract import measure_import, peak_mb
from geoservice.geo import Floats, Int32s, Ints, LocalProjection, hilbert_index
from geoservice.network.arcs import arcs
from geoservice.network.expansion import expanded
from geoservice.network.graph import ARRAYS, Graph, save_graph
from geoservice.network.snap import Snapped, snap
from geoservice.network.travel import nearest, nearest_nodes, reach
from geoservice.network.turns import DirectedEdges, Turns

SIDE, STATIONS, POINTS = 1414, 5_000, 1_000_000
LIMIT_MS, PAIRS_LIMIT_MS = 7_200_000, 600_000
SECONDS_BAR, PAIRS_BAR, MEGABYTES_BAR = 0.3, 1.0, 1536.0
IMPORT_SECONDS_BAR, IMPORT_MEGABYTES_BAR = 20.0, 1024.0
_SCIPY_ROWS, _PANDANA_SIDE = 20, 200
_PROJECTION = LocalProjection(117.0, 30.5)
Task = Callable[[], Any]


def street_grid(side: int = SIDE, seed: int = 20) -> Graph:
    """Return a jittered grid of ``side * side`` junctions, two-way and not contracted; about 2.5 arcs per junction."""
    random = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(side) * 130.0, np.arange(side) * 130.0)
    x, y = (v.ravel() + random.uniform(-40, 40, side * side) for v in (x - x.mean(), y - y.mean()))
    index = np.arange(side * side).reshape(side, side)
    u, v = (np.concatenate([a.ravel(), b.ravel()]) for a, b in ((index[:, :-1], index[:-1]), (index[:, 1:], index[1:])))
    rank = np.empty(side * side, np.int64)
    rank[np.argsort(hilbert_index(x, y), kind="stable")] = np.arange(side * side)
    order = np.argsort(rank)
    x, y, u, v = x[order], y[order], rank[u], rank[v]
    selected = np.sort(random.permutation(len(u))[: round(len(u) * 0.632)])
    return _sorted_graph(x, y, np.minimum(u, v)[selected], np.maximum(u, v)[selected], random.uniform(15, 50, len(selected)))


def _sorted_graph(x: Floats, y: Floats, u: Ints, v: Ints, kmh: Floats) -> Graph:
    order = np.lexsort((v, u))
    return _grid_graph(x, y, u[order].astype(np.int32), v[order].astype(np.int32), kmh[order])


def _grid_graph(x: Floats, y: Floats, u: Int32s, v: Int32s, kmh: Floats) -> Graph:
    metres = np.hypot(x[u] - x[v], y[u] - y[v])
    ms = np.maximum(np.rint(metres * 3600 / kmh), 1).astype(np.int32)
    edges = DirectedEdges(u, v, np.ones(len(u), np.bool_), np.zeros(len(u), np.int64), np.zeros(len(u), np.int64))
    nodes = expanded(edges, ms, ms, np.zeros((2, len(u)), np.bool_), _banned_turns(edges, len(x)), len(x))
    outgoing, incoming = arcs(nodes.tail, nodes.head, nodes.ms, nodes.nodes)
    lon, lat = _PROJECTION.inverse(x, y)
    vertex = np.column_stack([u, v]).ravel()
    cumulative = np.column_stack([np.zeros_like(ms), ms]).ravel()
    return Graph(
        "drive",
        _PROJECTION,
        0.0,
        lon,
        lat,
        np.arange(len(x)),
        nodes.source,
        nodes.sink,
        *outgoing,
        *incoming,
        u=u,
        v=v,
        length_m=metres,
        ms_forward=ms,
        ms_backward=ms,
        delay_u=np.zeros(len(u), np.int32),
        delay_v=np.zeros(len(u), np.int32),
        leave_u=nodes.leave_u,
        leave_v=nodes.leave_v,
        enter_u=nodes.enter_u,
        enter_v=nodes.enter_v,
        component=np.zeros(len(u), np.int32),
        piece=np.zeros(len(u), np.int32),
        large=np.ones(len(u), np.bool_),
        entrance=np.ones(len(u), np.bool_),
        shape_start=np.arange(0, 2 * len(u) + 1, 2),
        shape_lon=lon[vertex],
        shape_lat=lat[vertex],
        shape_x=x[vertex],
        shape_y=y[vertex],
        shape_m=np.column_stack([np.zeros(len(u)), metres]).ravel(),
        shape_forward=cumulative,
        shape_backward=cumulative,
    )


def _banned_turns(edges: DirectedEdges, junctions: int) -> Turns:
    """Return one banned turn at one junction in a hundred."""
    random, banned = np.random.default_rng(23), Turns({}, {})
    leaving: dict[int, list[int]] = {j: [] for j in random.choice(junctions, junctions // 100, replace=False).tolist()}
    for directed in range(2 * len(edges.u)):
        if (junction := edges.tail(directed)) in leaving:
            leaving[junction].append(directed)
    for out in leaving.values():
        if len(out) > 2:
            banned.no[(out[0] ^ 1,)] = {out[1]}
    return banned


def random_stations(graph: Graph, count: int, seed: int = 21) -> Snapped:
    """Return ``count`` random stations on the streets."""
    random = np.random.default_rng(seed)
    edge = random.choice(graph.edges, count, replace=False).astype(np.int32)
    return Snapped(edge, random.uniform(0, 1, count), np.zeros(count), np.zeros(count, np.int8))


def _interleaved(repeat: int, *tasks: Task) -> list[float]:
    """Return the median seconds of each task; every round runs all of them, after a warm-up round."""
    seconds: list[list[float]] = [[] for _ in tasks]
    for number in range(repeat + 1):
        for task, durations in zip(tasks, seconds, strict=True):
            start = perf_counter()
            task()
            if number:
                durations.append(perf_counter() - start)
    return [median(s) for s in seconds]


def _metric(
    value: float, unit: str, bar: float | None = None, peer: float | None = None, peer_name: str = ""
) -> dict[str, Any]:
    holds: Any = "" if bar is None else value <= bar
    comparison = (
        {"peer": "", "ratio": ""}
        if peer is None
        else {"peer": f"{peer_name} {peer:.3g} {unit}", "ratio": round(peer / value, 2)}
    )
    return {
        "value": round(value, 3 if value >= 0.1 else 5),
        "unit": unit,
        "bar": "" if bar is None else bar,
        "holds": holds,
        **comparison,
    }


def _peak_mb(folder: str, stations: Snapped, start: Int32s) -> float:
    """Return the peak memory in MB of this process after both searches on the mapped graph and nothing else."""
    arrays = {name: np.load(Path(folder) / f"{name}.npy", mmap_mode="r") for name in ARRAYS}
    graph = Graph("drive", _PROJECTION, 0.0, **arrays)
    nearest_nodes(graph, stations, start, LIMIT_MS, "to")
    reach(graph, stations, start, PAIRS_LIMIT_MS, "to")
    return peak_mb()


def _memory(graph: Graph, stations: Snapped, start: Int32s) -> float:
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        save_graph(graph, Path(folder) / "drive")
        return pool.submit(_peak_mb, str(Path(folder) / "drive"), stations, start).result()


def _matrix(graph: Graph) -> "csr_array[Any]":
    return csr_array((graph.reverse_ms.astype(float), graph.reverse_indices, graph.reverse_indptr), shape=(graph.nodes,) * 2)


@contextmanager
def _silent_stdout() -> Iterator[None]:
    """Discard what compiled code prints to the standard output of the process."""
    stdout = os.dup(1)
    with Path(os.devnull).open("w") as devnull:
        os.dup2(devnull.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)


def _pandana(repeat: int) -> dict[str, dict[str, Any]]:
    """Return metrics with pandana as the peer, on a smaller grid, since its contraction is slow; that is not counted.

    Its weights are seconds: it stores thousandths in 32 bits, and with milliseconds its contraction overflows and never ends.
    """
    if find_spec("pandana") is None:
        return {}
    from pandana import Network

    graph = street_grid(_PANDANA_SIDE)
    stations = random_stations(graph, STATIONS * graph.nodes // SIDE**2)
    zero, limit_s = np.zeros(len(stations), np.int32), LIMIT_MS / 1000
    ends = pd.Series(graph.u.astype(np.int64)), pd.Series(graph.v.astype(np.int64))
    node = graph.u[stations.edge]
    with _silent_stdout():
        peer = Network(pd.Series(graph.lon), pd.Series(graph.lat), *ends, pd.DataFrame({"s": graph.ms_forward / 1000}))
        peer.set_pois("station", limit_s, 1, pd.Series(graph.lon[node]), pd.Series(graph.lat[node]))
        ours, theirs = _interleaved(
            repeat,
            lambda: nearest_nodes(graph, stations, zero, LIMIT_MS, "to"),
            lambda: peer.nearest_pois(limit_s, "station", num_pois=1, include_poi_ids=True),
        )
    return {f"nearest station with label, {graph.nodes} junctions": _metric(ours, "s", None, theirs, "pandana")}


def run(repeat: int = 5) -> dict[str, dict[str, Any]]:
    """Return the medians of ``repeat`` runs, in seconds and MB."""
    graph = street_grid()
    stations, zero, matrix = random_stations(graph, STATIONS), np.zeros(STATIONS, np.int32), _matrix(graph)
    node = graph.u[stations.edge]
    ours_nearest, scipy_nearest = _interleaved(
        repeat,
        lambda: nearest_nodes(graph, stations, zero, LIMIT_MS, "to"),
        lambda: dijkstra(matrix, indices=node, min_only=True),
    )
    ours_reach, scipy_reach = _interleaved(
        repeat,
        lambda: reach(graph, stations, zero, PAIRS_LIMIT_MS, "to"),
        lambda: [dijkstra(matrix, indices=i, limit=PAIRS_LIMIT_MS) for i in node[:_SCIPY_ROWS]],
    )
    count = len(reach(graph, stations, zero, PAIRS_LIMIT_MS, "to").point)
    random = np.random.default_rng(22)
    lon, lat = (random.uniform(v.min(), v.max(), POINTS) for v in (graph.lon, graph.lat))
    points = snap(graph, lon, lat, 500.0)
    snapping, searching = _interleaved(
        repeat,
        lambda: snap(graph, lon, lat, 500.0),
        lambda: nearest(graph, stations, zero, points, LIMIT_MS, "to"),
    )
    size = f"{graph.nodes} junctions, {len(graph.forward_ms)} arcs, {STATIONS} stations"
    return {
        f"nearest station with label ({size})": _metric(
            ours_nearest, "s", SECONDS_BAR, scipy_nearest, "scipy dijkstra(min_only), no label,"
        ),
        f"{count} pairs of station and junction within 600 s": _metric(
            ours_reach * 1e7 / count,
            "s for 10 M",
            PAIRS_BAR,
            scipy_reach * STATIONS / _SCIPY_ROWS * 1e7 / count,
            "scipy, dense rows, projected,",
        ),
        "peak memory of both": _metric(_memory(graph, stations, zero), "MB", MEGABYTES_BAR),
        f"snap {POINTS} points": _metric(snapping, "s"),
        f"nearest station of {POINTS} points": _metric(searching, "s"),
        **_pandana(repeat),
        **_import(),
    }


def _import() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        seconds, megabytes = measure_import(Path(folder))
    return {
        "import of 1.8 M nodes of streets, three modes": _metric(seconds, "s", IMPORT_SECONDS_BAR),
        "peak memory of the import": _metric(megabytes, "MB", IMPORT_MEGABYTES_BAR),
    }
