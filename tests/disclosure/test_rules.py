from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoservice.disclosure.rules import COLUMNS, PROFILES, SUPPRESSED, Sums, disclose, release_block, tally
from geoservice.errors import DisclosureError
from geoservice.release.base import TABLE


@dataclass(frozen=True)
class Regions:
    region: np.ndarray
    geography: str = "village"
    units: tuple = ("a", "b", "c")
    group: str = "all"
    households: str | None = "households"
    persons: str | None = "persons"
    atom: np.ndarray | None = None
    service: str = "clinic"
    tier: str = "any"
    mode: str = "walk"
    nth: int = 1
    minutes: int = 15


@pytest.fixture
def demand(county):
    reduced = county.reduced(county.atoms())
    object.__setattr__(reduced, "group", "all")
    return reduced


def test_columns_are_those_of_the_release_table():
    assert [*COLUMNS] == [n for n in TABLE.names if n != "margin"]


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(1, 50), st.integers(0, 2**64 - 1)), max_size=30))
def test_tally_equals_adding_one_by_one(rows):
    region = np.array([r for r, _, _ in rows], np.int32)
    count = np.array([c for _, c, _ in rows], np.int64)
    sums = tally(region, 4, None, count, 3 * count, np.array([k for *_, k in rows], np.uint64))
    for r in range(4):
        assert sums.households[r] == sum(c for q, c, _ in rows if q == r)
        assert sums.persons[r] == sum(3 * c for q, c, _ in rows if q == r)
        assert int(sums.key[r]) == sum(k for q, _, k in rows if q == r) % 2**64


def test_an_atom_counts_once_in_a_region():
    one = np.ones(2, np.int64)
    with pytest.raises(DisclosureError, match="twice"):
        tally(np.zeros(2, np.int32), 1, np.zeros(2, np.int32), one, one, one.astype(np.uint64))


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda p: p.name)
def test_released_counts_reach_the_threshold_and_are_rounded(profile, demand):
    region = (np.arange(demand.n) % 3).astype(np.int32)
    rows = release_block(Regions(region), demand, profile)
    assert len(rows) == 6
    value = rows["value"].dropna()
    assert (value >= profile.threshold).all()
    assert (value % profile.rounding == 0).all()


def test_zero_and_small_are_one_token():
    few = np.array([0, 3, 9], np.int64)
    sums = tally(np.arange(3, dtype=np.int32), 3, None, few, few, np.arange(3, dtype=np.uint64))
    rows = disclose(sums, "households", "persons", {"geography": "x"}, PROFILES["planner"], ["a", "b", "c"])
    assert rows["value"].isna().all()
    assert set(rows["status"]) == {SUPPRESSED}


def test_persons_need_their_households():
    sums = tally(np.zeros(1, np.int32), 1, None, np.array([4]), np.array([400]), np.array([1], np.uint64))
    rows = disclose(sums, None, "persons", {"geography": "x"}, PROFILES["planner"], ["a"])
    assert rows["status"].tolist() == [SUPPRESSED]


def test_the_same_set_shows_the_same_number_under_every_name(demand):
    region = np.zeros(demand.n, np.int32)
    everywhere = [
        release_block(Regions(region, geography=g, households=m, minutes=t), demand, PROFILES["planner"])["value"][0]
        for g, m, t in (
            ("county", "households", 0),
            ("catchment", "catchment_households", 0),
            ("county", "covered_households", 60),
        )
    ]
    assert len(set(everywhere)) == 1


def test_withheld_is_suppressed(demand):
    rows = release_block(Regions(np.zeros(demand.n, np.int32)), demand, PROFILES["planner"], withheld=True)
    assert set(rows["status"]) == {SUPPRESSED}


def test_group_must_match(demand):
    with pytest.raises(DisclosureError, match="migrant"):
        release_block(Regions(np.zeros(demand.n, np.int32), group="migrant"), demand, PROFILES["planner"])


def test_persons_of_a_set_draw_new_noise_when_they_change():
    """Otherwise the difference of two releases between which a child was born is exact."""
    key, units, planner = np.arange(1, 301, dtype=np.uint64), [f"u{i}" for i in range(300)], PROFILES["planner"]
    shown = []
    for persons in (200, 201):
        sums = Sums(np.full(300, 80), np.full(300, persons), key)
        shown.append(disclose(sums, "households", "persons", {"geography": "x"}, planner, units)["value"].to_numpy(float))
    old, new = shown
    assert (old[:300] == new[:300]).all()
    assert ((new - old)[300:] == 1).mean() < 0.3
