"""Households by how well they are located: sums of townships, parts of the total, and margins."""

from dataclasses import replace

import numpy as np
import pytest

from geoservice.analysis import locations
from geoservice.analysis.locations import ClassCounts, class_share, class_sums
from geoservice.demand import LocationCounts, Quantity
from geoservice.measures import MEASURES
from geoservice.schema import LOCATION_CLASSES

CLASSES = tuple(LOCATION_CLASSES)
COUNTS = np.array([[900.0, 300.0, 600.0, -4.0], [400.0, 0.0, 900.0, 100.0]])


def results(context, kind="register", counts=COUNTS, areas=(("11", "1"), ("12", "1"))):
    measured = LocationCounts(list(areas), CLASSES, counts, 5.0)
    surface = replace(context.demand.surface, locations=measured, description={"kind": kind})
    there = replace(context, demand=replace(context.demand, surface=surface))
    findings = locations.analyse(there, locations.Params(), None)
    return findings, findings.rows.to_pandas()


def of(rows, geography, measure, column="value"):
    found = rows[(rows["geography"] == geography) & (rows["measure"] == measure)]
    return dict(zip(found["unit"], found[column], strict=True))


def households(context):
    """Households of both townships by the measurement of places."""
    surface = context.demand.surface
    people = surface.values[Quantity("households")][surface.point_leaf] * surface.point_weight
    return np.bincount(context.demand.area["township"], people, 2)


def test_classes_add_up_to_the_households_of_each_area(context):
    rows = results(context)[1]
    by_class = [of(rows, "township", f"{name}_households") for name in CLASSES]
    assert [sum(c[unit] for c in by_class) for unit in ("11", "12")] == pytest.approx(households(context))
    county = sum(of(rows, "county", f"{name}_households")["1"] for name in CLASSES)
    assert county == pytest.approx(households(context).sum())
    assert by_class[0]["11"] == pytest.approx(900 + (households(context)[0] - 1796) / 4)


def test_the_share_is_that_of_households_with_a_point_of_their_own(context):
    rows = results(context)[1]
    placed = [of(rows, "township", f"{name}_households")["12"] for name in CLASSES[:2]]
    assert of(rows, "township", "located_share")["12"] == pytest.approx(100 * sum(placed) / households(context)[1])


def test_people_from_elsewhere_too_leave_the_counts_as_they_were_measured(context):
    rows = results(context, kind="combined")[1]
    assert of(rows, "township", "located_in_village_households") == {"11": 600, "12": 900}
    assert of(rows, "county", "located_wider_households") == {"1": 96}
    assert of(rows, "township", "located_wider_households", "margin")["11"] == pytest.approx(1.6449 * 5, rel=1e-3)
    assert of(rows, "county", "located_wider_households", "margin")["1"] == pytest.approx(1.6449 * 5 * 2**0.5, rel=1e-3)
    assert of(rows, "township", "located_share")["11"] == pytest.approx(100 * 1200 / 1796)


def test_households_outside_townships_count_in_the_county_alone(context):
    rows = results(context, kind="combined", areas=(("11", "1"), ("1",)))[1]
    assert of(rows, "township", "located_exactly_households") == {"11": 900}
    assert of(rows, "county", "located_exactly_households") == {"1": 1300}


def test_the_margins_are_those_of_the_noise():
    """Over many draws of both measurements, for one class, for two together, and for their share."""
    draw, n = np.random.default_rng(1), 20_000
    true = np.array([500.0, 200.0, 250.0, 50.0])
    measured = true + draw.normal(0, 5, (n, 4))
    total = 1000 + draw.normal(0, 8, n)
    for counts in (
        ClassCounts(measured, np.full(n, 25.0), total, np.full(n, 64.0)),
        ClassCounts(measured, np.full(n, 25.0), None, None),
    ):
        for members in ([0], [0, 1]):
            value, margin = class_sums(counts, members)
            share, share_margin = class_share(counts, members)
            assert np.mean(np.abs(value - true[members].sum()) <= margin) == pytest.approx(0.9, abs=0.01)
            assert np.mean(np.abs(share - true[members].sum() / 10) <= share_margin) == pytest.approx(0.9, abs=0.01)


def test_adding_up_makes_a_class_better_known():
    measured = np.zeros((1, 4))
    alone = class_sums(ClassCounts(measured, np.array([25.0]), None, None), [0])[1]
    with_total = class_sums(ClassCounts(measured, np.array([25.0]), np.array([0.0]), np.array([9.0])), [0])[1]
    assert with_total < alone


def test_the_note_says_what_share_has_which_precision(context):
    note = results(context)[0].notes[0]
    assert "about 41 % to a building and 9 % along a street; 47 % only to their village and 3 % only" in note["en"]
    assert "约41%定位到建筑，9%沿街道推算；47%只知所在村（社区），3%只知" in note["zh"]


def test_there_is_no_note_where_all_households_may_have_a_point(context):
    counts = np.array([[900.0, 300.0, 20.0, -4.0], [400.0, 0.0, 15.0, 9.0]])
    findings, rows = results(context, counts=counts)
    assert not findings.notes
    assert len(of(rows, "township", "located_share")) == 2


def test_a_surface_without_locations_gives_nothing(context):
    findings = locations.analyse(context, locations.Params(), None)
    assert findings.rows.num_rows == 0
    assert not findings.notes


def test_every_class_has_a_measure():
    assert {f"{name}_households" for name in CLASSES} <= set(MEASURES)
