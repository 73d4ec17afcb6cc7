"""Totals of areas: a village that does not fit its land, its buildings or the population stands out; the others do not."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from made_up_register import PER_VILLAGE, SIDE, VILLAGES, areas

from geoservice.demand import Places
from geoservice.disclosure.data_quality.area_totals import LEAST_SPREAD, MOST_DEVIATIONS, log_outliers, square_km
from geoservice.geo import METRES_PER_DEGREE
from geoservice.schema import POPULATION

Columns = dict[str, list[Any]]
VILLAGE = VILLAGES[5]
CORNER = (117 + SIDE, 30 + SIDE)
"""South-western corner of that village."""


def buildings(per_village: int = 50, but: int | None = None) -> Places:
    """Return buildings and 500 points of streets in every village, and another number of buildings in one village."""
    lon, lat, built = [], [], []
    for i, village in enumerate(VILLAGES):
        n = but if village == VILLAGE and but is not None else per_village
        lon += list(np.linspace(0.1, 0.9, n + 500) * SIDE + 117 + SIDE * (i // 4))
        lat += [30 + SIDE * (i % 4 + 0.5)] * (n + 500)
        built += [True] * n + [False] * 500
    return Places(np.array(lon), np.array(lat), np.ones(len(lon)), np.array(built))


def remove(columns: Columns, village: str, keep: int) -> Columns:
    inside = [i for i, code in enumerate(columns["residence_area"]) if code == village][keep:]
    return {name: [v for i, v in enumerate(values) if i not in set(inside)] for name, values in columns.items()}


def crowd(columns: Columns, times: int) -> Columns:
    """Enter the households of the village more often, at other points of it and on other days, so that they are others."""
    rng = np.random.default_rng(2)
    for row in range(5 * PER_VILLAGE, 6 * PER_VILLAGE):
        for _ in range(times - 1):
            for values in columns.values():
                values.append(values[row])
            columns["id"][-1] = rng.bytes(16)
            columns["lon"][-1], columns["lat"][-1] = (c + SIDE * rng.uniform(0.05, 0.95) for c in CORNER)
    return columns


def test_a_crowded_village_stands_out(clean: Columns, report: Any, counts: Any) -> None:
    found = report(crowd(clean, 5))
    assert counts(found, "density") == {"": 500, VILLAGE: 500}
    (finding,) = (f for f in found.by_area if f.item.id == "density")
    km2 = 2.224 * 2.224 * np.cos(np.radians(30.03))
    assert (finding.value, finding.expected) == pytest.approx((500 / km2, 100 / km2), rel=1e-3)


def test_half_as_many_again_do_not(clean: Columns, report: Any, counts: Any) -> None:
    assert counts(report(remove(clean, VILLAGE, 75)), "density") == {}


def test_large_households_stand_out(clean: Columns, report: Any, counts: Any) -> None:
    for row in range(5 * PER_VILLAGE, 6 * PER_VILLAGE):
        clean["persons"][row] += 5
    assert counts(report(clean), "household_size") == {"": 100, VILLAGE: 100}


def test_few_buildings_for_many_households_stand_out(clean: Columns, report: Any, counts: Any) -> None:
    assert counts(report(clean, places=buildings()), "per_building") == {}
    assert counts(report(clean, places=buildings(but=5)), "per_building") == {"": 100, VILLAGE: 100}


def test_buildings_without_households_are_found(clean: Columns, report: Any, counts: Any) -> None:
    gone = remove(clean, VILLAGE, 0)
    found = report(gone, places=buildings())
    assert counts(found, "no_households") == {"": 0, VILLAGE: 0}
    (finding,) = (f for f in found.by_area if f.item.id == "no_households")
    assert finding.sentence("en") == "There is no household, and 50 buildings on the map may have homes."
    assert counts(report(gone, places=buildings(but=19)), "no_households") == {}
    assert counts(report(clean, places=buildings()), "no_households") == {}


def population(persons: dict[str, float]) -> pa.Table:
    rows = []
    for i, village in enumerate(VILLAGES):
        corner = 117 + SIDE * (i // 4), 30 + SIDE * (i % 4)
        shape = shapely.to_wkb(shapely.box(*corner, corner[0] + SIDE, corner[1] + SIDE))
        rows.append({"id": village, "geometry": shape, "persons": persons[village]})
    return pa.Table.from_pylist(rows, POPULATION.arrow())


@pytest.mark.parametrize(("factor", "expected"), [(1.0, set()), (1.9, set()), (2.1, {VILLAGE}), (0.4, {VILLAGE})])
def test_persons_are_compared_with_the_population(
    factor: float, expected: set[str], clean: Columns, report: Any, counts: Any
) -> None:
    persons = {
        v: float(sum(p for p, r in zip(clean["persons"], clean["residence_area"], strict=True) if r == v)) for v in VILLAGES
    }
    found = counts(report(clean, population=population({**persons, VILLAGE: factor * persons[VILLAGE]})), "population")
    assert {a for a in found if a} == expected
    assert found.get("", 0) == 100 * len(expected)


def test_without_buildings_or_population_these_are_not_checked(clean: Columns, report: Any) -> None:
    items = {f.item.id for f in report(clean).totals}
    assert not items & {"per_building", "no_households", "population"}


def test_areas_without_borders_are_left_out(clean: Columns, report: Any, counts: Any) -> None:
    table = areas()
    index = table.column_names.index("geometry")
    bare = table.set_column(index, table.schema.field("geometry"), pa.nulls(table.num_rows, pa.binary()))
    found = report(clean, areas=bare, places=buildings())
    for item in ("density", "per_building", "no_households", "point_outside_area"):
        assert counts(found, item) == {}


@given(st.lists(st.floats(0.01, 1e6), min_size=8, max_size=30), st.floats(0.01, 100))
def test_a_unit_makes_no_difference(values: list[float], unit: float) -> None:
    logs = np.log(values)
    away = np.abs(logs - np.median(logs))
    bound = MOST_DEVIATIONS * max(1.4826 * np.median(away), LEAST_SPREAD)
    assume((np.abs(away - bound) > 1e-9).all())  # rounding may move a value over the bound
    everything = np.ones(len(values), bool)
    outliers, middle = log_outliers(np.array(values), everything)
    scaled, scaled_middle = log_outliers(unit * np.array(values), everything)
    assert scaled.tolist() == outliers.tolist() == (away > bound).tolist()
    assert scaled_middle == pytest.approx(unit * middle)


def test_fewer_than_eight_areas_are_not_compared() -> None:
    values = np.array([1.0] * 6 + [1e9])
    assert not log_outliers(values, np.ones(7, bool))[0].any()


def test_square_kilometres_of_a_small_square() -> None:
    side = 1000 / METRES_PER_DEGREE
    assert square_km(shapely.box(10, 0, 10 + side, side)) == pytest.approx(1.0, rel=1e-6)
