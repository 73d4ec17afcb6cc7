"""The index of accessibility by area, its margin, and the minutes to the second station."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from access_instances import pairs_of
from toy_district import MS_PER_METRE, SETTINGS, STATIONS, TRIP, demand_at, make_surface

from geoservice.analysis import floating_catchments
from geoservice.analysis.access_means import AccessMeans
from geoservice.analysis.accessibility import enhanced_two_step, gaussian
from geoservice.analysis.base import UNREACHED, Times
from geoservice.demand import DemandSurface, Quantity

PARAMS = floating_catchments.Params(standards=SETTINGS["standards"])
PERSONS = Quantity("persons")
AT_FIRST, BETWEEN, AT_SECOND = (130.0, 130.0), (415.0, 515.0), (700.0, 900.0)
"""At the first station, 670 m (8.04 min) from both, and at the second one; all in township 11."""


def minutes_of(x, y):
    return (np.abs(STATIONS[:, :1] - x) + np.abs(STATIONS[:, 1:] - y)) * MS_PER_METRE / 60_000


def at(context, places, households, capacity=(600.0, 300.0), noise=0.0):
    """The district with some households at some places, three persons in each."""
    x, y = np.array(places).T
    minutes = minutes_of(x, y)

    def station_pairs(mode, stations, limit):
        rows = minutes[stations]
        return pairs_of(np.where(rows <= limit, rows, np.inf))

    stations = context.stations.set_column(
        context.stations.column_names.index("capacity"), "capacity", pa.array(capacity, pa.float64())
    )
    surface = make_surface(x, y, np.asarray(households, float), np.zeros(len(x)), noise)
    return replace(context, stations=stations, demand=demand_at(x, y, surface), station_pairs=station_pairs)


def rows(context, params=PARAMS):
    frame = floating_catchments.analyse(context, params, None).rows.to_pandas()
    return frame.astype(dict.fromkeys(("measure", "unit", "status"), str)).set_index(["measure", "unit"])


def test_the_index_is_the_capacity_per_1000_persons_of_who_reach_it(context):
    found = rows(at(context, [AT_FIRST, AT_SECOND], [100, 20]))
    # 300 persons share 600 at the first station, 60 share 300 at the second; nobody reaches both within 10 min
    assert found.loc[("access_capacity", "11"), "value"] == pytest.approx((300 * 2000 + 60 * 5000) / 360)
    assert found.loc[("access_capacity", "12"), "status"] == "nobody"
    assert found.loc[("access_capacity", "1"), "value"] == found.loc[("access_capacity", "11"), "value"]


def test_who_is_between_two_stations_counts_at_both_by_the_decay(context):
    found = rows(at(context, [AT_FIRST, BETWEEN, AT_SECOND], [100, 50, 20]))
    w = gaussian(10)(np.array([670 * MS_PER_METRE / 60_000]))[0]
    first, second = 600 / (300 + 150 * w), 300 / (60 + 150 * w)
    expected = (300 * first + 150 * w * (first + second) + 60 * second) / 510
    assert found.loc[("access_capacity", "11"), "value"] == pytest.approx(1000 * expected, rel=1e-6)


def test_persons_times_mean_is_the_capacity_that_somebody_reaches(context, homes):
    found = rows(at(context, np.column_stack(homes[:2]), homes[2]))
    persons = 3 * homes[2].sum()
    assert found.loc[("access_capacity", "1"), "value"] * persons / 1000 == pytest.approx(900)


def test_stations_without_capacity_are_left_out_and_a_note_says_so(context):
    one = at(context, [AT_FIRST, AT_SECOND], [100, 20], (600.0, None))
    assert rows(one).loc[("access_capacity", "11"), "value"] == pytest.approx(600 / 360 * 1000)
    note = floating_catchments.analyse(one, PARAMS, None).notes
    assert [n["en"] for n in note] == ["clinic: 1 of 2 stations state no capacity and are not in the index of accessibility."]
    none = floating_catchments.analyse(at(context, [AT_FIRST], [9], (None, 0.0)), PARAMS, None)
    assert none.rows.num_rows == 0
    assert [n["en"] for n in none.notes] == ["clinic: no station states a capacity, so there is no index of accessibility."]
    assert not floating_catchments.analyse(at(context, [AT_FIRST], [9]), PARAMS, None).notes


def test_the_mean_minutes_to_the_second_station_are_of_who_reach_two(context):
    district = at(context, [AT_FIRST, BETWEEN, AT_SECOND, (1990.0, 1990.0)], [100, 50, 20, 30])
    ms = np.array([600_000, 300_000, 600_000, int(UNREACHED)], np.int32)
    second = {TRIP._replace(nth=2): Times(ms, np.zeros(4, np.int32))}
    demand = replace(district.demand, travel={**district.demand.travel, **second})
    found = rows(replace(district, demand=demand)).loc["mean_minutes"]
    assert found.loc["11", "value"] == pytest.approx((120 * 10 + 50 * 5) / 170)
    assert found.loc["12", "status"] == "beyond"
    assert found["nth"].unique().tolist() == [2]


def linear_margin(surface, region, supply, minutes, decay, step=1e-4, before=None):
    """Return the margin of the mean of region 0, less that with ``before``, by differences of the whole calculation by leaf."""

    def mean(leaf_persons):
        people = surface.point_weight * leaf_persons[surface.point_leaf]
        index = enhanced_two_step(pairs_of(minutes), people, supply, decay)
        if before is not None:
            index = index - enhanced_two_step(pairs_of(before), people, supply, decay)
        return (people * index)[region == 0].sum() / people[region == 0].sum()

    persons = surface.values[PERSONS]
    gradient = np.array([(mean(persons + step * e) - mean(persons - step * e)) / (2 * step) for e in np.eye(len(persons))])
    noise = surface.scales[PERSONS][0] * gradient @ surface.noise if PERSONS in surface.scales else np.zeros(1)
    stated = gradient**2 @ surface.deviations[PERSONS] ** 2 if PERSONS in surface.deviations else 0.0
    return 1.6448536 * np.sqrt((noise**2).mean() + stated)


def small_surface(r, kind, leaves=40):
    """Return a surface with two points on each leaf, at one place, so that it does not matter who is where."""
    persons = r.uniform(20, 200, leaves)
    return DemandSurface(
        ids=[str(i) for i in range(leaves)],
        geometry=np.full(leaves, b"", object),
        values={PERSONS: persons},
        positive={PERSONS: persons},
        noise=r.normal(size=(leaves, 200)).astype(np.float32) if kind == "noise" else np.zeros((leaves, 0), np.float32),
        scales={PERSONS: np.array([7.0])} if kind == "noise" else {},
        deviations={PERSONS: r.uniform(1, 30, leaves)} if kind == "stated" else {},
        point_leaf=np.repeat(np.arange(leaves, dtype=np.int32), 2),
        point_weight=np.tile([0.3, 0.7], leaves),
        point_lon=np.zeros(2 * leaves),
        point_lat=np.zeros(2 * leaves),
        description={},
    )


def minutes_within(r, limit, shape):
    minutes = np.repeat(r.uniform(0, 40, shape), 2, axis=1)
    return np.where(minutes > limit, np.inf, minutes)


@pytest.mark.parametrize("kind", ["noise", "stated"])
def test_the_margin_is_that_of_the_linear_form(kind):
    r = np.random.default_rng(4)
    leaves, stations = 40, 5
    minutes = minutes_within(r, 25, (stations, leaves))
    decay, supply, surface = gaussian(25), r.uniform(100, 900, stations), small_surface(r, kind)
    persons = surface.values[PERSONS]
    region = np.repeat(r.integers(0, 2, leaves), 2).astype(np.int32)
    means = AccessMeans(surface, region, 2, np.arange(2 * leaves))
    means.add(lambda rows: pairs_of(minutes[rows]), np.arange(stations), supply, decay)
    value, margin = means.means()
    people = surface.point_weight * persons[surface.point_leaf]
    index = enhanced_two_step(pairs_of(minutes), people, supply, decay)
    np.testing.assert_allclose(means.index, index)
    assert value == pytest.approx([np.average(index[region == k], weights=people[region == k]) for k in range(2)])
    assert margin[0] == pytest.approx(linear_margin(surface, region, supply, minutes, decay), rel=1e-3)


@pytest.mark.parametrize("kind", ["noise", "stated"])
def test_a_change_has_the_margin_of_the_difference(kind):
    """One station moves and one closes: what the people of the others do not know of themselves is not counted again."""
    r = np.random.default_rng(5)
    leaves, stations, decay = 40, 5, gaussian(25)
    before = minutes_within(r, 25, (stations, leaves))
    after = before.copy()
    after[0], after[1] = minutes_within(r, 25, (1, leaves))[0], np.inf
    supply, surface = r.uniform(100, 900, stations), small_surface(r, kind)
    region = np.repeat(r.integers(0, 2, leaves), 2).astype(np.int32)
    means = AccessMeans(surface, region, 2, np.arange(2 * leaves))
    means.add(lambda rows: pairs_of(before[rows]), np.arange(stations), supply, decay)
    changed = means.copy()
    changed.add(lambda rows: pairs_of(before[rows]), np.arange(2), supply[:2], decay, sign=-1)
    changed.add(lambda rows: pairs_of(after[rows]), np.arange(2), supply[:2], decay)
    value, margin = changed.change_from(means)
    assert value == pytest.approx(changed.means()[0] - means.means()[0])
    assert margin[0] == pytest.approx(linear_margin(surface, region, supply, after, decay, before=before), rel=1e-3)
    assert margin[0] < np.hypot(changed.means()[1], means.means()[1])[0]


def test_no_change_has_no_margin():
    r = np.random.default_rng(6)
    surface, decay, region = small_surface(r, "noise"), gaussian(25), np.zeros(80, np.int32)
    minutes = minutes_within(r, 25, (3, 40))
    means = AccessMeans(surface, region, 1, np.arange(80))
    means.add(lambda rows: pairs_of(minutes[rows]), np.arange(3), np.full(3, 500.0), decay)
    value, margin = means.copy().change_from(means)
    assert (value.tolist(), margin.tolist()) == ([0.0], [0.0])


def test_blocks_of_stations_change_nothing(context, homes, monkeypatch):
    district = at(context, np.column_stack(homes[:2]), homes[2], noise=2.0)
    whole = rows(district)
    monkeypatch.setattr("geoservice.analysis.access_means._STATIONS", 1)
    for column in ("value", "margin"):
        assert rows(district)[column].to_numpy() == pytest.approx(whole[column].to_numpy(), nan_ok=True)


def test_nine_in_ten_true_means_are_within_the_margin(context, homes):
    """Surfaces with drawn noise: the margin holds the mean of the true people."""
    x, y, households, _ = homes
    places, r = np.column_stack([x, y]), np.random.default_rng(11)
    plain = at(context, places, households, noise=2.0)

    def means(persons):
        values = {**plain.demand.surface.values, PERSONS: persons}
        surface = replace(plain.demand.surface, values=values, positive=values)
        return rows(replace(plain, demand=replace(plain.demand, surface=surface))).loc["access_capacity"]

    true = means(3 * households)["value"].to_numpy()
    inside = []
    for _ in range(150):
        measured = means(3 * households + 6 * r.normal(size=len(x)))
        inside.append(np.abs(measured["value"].to_numpy() - true) <= measured["margin"].to_numpy())
    held = np.mean(inside, axis=0)
    assert held.shape == (3,)
    assert (held[1:] > 0.82).all(), held
    assert (held[1:] < 0.97).all(), held


def test_a_mean_over_everybody_who_reaches_all_capacity_has_the_margin_of_their_number(context):
    """Capacity over persons: 900 for P people, so the margin is 900 / P^2 times that of P."""
    district = at(context, [AT_FIRST, AT_SECOND], [100, 20], noise=2.0)
    found = rows(district).loc[("access_capacity", "1")]
    surface = district.demand.surface
    total = 6 * np.sqrt((surface.noise.sum(axis=0) ** 2).mean()) * 1.6448536
    assert found["margin"] == pytest.approx(1000 * 900 / 360**2 * total, rel=1e-4)
