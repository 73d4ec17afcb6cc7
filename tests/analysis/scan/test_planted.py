"""Planted clusters are found, and the Gini coefficient chooses several small ones over a large one."""

from math import cos, radians, sin

import numpy as np
import pytest

from geoservice.analysis.scan import choose_window, scan, scan_space_time
from geoservice.analysis.scan.gini import gini_coefficient

from .maps import Array, jaccard, planted


def test_a_circle() -> None:
    at, inside = planted(1, lambda x, y: np.hypot(x - 3000, y - 7000) < 1500, 2.5)
    first, *others = scan(*at, replications=199, seed=1)
    assert jaccard(first.members, inside) > 0.8
    assert first.p == 1 / 200
    assert first.relative_risk == pytest.approx(2.5, abs=0.4)
    assert all(c.p > 0.05 for c in others)


def test_a_circle_of_low_rates() -> None:
    at, inside = planted(2, lambda x, y: np.hypot(x - 3000, y - 7000) < 2000, 0.2)
    assert scan(*at, replications=0, seed=1)[0].observed_expected > 1
    for direction in ("low", "both"):
        first = scan(*at, direction=direction, replications=99, seed=1)[0]
        assert jaccard(first.members, inside) > 0.7
        assert first.p == 0.01
        assert first.relative_risk < 0.4


def test_an_ellipse_along_a_valley() -> None:
    def valley(x: Array, y: Array) -> Array:
        t = radians(45)
        along, across = (x - 5000) * cos(t) + (y - 5000) * sin(t), (y - 5000) * cos(t) - (x - 5000) * sin(t)
        return (np.abs(along) < 4000) & (np.abs(across) < 700)

    at, inside = planted(3, valley, 2.2)
    circle, ellipse = (scan(*at, shape=s, replications=39, seed=1, penalty=0.5)[0] for s in ("circle", "ellipse"))
    assert jaccard(ellipse.members, inside) > 0.7 > jaccard(circle.members, inside)
    assert ellipse.statistic > circle.statistic
    assert ellipse.p == 1 / 40
    assert abs(ellipse.angle_degrees - 45) <= 20
    assert ellipse.axes_metres[0] / ellipse.axes_metres[1] >= 3
    assert ellipse.radius_metres == ellipse.axes_metres[0]


@pytest.mark.parametrize("prospective", [False, True], ids=["past", "present"])
def test_a_cylinder(prospective: bool) -> None:
    at, inside = planted(4, lambda x, y: np.hypot(x - 5000, y - 5000) < 1500, 1.0)
    rate = np.full((len(at.x), 12), 0.01)
    periods = slice(9, 12) if prospective else slice(4, 7)
    rate[inside, periods] *= 3
    people = np.repeat(at.population[:, None], 12, axis=1)
    cases = np.random.default_rng(1).poisson(people * rate).astype(float)
    first = scan_space_time(at.x, at.y, cases, people, replications=99, seed=1, prospective=prospective)[0]
    assert (first.first_period, first.last_period) == (periods.start, periods.stop - 1)
    assert jaccard(first.members, inside) > 0.85
    assert first.p == 0.01


def test_the_gini_coefficient_prefers_several_small_clusters() -> None:
    centres = ((2500, 2500), (2500, 5500), (5500, 2500), (5500, 5500))
    at, inside = planted(5, lambda x, y: np.any([np.hypot(x - a, y - b) < 900 for a, b in centres], axis=0), 4.0, places=500)
    choice = choose_window(*at, replications=99, seed=1)
    significant = [c for c in choice.clusters if c.p < 0.05]
    assert choice.max_population <= 0.15
    assert len(significant) == 4
    assert jaccard(np.concatenate([c.members for c in significant]), inside) > 0.7
    widest = [c for c in scan(*at, replications=99, seed=1) if c.p < 0.05]
    assert len(widest) < 4
    assert choice.gini[-1] < choice.gini.max()


def test_without_significant_clusters_the_largest_window_is_chosen() -> None:
    at, _ = planted(6, lambda x, y: x < 0, 1.0)
    choice = choose_window(*at, replications=19, seed=1, candidates=(0.1, 0.3, 0.5), significance=0.01)
    assert choice.max_population == 0.5
    assert choice.gini.tolist() == [0, 0, 0]


def test_clusters_of_a_choice_are_those_of_a_scan_with_its_window() -> None:
    at, _ = planted(7, lambda x, y: np.hypot(x - 5000, y - 5000) < 1500, 2.0)
    choice = choose_window(*at, replications=19, seed=1, candidates=(0.05, 0.2))
    same = scan(*at, replications=0, seed=1, max_population=choice.max_population)
    assert choice.clusters[0].members.tolist() == same[0].members.tolist()
    assert choice.clusters[0].llr == same[0].llr


def test_gini_coefficient_is_that_of_all_pairs() -> None:
    """Half the mean absolute difference of the rates of two persons, over the mean rate."""
    cases, expected, total = np.array([30.0, 5.0]), np.array([10.0, 8.0]), 100.0
    weight = np.append(expected, total - expected.sum()) / total
    rate = np.append(cases / expected, (total - cases.sum()) / (total - expected.sum()))
    pairs = np.abs(rate[:, None] - rate) * weight[:, None] * weight
    assert gini_coefficient(cases, expected, total) == pytest.approx(pairs.sum() / 2)
