"""Service gaps of the toy district, compared with brute force."""

from dataclasses import replace

import numpy as np
import pytest
from access_instances import pairs_of
from toy_district import MS_PER_METRE, PLANE, TRIP, N, demand_at, make_surface, params_of

from geoservice.analysis import gaps
from geoservice.analysis.base import NOWHERE
from geoservice.analysis.frames import stack
from geoservice.analysis.gap_cells import candidate_cells, people_within
from geoservice.analysis.siting.margins import surface_margin
from geoservice.demand import Quantity, region_sums

STANDARD = 600_000
PERSONS = Quantity("persons")


def gaps_of(context, **params):
    """Return the numbers and attributes of gaps by unit, in the order of rank."""
    found = gaps.analyse(context, params_of(gaps).model_copy(update=params), stack([]))
    rows, units = found.rows.to_pandas(), found.units[0].table.to_pandas().set_index("unit")
    value, margin = (rows.pivot(index="unit", columns="measure", values=c) for c in ("value", "margin"))
    return units.join(value).join(margin.add_suffix("_margin")).sort_values("rank")


def site_ms(gap, x, y):
    px, py = PLANE.forward(np.array([gap["site_lon"]]), np.array([gap["site_lat"]]))
    return (np.abs(x - px) + np.abs(y - py)) * MS_PER_METRE


@pytest.fixture
def two_gaps(context):
    """A hamlet of 30 and one of 60 people beyond the standard, at opposite corners; 900 people are at a station."""
    return at(context, np.array([1900.0, 130.0, 130.0]), np.array([1900.0, 1900.0, 130.0]), np.array([10.0, 20.0, 300.0]))


def at(context, x, y, households, noise=0.0):
    """Return the district with other people."""

    def site_pairs(mode, lon, lat, minutes, points):
        px, py = PLANE.forward(lon, lat)
        ms = (np.abs(px[:, None] - x[points]) + np.abs(py[:, None] - y[points])) * MS_PER_METRE
        return pairs_of(np.where(ms <= minutes * 60_000, ms / 60_000, np.inf))

    surface = make_surface(x, y, households, np.zeros(len(x)), noise)
    return replace(context, demand=demand_at(x, y, surface), site_pairs=site_pairs)


def test_people_who_are_covered_already_do_not_count(two_gaps):
    found = gaps_of(two_gaps)
    assert found["new_persons"].tolist() == found["uncovered_persons"].tolist() == [60.0, 30.0]
    assert found["rank"].tolist() == [1.0, 2.0]
    assert found.index.tolist() == ["clinic.walk.1", "clinic.walk.2"]


def test_a_gap_is_where_people_are_not_reached_whatever_the_centre_of_the_cell(context):
    """The cell's centre is within the standard of the second station, the only home in it is not."""
    x, y = np.array([1249.0]), np.array([1249.0])
    there = at(context, x, y, np.array([10.0]))
    cell = int(there.demand.cell[0])
    assert there.cell_travel[TRIP].ms[cell] <= STANDARD < there.demand.travel[TRIP].ms[0]
    assert gaps_of(there)["cells"].tolist() == [1]


def test_gaps_hold_everybody_who_is_not_reached(context, homes):
    found, ms = gaps_of(context), context.demand.travel[TRIP].ms
    assert found["uncovered_households"].sum() == pytest.approx(homes[2][ms > STANDARD].sum())
    assert found["cells"].sum() == len(np.unique(context.demand.cell[ms > STANDARD]))


def test_newly_reached_people_equal_brute_force(context, homes):
    x, y, households = homes[:3]
    left = context.demand.travel[TRIP].ms > STANDARD
    for _, gap in gaps_of(context).iterrows():
        reached = left & (site_ms(gap, x, y) <= STANDARD + 200)  # the published position is rounded to 0.1 m
        assert gap["new_persons"] == pytest.approx(3 * households[reached].sum())


def test_no_cell_of_a_gap_is_a_better_place(context, homes):
    """The choice is among few cells: none of the gap's own cells reaches over a tenth more."""
    x, y, households = homes[:3]
    weight = np.where(context.demand.travel[TRIP].ms > STANDARD, 3 * households, 0.0)
    px, py = context.projection.forward(context.cell_lon, context.cell_lat)
    ms = (np.abs(px[:, None] - x) + np.abs(py[:, None] - y)) * MS_PER_METRE
    most = ((ms <= STANDARD) * weight).sum(axis=1).max()
    assert gaps_of(context)["new_persons"].iloc[0] > 0.9 * most


def test_margins_are_those_of_the_people_newly_reached(context, homes):
    x, y, households, migrants = homes
    surface = make_surface(x, y, households, migrants, noise=2.0)
    there = replace(context, demand=replace(context.demand, surface=surface))
    gap = gaps_of(there).iloc[0]
    reached = np.flatnonzero((there.demand.travel[TRIP].ms > STANDARD) & (site_ms(gap, x, y) <= STANDARD + 200))
    sums = region_sums(surface, np.zeros(len(reached), np.int32), 1, reached)
    assert gap["new_persons_margin"] == pytest.approx(sums.margin(PERSONS)[0])
    assert surface_margin(surface, PERSONS)(reached, np.array([], int)) == pytest.approx(gap["new_persons_margin"])


