"""Accessibility and siting beside PySAL's access and spopt with HiGHS."""

import subprocess
import tracemalloc
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from geoservice.analysis.accessibility import enhanced_two_step, stepped
from geoservice.analysis.siting.coverage import mclp
from geoservice.analysis.siting.median import p_median
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.bench.access import peer
from geoservice.bench.access.figures import Figures, at_least, at_most
from geoservice.bench.serve.servers import PEERS
from geoservice.errors import Unavailable
from geoservice.geo import Floats

MINUTE = 60_000
PAIRS, POINTS, STATIONS = 5_000_000, 500_000, 2_000
CANDIDATES, PEOPLE_POINTS, SITES = 20_000, 1_000_000, 120
MEDIAN_SIZE, MEDIAN_SITES = 400, 20
PEER_BAR, GREEDY_BAR, MEGABYTES_BAR = 20.0, 10.0, 200.0


def model_figures(repeat: int) -> Figures:
    """Return the figures; the runs of a peer are interleaved with ours."""
    if not (PEERS / "python").exists():
        raise Unavailable(f"bench access: {PEERS / 'python'} not found; install it with: make peers")
    with TemporaryDirectory(prefix="geoservice-bench-") as folder:
        return {**_catchments(repeat, Path(folder)), **_median(repeat, Path(folder)), **_greedy(repeat)}


def _run_peer(name: str, folder: Path, arrays: dict[str, Any]) -> tuple[Floats, float]:
    source, target = folder / "in.npz", folder / "out.npz"
    np.savez(source, **arrays)
    command = [str(PEERS / "python"), peer.__file__, name, str(source), str(target)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - the program is fixed
    with np.load(target) as found:
        return np.asarray(found["result"], float), float(found["seconds"])


def _seconds(work: Any) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _catchments(repeat: int, folder: Path) -> Figures:
    random = np.random.default_rng(31)
    station = np.sort(random.integers(0, STATIONS, PAIRS))
    point = random.integers(0, POINTS, PAIRS)
    distinct = np.unique(station * POINTS + point)
    station, point = np.divmod(distinct, POINTS)
    ms = random.integers(1, 30, len(point)).astype(np.int32) * MINUTE
    pairs = TravelPairs(np.searchsorted(station, np.arange(STATIONS + 1)), point.astype(np.int32), ms)
    demand, supply = random.integers(1, 90, POINTS).astype(float), random.integers(1, 9, STATIONS).astype(float)
    decay, limits, weights = stepped((10, 20, 30), (1, 0.68, 0.22)), np.array([10.0, 20, 30]), np.array([1, 0.68, 0.22])
    arrays = {"demand": demand, "supply": supply, "station": station, "point": point, "minutes": ms / MINUTE}
    ours, theirs = [], []
    for _ in range(repeat):
        ours.append(_seconds(lambda: enhanced_two_step(pairs, demand, supply, decay)))
        index, seconds = _run_peer("floating_catchments", folder, {**arrays, "limits": limits, "weights": weights})
        theirs.append(seconds)
    if not np.allclose(index, enhanced_two_step(pairs, demand, supply, decay), rtol=1e-9):
        raise RuntimeError("bench access: the index of access is another than ours")
    tracemalloc.start()
    enhanced_two_step(pairs, demand, supply, decay)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    name = f"E2SFCA of {len(point) / 1e6:.1f} M pairs"
    return {
        name: at_least(median(ours), median(theirs), PEER_BAR, "access"),
        f"{name}, memory beside the pairs": at_most(peak, "MB", MEGABYTES_BAR),
    }


def _median(repeat: int, folder: Path) -> Figures:
    random = np.random.default_rng(32)
    x, y = random.random((2, MEDIAN_SIZE)) * 60
    minutes = np.rint(np.hypot(x[:, None] - x, y[:, None] - y)).astype(np.int32)
    weight = random.integers(1, 100, MEDIAN_SIZE).astype(float)
    every = np.arange(MEDIAN_SIZE, dtype=np.int32)
    pairs = TravelPairs(np.arange(0, MEDIAN_SIZE**2 + 1, MEDIAN_SIZE), np.tile(every, MEDIAN_SIZE), minutes.ravel() * MINUTE)
    problem, ours, theirs = Problem(pairs, weight), list[float](), list[float]()
    p_median(problem, 2)  # compiles
    for _ in range(repeat):
        ours.append(_seconds(lambda: p_median(problem, MEDIAN_SITES)))
        best, seconds = _run_peer("p_median", folder, {"cost": minutes.T, "demand": weight, "sites": MEDIAN_SITES})
        theirs.append(seconds)
    found = p_median(problem, MEDIAN_SITES)
    if not found.proven or abs(found.objective / MINUTE - best[0]) > 1e-6 * best[0]:
        raise RuntimeError(f"bench access: p-median {found.objective / MINUTE} is another optimum than {best[0]} of spopt")
    return {f"p-median, {MEDIAN_SIZE} x {MEDIAN_SIZE}": at_least(median(ours), median(theirs), PEER_BAR, "spopt and HiGHS")}


def _greedy(repeat: int) -> Figures:
    """Return what the choice of 120 of 20 000 sites takes for 10 M people at a million points."""
    problem = _plane()
    mclp(problem, 1, seconds=0)  # compiles
    seconds, found = [], None
    for _ in range(repeat):
        start = perf_counter()
        found = mclp(problem, SITES, seconds=0)
        seconds.append(perf_counter() - start)
    assert found is not None
    name = f"maximal coverage, {CANDIDATES} candidates, {problem.weight.sum() / 1e6:.0f} M people, {SITES} sites, greedy"
    return {name: at_most(median(seconds), "s", GREEDY_BAR), f"{name}, gap": at_most(100 * found.gap, "%")}


def _plane() -> Problem:
    """Return people, half of them in 200 towns, and candidates among their places that reach 0.95 % of the side."""
    random, side, reach = np.random.default_rng(1), 400, 0.0095
    at = random.random((PEOPLE_POINTS, 2))
    towns, half = random.random((200, 2)), PEOPLE_POINTS // 2
    at[:half] = np.clip(towns[random.integers(0, 200, half)] + random.normal(0, 0.01, (half, 2)), 0, 1)
    cell = np.floor(at * side)
    at = at[np.lexsort((cell[:, 0], cell[:, 1]))]
    candidates = at[random.choice(PEOPLE_POINTS, CANDIDATES, replace=False)]
    lists: Any = cKDTree(at).query_ball_point(candidates, reach, return_sorted=True)
    indptr = np.append(0, np.cumsum([len(x) for x in lists]))
    point = np.concatenate([np.asarray(x, np.int32) for x in lists])
    return Problem(
        TravelPairs(indptr, point, np.zeros(len(point), np.int32)), random.integers(1, 20, PEOPLE_POINTS).astype(float)
    )
