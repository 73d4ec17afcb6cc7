"""Speeds on slopes by hand arithmetic from the published formulas."""

from math import exp

import numpy as np
import pytest

from geoservice.modes import MODES
from geoservice.network.slope import CURVES, STEEPEST, StreetSlopes, cycling_share, ebike_climb_kmh, slope_factors

PUSH = 4.5


def speed(mode: str, slope: float, kmh: float) -> float:
    return float(CURVES[MODES[mode].slope](np.array([slope]), np.array([kmh]), PUSH)[0])


@pytest.mark.parametrize(
    ("mode", "slope", "flat", "kmh"),
    [
        ("walk", 0.0, 5.0, 5.0),
        ("walk", 0.10, 5.0, 5 * exp(-0.35)),  # 3.52
        ("walk", -0.05, 5.0, 5 * exp(0.175)),  # 5.96, the fastest
        ("walk", -0.10, 5.0, 5.0),
        ("walk", -0.20, 5.0, 5 * exp(-0.35)),  # as 10 % uphill
        ("walk", 0.30, 4.5, 4.5 * exp(-1.05)),
        ("cycle", 0.0, 17.0, 17.0),
        ("cycle", 0.05, 17.0, 17 * (1 - 5 * 0.4002 / 6.01)),  # 11.34
        ("cycle", 0.10, 15.0, 15 * (1 - 10 * 0.4002 / 6.01)),  # 5.01
        ("cycle", 0.15, 17.0, PUSH * exp(-0.525)),  # nobody rides: 6.7 % of the speed for each percent
        ("cycle", -0.03, 17.0, 17 * (1 + 3 * 0.2379 / 6.01)),  # 19.0
        ("cycle", -0.06, 17.0, 17 * (1 + 6 * 0.2379 / 6.01)),  # 21.0, the fastest
        ("cycle", -0.09, 17.0, 17 * (1 + 3 * 0.2379 / 6.01)),
        ("cycle", -0.12, 17.0, 17.0),
        ("cycle", 0.10, 4.5, 4.5 * exp(-0.35)),  # where a bicycle is pushed anyway
        ("ebike", 0.0, 22.0, 22.0),
        ("ebike", -0.10, 22.0, 22.0),  # the motor stops at 25 km/h
        ("ebike", 0.01, 22.0, 22.0),
        ("ebike", 0.30, 22.0, 3.6 * 400 / (130 * 9.81 * 0.31)),  # 3.64, but for the air
        ("ebike", 0.10, 10.0, 3.6 * 400 / (130 * 9.81 * 0.11)),  # 10.3 is more than the street allows
    ],
)
def test_speeds_on_slopes(mode: str, slope: float, flat: float, kmh: float) -> None:
    assert speed(mode, slope, flat) == pytest.approx(min(kmh, flat) if mode == "ebike" else kmh, rel=0.005)


@pytest.mark.parametrize("slope", [0.0, 0.03, 0.08, 0.2, 0.5])
def test_the_motor_balances_its_resistances(slope: float) -> None:
    v = float(ebike_climb_kmh(np.array([slope]))[0]) / 3.6
    newtons = 130 * 9.81 * (slope + 0.01) + 0.5 * 1.2 * 0.6 * v**2
    assert newtons * v == pytest.approx(400, rel=0.005)


def test_no_speed_is_zero_and_none_jumps() -> None:
    slopes = np.linspace(-STEEPEST, STEEPEST, 2001)
    for mode in ("walk", "cycle", "ebike"):
        for flat in (1.0, 4.5, 4.6, 12.0, 22.0):
            for push in (0.0, PUSH):
                kmh = CURVES[MODES[mode].slope](slopes, np.full(2001, flat), push)
                assert kmh.min() > 0.15 * min(flat, 4.5)
                assert kmh.max() <= 1.25 * flat
                uphill = kmh[slopes >= 0]
                assert (np.diff(uphill) <= 1e-12).all()
                assert np.abs(np.diff(kmh)).max() < 0.012 * flat


def test_an_ebike_climbs_faster_than_a_bicycle() -> None:
    for slope in (0.02, 0.05, 0.08, 0.12):
        assert speed("ebike", slope, 17.0) > speed("cycle", slope, 17.0) + 0.5


def test_driving_does_not_know_slopes() -> None:
    slopes = StreetSlopes(np.array([0, 1, 1]), np.array([0.3]), 0.0)
    ahead, back = slope_factors(slopes, np.array([0]), np.array([50.0]), np.array([50.0]), MODES["drive"].slope, 0.0)
    assert (ahead.tolist(), back.tolist()) == ([1.0], [1.0])


def test_a_factor_is_the_mean_over_the_pieces() -> None:
    # segment 0 has two pieces, up 10 % and down 10 %; 1 is the gap between two ways; 2 has one piece, down 20 %
    slopes = StreetSlopes(np.array([0, 2, 2, 3, 3]), np.array([0.1, -0.1, -0.2]), 0.0)
    ahead, back = slope_factors(slopes, np.array([0, 2]), np.array([5.0, 5.0]), np.array([5.0, 0.0]), "hiking", 0.0)
    hill = (exp(0.35) + 1) / 2
    assert ahead == pytest.approx([hill, exp(0.35)])
    assert back == pytest.approx([hill, 1.0])  # closed against its direction


def test_riding_ends_at_fifteen_percent() -> None:
    assert cycling_share(np.array([0.1501, 0.1502])).tolist() == pytest.approx([0.0005, 0.0], abs=0.0005)
