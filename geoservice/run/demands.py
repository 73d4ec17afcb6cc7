"""From households to atoms: the last place where a household is seen."""

from collections.abc import Mapping, Sequence

import numpy as np

from geoservice.analysis.base import Demand, Times, Trip
from geoservice.disclosure.atoms import make_atoms, nest_atoms, region_of_atoms
from geoservice.geo import Int32s
from geoservice.run.people import People
from geoservice.run.places import Cells, Places


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
