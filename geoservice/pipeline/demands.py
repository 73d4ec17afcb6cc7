"""From households to atoms: the last place where a household is seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geoservice.analysis.base import Demand, Times, Trip
from geoservice.disclosure.atoms import make_atoms, nest_atoms, region_of_atoms
from geoservice.disclosure.reduce import Reduced, lower_median_by_atom, reduce_households
from geoservice.geo import Floats, Int32s
from geoservice.pipeline.people import People
from geoservice.pipeline.places import Cells, Places


def atoms_of_groups(people: People, places: Places, cells: Cells) -> dict[str, Int32s]:
    """Atom of each household, of the group or not, in the partition of each group."""
    levels = list(places.areas)
    low = people.area[levels[-1]]
    parents = _parents(places, levels)
    everybody = make_atoms(low, people.x, people.y, np.ones(len(low), np.int64), parents, cell_metres=cells.side)
    atoms = {"all": everybody}
    for group, count in people.groups.items():
        if group != "all":
            atoms[group] = nest_atoms(everybody, count > 0, low, parents)
    return atoms


def _parents(places: Places, levels: Sequence[str]) -> list[Int32s]:
    """For each step upward, the position of the area above each area; one that is missing leads to the first."""
    climbs = zip(levels[:0:-1], levels[-2::-1], strict=True)
    return [np.maximum(places.index(places.areas[low].ids, high), 0) for low, high in climbs]


@dataclass(frozen=True)
class Sample:
    """One group's households reduced to atoms, and where the atoms lie."""

    group: str
    reduced: Reduced
    area: Mapping[str, Int32s]
    cell: Int32s
    lon: Floats
    lat: Floats

    @classmethod
    def of(cls, atom: Int32s, group: str, people: People, places: Places, cells: Cells) -> "Sample":
        """Add up a group by atom; an atom lies in an area if that is a union of atoms, and in the cell of its mean position."""
        persons = people.groups[group]
        r = reduce_households(atom, persons > 0, persons, people.key, people.x, people.y)
        # an area that a group's atom covers in part is no union of atoms, even when all members live in that part: beside
        # everybody's number, the members' would tell the few others
        position = np.full(int(atom.max(initial=-1)) + 2, -1, np.int32)  # the last entry answers for atom -1
        position[atom[r.rows]] = r.atom
        there = np.flatnonzero(position[atom] >= 0)
        area = {
            level: region_of_atoms(position[atom[there]], regions[there], r.n, len(places.areas[level].ids))[0]
            for level, regions in people.area.items()
        }
        lon, lat = places.projection.inverse(r.x, r.y)
        return cls(group, r, area, cells.index(r.x, r.y), lon, lat)

    def reduce(self, times: Times) -> Times:
        """Give each atom the time and station of its median household."""
        r = self.reduced
        return Times(*lower_median_by_atom(times.ms[r.rows], times.station[r.rows], r.atom, r.n))

    def demand(self, travel: Mapping[Trip, Times]) -> Demand:
        """Make what analyses see of the group."""
        r = self.reduced
        return Demand(self.group, r.households, r.persons, r.key, self.area, self.cell, self.lon, self.lat, travel)
