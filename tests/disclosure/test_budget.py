"""Every path through the tree spends all of its budget, in exact fractions, wherever branches stop."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_county import tree

from geoservice.disclosure.budget import NodeParts, check_paths, divide_rho, guess_probability, node_parts, square_parts
from geoservice.disclosure.measure import decide, threshold
from geoservice.disclosure.sampler import SeededSampler
from geoservice.errors import DisclosureError

TREE = tree()
PARTS = node_parts(TREE)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32 - 1), st.integers(0, 80))
def test_every_path_sums_to_rho_exactly_wherever_noise_cuts(seed: int, households: int) -> None:
    counts = np.full(TREE.nodes, households)
    limit = threshold(TREE, PARTS, Fraction(1), Fraction(1, 4))
    cut = decide(TREE, PARTS, Fraction(1), limit, counts, SeededSampler(seed))
    check_paths(TREE, PARTS, cut.inner, cut.leaf)
    leaves = np.flatnonzero(cut.leaf)
    for base in TREE.base_node:
        above, at = 0, int(base)
        while at >= 0:
            above += at in leaves
            at = int(TREE.parent[at])
        assert above == 1, "each finest square lies in one leaf"


def test_a_path_that_spends_too_little_is_refused() -> None:
    mean = NodeParts(PARTS.kind, [k._replace(measured=k.measured / 2) for k in PARTS.kinds])
    leaf = TREE.finer == 0
    with pytest.raises(DisclosureError, match="must spend exactly 1"):
        check_paths(TREE, mean, ~leaf, leaf)


@given(st.fractions(Fraction(1, 10), 1), st.integers(1, 7))
def test_decisions_and_levels_of_squares_use_up_what_is_left(left: Fraction, levels: int) -> None:
    decision, squares = square_parts(left, levels)
    assert levels * decision + sum(squares) == left
    assert list(squares) == sorted(squares, reverse=True)


@given(st.fractions(Fraction(1, 1000), 8), st.booleans())
def test_places_origins_and_locations_spend_rho_exactly(rho: Fraction, migrants: bool) -> None:
    parts = divide_rho(rho, migrants=migrants)
    assert sum(parts) == rho
    assert min(parts.places, parts.locations) > 0
    assert (parts.origins > 0) == migrants


def test_what_a_guess_can_reach() -> None:
    assert [round(guess_probability(r), 4) for r in (0.25, 0.5, 1, 2)] == [0.6382, 0.6915, 0.7602, 0.8413]
