"""What must hold of any scan."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from geoservice.analysis.scan import Cluster, scan, scan_space_time

from .maps import Map, planted, random_map


def key(cluster: Cluster) -> tuple[Any, ...]:
    return cluster.members.tolist(), cluster.centre, cluster.p, round(cluster.statistic, 9)


def nowhere(x: Any, y: Any) -> Any:
    return x < 0


def test_p_values_of_maps_without_clusters_are_uniform() -> None:
    """200 maps with 19 replications: p <= 0.05 in 1 of 20, p <= 0.5 in half, each within the middle 99.9 % of the binomial."""
    p = []
    for seed in range(200):
        at, _ = planted(seed, nowhere, 1.0, places=40, cases=200)
        p.append(scan(*at, replications=19, seed=seed)[0].p)
    for share in (0.05, 0.5):
        low, high = binom.interval(0.999, len(p), share)
        assert low <= (np.array(p) <= share + 1e-9).sum() <= high


def test_noise_is_part_of_the_null_hypothesis() -> None:
    """Maps with measurement noise and no clusters: ignoring the noise finds clusters in most of them."""
    p: dict[bool, list[float]] = {True: [], False: []}
    for seed in range(40):
        at, _ = planted(seed, nowhere, 1.0, places=60, cases=600)
        noise = np.full(60, 6.0)
        noisy = np.maximum(at.cases + np.random.default_rng(seed).normal(0, noise), 0)
        for known, values in p.items():
            values.append(scan(at.x, at.y, noisy, at.population, noise_sd=noise * known, replications=19, seed=seed)[0].p)
    share = {known: float(np.mean(np.array(values) <= 0.05 + 1e-9)) for known, values in p.items()}
    assert share[False] > 0.5
    assert share[True] < 0.2


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), model=st.sampled_from(["poisson", "bernoulli"]), grid=st.booleans())
def test_the_order_of_places_does_not_matter(seed: int, model: Any, grid: bool) -> None:
    at = random_map(seed, grid=grid)
    order = np.random.default_rng(seed).permutation(len(at.x))
    straight = scan(*at, model=model, replications=19, seed=3)
    permuted = scan(*(v[order] for v in at), model=model, replications=19, seed=3)
    assert [key(c) for c in straight] == [(sorted(order[c.members].tolist()), *key(c)[1:]) for c in permuted]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), power=st.integers(-8, 8))
def test_the_scale_of_the_population_does_not_matter(seed: int, power: int) -> None:
    at = random_map(seed)
    scaled = at._replace(population=at.population * 2.0**power)
    assert [key(c) for c in scan(*at, replications=19, seed=3)] == [key(c) for c in scan(*scaled, replications=19, seed=3)]


@pytest.mark.parametrize("shape", ["circle", "ellipse"])
def test_threads_do_not_matter(shape: Any) -> None:
    at = random_map(1, places=80)
    one, three = (scan(*at, shape=shape, replications=150, seed=3, threads=t) for t in (1, 3))
    assert [key(c) for c in one] == [key(c) for c in three]


def test_a_larger_number_of_replications_keeps_the_first_ones() -> None:
    at = random_map(2)
    few, many = (scan(*at, replications=r, seed=3)[0].p * (r + 1) for r in (64, 200))
    assert few <= many


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), direction=st.sampled_from(["high", "low", "both"]), share=st.floats(0.05, 0.5))
def test_reported_clusters(seed: int, direction: Any, share: float) -> None:
    """They share no place, respect the limits, and their numbers are those of their members."""
    at = random_map(seed, places=60, cases=150)
    clusters = scan(*at, direction=direction, max_population=share, replications=0, seed=1)
    people, cases = at.population.ravel(), at.cases.ravel()
    members = np.concatenate([c.members for c in clusters]) if clusters else np.empty(0, int)
    assert len(set(members.tolist())) == len(members)
    for c in clusters:
        assert c.population == people[c.members].sum() <= share * people.sum() * (1 + 1e-9)
        assert c.cases == pytest.approx(cases[c.members].sum())
        assert c.expected == pytest.approx(people[c.members].sum() / people.sum() * cases.sum())
        assert c.cases >= 2 or c.observed_expected < 1
        distance = np.hypot(at.x - c.centre[0], at.y - c.centre[1])
        assert sorted(np.flatnonzero(distance <= c.radius_metres * (1 + 1e-9)).tolist()) == c.members.tolist()
    llr = np.array([c.llr for c in clusters])
    assert (np.diff(llr) <= 1e-12 * llr[:-1]).all(), "equal ones differ by rounding"


def test_no_centre_lies_in_another_cluster() -> None:
    at, _ = planted(1, lambda x, y: np.hypot(x - 3000, y - 7000) < 1500, 2.0, places=100)
    clusters = scan(*at, replications=0, seed=1, overlap="no_centre")
    centres = [int(np.flatnonzero((at.x == c.centre[0]) & (at.y == c.centre[1]))[0]) for c in clusters]
    for i, cluster in enumerate(clusters):
        assert not set(cluster.members.tolist()) & {c for j, c in enumerate(centres) if j != i}
    counted = np.bincount(np.concatenate([c.members for c in clusters]))
    assert counted.max() > 1
    assert len(clusters) > len(scan(*at, replications=0, seed=1))


def test_one_period_is_a_purely_spatial_scan() -> None:
    """Two periods, all cases and people in the second: cylinders of one period are the windows of a purely spatial scan."""
    at = random_map(4)
    empty = np.zeros_like(at.population)
    tables = (np.hstack([empty, v]) for v in (at.cases, at.population))
    cylinders = scan_space_time(at.x, at.y, *tables, replications=0, seed=1)
    circles = scan(*at, replications=0, seed=1)
    assert [c.members.tolist() for c in cylinders] == [c.members.tolist() for c in circles]
    assert [c.llr for c in cylinders] == pytest.approx([c.llr for c in circles])
    assert {(c.first_period, c.last_period) for c in cylinders} == {(1, 1)}


def test_a_cluster_of_high_rates_has_two_cases() -> None:
    x, people = np.arange(20.0) * 1000, np.full(20, 100.0)
    cases = np.array([1.0] + [0.0] * 18 + [1.0])
    people[0] = 1
    assert [
        c.cases for c in scan(x, x * 0, cases, people, replications=0, seed=1, overlap="any") if c.observed_expected > 1
    ] == []
    alone = scan(x, x * 0, cases, people, replications=0, seed=1, min_cases=1.0)[0]
    assert (alone.members.tolist(), alone.cases) == ([0], 1.0)


def test_a_cluster_of_low_rates_may_have_no_cases() -> None:
    x, people = np.arange(10.0) * 1000, np.full(10, 100.0)
    cluster = scan(x, x * 0, np.array([0.0] * 4 + [10.0] * 6), people, direction="low", replications=0, seed=1)[0]
    assert (cluster.members.tolist(), cluster.cases, cluster.relative_risk) == ([0, 1, 2, 3], 0.0, 0.0)


def test_progress_is_told_and_may_stop_the_scan() -> None:
    at, shares = random_map(1), []
    scan(*at, replications=200, seed=1, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0

    class Stopped(Exception):
        pass

    def stop(_share: float) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        scan(*at, replications=200, seed=1, progress=stop)


def test_the_map_is_not_changed() -> None:
    at = random_map(1)
    kept = Map(*(v.copy() for v in at))
    scan(*at, replications=5, seed=1)
    assert all((a == b).all() for a, b in zip(at, kept, strict=True))
