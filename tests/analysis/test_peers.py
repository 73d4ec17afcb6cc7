"""On random sparse instances our figures are those of PySAL's access and spopt."""

from pathlib import Path

import numpy as np
import pytest

from geoservice.analysis.accessibility import enhanced_two_step, stepped
from geoservice.analysis.siting.center import p_center
from geoservice.analysis.siting.coverage import mclp
from geoservice.analysis.siting.median import p_median
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.siting.set_cover import lscp
from geoservice.analysis.travel_pairs import TravelPairs

from .peers import peer_result

MINUTE = 60_000


def sparse(seed: int, rows: int, points: int, share: float) -> tuple[TravelPairs, np.ndarray, np.ndarray]:
    """Return random pairs in whole minutes, and their station and point."""
    r = np.random.default_rng(seed)
    reached = r.random((rows, points)) < share
    reached[r.integers(0, rows, points), np.arange(points)] = True
    station, point = np.nonzero(reached)
    ms = r.integers(1, 40, len(point)).astype(np.int32) * MINUTE
    indptr = np.append(0, np.cumsum(reached.sum(axis=1)))
    return TravelPairs(indptr, point.astype(np.int32), ms), station, point


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_floating_catchments(seed: int, tmp_path: Path) -> None:
    pairs, station, point = sparse(seed, 20, 150, 0.15)
    r = np.random.default_rng(seed + 100)
    demand, supply = r.integers(1, 90, 150).astype(float), r.integers(1, 9, 20).astype(float)
    limits, weights = [10.0, 20.0, 30.0], [1.0, 0.68, 0.22]
    ours = enhanced_two_step(pairs, demand, supply, stepped(limits, weights))
    theirs = peer_result(
        "floating_catchments", tmp_path, demand=demand, supply=supply, station=station, point=point,
        minutes=pairs.ms / MINUTE, limits=np.array(limits), weights=np.array(weights),
    )  # fmt: skip
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("model", ["mclp", "p_median", "p_center", "lscp"])
def test_sites(model: str, seed: int, tmp_path: Path) -> None:
    pairs, station, point = sparse(seed, 12, 40, 0.3 if model in {"mclp", "lscp"} else 1.0)
    weight = np.random.default_rng(seed + 50).integers(1, 50, 40).astype(float)
    cost = np.full((40, 12), 1e6)
    cost[point, station] = pairs.ms / MINUTE
    problem, radius = Problem(pairs, weight), 25
    within = problem.within(radius * MINUTE)
    found = {
        "mclp": lambda: mclp(within, 3).objective,
        "p_median": lambda: p_median(problem, 3).objective / MINUTE,
        "p_center": lambda: p_center(problem, 3).objective / MINUTE,
        "lscp": lambda: lscp(problem).objective,
    }[model]()
    limit = 1e5 if model == "lscp" else radius
    theirs = peer_result(model, tmp_path, cost=cost, demand=weight, sites=3, radius=limit)
    assert found == pytest.approx(theirs[0])
