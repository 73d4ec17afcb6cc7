import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from geoservice.analysis.projections.prediction_bands import Band
from geoservice.analysis.projections.pyramid import AgeGroups
from geoservice.analysis.projections.service_demand import area_demand, catchment_shares, station_load, use_rates
from geoservice.analysis.projections.station_capacity import first_overload, overload
from geoservice.errors import ParameterError

AGES = AgeGroups(5, 85)
VISITS = {"0-14": 3.0, "15-64": 2.0, "65+": 7.0}


def test_rates_by_hand() -> None:
    assert use_rates(AGES, VISITS).tolist() == [3.0] * 3 + [2.0] * 10 + [7.0] * 5
    assert use_rates(AGES, {"0-84岁": 1.0, "85岁及以上": 0.0}).tolist() == [1.0] * 17 + [0.0]


@pytest.mark.parametrize(
    ("visits", "message"),
    [
        ({"0-14": 3.0}, "no rate for ages 15-19, "),
        ({"0-64": 3.0, "60+": 1.0}, "have a rate already"),
        ({"0-13": 3.0, "14+": 1.0}, "not made of whole age groups"),
        ({"everybody": 1.0}, "allowed are ages such as"),
        ({"0+": -1.0}, "rates of 0 and above"),
        ({"0+": float("nan")}, "rates of 0 and above"),
        ({"female 0+": 1.0}, "allowed are ages such as"),
    ],
)
def test_wrong_rates(visits, message) -> None:
    with pytest.raises(ParameterError, match=message):
        use_rates(AGES, visits)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32))
def test_loads_equal_a_loop_and_add_up(seed):
    r = np.random.default_rng(seed)
    population = r.uniform(0, 100, (3, 4, 2, 18))
    rates, people = use_rates(AGES, VISITS), r.uniform(0, 50, (5, 4)) * (r.random((5, 4)) < 0.6)
    demand = area_demand(population, rates)
    shares = catchment_shares(sparse.csr_array(people))
    load = station_load(shares, Band(demand * 0.8, demand, demand * 1.3))
    for station in range(5):
        for year in range(3):
            expected = sum(
                people[station, a] / people[:, a].sum() * (population[year, a].sum(axis=0) * rates).sum()
                for a in range(4)
                if people[:, a].sum()
            )
            assert load.central[station, year] == pytest.approx(expected)
    served = people.sum(axis=0) > 0
    assert load.central.sum(axis=0) == pytest.approx(demand[served].sum(axis=0))
    assert (load.low <= load.central).all()
    assert (load.central <= load.high).all()


def test_people_without_a_station_are_not_shared_out() -> None:
    people = sparse.csr_array(np.array([[30.0], [10.0]]))
    assert catchment_shares(people, np.array([80.0])).sum() == pytest.approx(0.5)
    with pytest.raises(ParameterError, match="more people of an area"):
        catchment_shares(people, np.array([39.0]))


def test_demand_of_replays() -> None:
    population = np.random.default_rng(0).uniform(0, 9, (2, 3, 2, 18, 6))
    rates = use_rates(AGES, VISITS)
    together = area_demand(population, rates)
    assert together.shape == (3, 2, 6)
    assert together[..., 4] == pytest.approx(area_demand(population[..., 4], rates))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(st.floats(0, 200), min_size=4, max_size=4), min_size=1, max_size=5), st.floats(1, 200))
def test_the_first_year_above_capacity(rows, capacity):
    load, years = np.array(rows), [2026, 2027, 2028, 2029]
    first = first_overload(load, np.full(len(rows), capacity), years)
    for row, year in zip(rows, first, strict=True):
        assert year == next((y for y, v in zip(years, row, strict=True) if v > capacity), None)


def test_the_range_of_overload() -> None:
    central = np.array([[80.0, 90.0, 101.0], [10.0, 10.0, 10.0], [100.0, 100.0, 100.0]])
    found = overload(Band(central * 0.9, central, central * 1.2), np.array([100.0, 100.0, np.nan]), [1, 2, 3])
    assert found.central == [3, None, None]
    assert found.earliest == [2, None, None]
    assert found.latest == [None, None, None]
    assert first_overload(np.array([[100.0]]), np.array([100.0]), [2030]) == [None]
    assert first_overload(np.empty((2, 0)), np.ones(2), []) == [None, None]
