"""An invented prefecture: counties that share their borders, a river and lakes, and roads across county lines.

The ground of a county does not depend on which other counties are made; roads across its borders and the expressway do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from geoservice.demo.areas import CITY, COUNTIES, County, prefecture_county, prefecture_facts
from geoservice.demo.land import CELL_M, Land, Point, divided, mosaic_cells, mosaic_sites, outline
from geoservice.demo.partition import partition
from geoservice.demo.roads import Roads, make_roads
from geoservice.demo.settlements import make_lanes, make_settlements
from geoservice.demo.through_roads import through_roads
from geoservice.demo.world import World
from geoservice.geo import Floats, Ints

VILLAGE_M2 = 8.7e6
"""Mean area of a village; that of the real prefecture."""
WAVE = (2500.0, 31e3)
"""How far county lines swing, and over what length, in metres."""
LAKES, LAKE_M = 9, (900, 2400)
TOWN_APART_M = 6500.0
"""A county town is no nearer to the county line and to water than this, where there is room."""


@dataclass(frozen=True)
class Prefecture:
    """Counties, and the roads of all of them."""

    worlds: tuple[World, ...]
    roads: Roads

    @property
    def areas(self) -> pd.DataFrame:
        """Return the table of the areas of the prefecture that are made."""
        facts = prefecture_facts()
        codes = {CITY, *(world.land.county.code for world in self.worlds)}
        return facts[(facts["code"] == CITY) | facts["code"].str[:6].isin(codes)]

    def polygon(self, code: str) -> shapely.Geometry:
        """Return the polygon of an area in degrees."""
        if code == CITY:
            return shapely.coverage_union_all([w.land.polygon(w.land.county.code) for w in self.worlds])
        return next(w for w in self.worlds if code.startswith(w.land.county.code)).land.polygon(code)


def make_prefecture(seed: int, counties: int = len(COUNTIES)) -> Prefecture:
    """Return the first counties of the prefecture of a seed; it does not depend on the number of households."""
    worlds = tuple(_county(land, seed) for land in _lands(seed, counties))
    return Prefecture(worlds, through_roads(worlds, np.random.default_rng([seed, int(CITY), 1])))


def _county(land: Land, seed: int) -> World:
    rng = np.random.default_rng([seed, int(land.county.code), 1])
    places = make_settlements(land, rng)
    return World(land, places, make_roads(land, places, make_lanes(places, land, rng), rng, expressway=False))


def county_sites(counties: Sequence[County], rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Return the points of the mosaic, and the number of the county of each, -1 outside of the prefecture."""
    sizes = [int((county.areas["level"] == "village").sum()) for county in counties]
    sites, inside = mosaic_sites(outline(VILLAGE_M2 * sum(sizes), rng), rng)
    owner = np.full(len(sites), -1)
    owner[inside] = partition(sites[inside], sizes, WAVE)
    return sites, owner


def _lands(seed: int, number: int) -> list[Land]:
    """Return the land of the first counties."""
    rng = np.random.default_rng([seed, int(CITY), 0])
    counties = [prefecture_county(code) for code in COUNTIES]
    sites, owner = county_sites(counties, rng)
    river = _river(sites, rng)
    water = shapely.union_all([river.buffer(140), *_lakes(sites[owner >= 0], rng)])
    lands = []
    for i, county in enumerate(counties[:number]):
        own = owner == i
        near = np.isfinite(cKDTree(sites[own]).query(sites, distance_upper_bound=5 * CELL_M)[0])
        cells = mosaic_cells(sites[near], own[near])
        city = _city(sites[own], sites[near & ~own], water)
        lands.append(_land(county, city, sites[own], cells, river, water, seed))
    return lands


def _land(
    county: County,
    city: Point,
    sites: Floats,
    cells: tuple[shapely.Polygon, ...],
    river: shapely.LineString,
    water: shapely.Geometry,
    seed: int,
) -> Land:
    rng = np.random.default_rng([seed, int(county.code), 0])
    codes, village, centre = divided(county, city, sites, _townships, rng)
    return Land(county, city, codes, sites, cells, village, centre, river, water)


def _townships(centre: Floats, count: "pd.Series[int]") -> dict[str, Ints]:
    """Return the villages of each township."""
    count = count.sort_index()
    township = partition(centre, count.tolist())
    return {str(code): np.flatnonzero(township == number) for number, code in enumerate(count.index)}


def _city(sites: Floats, outside: Floats, water: shapely.Geometry) -> Point:
    """Return the place of a county town: near the middle of the county, with room around it."""
    room = np.minimum(cKDTree(outside).query(sites)[0], shapely.distance(water, shapely.points(sites)))
    middle = np.hypot(*(sites - sites.mean(axis=0)).T)
    x, y = sites[np.argmax(np.minimum(room, TOWN_APART_M) - 0.02 * middle)]
    return float(x), float(y)


def _river(sites: Floats, rng: np.random.Generator) -> shapely.LineString:
    west, east = sites[:, 0].min() - 5e3, sites[:, 0].max() + 5e3
    x = np.arange(west, east, 200.0)
    bends = [(6e3, 23e3), (2e3, 7e3), (500.0, 2.1e3)]
    y = -9e3 + 0.08 * x + sum(metres * np.sin(x / length + rng.uniform(0, 6)) for metres, length in bends)
    return shapely.LineString(np.column_stack([x, y]))


def _lakes(sites: Floats, rng: np.random.Generator) -> list[shapely.Geometry]:
    lakes = []
    for x, y in sites[rng.choice(len(sites), LAKES, replace=False)]:
        shore = shapely.Point(0, 0).buffer(rng.uniform(*LAKE_M), 24)
        wavy = shapely.transform(shore, lambda p: p * (1 + 0.06 * np.sin(p[:, :1] / 310) * np.cos(p[:, 1:] / 270)))
        lakes.append(shapely.transform(wavy, lambda p, at=(x, y): p + at))
    return lakes
