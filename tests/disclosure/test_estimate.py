"""Two passes over a tree equal the dense solution, on random trees."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.disclosure.estimate import non_negative, reconcile, tree_estimate


def random_tree(seed: int, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Parents and depths of a random tree in order of depth."""
    draw = np.random.default_rng(seed)
    parent = np.array([-1, *(draw.integers(0, i) for i in range(1, nodes))])
    depth = np.zeros(nodes, int)
    for i in range(1, nodes):
        depth[i] = depth[parent[i]] + 1
    order = np.argsort(depth, kind="stable")
    place = np.argsort(order)
    moved = np.where(parent[order] >= 0, place[parent[order]], -1)
    return moved.astype(np.int32), depth[order].astype(np.int32)


def leaves_of(parent: np.ndarray) -> np.ndarray:
    return np.setdiff1d(np.arange(len(parent)), parent)


def design(parent: np.ndarray) -> np.ndarray:
    """Return the leaves below each node; shape (nodes, leaves)."""
    leaves = leaves_of(parent)
    matrix = np.zeros((len(parent), len(leaves)))
    for column, node in enumerate(leaves.tolist()):
        above = node
        while above >= 0:
            matrix[above, column] = 1
            above = parent[above]
    return matrix


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_equals_generalised_least_squares_solved_densely(seed: int, nodes: int) -> None:
    parent, depth = random_tree(seed, nodes)
    draw = np.random.default_rng(seed + 1)
    variance = draw.uniform(0.1, 20, nodes)
    missing = draw.random(nodes) < 0.3
    missing[leaves_of(parent)] = False
    variance[missing] = np.inf
    measured = draw.normal(0, 30, (nodes, 3))
    weight = np.where(missing, 0, 1 / variance)
    matrix = design(parent)
    normal = matrix.T * weight
    solved = matrix @ np.linalg.solve(normal @ matrix, normal @ measured)
    assert tree_estimate(parent, depth, np.ones(nodes, bool), measured, variance) == pytest.approx(solved, rel=1e-7, abs=1e-7)


def test_nodes_outside_the_tree_are_left_out() -> None:
    parent, depth = np.array([-1, 0, 0, 1], np.int32), np.array([0, 1, 1, 2], np.int32)
    inside = np.array([True, True, True, False])
    estimate = tree_estimate(parent, depth, inside, np.array([[10.0], [4.0], [3.0], [99.0]]), np.ones(4))
    assert estimate.ravel() == pytest.approx([9, 5, 4, 0])


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.floats(0.1, 10), st.floats(0.1, 10))
def test_a_total_and_its_parts_equal_least_squares(seed: int, k: int, whole_variance: float, part_variance: float) -> None:
    draw = np.random.default_rng(seed)
    whole, parts = draw.normal(size=1), draw.normal(size=(1, k))
    matrix = np.vstack([np.ones(k), np.eye(k)])
    weight = np.r_[1 / whole_variance, np.full(k, 1 / part_variance)]
    normal = matrix.T * weight
    solved = np.linalg.solve(normal @ matrix, normal @ np.r_[whole, parts[0]])
    best, split = reconcile(whole, parts, whole_variance, part_variance)
    assert split[0] == pytest.approx(solved)
    assert best[0] == pytest.approx(solved.sum())


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_non_negative_values_add_up_and_leave_good_ones_alone(seed: int, nodes: int) -> None:
    parent, depth = random_tree(seed, nodes)
    draw = np.random.default_rng(seed)
    value = draw.normal(3, 5, nodes)
    inside = np.ones(nodes, bool)
    projected = non_negative(parent, depth, inside, value)
    assert (projected >= 0).all()
    for node in np.unique(parent[parent >= 0]):
        assert projected[parent == node].sum() == pytest.approx(projected[node], abs=1e-9)
    assert non_negative(parent, depth, inside, projected) == pytest.approx(projected, abs=1e-9)
