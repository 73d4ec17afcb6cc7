"""Migrants by time since arrival: bands of dates, and their measurement by place and by origin."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from tiny_register import make, register, total

from geoservice.demand import Quantity, read_surface, write_surface
from geoservice.disclosure.protect import arrival_bands
from geoservice.schema import ARRIVALS

DAY = date(2026, 6, 30)


def since(*days: date | None) -> pa.Table:
    return pa.table({"since": pa.array(days, pa.date32())})


@pytest.mark.parametrize(
    ("day", "band"),
    [
        (date(2026, 6, 30), 0),
        (date(2025, 7, 1), 0),
        (date(2025, 6, 30), 1),
        (date(2021, 6, 30), 1),
        (date(2021, 6, 29), 2),
        (date(1990, 1, 1), 2),
        (None, 3),
    ],
)
def test_the_band_of_a_date(day: date | None, band: int) -> None:
    assert arrival_bands(since(day), np.array([1], np.int32), DAY).tolist() == [band]


def test_residents_have_no_band() -> None:
    assert arrival_bands(since(date(2026, 1, 1), None), np.zeros(2, np.int32), DAY).tolist() == [-1, -1]


def test_the_29th_of_february_has_a_day_one_year_before() -> None:
    assert arrival_bands(since(date(2023, 2, 28), date(2023, 3, 1)), np.ones(2, np.int32), date(2024, 2, 29)).tolist() == [1, 0]


def dated(n: int = 3000) -> pa.Table:
    table = register(n)
    days = [date(2026, 1, 1), date(2023, 1, 1), date(2010, 1, 1), None]
    column = pa.array([days[i % 4] for i in range(n)], pa.date32())
    return table.set_column(table.schema.get_field_index("since"), table.schema.field("since"), column)


def test_arrivals_are_estimated_within_a_few_margins_and_add_up_to_migrant_households() -> None:
    surface = make(dated(), arrivals_day=DAY).surface
    migrants, _ = total(surface, Quantity("households", "migrant"))
    estimates = [total(surface, Quantity("households", a)) for a in ARRIVALS]
    assert sum(value for value, _ in estimates) == pytest.approx(migrants)
    for value, margin in estimates:
        assert abs(value - migrants / 4) < 3 * margin + 60  # classes are drawn, bands are every fourth household
        assert margin < 60


def test_origins_by_arrival_add_up_to_the_origin() -> None:
    flows = make(dated(), arrivals_day=DAY).surface.flows
    assert flows is not None
    value = dict(zip(zip(flows.area, flows.origin, flows.arrived, strict=True), flows.persons, strict=True))
    assert sum(value["C", "C", a] for a in ARRIVALS) == pytest.approx(value["C", "C", ""])


def test_arrivals_are_kept_in_the_stored_surface() -> None:
    surface = make(dated(400), arrivals_day=DAY).surface
    stored = read_surface(write_surface(surface))
    assert surface.flows is not None
    assert stored.flows is not None
    assert list(stored.flows.arrived) == list(surface.flows.arrived)
    assert stored.has(Quantity("households", "arrived_under_1"))
    assert stored.description["arrivals_day"] == "2026-06-30"


def test_without_a_day_arrivals_are_not_measured() -> None:
    surface = make(dated(400)).surface
    assert not surface.has(Quantity("households", "arrived_under_1"))
    assert surface.flows is not None
    assert not any(surface.flows.arrived)
