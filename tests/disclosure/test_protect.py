"""The surface of a register: its measurement, its public parts and its estimates."""

import hashlib
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from tiny_county import PLANE, areas
from tiny_register import make, register, total

from geoservice.demand import Quantity, read_surface, write_surface
from geoservice.demand.surface import Unit
from geoservice.disclosure.protect import protect
from geoservice.disclosure.sampler import OpenDPSampler
from geoservice.schema import MIGRANT_CLASSES

PERSONS = Quantity("persons")


def test_totals_are_estimated_within_a_few_margins() -> None:
    table = register()
    surface = make(table).surface
    value, margin = total(surface, PERSONS)
    assert abs(value - sum(table.column("persons").to_pylist())) < 3 * margin
    assert 0 < margin < 200


def test_margins_cover_the_truth_about_nine_times_in_ten() -> None:
    """Over many draws; totals of whole leaves have no uncertainty of placement."""
    table = register()
    true = sum(table.column("persons").to_pylist())
    hits = [abs(v - true) <= m for v, m in (total(make(table, seed=s).surface, PERSONS) for s in range(120))]
    assert 0.82 <= np.mean(hits) <= 0.97


def test_estimates_are_unbiased_where_branches_stop_and_where_they_do_not() -> None:
    table = register(120)
    west = np.array(table.column("residence_area").to_pylist()) == "C11"
    errors = []
    for seed in range(150):
        surface = make(table, seed=seed).surface
        mine = np.array([i.startswith("C11") for i in surface.ids])
        errors.append(surface.values[Quantity("households")][mine].sum() - west.sum())
    assert abs(np.mean(errors)) < 4 * np.std(errors) / np.sqrt(len(errors))


def test_groups_and_classes_add_up() -> None:
    surface = make(register()).surface
    units: tuple[Unit, ...] = ("households", "persons")
    for unit in units:
        every, resident, migrant = (surface.values[Quantity(unit, g)] for g in ("all", "resident", "migrant"))
        classes = sum(surface.values[Quantity(unit, c)] for c in MIGRANT_CLASSES[1:])
        assert resident + migrant == pytest.approx(every)
        assert classes == pytest.approx(migrant)


def test_the_order_of_the_register_does_not_matter() -> None:
    table = register()
    shuffled = table.take(np.random.default_rng(0).permutation(table.num_rows))
    assert write_surface(make(table).surface) == write_surface(make(shuffled).surface)


def test_leaves_and_points_depend_on_public_things_and_on_noise_alone() -> None:
    """One more household at a place where a branch stops anyway does not change the tree."""
    made = make(register(), rho="1/100")
    more = make(register(401), rho="1/100")
    assert list(made.surface.ids) == list(more.surface.ids)
    assert made.surface.point_lon.tolist() == more.surface.point_lon.tolist()
    assert np.array_equal(made.surface.noise, more.surface.noise), "margins know nothing of the register"


def test_large_households_count_no_more_than_the_cap() -> None:
    table = register()
    huge = table.set_column(
        table.schema.get_field_index("persons"), table.schema.field("persons"), pa.array([900] * 400, pa.int32())
    )
    value, margin = total(make(huge).surface, PERSONS)
    assert abs(value - 400 * 8) < 3 * margin


def test_households_of_a_village_are_measured_where_its_homes_are_and_not_at_one_point() -> None:
    table = register(200)
    x, y = PLANE.inverse(np.full(200, 55.0), np.full(200, 55.0))
    at = {
        "lon": x,
        "lat": y,
        "residence_area": ["C11"] * 200,
        "id": [hashlib.sha256(b"%d" % i).digest()[:16] for i in range(200)],
    }
    largest = []
    for precision in ("point", "village"):
        columns = {**{n: table.column(n) for n in table.column_names}, **at, "precision": [precision] * 200}
        spread = pa.table({f.name: columns[f.name] for f in table.schema}, schema=table.schema)
        surface = make(spread, rho="8").surface
        largest.append(surface.values[Quantity("households")].max())
    assert largest[0] == pytest.approx(200, abs=15)
    assert largest[1] < 60


def test_every_group_column_is_measured() -> None:
    surface = make(register(groups=("over_65", "under_6"))).surface
    assert {"over_65", "under_6"} <= set(surface.groups())


def test_without_migrants_nothing_is_spent_on_classes() -> None:
    plain, split = make(register(), migrants=False).surface, make(register()).surface
    assert "migrant" not in plain.groups()
    assert total(plain, PERSONS)[1] < total(split, PERSONS)[1]


def test_positive_values_are_not_negative_and_keep_the_total() -> None:
    surface = make(register()).surface
    positive = surface.positive[PERSONS]
    assert (positive >= 0).all()
    assert positive.sum() == pytest.approx(surface.values[PERSONS].sum())


def test_the_surface_says_what_protects_it_and_nothing_private() -> None:
    facts = make(register(), rho="1/2", description={"vintage": 3}).surface.description
    assert (facts["rho"], facts["guess"], facts["vintage"]) == ("1/2", 0.6915, 3)
    assert facts["caps"]["persons"] == 8


def test_the_points_of_a_leaf_have_weights_that_add_up_to_one() -> None:
    surface = make(register()).surface
    assert np.bincount(surface.point_leaf, surface.point_weight) == pytest.approx(1)


def test_a_register_of_nobody_still_gives_a_surface() -> None:
    surface = make(register(1).slice(0, 0)).surface
    value, margin = total(surface, PERSONS)
    assert abs(value) < 3 * margin
    assert surface.leaves >= 2


def test_opendp_measures_and_the_bytes_can_be_read_again() -> None:
    made = protect(register(60), areas(), None, Fraction(1), OpenDPSampler(), chinese=False)
    assert read_surface(write_surface(made.surface)).leaves == made.surface.leaves
