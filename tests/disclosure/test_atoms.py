import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.disclosure.atoms import make_atoms, nest_atoms, publishable, region_of_atoms
from geoservice.disclosure.merge import merge
from geoservice.disclosure.reduce import lower_median_by_atom
from geoservice.errors import DisclosureError

PARENTS = [np.array([0, 0, 1, 1], np.int32)]


@st.composite
def registers(draw):
    n = draw(st.integers(0, 120))
    r = np.random.default_rng(draw(st.integers(0, 2**32)))
    area = r.choice(4, n, p=r.dirichlet(np.ones(4) * draw(st.sampled_from([0.2, 1, 5])))).astype(np.int32)
    return area, r.uniform(0, 2000, n), r.uniform(0, 2000, n), r.random(n) < draw(st.sampled_from([0.02, 0.2, 0.5, 0.95])), r


def atoms_of(area, x, y, k):
    return make_atoms(area, x, y, np.ones(len(area), np.int64), PARENTS, k)


@settings(deadline=None)
@given(registers(), st.integers(2, 12))
def test_every_atom_has_k_households(register, k):
    area, x, y, *_ = register
    atom = atoms_of(area, x, y, k)
    if len(area) < k:
        assert (atom == -1).all()
    else:
        assert np.bincount(atom).min() >= k


@settings(deadline=None)
@given(registers(), st.integers(2, 12))
def test_row_order_changes_nothing(register, k):
    area, x, y, member, r = register
    mixed = r.permutation(len(area))
    atom = atoms_of(area, x, y, k)
    assert (atoms_of(area[mixed], x[mixed], y[mixed], k) == atom[mixed]).all()
    nested = nest_atoms(atom, member, area, PARENTS, k)
    assert (nest_atoms(atom[mixed], member[mixed], area[mixed], PARENTS, k) == nested[mixed]).all()


@settings(deadline=None)
@given(registers(), st.integers(2, 8))
def test_group_atoms_hold_nobody_or_k_of_the_group_and_of_the_others(register, k):
    area, x, y, member, _ = register
    atom = atoms_of(area, x, y, k)
    nested = nest_atoms(atom, member, area, PARENTS, k)
    for side in (member, ~member):
        held = np.bincount(nested[nested >= 0], side[nested >= 0])
        assert not ((held > 0) & (held < k)).any()
    lost = (atom >= 0) & (nested < 0)
    if lost.any():
        assert min(np.sum(member[lost]), np.sum(~member[lost])) < k
    for a in np.unique(atom[atom >= 0]):
        assert len(np.unique(nested[atom == a])) == 1


@settings(deadline=None)
@given(registers(), st.integers(2, 8))
def test_two_published_regions_differ_by_nobody_or_k(register, k):
    area, x, y, *_ = register
    atom = atoms_of(area, x, y, k)
    cell = (x // 700 + 10 * (y // 700)).astype(np.int32)
    sets = []
    for region in (area, PARENTS[0][area], cell):
        sets += [region == r for r in np.flatnonzero(publishable(atom, region)) if (region == r).any()]
    for a in sets:
        for b in sets:
            assert (a & ~b).sum() == 0 or (a & ~b).sum() >= k


def test_small_area_is_merged_with_a_sibling_before_a_stranger():
    area = np.repeat([0, 1, 2, 3], [3, 20, 20, 20]).astype(np.int32)
    spot = np.zeros(63)
    atom = atoms_of(area, spot, spot, 10)
    assert publishable(atom, area).tolist() == [False, False, True, True]
    assert publishable(atom, PARENTS[0][area]).tolist() == [True, True]


def test_dense_cells_stay_publishable():
    r = np.random.default_rng(0)
    x, y = r.uniform(0, 1000, 4000), r.uniform(0, 1000, 4000)
    cell = (x // 250 + 4 * (y // 250)).astype(np.int32)
    assert publishable(atoms_of(np.zeros(4000, np.int32), x, y, 10), cell).all()


def test_households_without_an_area_are_in_no_atom():
    area = np.array([-1] + [0] * 12, np.int32)
    spot = np.zeros(13)
    assert atoms_of(area, spot, spot, 10).tolist() == [-1] + [0] * 12


def test_region_with_a_household_outside_all_atoms_is_not_publishable():
    of_atom, good = region_of_atoms(np.array([-1, 0, 1]), np.array([0, 0, 1], np.int32), 2, 2)
    assert of_atom.tolist() == [-1, 1]
    assert good.tolist() == [False, True]


def test_wrong_shapes_are_refused():
    with pytest.raises(DisclosureError, match="members has shape"):
        make_atoms(np.zeros(3, np.int32), np.zeros(3), np.zeros(3), np.ones(2, np.int64))


def test_a_few_migrants_in_a_large_county_join_into_one_atom():
    # 15 in all: 10 make a whole, 5 are left over and must join them although many atoms lie between
    weights = np.tile([0, 30], (20_000, 1))
    weights[np.linspace(0, 19_999, 15).astype(int)] = [1, 29]
    atom = merge(weights, [np.zeros(20_000, np.int64)], 10)
    assert np.bincount(atom, weights[:, 0]).max() == 15


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40))
def test_lower_median_is_that_of_sorting(times):
    ms = np.array(times, np.int32)
    atom = (np.arange(len(ms)) % 2).astype(np.int32)
    n = min(2, len(ms))
    got = lower_median_by_atom(ms, ms * 10, atom, n)
    expected = [sorted(ms[atom == a])[(np.sum(atom == a) - 1) // 2] for a in range(n)]
    assert got[0].tolist() == expected
    assert got[1].tolist() == [10 * e for e in expected]
