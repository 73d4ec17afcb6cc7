"""One surface from those of several counties."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from county_surface import HOUSEHOLDS, PERSONS, county_surface
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.demand import (
    DemandSurface,
    Quantity,
    Shares,
    Sums,
    independent_replays,
    merge_surfaces,
    noise_margins,
    read_surface,
    region_sums,
    write_surface,
)
from geoservice.errors import InputError


def whole(surface: DemandSurface) -> Sums:
    return region_sums(surface, np.zeros(len(surface.point_leaf), np.int32), 1)


def test_the_merged_surface_has_all_parts_in_the_order_of_their_areas_whatever_order_they_come_in() -> None:
    first, second = county_surface("11"), county_surface("12", leaves=3)
    merged = merge_surfaces([second, first])
    assert merged.ids == [*first.ids, *second.ids]
    assert merged.values[PERSONS].tolist() == [*first.values[PERSONS], *second.values[PERSONS]]
    assert merged.point_leaf.tolist() == list(range(7))
    assert merged.description["areas"] == ["11", "12"]
    assert merged.flows is not None
    assert list(merged.flows.area) == ["11"] * 3 + ["12"] * 3
    assert write_surface(merged) == write_surface(merge_surfaces([first, second]))
    assert write_surface(read_surface(write_surface(merged))) == write_surface(merged)


def test_a_part_is_the_same_alone_and_among_others() -> None:
    parts = [independent_replays(county_surface(c)) for c in ("11", "12", "13")]
    merged = merge_surfaces([county_surface(c) for c in ("11", "12", "13")])
    assert np.array_equal(merged.noise, np.concatenate([p.noise for p in parts]))
    assert merged.flows is not None
    assert np.array_equal(merged.flows.noise, np.concatenate([p.flows.noise for p in parts if p.flows is not None]))


def test_margins_of_sums_and_shares_and_flows_within_a_part_stay() -> None:
    made = county_surface("11")
    shuffled = independent_replays(made)
    one = np.zeros(4, np.int32), np.array([0, -1, 0, -1], np.int32)
    for first, second in (one, one[::-1]):
        shares = [Shares(region_sums(s, first, 1), region_sums(s, second, 1)) for s in (made, shuffled)]
        before, after = (s.ratio(PERSONS)[1] for s in shares)
        assert after == pytest.approx(before, rel=1e-6)
    assert made.flows is not None
    assert shuffled.flows is not None
    assert shuffled.flows.margins() == pytest.approx(made.flows.margins(), rel=1e-6)
    products = [np.asarray(s.noise, float) @ np.asarray(s.flows.noise, float).T for s in (made, shuffled) if s.flows]
    assert products[1] == pytest.approx(products[0], rel=1e-6, abs=1e-6)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(11, 9999).map(str), min_size=2, max_size=4, unique=True))
def test_the_margin_of_counties_together_is_the_root_of_the_sum_of_squares(codes: list[str]) -> None:
    parts = [county_surface(c, replays=4000) for c in codes]
    squares = sum(whole(p).margin(PERSONS)[0] ** 2 for p in parts)
    assert whole(merge_surfaces(parts)).margin(PERSONS)[0] == pytest.approx(np.sqrt(squares), rel=0.12)


def test_without_it_the_margins_of_two_counties_would_add_up() -> None:
    """As all replays come from one seed: the reason for the order and the signs."""
    first, second = county_surface("11"), county_surface("12")
    together = noise_margins((first.noise.sum(axis=0) + second.noise.sum(axis=0))[None])[0]
    assert together == pytest.approx(2 * noise_margins(first.noise.sum(axis=0)[None])[0])
    assert first.flows is not None
    merged = merge_surfaces([first, second])
    assert merged.flows is not None
    of_origin = merged.flows.noise.reshape(2, 3, -1).sum(axis=0)
    assert noise_margins(of_origin) == pytest.approx(np.sqrt(2) * first.flows.margins(), rel=0.25)


def test_the_description_states_the_largest_rho_and_has_those_of_the_parts() -> None:
    parts = [county_surface("11"), county_surface("12", rho="1", guess=0.7602), county_surface("13", made_up=False)]
    facts = merge_surfaces(parts).description
    assert (facts["kind"], facts["rho"], facts["guess"], facts["made_up"]) == ("register", "1", 0.7602, True)
    assert [p["areas"] for p in facts["parts"]] == [["11"], ["12"], ["13"]]
    assert facts["caps"] == {"persons": 8}


def test_households_by_how_well_they_are_located_keep_their_noise_by_county() -> None:
    second = county_surface("12")
    assert second.locations is not None
    noisier = replace(second, locations=replace(second.locations, deviation=7.0))
    merged = read_surface(write_surface(merge_surfaces([county_surface("11"), noisier])))
    assert merged.locations is not None
    assert merged.locations.deviations.tolist() == [5, 7]
    assert merge_surfaces([county_surface("11"), replace(second, locations=None)]).locations is None


def _without_households(s: DemandSurface) -> DemandSurface:
    return replace(s, values={PERSONS: s.values[PERSONS]})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: replace(s, description=s.description | {"areas": ["11", "12"]}), "area 11 is in the surface of 11 and in"),
        (lambda s: replace(s, ids=["1100", *s.ids[1:]]), "leaf 1100 is in the surface of 11 and in the surface of 12"),
        (_without_households, "the surface of 12 has no households.all, but the surface of 11 has"),
        (lambda s: replace(s, values=s.values | {Quantity("persons", "w"): s.values[PERSONS]}), "11 has no persons.w"),
        (lambda s: replace(s, scales=s.scales | {HOUSEHOLDS: np.array([1.0, 1e-9])}), "scale of households.all differs"),
        (lambda s: replace(s, flows=None), "only one has the origins of migrants"),
        (lambda s: replace(s, description=s.description | {"caps": {"persons": 9}}), "different caps"),
        (lambda s: replace(s, noise=s.noise[:, :9]), "numbers of replays"),
        (lambda s: replace(s, description={"kind": "population"}), "state their areas"),
    ],
)
def test_parts_that_overlap_or_were_measured_differently_are_refused(
    change: Callable[[DemandSurface], DemandSurface], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        merge_surfaces([county_surface("11"), change(county_surface("12"))])


def test_nothing_cannot_be_merged() -> None:
    with pytest.raises(InputError, match="none to merge"):
        merge_surfaces([])
