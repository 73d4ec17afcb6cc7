"""Scorecards: records of the uptake table by area and period."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from toy_uptake import uptake

from geoservice.analysis import indicators
from geoservice.analysis.scorecard_units import GEOGRAPHY
from geoservice.analysis.spatial_statistics.proportions import smoothed_proportions
from geoservice.analysis.uptake_series import Series, period_measures, rank_range


def series(served, eligible):
    return Series([str(2020 + k) for k in range(len(served[0]))], np.array(served, float), np.array(eligible, float))


def test_a_hand_example():
    """As in the docstring of smoothed_proportions: m = 0.7, A = 0.0379 / 0.99, share = 100 A / (99 A + 0.21) = 0.95707."""
    found = period_measures(series([[40, 50], [90, 90]], [[100, 100], [100, 100]]), 1, 60.0, 500, 1)
    assert found.values["uptake_rate"] == pytest.approx([50.8586, 89.1414], abs=1e-4)
    assert found.values["uptake_change"].tolist() == [10, 0]
    assert found.values["uptake_target"].tolist() == [-1, 1]
    assert [found.values[f"uptake_rank_{end}"].tolist() for end in ("low", "high")] == [[2, 1], [2, 1]]
    assert found.funnel.target == pytest.approx(0.7)
    assert np.isnan(found.values["uptake_trend"]).all()


@given(
    arrays(float, 12, elements=st.floats(1, 400).map(round)),
    arrays(float, 12, elements=st.floats(0, 1)),
    st.integers(0, 3),
)
def test_a_range_of_ranks_holds_the_rank_of_the_rate(eligible, share, seed):
    smoothed = smoothed_proportions(np.floor(eligible * share), eligible)
    low, high = rank_range(smoothed, 100, seed)
    above = (smoothed.rate > smoothed.rate[:, None] + 1e-9).sum(axis=1)
    below = (smoothed.rate < smoothed.rate[:, None] - 1e-9).sum(axis=1)
    assert ((low >= 1) & (low <= high) & (high <= len(low))).all()
    assert (low <= len(low) - below).all()
    assert (high >= 1 + above).all()


@pytest.fixture(scope="module")
def reported(villages):
    draw = np.random.default_rng(3)
    there = uptake(villages, lambda c, r, p: 0.5 + 0.03 * c + draw.normal(0, 0.02), 6, eligible=150)
    first = pa.compute.and_(pa.compute.equal(there.uptake["area"], "v00"), pa.compute.equal(there.uptake["period"], "2012"))
    return there, there.uptake.filter(pa.compute.invert(first))


def analysed(reported, **params):
    context, table = reported
    return indicators.analyse(type(context)(**{**vars(context), "uptake": table}), indicators.Params(**params), None)


def test_the_last_period_equals_the_indicators(reported):
    frame = analysed(reported, targets={"clinic": 65}).rows.to_pandas()
    cards = frame[frame["geography"] == GEOGRAPHY]
    last = cards[cards["unit"].str.endswith("-clinic-all-2015")].assign(unit=lambda f: f["unit"].str.split("-").str[0])
    keys = ["unit", "measure"]
    there = frame[(frame["geography"] == "village") & frame["measure"].isin(set(last["measure"]))]
    assert len(there) == len(last) == 64 * 10
    left, right = (f.astype(dict.fromkeys(keys, str)).set_index(keys)[["value", "margin"]].sort_index() for f in (last, there))
    assert np.array_equal(left.index, right.index)
    assert np.array_equal(left.to_numpy(), right.to_numpy(), equal_nan=True)


def test_there_is_a_record_for_each_report(reported):
    findings = analysed(reported, targets={"clinic": 65})
    cards = findings.units[0].table.to_pandas()
    assert len(cards) == reported[1].num_rows
    assert not ((cards["area"] == "v00") & (cards["period"] == "2012")).any()
    assert set(cards["target"]) == {65}
    order = ["funnel_low_998", "funnel_low_95", "overall", "funnel_high_95", "funnel_high_998"]
    assert (np.diff(cards[order].to_numpy(), axis=1) > 0).all()


def test_classes_of_the_funnel_follow_its_limits(reported):
    findings = analysed(reported)
    rows = findings.rows.to_pandas().query("geography == @GEOGRAPHY").pivot_table("value", "unit", "measure", observed=True)
    cards = findings.units[0].table.to_pandas().set_index("unit").join(rows)
    raw = 100 * cards["served"] / cards["eligible"]
    outside = (raw > cards["funnel_high_95"]).astype(int) + (raw > cards["funnel_high_998"])
    outside -= (raw < cards["funnel_low_95"]).astype(int) + (raw < cards["funnel_low_998"])
    assert outside.abs().sum() > 0
    assert (outside == cards["uptake_funnel"]).all()


def test_of_many_areas_the_last_periods_have_scorecards(reported):
    cards = analysed(reported, most_scorecards=150).units[0].table.to_pandas()
    assert sorted(set(cards["period"])) == ["2014", "2015"]
    assert analysed(reported, most_scorecards=63).units == []
