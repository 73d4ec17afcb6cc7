"""Indicators from the uptake table: rates, rank ranges, targets, trend and hotspots."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from toy_uptake import uptake

from geoservice.analysis import indicators


def analysed(context, **params):
    rows = indicators.analyse(context, indicators.Params(**params), None).rows.to_pandas().query("geography == 'village'")
    return rows.pivot_table(index="unit", columns="measure", values="value", observed=True)


def test_the_rate_is_drawn_towards_the_mean_and_has_an_interval(villages):
    there = uptake(villages, lambda c, r, p: 0.9 if (c, r) == (0, 0) else 0.5 + 0.02 * (r % 3), 1, eligible=20)
    rows = indicators.analyse(there, indicators.Params(), None).rows.to_pandas()
    found = rows[rows["measure"] == "uptake_rate"].set_index("unit")
    assert 50 < found.loc["v00", "value"] < 90
    assert (found["margin"] > 0).all()


def test_a_rank_is_a_range(villages):
    there = uptake(villages, lambda c, r, p: 0.95 if (c, r) == (0, 0) else 0.5 + 0.01 * c, 1, eligible=5000)
    found = analysed(there)
    assert found.loc["v00", "uptake_rank_high"] == 1
    assert (found["uptake_rank_low"] <= found["uptake_rank_high"]).all()
    assert found.loc["v44", "uptake_rank_high"] - found.loc["v44", "uptake_rank_low"] >= 7


def test_a_target_is_met_only_if_the_interval_says_so(villages):
    there = uptake(villages, lambda c, r, p: 0.4 + 0.07 * c, 1)
    found = analysed(there, targets={"clinic": 65})["uptake_target"]
    assert set(found) == {-1, 0, 1}
    assert found["v00"] == -1
    assert found["v70"] == 1


def test_change_and_trend_are_in_percentage_points(villages):
    found = analysed(uptake(villages, lambda c, r, p: 0.4 + 0.05 * p, 5))
    assert found["uptake_change"].to_numpy() == pytest.approx(5)
    assert found["uptake_trend"].to_numpy() == pytest.approx(5)
    assert (found["uptake_trend_p"] < 0.05).all()


def test_a_growing_corner_is_an_emerging_hotspot(villages):
    draw = np.random.default_rng(4)
    there = uptake(villages, lambda c, r, p: 0.5 + 0.03 * p * (c < 3 and r < 3) + draw.normal(0, 0.01), 12)
    found = analysed(there)
    assert found.loc["v11", "hotspot_class"] >= 2
    assert found.loc["v11", "emerging_class"] > 0
    assert found.loc["v66", "emerging_class"] <= 0


def test_few_periods_have_no_emerging_class(villages):
    assert "emerging_class" not in analysed(uptake(villages, lambda c, r, p: 0.4 + 0.01 * c, 9))


def test_without_a_table_there_are_no_indicators(context):
    assert indicators.analyse(context, indicators.Params(), None).rows.num_rows == 0


def test_an_area_that_did_not_report_has_no_rate(villages):
    there = uptake(villages, lambda c, r, p: 0.5 + 0.01 * c, 1)
    table = there.uptake.filter(pa.compute.not_equal(there.uptake["area"], "v00"))
    rows = indicators.analyse(replace(there, uptake=table), indicators.Params(), None).rows.to_pandas()
    row = rows[(rows["unit"] == "v00") & (rows["measure"] == "uptake_rate")].iloc[0]
    assert np.isnan(row["value"])
    assert row["status"] == "nobody"
