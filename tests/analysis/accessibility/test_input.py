"""What is refused, and in which words."""

import numpy as np
import pytest
from access_instances import pairs_of

from geoservice.analysis.accessibility import (
    TravelPairs,
    enhanced_two_step,
    exponential,
    gaussian,
    hansen,
    logistic,
    minutes_to_nth,
    power,
    rational_agent,
    stepped,
    three_step,
    two_step,
)
from geoservice.errors import ParameterError

PAIRS = pairs_of([[1.0, 2.0], [3.0, 4.0]])
TWO = np.ones(2)


@pytest.mark.parametrize(
    ("pairs", "demand", "supply", "message"),
    [
        (PAIRS, TWO, np.ones(3), r"supply: got shape \(3,\), expected one value for each of 2 stations"),
        (PAIRS, np.ones(1), TWO, r"point: got 0 to 1, allowed are 0 to 0"),
        (PAIRS, np.ones((2, 1)), TWO, r"demand: got shape \(2, 1\)"),
        (PAIRS, np.array([1.0, -2.0]), TWO, r"demand: got -2.0, allowed are finite numbers of at least 0"),
        (PAIRS, TWO, np.array([1.0, np.nan]), r"supply: got nan, allowed"),
        (PAIRS._replace(ms=PAIRS.ms[:3]), TWO, TWO, r"ms: got shape \(3,\), expected \(4,\)"),
        (PAIRS._replace(indptr=np.array([0, 3, 2])), TWO, TWO, r"indptr: expected ascending positions from 0 to .* 4"),
    ],
)
def test_shapes_and_numbers(pairs, demand, supply, message):
    with pytest.raises(ParameterError, match=message):
        two_step(pairs, demand, supply, 30)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: gaussian(0), r"gaussian: got limit 0, allowed are numbers above 0"),
        (lambda: gaussian(np.inf), r"gaussian: got sigma inf, allowed are finite minutes above 0"),
        (lambda: power(-1), r"power: got exponent -1"),
        (lambda: exponential(0), r"exponential: got rate 0"),
        (lambda: logistic(20, -1), r"logistic: got slope -1"),
        (lambda: stepped((5, 10), (1,)), r"stepped: got 2 breaks and 1 weights"),
        (lambda: stepped((10, 5), (1, 0.5)), r"stepped: got breaks \[10, 5\] .* allowed are ascending breaks"),
        (lambda: stepped((5,), (-1,)), r"stepped: got breaks \[5\] and weights \[-1\]"),
    ],
)
def test_decays(make, message):
    with pytest.raises(ParameterError, match=message):
        make()


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_a_decay_of_the_user_is_checked(weight):
    with pytest.raises(ParameterError, match="decay: got a negative, infinite or missing weight"):
        enhanced_two_step(PAIRS, TWO, TWO, lambda minutes: np.full(len(minutes), weight))


def test_other_arguments():
    with pytest.raises(ParameterError, match="nth: got 0, allowed are 1 and up"):
        minutes_to_nth(PAIRS, 2, 0)
    with pytest.raises(ParameterError, match="tau: got 0, allowed are finite numbers above 0"):
        rational_agent(PAIRS, TWO, TWO, tau=0)


def test_nothing_within_reach_is_no_access():
    none = TravelPairs(np.zeros(2, np.int64), np.empty(0, np.int32), np.empty(0, np.int32))
    supply = np.ones(1)
    assert three_step(none, TWO, supply, power(1)).tolist() == [0, 0]
    assert hansen(none, 2, supply, power(1)).tolist() == [0, 0]
    assert np.isnan(minutes_to_nth(none, 2, 1)).all()
    assert np.isnan(rational_agent(none, TWO, supply)).all()