@pytest.mark.parametrize(("noise", "tied"), [(0.1, False), (30.0, True)])
def test_a_rival_within_the_margin_is_said(context, noise, tied):
    """A row of hamlets too long for one station: the places at its ends differ by 30 people."""
    x = np.arange(375.0, 1500.0, 250.0)
    there = at(context, x, np.full(5, 1900.0), np.array([200.0, 200.0, 200.0, 200.0, 210.0]), noise)
    assert gaps_of(there, standards={"clinic": 5})["site_is_tied"].tolist() == [tied]


def test_a_surface_without_errors_says_nothing_of_rivals(two_gaps):
    surface = replace(two_gaps.demand.surface, scales={})
    found = gaps_of(replace(two_gaps, demand=replace(two_gaps.demand, surface=surface)))
    assert found["site_is_tied"].isna().all()


def test_the_longest_time_before_and_after(context):
    x, y = np.array([1500.0, 1300.0, 1900.0]), np.array([300.0, 300.0, 1900.0])
    found = gaps_of(at(context, x, y, np.array([10.0, 10.0, 12.0])))
    pair, alone = (found[found["new_persons"] == people].iloc[0] for people in (60, 36))
    assert np.isnan(pair["longest_minutes"]), "1400 m are beyond the search limit of 15 minutes"
    assert pair["longest_minutes_after"] == pytest.approx(site_ms(pair, x[:2], y[:2]).max() / 60_000, abs=0.11)
    assert alone["longest_minutes_after"] == pytest.approx(0, abs=0.11), "the station stands where they live"


def test_names_are_the_nearest_place_and_the_township(two_gaps):
    found = gaps_of(two_gaps)
    assert found["name_zh"].tolist() == ["11西村附近", "12东村附近"]
    assert found["name_en"].tolist() == ["Near Westham, 11", "Near Eastham, 12"]
    assert found["site_zh"].tolist() == ["西村", "东村"]
    assert found["area_en"].tolist() == ["11", "12"]
    bare = gaps_of(replace(two_gaps, named_places=NOWHERE))
    assert bare["name_en"].tolist() == ["11", "12"]
    assert bare["site_en"].isna().all()


def test_a_gap_without_a_street_has_no_site_and_nobody_is_newly_reached(two_gaps):
    found = gaps_of(replace(two_gaps, on_street=lambda mode, lon, lat: (np.full(len(lon), np.nan),) * 2))
    assert found["new_persons"].tolist() == [0, 0]
    assert found["uncovered_persons"].tolist() == [60, 30], "gaps of equal rank are in the order of the people not covered"
    assert found[["site_lon", "site_lat", "site_zh"]].isna().all(axis=None)
    assert found["longest_minutes_after"].equals(found["longest_minutes"])


def test_gaps_with_most_people_are_kept(two_gaps):
    assert gaps_of(two_gaps, most=1)["uncovered_persons"].tolist() == [60.0]


def test_where_everybody_is_reached_there_is_no_gap(context):
    found = gaps.analyse(at(context, np.array([130.0]), np.array([130.0]), np.array([9.0])), params_of(gaps), stack([]))
    assert found.rows.num_rows == found.units[0].table.num_rows == 0


def test_a_leaf_within_its_noise_is_not_known_to_be_inhabited(context, homes):
    surface = make_surface(*homes[:2], np.ones_like(homes[2]), np.zeros_like(homes[3]), noise=2.0)
    assert not gaps.inhabited_leaves(surface).any()


def test_people_within_a_radius_equal_brute_force():
    r = np.random.default_rng(4)
    column, row = (a.ravel() for a in np.meshgrid(np.arange(-3, 9), np.arange(5, 12)))
    persons = r.integers(0, 50, len(column)).astype(float)
    for radius in (0.0, 1.0, 1.5, 3.2, 40.0):
        near = np.hypot(column[:, None] - column, row[:, None] - row) <= radius
        assert people_within(column, row, persons, radius) == pytest.approx(near @ persons)


def test_candidates_are_in_or_beside_their_gap_and_one_a_block():
    column, row = (a.ravel() for a in np.meshgrid(np.arange(N), np.arange(N)))
    patch = np.where((column < 2) & (row < 2), 0, np.where((column > 5) & (row > 5), 1, -1)).astype(np.int32)
    score = np.random.default_rng(2).random(N * N)
    owner, cell = candidate_cells(patch, 2, column, row, score, score, 1, 5)
    assert owner.tolist() == [0] * 5 + [1] * 5
    beside = {0: (column < 3) & (row < 3), 1: (column > 4) & (row > 4)}
    for gap, near in beside.items():
        assert cell[owner == gap].tolist() == np.flatnonzero(near)[np.argsort(-score[near])][:5].tolist()
    owner, cell = candidate_cells(patch, 2, column, row, score, score, 2, 50)
    blocks = list(zip(owner, column[cell] // 2, row[cell] // 2, strict=True))
    assert len(set(blocks)) == len(blocks)
