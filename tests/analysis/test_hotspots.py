"""Hotspots: planted ones are found, noise makes classes unstable, and nothing is found where there is nothing."""

from dataclasses import replace

import numpy as np
import pytest
from toy_district import SIDE, N, demand_at, make_surface

from geoservice.analysis import hotspots
from geoservice.analysis.rate_map import rate_maps

HOUSEHOLDS = 200.0


@pytest.fixture(scope="module")
def plane():
    column, row = (a.ravel() for a in np.meshgrid(np.arange(N), np.arange(N)))
    return (column + 0.5) * SIDE, (row + 0.5) * SIDE, (column < 3) & (row < 3)


def analysed(context, plane, inside: float, outside: float, noise: float = 0.0, **params):
    """Return the rows for cells whose share of migrants is ``inside`` in a corner of nine cells and ``outside`` elsewhere."""
    x, y, corner = plane
    jitter = np.random.default_rng(7).normal(0, 2, len(x))
    migrants = np.where(corner, inside, outside) * HOUSEHOLDS + jitter
    surface = make_surface(x, y, np.full(len(x), HOUSEHOLDS), migrants, noise)
    there = replace(context, demand=demand_at(x, y, surface))
    rows = hotspots.analyse(there, hotspots.Params(standards={"clinic": 10}, **params), None).rows.to_pandas()
    return rows[(rows["geography"] == "cell") & (rows["service"] == "")]


def of(rows, measure):
    return rows[rows["measure"] == measure].set_index("unit")


def test_a_planted_hotspot_is_found(context, plane):
    found = of(analysed(context, plane, 0.6, 0.2), "hotspot_class")["value"].to_numpy()
    x, y, _ = plane
    core = (x < 2 * SIDE) & (y < 2 * SIDE)
    assert (found[core] >= 2).all()
    far = (x > 5 * SIDE) | (y > 5 * SIDE)
    assert (found[far] <= 0).all()


def test_a_planted_coldspot_has_the_opposite_classes(context, plane):
    hot = of(analysed(context, plane, 0.6, 0.2), "hotspot_z")["value"].to_numpy()
    cold = of(analysed(context, plane, 0.2, 0.6), "hotspot_z")["value"].to_numpy()
    assert np.corrcoef(hot, cold)[0, 1] < -0.95


def test_nothing_is_found_on_an_even_map(context, plane):
    found = of(analysed(context, plane, 0.3, 0.3), "hotspot_class")
    assert (found["value"] == 0).mean() > 0.9


def test_a_class_that_noise_could_change_is_not_shown(context, plane):
    rows = of(analysed(context, plane, 0.32, 0.2, noise=25.0), "hotspot_class")
    assert (rows["status"] == "unstable").any()
    assert rows.loc[rows["status"] == "unstable", "value"].isna().all()
    clear = of(analysed(context, plane, 0.32, 0.2), "hotspot_class")
    assert not (clear["status"] == "unstable").any()


def test_units_with_nobody_have_no_class(context, plane):
    x, y, corner = plane
    households = np.where(np.arange(len(x)) == 5, 0.0, HOUSEHOLDS)
    surface = make_surface(x, y, households, np.minimum(households, np.where(corner, 120.0, 40.0)))
    there = replace(context, demand=demand_at(x, y, surface))
    rows = hotspots.analyse(there, hotspots.Params(), None).rows.to_pandas()
    classes = rows[(rows["geography"] == "cell") & (rows["measure"] == "hotspot_class")]
    assert classes["status"].tolist().count("nobody") == 1


def test_two_townships_are_too_few_for_a_map(context, plane):
    x, y, _ = plane
    there = replace(context, demand=demand_at(x, y, make_surface(x, y, np.full(64, 9.0), np.full(64, 3.0))))
    assert "township" not in set(hotspots.analyse(there, hotspots.Params(), None).rows.to_pandas()["geography"])


def test_the_result_depends_on_the_seed_alone(context, plane):
    first, again = (analysed(context, plane, 0.4, 0.2, noise=5.0) for _ in range(2))
    assert first["value"].equals(again["value"])


def test_migrants_beyond_the_standard_are_counted_among_migrants(context, plane):
    x, y, _ = plane
    there = replace(context, demand=demand_at(x, y, make_surface(x, y, np.full(64, 90.0), np.full(64, 30.0))))
    maps = list(rate_maps(there, np.zeros(64, np.int32), 1, {"clinic": 10}))
    unserved = maps[-1]
    beyond = there.demand.travel[next(iter(there.demand.travel))].ms > 600_000
    assert unserved.dims["service"] == "clinic"
    assert unserved.rate[0] == pytest.approx(beyond.mean())
