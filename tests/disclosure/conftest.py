"""A small made-up county whose households we know exactly, to play the attacker against."""

from dataclasses import dataclass

import numpy as np
import pytest

from geoservice.disclosure.atoms import make_atoms, nest_atoms
from geoservice.disclosure.reduce import reduce_households
from geoservice.disclosure.rules import Profile, disclose, tally

EXACT = None


@dataclass(frozen=True)
class County:
    area: np.ndarray
    parents: list[np.ndarray]
    x: np.ndarray
    y: np.ndarray
    persons: np.ndarray
    key: np.ndarray
    migrant: np.ndarray

    def __len__(self):
        return len(self.area)

    def everybody(self):
        return np.ones(len(self), bool)

    def atoms(self, k=10):
        return make_atoms(self.area, self.x, self.y, np.ones(len(self), np.int64), self.parents, k)

    def migrant_atoms(self, k=10):
        return nest_atoms(self.atoms(k), self.migrant, self.area, self.parents, k)

    def reduced(self, atom, member=None, k=10):
        member = self.everybody() if member is None else member
        return reduce_households(atom, member, self.persons, self.key, self.x, self.y, k)


def make_county(n=3000, areas=12, seed=1):
    r = np.random.default_rng(seed)
    centre = r.uniform(0, 6000, (areas, 2))
    area = np.sort(r.integers(0, areas, n)).astype(np.int32)
    place = centre[area] + r.normal(0, 300, (n, 2))
    migrant = r.random(n) < np.linspace(0, 0.4, areas)[area]
    key = r.integers(0, 2**64, n, dtype=np.uint64)
    parents = [(np.arange(areas) // 4).astype(np.int32)]
    return County(area, parents, place[:, 0], place[:, 1], r.integers(1, 7, n), key, migrant)


def published(members, persons, key, profile, group="all"):
    """Households and persons of sets as published, NaN where suppressed; ``members`` is bool (sets, households)."""
    if profile is EXACT:
        return members.sum(axis=1).astype(float), members @ persons.astype(float)
    sets, household = np.nonzero(members)
    one = np.ones(len(persons), np.int64)
    sums = tally(sets.astype(np.int32), len(members), household.astype(np.int32), one, persons.astype(np.int64), key)
    units = [f"u{i}" for i in range(len(members))]
    rows = disclose(sums, "households", "persons", {"geography": "x", "group": group}, profile, units)
    value = rows["value"].to_numpy(float)
    return value[: len(members)], value[len(members) :]


@pytest.fixture(scope="session")
def county():
    return make_county()


@pytest.fixture(scope="session")
def publish():
    return published


@pytest.fixture(scope="session")
def weak():
    """Planted weaknesses: profiles that no study may use."""
    return {"no threshold": Profile("w", 8, 6, 4, threshold=0), "tiny noise": Profile("w", 1, 0.05, 0, threshold=0)}
