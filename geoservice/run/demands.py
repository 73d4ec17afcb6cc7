"""From households to atoms: the last place where a household is seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from geoservice.analysis.base import Demand, Times, Trip
from geoservice.disclosure.atoms import make_atoms, nest_atoms, region_of_atoms
from geoservice.disclosure.keys import cell_keys
from geoservice.geo import Floats, Int32s, Ints, Keys
from geoservice.run.people import People
from geoservice.run.places import Cells, Places

# groups whose coverage is asked for each tier; the others only for all tiers together
TIERED = frozenset({"all", "resident", "migrant"})


def atoms_of_groups(people: People, places: Places, cells: Cells) -> dict[str, Int32s]:
    """Atom of each household in the partition of each group, -1 for households that are not of the group."""
    levels = list(places.areas)
    low = people.area[levels[-1]]
    parents = _parents(places, levels)
    everybody = make_atoms(low, people.x, people.y, np.ones(len(low), np.int64), parents, cell_metres=cells.side)
    atoms = {"all": everybody}
    for group, count in people.groups.items():
        if group != "all":
            member = count > 0
            atoms[group] = np.where(member, nest_atoms(everybody, member, low, parents), -1).astype(np.int32)
    return atoms


def _parents(places: Places, levels: Sequence[str]) -> list[Int32s]:
    """For each step upward, the position of the area above each area; one that is missing leads to the first."""
    climbs = zip(levels[:0:-1], levels[-2::-1], strict=True)
    return [np.maximum(places.index(places.areas[low].ids, high), 0) for low, high in climbs]


@njit(cache=True)
def _median_members(start, member, ms):  # type: ignore[no-untyped-def]  # compiled by numba, called below
    """Of each atom, the member with the lower median time; between equal times the first in the register's order."""
    chosen = np.empty(len(start) - 1, np.int64)
    for a in range(len(chosen)):
        mine = member[start[a] : start[a + 1]]
        order = np.argsort(ms[mine], kind="mergesort")
        chosen[a] = mine[order[(len(mine) - 1) // 2]]
    return chosen


@dataclass(frozen=True)
class Sample:
    """The households of one group, sorted by atom: ``member[start[a]:start[a + 1]]`` are the rows of atom ``a``."""

    group: str
    start: Ints
    member: Ints
    households: Ints
    persons: Ints
    key: Keys
    area: Mapping[str, Int32s]
    cell: Int32s
    lon: Floats
    lat: Floats

    @classmethod
    def of(cls, atom: Int32s, group: str, people: People, places: Places, cells: Cells) -> "Sample":
        """Add up a group by atom. Numbers of atoms that have no member of the group are dropped."""
        inside = np.flatnonzero(atom >= 0)
        numbers, inverse = np.unique(atom[inside], return_inverse=True)
        number: Int32s = inverse.astype(np.int32)
        n = len(numbers)
        start = np.concatenate([[0], np.cumsum(np.bincount(number, minlength=n))]).astype(np.int64)
        member = inside[np.argsort(number, kind="stable")]
        middle = _middles(start, member, people)
        area = {}
        for level, regions in people.area.items():
            area[level] = region_of_atoms(number, regions[inside], n, len(places.areas[level].ids))[0]
        return cls(
            group=group,
            start=start,
            member=member,
            households=np.diff(start),
            persons=np.bincount(number, weights=people.groups[group][inside], minlength=n).astype(np.int64),
            key=cell_keys(number, n, people.key[inside]),
            area=area,
            cell=cells.index(people.x[middle], people.y[middle]),
            lon=people.lon[middle],
            lat=people.lat[middle],
        )

    def asked(self, trip: Trip) -> bool:
        """Whether the group's coverage is asked for this trip: tiers one by one for few groups, further ranks for everybody."""
        if trip.nth > 1:
            return self.group == "all"
        return trip.tier == "any" or self.group in TIERED

    def reduce(self, times: Times) -> Times:
        """Give each atom the time and station of its median household."""
        chosen = _median_members(self.start, self.member, times.ms)
        return Times(times.ms[chosen], times.station[chosen])

    def demand(self, travel: Mapping[Trip, Times]) -> Demand:
        """Make what analyses see of the group."""
        return Demand(
            self.group, self.households, self.persons, self.key, self.area, self.cell, self.lon, self.lat, travel
        )  # fmt: skip


def _middles(start: Ints, member: Ints, people: People) -> Ints:
    """Row of the household nearest to the middle of its atom; between equals the first in the register's order."""
    if len(start) == 1:
        return np.empty(0, np.int64)
    size = np.diff(start)
    x, y = people.x[member], people.y[member]
    mean_x, mean_y = (np.repeat(np.add.reduceat(v, start[:-1]) / size, size) for v in (x, y))
    away = (x - mean_x) ** 2 + (y - mean_y) ** 2
    order = np.lexsort((member, away, np.repeat(np.arange(len(size)), size)))
    return np.asarray(member[order[start[:-1]]], np.int64)
