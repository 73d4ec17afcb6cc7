import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geoservice.analysis.migration import (
    aggregate_net_rate,
    all_migrants,
    crude_intensity,
    effectiveness,
    gross_migrants,
    in_migrants,
    lifetime_migration,
    net_migrants,
    out_migrants,
    preference,
    rate,
    system_effectiveness,
    velocity,
)
from geoservice.errors import ParameterError

squares = st.integers(2, 6).flatmap(lambda n: arrays(float, (n, n), elements=st.integers(0, 1000).map(float)))


def test_lifetime_migration_of_the_un_manual(uar):
    table = lifetime_migration(uar)
    assert (table.born[0], table.stayed[0], table.lifetime_out[0]) == (2_321_037, 2_079_434, 241_603)
    assert table.resident[0] == 3_273_700
    assert table.lifetime_in[0] == 3_273_700 - 2_079_434
    assert table.born.sum() == table.resident.sum() == 25_772_042
    printed = [2321037, 1185915, 201638, 200078, 1021875, 1843263, 1689030, 1133230, 1477585, 1812326, 12886065]
    assert table.born.tolist() == printed


@pytest.mark.reference
def test_totals_of_korea(korea):
    printed = [2512740, 2423429, 2507796, 2551424, 2453342, 2410930, 2429184, 2384948, 2534114]  # Abel, migest, index_intensity
    assert [int(all_migrants(korea[year].flows)) for year in range(2012, 2021)] == printed
    for system in korea.values():
        assert net_migrants(system.flows).sum() == 0
        assert in_migrants(system.flows).sum() == out_migrants(system.flows).sum()


@pytest.mark.reference
def test_indices_of_korea(korea):
    """Values of migest 2.0 (Abel): index_intensity, index_impact."""
    intensity = [4.93, 4.74, 4.89, 4.95, 4.75, 4.66, 4.69, 4.60, 4.89]
    impact = [6.07, 5.72, 5.36, 7.73, 8.47, 7.99, 9.29, 6.94, 7.67]
    anmr = [0.299565, 0.270956, 0.261867, 0.382561, 0.402031, 0.371841, 0.435327, 0.319291, 0.375133]
    sums = [409, 371, 434, 459, 401, 417, 398, 391, 375]  # of the preference index over all pairs, without its factor 100
    for year, cmi, mei, net, total in zip(range(2012, 2021), intensity, impact, anmr, sums, strict=True):
        flows, _, origins, people = korea[year]
        assert crude_intensity(flows, people.sum()) == pytest.approx(cmi, abs=0.005)
        assert system_effectiveness(flows) == pytest.approx(mei, abs=0.005)
        assert aggregate_net_rate(flows, people.sum()) == pytest.approx(net, abs=1e-6)
        assert np.nansum(preference(flows, origins, people)) / 100 == pytest.approx(total, abs=0.5)
    assert np.nansum(velocity(korea[2012].flows, *korea[2012][2:])) / 100 == pytest.approx(20.186642, abs=1e-6)


@given(squares)
def test_arrivals_equal_departures_and_net_is_zero(flows):
    assert in_migrants(flows).sum() == out_migrants(flows).sum() == all_migrants(flows)
    assert net_migrants(flows).sum() == 0
    assert (gross_migrants(flows) == in_migrants(flows) + out_migrants(flows)).all()


@given(squares, st.floats(1, 1e7))
def test_net_rate_is_intensity_times_effectiveness(flows, population):
    expected = crude_intensity(flows, population) * system_effectiveness(flows) / 100
    assert aggregate_net_rate(flows, population) == pytest.approx(0 if np.isnan(expected) else expected)


@settings(deadline=None)
@given(squares, st.data())
def test_relabelled_regions_have_the_same_indices(flows, data):
    order = data.draw(st.permutations(range(len(flows))))
    relabelled = flows[np.ix_(order, order)]
    np.testing.assert_array_equal(effectiveness(relabelled), effectiveness(flows)[order])
    np.testing.assert_array_equal(system_effectiveness(relabelled), system_effectiveness(flows))


@given(squares)
def test_effectiveness_has_bounds(flows):
    assert (np.abs(effectiveness(flows)[gross_migrants(flows) > 0]) <= 100).all()
    assert not system_effectiveness(flows) > 100 + 1e-9


def test_stayers_are_left_out():
    with_stayers, without = np.array([[50.0, 1], [2, 70]]), np.array([[0.0, 1], [2, 0]])
    for function in (in_migrants, out_migrants, net_migrants, gross_migrants, effectiveness, system_effectiveness):
        np.testing.assert_array_equal(function(with_stayers), function(without))


def test_arrivals_of_counties_from_provinces():
    flows = np.array([[10.0, 0], [5, 3], [1, 1]])  # three provinces of origin, two counties
    assert in_migrants(flows).tolist() == [16, 4]
    assert out_migrants(flows).tolist() == [10, 8, 2]
    assert rate(in_migrants(flows), np.array([1600.0, 800])).tolist() == [10, 5]
    assert crude_intensity(flows, 2000) == 1
    assert np.nanmin(preference(flows, np.ones(3), np.ones(2))) == 0


def test_a_square_matrix_of_other_origins_keeps_its_diagonal():
    flows = np.array([[10.0, 0], [5, 3]])
    assert in_migrants(flows, same=False).tolist() == [15, 3]
    assert all_migrants(flows, same=False) == 18


def test_a_rectangular_matrix_has_no_net_migration():
    for function in (net_migrants, gross_migrants, effectiveness, system_effectiveness, lifetime_migration):
        with pytest.raises(ParameterError, match=r"3 origins and 2 other destinations, so it knows the arrivals only"):
            function(np.ones((3, 2)))
    with pytest.raises(ParameterError, match="cannot have the same regions"):
        in_migrants(np.ones((3, 2)), same=True)


def test_replays_are_the_last_axis():
    flows = np.random.default_rng(1).normal(100, 30, (4, 4, 3))
    people = np.array([1000.0, 2000, 3000, 4000])
    for function in (
        in_migrants,
        out_migrants,
        net_migrants,
        gross_migrants,
        effectiveness,
        system_effectiveness,
        lambda f: rate(net_migrants(f), people),
        lambda f: crude_intensity(f, 1e4),
        lambda f: aggregate_net_rate(f, 1e4),
        lambda f: preference(f, people, people),
        lambda f: velocity(f, people, people),
        lambda f: np.array(lifetime_migration(f)),
    ):
        each = np.stack([function(flows[:, :, i]) for i in range(3)], axis=-1)
        np.testing.assert_allclose(function(flows), each)


def test_wrong_populations_are_refused():
    with pytest.raises(ParameterError, match="populations must have the shape"):
        rate(np.ones(3), np.ones(2))
    with pytest.raises(ParameterError, match="above 0 is needed for each of the 2 origins"):
        preference(np.ones((2, 2)), np.array([1.0, 0]), np.ones(2))
    with pytest.raises(ParameterError, match="population must be above 0; it is 0"):
        crude_intensity(np.ones((2, 2)), 0)
    with pytest.raises(ParameterError, match=r"it is \(4,\)"):
        in_migrants(np.ones(4))
