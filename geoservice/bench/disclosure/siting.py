"""Siting regret: the people whom five sites chosen greedily on a surface miss against five chosen on the register."""

from dataclasses import dataclass

import numpy as np

from geoservice.bench.disclosure.county import MINUTES, County, Located, persons
from geoservice.bench.disclosure.regions import Members, junctions
from geoservice.demand import DemandSurface
from geoservice.geo import Bools, Floats, Ints

CANDIDATES, SITES, SETS = 200, 5, 5
SEED = 11


@dataclass(frozen=True)
class Siting:
    """Sets of candidate junctions, the homes within reach of each, and the persons added by the choice on the register."""

    county: County
    lon: Floats
    lat: Floats
    homes: Members
    best: Floats

    @classmethod
    def of(cls, county: County) -> "Siting":
        """Draw random candidates and choose sites on the register."""
        lon, lat = junctions(county, CANDIDATES * SETS, SEED)
        homes = _reach(county, lon, lat, county.homes)
        weight = county.register[persons()]
        sites = choose_sites(homes, weight, county.homes.covered)
        return cls(county, lon, lat, homes, added_weight(homes, weight, county.homes.covered, sites))

    def regret(self, surface: DemandSurface, points: Located) -> Floats:
        """Return the persons missed by the choice on the surface, in percent; shape ``(sets,)``.

        The base are the persons whom the choice on the register adds to those covered by the stations.
        """
        reach = _reach(self.county, self.lon, self.lat, points)
        people = surface.positive[persons()][surface.point_leaf] * surface.point_weight
        sites = choose_sites(reach, people, points.covered)
        weight, covered = self.county.register[persons()], self.county.homes.covered
        return np.asarray(100 * (1 - added_weight(self.homes, weight, covered, sites) / self.best), float)


def _reach(county: County, lon: Floats, lat: Floats, places: Located) -> Members:
    pairs = county.travel.site_pairs(lon, lat, places.snapped, MINUTES)
    return Members(pairs.station.astype(np.int32), pairs.point.astype(np.int64))


def choose_sites(reach: Members, weight: Floats, covered: Bools) -> Ints:
    """Return greedily chosen sites of each set, each covering most weight not yet covered; shape ``(sets, SITES)``."""
    sites = np.empty((SETS, SITES), np.int64)
    site_set = reach.region // CANDIDATES
    for s in range(SETS):
        in_set = site_set == s
        site, place = reach.region[in_set], reach.place[in_set]
        uncovered = np.where(covered, 0.0, weight)
        for k in range(SITES):
            sites[s, k] = np.argmax(np.bincount(site, uncovered[place], CANDIDATES * SETS))
            uncovered[place[site == sites[s, k]]] = 0
    return sites


def added_weight(reach: Members, weight: Floats, covered: Bools, site_sets: Ints) -> Floats:
    """Return the weight within reach of each set's sites that was not covered before; shape ``(sets,)``."""
    totals = np.empty(len(site_sets))
    for s, sites in enumerate(site_sets):
        inside = np.zeros(len(covered), bool)
        inside[reach.place[np.isin(reach.region, sites)]] = True
        totals[s] = weight[inside & ~covered].sum()
    return totals
