"""Random synthetic households."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geoservice.demo.register import draw_ages, draw_sizes, draw_weighted


@given(st.integers(0, 2**32), st.floats(0, 0.4), st.floats(0, 0.4))
def test_children_and_elders_fit_into_their_household(seed: int, under_6: float, over_65: float) -> None:
    rng = np.random.default_rng(seed)
    persons = draw_sizes(rng, 200, (0.4, 0.3, 0.2, 0.1))
    young, old = draw_ages(rng, persons, under_6, over_65)
    assert ((young >= 0) & (old >= 0) & (young < persons) & (young + old <= persons)).all()


def test_shares_are_kept() -> None:
    rng = np.random.default_rng(1)
    persons = draw_sizes(rng, 200_000, (0.25, 0.5, 0.25))
    young, old = draw_ages(rng, persons, 0.05, 0.2)
    assert abs(persons.mean() - 2) < 0.01
    assert abs(young.sum() / persons.sum() - 0.05) < 0.003
    assert abs(old.sum() / persons.sum() - 0.2) < 0.005


def test_pick_never_takes_what_weighs_nothing() -> None:
    chosen = draw_weighted(np.random.default_rng(1), np.array([0.0, 1.0, 0.0, 3.0]), 10_000)
    assert set(chosen.tolist()) == {1, 3}
    assert abs((chosen == 3).mean() - 0.75) < 0.02
