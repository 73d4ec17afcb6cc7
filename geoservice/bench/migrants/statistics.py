"""Times of hotspots and scans on a map of 3 000 areas; the peer of Gi* is esda."""

from collections.abc import Callable
from importlib.util import find_spec
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from geoservice.analysis.scan import scan, scan_space_time
from geoservice.analysis.spatial_statistics.getis_ord import local_g_permutations
from geoservice.analysis.spatial_statistics.weights import Weights
from geoservice.geo import Floats

AREAS, NEIGHBOURS, PERMUTATIONS, REPLICATIONS, PERIODS = 3_000, 7, 9_999, 999, 20
SCAN_BAR, SPACE_TIME_BAR, PEER_BAR = 20.0, 120.0, 3.0


def random_map(seed: int = 30) -> tuple[Floats, Floats, Floats, Floats]:
    """Return positions, cases and people of ``AREAS`` areas in a square of 100 km, shapes ``(n,)``."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, 100_000, (2, AREAS))
    people = np.rint(random.lognormal(7.5, 0.8, AREAS))
    return x, y, random.poisson(0.1 * people).astype(float), people


def statistics(repeat: int) -> dict[str, dict[str, Any]]:
    """Return the medians of ``repeat`` interleaved runs; compilation is not counted."""
    x, y, cases, people = random_map()
    weights, rate = Weights.nearest(x, y, NEIGHBOURS), cases / people

    def ours() -> None:
        local_g_permutations(rate, weights, star=True, permutations=PERMUTATIONS, seed=1)

    ours()
    metrics: dict[str, dict[str, Any]] = {}
    peer = _esda(x, y, rate)
    runs = [(_seconds(ours), _seconds(peer) if peer else np.nan) for _ in range(max(repeat, 1))]
    seconds, peer_seconds = (float(median(column)) for column in zip(*runs, strict=True))
    name = f"Gi* of {AREAS} areas, {PERMUTATIONS} permutations"
    ratio = peer_seconds / seconds
    metrics[name] = {
        "value": round(seconds, 3), "unit": "s", "bar": f"{PEER_BAR:g} times as fast as the peer", "holds": ratio >= PEER_BAR,
        "peer": f"esda {peer_seconds:.2f} s" if peer else "", "ratio": f"{ratio:.1f}" if peer else "",
    }  # fmt: skip
    scan(x[:50], y[:50], cases[:50], people[:50], replications=9, seed=1)
    spatial = _seconds(lambda: scan(x, y, cases, people, replications=REPLICATIONS, seed=1))
    metrics[f"spatial scan of {AREAS} areas, windows to 50 % of people, {REPLICATIONS} replications"] = _bar(spatial, SCAN_BAR)
    by_period = np.random.default_rng(31).poisson(0.1 * people[:, None] / PERIODS, (AREAS, PERIODS)).astype(float)
    at_risk = np.repeat(people[:, None], PERIODS, axis=1)

    def space_time(areas: int = AREAS, replications: int = REPLICATIONS) -> None:
        maps = x[:areas], y[:areas], by_period[:areas], at_risk[:areas]
        scan_space_time(*maps, max_population=0.1, max_duration=0.5, replications=replications, seed=1)

    space_time(50, 9)
    both = _seconds(space_time)
    name = f"space-time scan, {PERIODS} periods, windows to 10 % of people and half of the time"
    return {**metrics, name: _bar(both, SPACE_TIME_BAR)}


def _esda(x: Floats, y: Floats, rate: Floats) -> Callable[[], object] | None:
    """Return a run of esda on the same map, None if it is not installed; it is compiled already."""
    if find_spec("esda") is None:
        return None
    from esda.getisord import G_Local
    from libpysal.weights import KNN

    knn = KNN.from_array(np.column_stack([x, y]), k=NEIGHBOURS)

    def run(permutations: int = PERMUTATIONS) -> object:
        return G_Local(rate, knn, transform="B", star=True, permutations=permutations, n_jobs=1, keep_simulations=False)

    run(9)
    return run


def _seconds(task: Callable[[], object]) -> float:
    start = perf_counter()
    task()
    return perf_counter() - start


def _bar(seconds: float, bar: float) -> dict[str, Any]:
    return {"value": round(seconds, 1), "unit": "s", "bar": bar, "holds": seconds <= bar, "peer": "", "ratio": ""}
