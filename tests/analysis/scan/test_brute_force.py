"""The best window of every place, and the largest statistic of every replication, equal those of a brute force."""

from typing import Any

import numpy as np
import pytest

from geoservice.analysis.scan import scan, scan_space_time
from geoservice.analysis.scan.clusters import Cluster, SpaceTimeCluster
from geoservice.analysis.scan.counts import checked_counts
from geoservice.analysis.scan.options import Options
from geoservice.analysis.scan.replications import NullMaps
from geoservice.analysis.scan.search import search

from .maps import Map, random_map
from .oracle import Window, brute_force

MODELS, DIRECTIONS = ("poisson", "bernoulli"), ("high", "low", "both")


def assert_best_windows(at: Map, clusters: list[Any], expected: list[Window]) -> None:
    """Check that the best window of each place has the expected statistic, members and periods."""
    points = {(float(x), float(y)): i for i, (x, y) in enumerate(zip(at.x, at.y, strict=True))}
    found: dict[int, Cluster] = {points[c.centre]: c for c in clusters}
    assert set(found) == {i for i in points.values() if expected[i].value > 0}
    for place, cluster in found.items():
        best = expected[place]
        assert cluster.statistic == pytest.approx(best.value, rel=1e-9)
        assert frozenset(cluster.members.tolist()) == best.members
        if isinstance(cluster, SpaceTimeCluster):
            assert (cluster.first_period, cluster.last_period) == (best.first, best.last)


@pytest.mark.parametrize("grid", [False, True], ids=["points", "grid"])
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("model", MODELS)
def test_circles(model: Any, direction: Any, grid: bool) -> None:
    for seed in range(3):
        at = random_map(seed, grid=grid)
        clusters = scan(*at, model=model, direction=direction, replications=0, seed=1, overlap="any")
        table = at.cases, at.population.mean(axis=1), at.population
        assert_best_windows(at, clusters, brute_force(at.x, at.y, *table, model=model, direction=direction))


@pytest.mark.parametrize("penalty", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("model", MODELS)
def test_ellipses(model: Any, penalty: float) -> None:
    at = random_map(5, places=14)
    given: dict[str, Any] = {"model": model, "shape": "ellipse", "penalty": penalty}
    clusters = scan(*at, **given, replications=0, seed=1, overlap="any")
    expected = brute_force(at.x, at.y, at.cases, at.population.mean(axis=1), at.population, **given)
    assert_best_windows(at, clusters, expected)


@pytest.mark.parametrize("prospective", [False, True], ids=["retrospective", "prospective"])
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("model", MODELS)
def test_cylinders(model: Any, direction: Any, prospective: bool) -> None:
    at = random_map(7, places=18, periods=5)
    given: dict[str, Any] = {"model": model, "direction": direction, "prospective": prospective}
    clusters = scan_space_time(*at, **given, max_population=0.3, replications=0, seed=1, overlap="any")
    table = at.cases, at.population.mean(axis=1), at.population
    assert_best_windows(at, clusters, brute_force(at.x, at.y, *table, **given, share=0.3, duration=2))


def test_expected_cases_and_estimates_that_are_not_whole() -> None:
    at, rng = random_map(3), np.random.default_rng(1)
    expected = at.population * rng.uniform(0.5, 2, at.population.shape)
    cases = np.where(at.population > 0, at.cases + rng.normal(0, 0.4, at.cases.shape), 0)
    given: dict[str, Any] = {"expected": expected, "noise_sd": np.full(cases.shape, 0.4), "overlap": "any"}
    clusters = scan(at.x, at.y, cases, at.population, **given, replications=0, seed=1)
    assert_best_windows(at, clusters, brute_force(at.x, at.y, cases, expected.sum(axis=1), expected))


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("model", MODELS)
def test_maxima_of_replications(model: Any, direction: Any) -> None:
    assert_maxima(random_map(11, places=25, cases=40), 30, model=model, direction=direction)


@pytest.mark.parametrize("model", MODELS)
def test_maxima_with_few_cases_and_persons(model: Any) -> None:
    at = random_map(15, places=20, cases=9)
    assert_maxima(at._replace(population=np.maximum(np.ceil(at.population / 60), at.cases)), 40, model=model, direction="both")


@pytest.mark.parametrize("model", MODELS)
def test_maxima_with_many_cases(model: Any) -> None:
    at = random_map(16, places=20, cases=1000)
    assert_maxima(at._replace(cases=at.cases * 500, population=at.population * 5000), 20, model=model, direction="both")


@pytest.mark.parametrize("model", MODELS)
def test_maxima_of_estimates_that_are_not_whole(model: Any) -> None:
    at = random_map(17, places=20, cases=90)
    assert_maxima(at._replace(cases=at.cases * 0.77, population=at.population * 0.83 + 0.2), 20, model=model, direction="both")


def test_maxima_of_ellipses() -> None:
    assert_maxima(random_map(12, places=10, cases=40), 8, shape="ellipse")


@pytest.mark.parametrize("model", MODELS)
def test_maxima_of_cylinders(model: Any) -> None:
    assert_maxima(random_map(13, places=12, periods=4, cases=50), 20, model=model, direction="both")


@pytest.mark.parametrize("model", MODELS)
def test_maxima_with_noise(model: Any) -> None:
    assert_maxima(random_map(14, places=25, cases=80), 30, noise=1.5, model=model, direction="both")


def assert_maxima(at: Map, replications: int, noise: float = 0.0, **given: Any) -> None:
    """Check that the largest statistic of each replication equals that of a brute force on the same random map."""
    rest: dict[str, Any] = {"model": "poisson", "direction": "high", "shape": "circle", "overlap": "any", "max_population": 0.5}
    options = Options(**(rest | given), penalty=0.5, min_cases=2.0, replications=replications, seed=1, threads=1)
    tables = {"cases": at.cases, "population": at.population, "noise_sd": np.full(at.cases.shape, noise)}
    counts = checked_counts(at.x, at.y, tables, options)
    maxima = search(counts, options, [0.5], lambda _share: None)[0].maxima
    null = NullMaps.of(counts, 1)
    fixed = {"people": counts.persons, "measure": counts.measure, "total": null.cases, "duration": at.cases.shape[1] // 2 or 1}
    best = [brute_force(counts.at.x, counts.at.y, null.draw(r) * null.unit, **fixed, **given) for r in range(replications)]
    assert maxima == pytest.approx([max(w.value for w in b) for b in best], rel=1e-9)
    assert len(set(maxima.round(6))) > replications / 2


def test_p_values_are_ranks_among_the_maxima() -> None:
    at = random_map(11)
    clusters = scan(*at, replications=99, seed=1, overlap="any")
    ranks = [c.p * 100 for c in clusters]
    assert ranks == sorted(ranks)
    assert ranks == pytest.approx(np.round(ranks))
    assert min(ranks) >= 1
    assert len(set(ranks)) > 1
