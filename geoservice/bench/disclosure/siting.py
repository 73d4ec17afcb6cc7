"""Five more sites chosen greedily on a surface, and how many people fewer they cover than five chosen on the register."""

from dataclasses import dataclass

import numpy as np

from geoservice.bench.disclosure.county import MINUTES, County, Located, persons
from geoservice.bench.disclosure.regions import Members, junctions
from geoservice.demand import DemandSurface
from geoservice.geo import Bools, Floats, Ints

CANDIDATES, CHOSEN, SETS = 200, 5, 5
SEED = 11


@dataclass(frozen=True)
class Siting:
    """Sets of candidate junctions, the homes within reach of each, and the persons whom the register's own choice adds."""

    county: County
    lon: Floats
    lat: Floats
    homes: Members
    best: Floats

    @classmethod
    def of(cls, county: County) -> "Siting":
        """Draw the candidates and choose on the register."""
        lon, lat = junctions(county, CANDIDATES * SETS, SEED)
        homes = _reach(county, lon, lat, county.homes)
        weight = county.register[persons()]
        chosen = choose(homes, weight, county.homes.covered)
        return cls(county, lon, lat, homes, added(homes, weight, county.homes.covered, chosen))

    def regret(self, surface: DemandSurface, points: Located) -> Floats:
        """Persons in the register that a choice on the surface fails to cover, in percent; shape ``(sets,)``.

        Of the persons whom the register's choice adds to those that the stations cover already.
        """
        reach = _reach(self.county, self.lon, self.lat, points)
        people = surface.positive[persons()][surface.point_leaf] * surface.point_weight
        chosen = choose(reach, people, points.covered)
        weight, before = self.county.register[persons()], self.county.homes.covered
        return np.asarray(100 * (1 - added(self.homes, weight, before, chosen) / self.best), float)


def _reach(county: County, lon: Floats, lat: Floats, places: Located) -> Members:
    site, place = county.travel.reach(lon, lat, places.snapped, MINUTES)
    return Members(site, place.astype(np.int64))


def choose(reach: Members, weight: Floats, before: Bools) -> Ints:
    """Choose sites of each set, one by one, each where it covers most that is not covered yet; shape ``(sets, CHOSEN)``."""
    chosen = np.empty((SETS, CHOSEN), np.int64)
    of_set = reach.region // CANDIDATES
    for s in range(SETS):
        mine = of_set == s
        site, place = reach.region[mine], reach.place[mine]
        open_ = np.where(before, 0.0, weight)
        for k in range(CHOSEN):
            chosen[s, k] = np.argmax(np.bincount(site, open_[place], CANDIDATES * SETS))
            open_[place[site == chosen[s, k]]] = 0
    return chosen


def added(reach: Members, weight: Floats, before: Bools, chosen: Ints) -> Floats:
    """Weight within reach of the chosen sites of each set that was not covered before; shape ``(sets,)``."""
    totals = np.empty(len(chosen))
    for s, sites in enumerate(chosen):
        inside = np.zeros(len(before), bool)
        inside[reach.place[np.isin(reach.region, sites)]] = True
        totals[s] = weight[inside & ~before].sum()
    return totals
