"""Minutes, load and uptake of migrants beside residents."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_district import SETTINGS, demand_at, make_surface

from geoservice.analysis import equal_services
from geoservice.analysis.group_medians import median_minutes
from geoservice.analysis.proportion_intervals import difference_interval
from geoservice.analysis.quantiles import quantile
from geoservice.demand import Quantity
from geoservice.schema import UPTAKE

PARAMS = equal_services.Params(**{k: v for k, v in SETTINGS.items() if k in equal_services.Params.model_fields})
NEAR_FIRST, SIX_MINUTES, NEAR_SECOND = (130.0, 130.0), (630.0, 130.0), (700.0, 900.0)
"""At the first station; 500 m from it; at the second station. All in township 11."""
MIGRANTS, RESIDENTS = Quantity("persons", "migrant"), Quantity("persons", "resident")


def at(context, places, residents, migrants, capacity=(60.0, 240.0), noise=0.0):
    """The district with some households at some places, three persons in each."""
    x, y = np.array(places).T
    both = np.asarray(residents, float), np.asarray(migrants, float)
    stations = context.stations.set_column(
        context.stations.column_names.index("capacity"), "capacity", pa.array(capacity, pa.float64())
    )
    return replace(context, stations=stations, demand=demand_at(x, y, make_surface(x, y, sum(both), both[1], noise)))


def rows(context, params=PARAMS):
    frame = equal_services.analyse(context, params, None).rows.to_pandas()
    return frame.astype(dict.fromkeys(("measure", "unit", "group", "status"), str)).set_index(["measure", "group", "unit"])


def test_minutes_and_loads_are_those_reckoned_by_hand(context):
    found = rows(at(context, [NEAR_FIRST, SIX_MINUTES], [30, 10], [10, 30]))
    # residents: 75 % within 5 min, half at 3 1/3; migrants: 25 % within 5 and all within 10, half at 6 2/3
    assert found.loc[("minutes_gap", "migrant", "11"), "value"] == pytest.approx(20 / 3 - 10 / 3)
    found = rows(at(context, [NEAR_FIRST, NEAR_SECOND], [30, 10], [10, 30]))
    # 120 persons at each station: 200 % of 60, 50 % of 240
    assert found.loc[("met_load", "resident", "11"), "value"] == pytest.approx(0.75 * 200 + 0.25 * 50)
    assert found.loc[("met_load", "migrant", "11"), "value"] == pytest.approx(0.25 * 200 + 0.75 * 50)
    assert found.loc[("load_gap", "migrant", "11"), "value"] == pytest.approx(-75)
    assert found.loc[("minutes_gap", "migrant", "12"), "status"] == "nobody"


def test_a_station_without_capacity_is_left_out(context):
    found = rows(at(context, [NEAR_FIRST, NEAR_SECOND], [30, 10], [10, 30], (60.0, None)))
    assert found.loc["met_load"].loc[(slice(None), "11"), "value"].tolist() == [200, 200]
    assert found.loc[("load_gap", "migrant", "11"), "value"] == 0
    found = rows(at(context, [NEAR_FIRST, NEAR_SECOND], [30, 0], [10, 0], (None, 60.0)))
    assert found.loc["met_load"].loc[(slice(None), "11"), "status"].tolist() == ["not_applicable"] * 2
    assert found.loc[("load_gap", "migrant", "11"), "status"] == "not_applicable"


def test_the_gap_is_the_difference_of_the_released_medians(noisy):
    frame = noisy[0]
    nearest = frame[(frame["nth"] == 1) & (frame["tier"] == "any")]
    medians, gaps = (
        nearest[nearest["measure"] == m].astype({"group": str}).pivot(index="unit", columns="group", values="value")
        for m in ("median_minutes", "minutes_gap")
    )
    assert gaps["migrant"].notna().any()
    known = gaps["migrant"].dropna()
    assert known.to_numpy() == pytest.approx((medians["migrant"] - medians["resident"])[known.index].to_numpy(), abs=0.1)


def test_a_median_that_the_noise_moves_past_the_search_has_no_gap(context):
    far = (1990.0, 1990.0)
    found = rows(at(context, [NEAR_FIRST, far], [40, 0], [21, 20], noise=3.0))
    assert found.loc[("minutes_gap", "migrant", "1"), ["status"]].tolist() == ["beyond"]
    sure = rows(at(context, [NEAR_FIRST, far], [40, 0], [40, 5], noise=1.0))
    assert sure.loc[("minutes_gap", "migrant", "1"), "status"] == "ok"


people = st.lists(st.tuples(st.integers(5, 60), st.integers(5, 60)), min_size=3, max_size=3)


@settings(max_examples=8)
@given(people=people, noise=st.sampled_from([0.0, 1.0]))
def test_swapping_the_groups_negates_the_gap_and_equal_groups_have_none(context, people, noise):
    places = [NEAR_FIRST, SIX_MINUTES, NEAR_SECOND]
    first, second = np.array(people).T
    there, back, same = (
        rows(at(context, places, *groups, noise=noise)).loc[(slice(None), "migrant", "11"), :]
        for groups in ((first, second), (second, first), (first, first))
    )
    for measure in ("minutes_gap", "load_gap"):
        gap, swapped, none = (f.loc[measure].iloc[0] for f in (there, back, same))
        if gap["status"] == swapped["status"] == "ok":
            assert gap["value"] == pytest.approx(-swapped["value"], abs=1e-6)
            assert gap["margin"] == pytest.approx(swapped["margin"], rel=1e-3, abs=1e-4)
        assert none["value"] == 0


def test_nine_in_ten_true_gaps_are_within_the_margin(context, homes):
    """Surfaces with drawn noise, the two groups measured apart: the margin holds the gap of the true people."""
    x, y, households, migrants = homes
    quantities = Quantity("persons"), RESIDENTS, MIGRANTS
    scales = dict(zip(quantities, np.array([[3.0, 2.0], [4.0, -1.0], [-1.0, 3.0]]), strict=True))
    near_second = np.abs(x - 700) + np.abs(y - 900) < np.abs(x - 130) + np.abs(y - 130)
    values = dict(zip(quantities, 3 * np.array([households, households - migrants, migrants]), strict=True))
    values[MIGRANTS] = values[MIGRANTS] * np.where(near_second, 1.5, 0.7)
    stations = context.stations.set_column(4, "capacity", pa.array([900.0, 5000.0]))
    plain = replace(make_surface(x, y, households, migrants), scales=scales)

    def gaps(values):
        demand = replace(context.demand, surface=replace(plain, values=values, positive=values))
        found = rows(replace(context, stations=stations, demand=demand))
        return found.loc[
            [("minutes_gap", "migrant", u) for u in ("1", "11")] + [("load_gap", "migrant", u) for u in ("1", "11")]
        ]

    true, r = gaps(values)["value"].to_numpy(), np.random.default_rng(8)
    inside = []
    for _ in range(60):
        errors = r.normal(size=(len(x), 2))
        measured = gaps({q: v + errors @ scales[q] for q, v in values.items()})
        inside.append(np.abs(measured["value"] - true) <= measured["margin"])
    held = np.mean(inside, axis=0)
    assert held.shape == (4,)
    assert (held > 0.78).all(), held  # of 60
    assert 0.85 < np.mean(held) < 0.95, held


def test_the_median_of_draws_is_that_of_the_released_shares():
    r = np.random.default_rng(2)
    cumulative, total = r.normal(0, 60, (50, 3)).cumsum(axis=1), np.full(50, 100.0)
    breaks = np.array([5.0, 10.0, 15.0])
    found = median_minutes(cumulative[..., None], total[:, None], breaks)[:, 0]
    assert found == pytest.approx(quantile(np.clip(cumulative, 0, 100), breaks, 50), nan_ok=True)


def test_uptake_is_of_the_last_period_that_both_report_with_newcombes_margin(context):
    reported = [("11", "2023", "migrant", 48, 80), ("11", "2023", "resident", 56, 70), ("12", "2023", "resident", 5, 50),
                ("11", "2024", "resident", 70, 70), ("11", "2024", "all", 90, 150)]  # fmt: skip
    columns = ("area", "period", "group", "served", "eligible")
    table = pa.Table.from_pylist(
        [{**dict(zip(columns, r, strict=True)), "service": "clinic"} for r in reported], UPTAKE.arrow()
    )
    found = rows(replace(context, uptake=table), PARAMS.model_copy(update={"groups": ("all",)}))
    assert set(found.index.get_level_values(0)) == {"uptake_share", "uptake_gap"}, "the surface has no groups"
    assert found.loc[("uptake_share", "migrant", "11"), "value"] == pytest.approx(60)
    assert found.loc[("uptake_share", "resident", "11"), "value"] == pytest.approx(80)
    gap = found.loc[("uptake_gap", "migrant", "11")]
    low, high = difference_interval(*(np.array([v]) for v in (48.0, 80.0, 56.0, 70.0)))
    assert gap["value"] == pytest.approx(-20)
    assert gap["margin"] == pytest.approx(100 * max(-0.2 - low[0], high[0] + 0.2))
    assert found.loc[("uptake_gap", "migrant", "12"), "status"] == "not_applicable"


def test_people_whose_errors_are_not_known_have_gaps_without_margins(context):
    there = at(context, [NEAR_FIRST, SIX_MINUTES], [30, 10], [10, 30])
    surface = replace(there.demand.surface, scales={}, noise=np.zeros((2, 0), np.float32))
    found = rows(replace(there, demand=replace(there.demand, surface=surface)))
    assert found["value"].notna().any()
    assert found["margin"].isna().all()
