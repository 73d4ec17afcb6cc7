"""Inequality of minutes and the shortfall beyond the standard in the toy district."""

from dataclasses import replace

import numpy as np
import pytest
from toy_district import MS_PER_METRE, SETTINGS, TRIP, demand_at, make_surface

from geoservice.analysis import inequality
from geoservice.analysis.base import UNREACHED, Times
from geoservice.analysis.inequality_indices import fgt, gini, palma, theil, theil_decomposition
from geoservice.demand import Quantity

PARAMS = inequality.Params(**{k: v for k, v in SETTINGS.items() if k in inequality.Params.model_fields})
PERSONS = Quantity("persons")
NEAR, FAR, BEYOND = (130.0, 230.0), (230.0, 630.0), (1990.0, 1990.0)
"""1.2 and 7.2 minutes from a station in township 11; more than the last break from any, in township 12."""


def at(context, places, households, migrants=None, noise=0.0):
    x, y = np.array(places).T
    households = np.asarray(households, float)
    migrants = np.zeros(len(x)) if migrants is None else np.asarray(migrants, float)
    return replace(context, demand=demand_at(x, y, make_surface(x, y, households, migrants, noise)))


def rows(context, params=PARAMS):
    frame = inequality.analyse(context, params, None).rows.to_pandas()
    return frame.astype(dict.fromkeys(("measure", "unit", "group", "status"), str)).set_index(["measure", "group", "unit"])


def test_indices_are_those_of_the_persons_of_each_area_and_group(context, homes):
    found = rows(context)
    minutes = np.minimum(context.demand.travel[TRIP].ms / 60_000, 15)
    for unit, inside in {"1": homes[0] > 0, "11": homes[0] < 1000, "12": homes[0] >= 1000}.items():
        for group, quantity in {"all": PERSONS, "migrant": Quantity("persons", "migrant")}.items():
            x, w = minutes[inside], context.demand.surface.values[quantity][inside]
            expected = {
                "mean_minutes": np.average(x, weights=w),
                "minutes_gini": gini(x, w),
                "minutes_theil": theil(x, w),
                "minutes_palma": palma(x, w),
                "shortfall_share": 100 * fgt(x, w, 10, 0),
                "shortfall_depth": fgt(x, w, 10, 1),
                "shortfall_severity": fgt(x, w, 10, 2),
            }
            for measure, value in expected.items():
                assert found.loc[(measure, group, unit), "value"] == pytest.approx(value), measure
    parts = theil_decomposition(minutes, context.demand.surface.values[PERSONS], context.demand.area["township"])
    assert found.loc[("minutes_theil_between", "all", "1"), "value"] == pytest.approx(parts.between)
    assert "11" not in found.loc["minutes_theil_between"].index.get_level_values("unit"), "the lowest level has no parts"


def test_the_share_beyond_is_what_coverage_leaves(results):
    frame = results[0]
    at_standard = frame[(frame["minutes"] == 10) & (frame["group"] == "all") & (frame["nth"] == 1)]
    beyond, covered = (
        at_standard[at_standard["measure"] == m].set_index("unit")["value"] for m in ("shortfall_share", "covered_share")
    )
    assert len(beyond) == 3
    assert (beyond + covered[beyond.index]).to_numpy() == pytest.approx(100)


def test_who_is_not_reached_counts_with_the_last_break(context):
    found = rows(at(context, [NEAR, FAR, BEYOND], [10, 10, 20]))
    assert found.loc[("mean_minutes", "all", "1"), "value"] == pytest.approx((1.2 + 7.2 + 2 * 15) / 4)
    assert found.loc[("shortfall_depth", "all", "1"), "value"] == pytest.approx(0.5 * 0.5)


def test_an_area_of_which_nobody_is_reached_has_no_inequality(context):
    found = rows(at(context, [NEAR, BEYOND], [10, 10]))
    assert found.loc[("minutes_gini", "all", "12"), "status"] == "beyond"
    assert found.loc[("minutes_gini", "migrant", "11"), "status"] == "nobody"
    assert found.loc[("shortfall_share", "all", "12"), "value"] == 100


def test_people_at_the_station_have_no_inequality(context):
    found = rows(at(context, [(130.0, 130.0)], [10]))
    assert found.loc[("minutes_gini", "all", "11"), "status"] == "not_applicable"
    assert found.loc[("shortfall_severity", "all", "11"), "value"] == 0


def test_only_groups_that_are_estimated_are_published(context):
    found = rows(context, PARAMS.model_copy(update={"groups": ("all", "unknown")}))
    assert set(found.index.get_level_values("group")) == {"all"}


def test_nine_in_ten_true_indices_are_within_the_margin(context, homes):
    """Surfaces with drawn noise and two points a leaf, with three groups of people at either of them."""
    x, y, households, migrants = homes
    r = np.random.default_rng(9)
    plain = make_surface(x, y, households + 30, migrants, noise=4.0)
    ms = np.concatenate([context.demand.travel[TRIP].ms, np.rint(r.uniform(0, 900, 150) * MS_PER_METRE).astype(np.int32)])
    ms[ms > 900_000] = UNREACHED
    points = replace(plain, point_leaf=np.tile(np.arange(150, dtype=np.int32), 2), point_weight=np.full(300, 0.5))
    area = {level: np.tile(a, 2) for level, a in context.demand.area.items()}
    travel = {TRIP: Times(ms, np.where(ms == UNREACHED, -1, 0).astype(np.int32))}

    def found(values, weight):
        surface = replace(points, values={PERSONS: values}, positive={PERSONS: np.maximum(values, 0)}, point_weight=weight)
        demand = replace(context.demand, surface=surface, area=area, travel=travel)
        frame = rows(replace(context, demand=demand), PARAMS.model_copy(update={"groups": ("all",)}))
        return frame.loc[[(m, "all", "1") for m in (*inequality.INDICES, *inequality.SHORTFALLS, inequality.BETWEEN)]]

    persons, inside = plain.values[PERSONS], []
    for _ in range(60):
        groups = r.binomial(3, 0.5, 150) / 3  # each of three equal groups is at either point
        true = found(persons, np.concatenate([groups, 1 - groups]))["value"]
        measured = found(persons + r.normal(0, 12, 150), np.full(300, 0.5))
        inside.append(np.abs(measured["value"] - true) <= measured["margin"])
    held = np.mean(inside, axis=0)
    assert held.shape == (8,)
    assert (held > 0.78).all(), held  # of 60
    assert 0.85 < np.mean(held) < 0.97, held
