"""Households by how well they are located: one count each, unbiased numbers, and surfaces with and without them."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from tiny_county import areas, places, tree, world
from tiny_register import make, register

from geoservice.demand import read_surface, write_surface
from geoservice.disclosure.budget import divide_rho
from geoservice.disclosure.location_classes import (
    CLASSES,
    counted_areas,
    exact_locations,
    location_classes,
    measure_locations,
)
from geoservice.disclosure.measure import Households
from geoservice.disclosure.sampler import SeededSampler
from geoservice.disclosure.tree import build_tree
from geoservice.errors import InputError
from geoservice.schema import LOCATION_CLASSES, PRECISIONS

MIX = ("point", "building", "interpolated", "street", "village", "village", "township", "county")
"""Two of every eight households are in each class."""


def with_precisions(table: pa.Table, precisions: list[str]) -> pa.Table:
    at = table.schema.get_field_index("precision")
    return table.set_column(at, table.schema.field(at), pa.array(precisions, pa.string()))


def mixed(n: int = 400) -> pa.Table:
    return with_precisions(register(n), [MIX[i % 8] for i in range(n)])


def test_every_precision_has_one_class() -> None:
    assert sorted(p for names in LOCATION_CLASSES.values() for p in names) == sorted(PRECISIONS)
    numbers = location_classes(with_precisions(register(len(PRECISIONS)), list(PRECISIONS)))
    assert [CLASSES[n] for n in numbers] == [c for c, names in LOCATION_CLASSES.items() for _ in names]


def test_a_precision_of_no_name_counts_with_the_last_class() -> None:
    assert location_classes(with_precisions(register(1), ["roughly"])).tolist() == [len(CLASSES) - 1]


def test_townships_are_counted_and_what_lies_outside_them_with_the_county() -> None:
    assert counted_areas(tree()).codes == ["C1"]
    rows = areas().to_pylist()
    east = [r | ({"level": "township", "parent": "C"} if r["code"] == "C12" else {}) for r in rows if r["code"] != "C1"]
    county = build_tree(pa.Table.from_pylist([r for r in east if r["code"] != "C11"], schema=areas().schema), places())
    counted = counted_areas(county)
    assert counted.codes == ["C", "C12"]
    assert [counted.codes[a] for a in counted.of_square] == county.base_area


def test_one_household_changes_one_count_by_one() -> None:
    pair, counted = world(), counted_areas(tree())
    with_it, without = (exact_locations(counted, pair.households(present=p)) for p in (True, False))
    assert np.abs(with_it - without).sum() == 1
    assert without.sum() == len(pair.without.square)


def test_counts_are_unbiased_and_have_the_noise_of_their_part() -> None:
    pair, rho = world(), divide_rho(Fraction(1), migrants=True).locations
    exact = exact_locations(counted_areas(pair.tree), pair.without)
    runs = [measure_locations(pair.tree, pair.without, rho, SeededSampler(seed)) for seed in range(400)]
    errors = np.array([run.households - exact for run in runs])
    assert runs[0].deviation == 5
    assert errors.std() == pytest.approx(5, rel=0.06)
    assert abs(errors.mean()) < 4 * 5 / np.sqrt(errors.size)
    assert (errors == np.rint(errors)).all()


def test_a_surface_has_the_classes_of_its_register() -> None:
    locations = make(mixed(), rho="8").surface.locations
    assert locations is not None
    assert locations.areas == [("C1", "C")]
    assert locations.households == pytest.approx(np.full((1, 4), 100), abs=5 * locations.deviation)
    assert locations.deviation == pytest.approx(5 / np.sqrt(8))


def test_locations_are_stored_and_surfaces_without_them_are_read() -> None:
    surface = make(mixed()).surface
    stored = read_surface(write_surface(surface)).locations
    assert stored is not None
    assert surface.locations is not None
    assert (stored.areas, stored.classes) == (surface.locations.areas, CLASSES)
    assert stored.households.tolist() == surface.locations.households.tolist()
    assert stored.deviation == surface.locations.deviation
    earlier = write_surface(replace(surface, locations=None))
    assert write_surface(surface).startswith(earlier), "an earlier version reads the rest as before"
    assert read_surface(earlier).locations is None


def test_damaged_locations_are_refused() -> None:
    body = write_surface(make(mixed(40)).surface)
    with pytest.raises(InputError, match="damaged"):
        read_surface(body[:-100])


def test_households_are_counted_where_they_were_placed() -> None:
    """A household of the county only is in one square, and in the township of that square."""
    pair = world()
    people = Households(*pair.target)._replace(location=np.array([3], np.int32))
    assert exact_locations(counted_areas(pair.tree), people).tolist() == [[0, 0, 0, 1]]
