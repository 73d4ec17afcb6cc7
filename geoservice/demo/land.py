"""Invented areas of demo counties: an outline, townships and villages that tile it, a river and a lake.

The county is a mosaic of about nine thousand small Voronoi cells. A village is a set of cells, a township a set of villages,
so borders are irregular like real ones, and areas neither overlap nor leave gaps, since they share their vertices.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, cKDTree

from geoservice.demo.areas import County, short_name, yixiu
from geoservice.geo import Bools, Floats, Ints, LocalProjection

PLANE = LocalProjection(117.0, 30.6)
AREA_M2 = 700e6
CELL_M = 290.0
CITY = (1500.0, -7600.0)
"""Centre of the county town of the Yixiu demo, in metres on ``PLANE``."""
Point = tuple[float, float]


@dataclass(frozen=True)
class Land:
    """Areas and water of a county, in metres on ``PLANE``.

    ``sites`` are the generating points of the mosaic's cells, shape ``(cells, 2)``, ``cells`` their polygons in degrees;
    ``village`` is the row of each cell's village in ``codes``; ``centre`` are the centres of villages; ``city`` is that of the
    county town.
    """

    county: County
    city: Point
    codes: tuple[str, ...]
    sites: Floats
    cells: tuple[shapely.Polygon, ...]
    village: Ints
    centre: Floats
    river: shapely.LineString
    water: shapely.Geometry

    @property
    def townships(self) -> list[str]:
        """Return the township code of each village."""
        return [c[:9] for c in self.codes]

    def dry(self, xy: Floats, metres: float) -> Bools:
        """Return which points are more than some metres from the water; shape ``(n,)``."""
        shapely.prepare(self.water)
        return ~np.asarray(shapely.dwithin(self.water, shapely.points(xy), metres), bool)

    def polygon(self, prefix: str) -> shapely.Geometry:
        """Return the union, in degrees, of the villages whose code begins with ``prefix``."""
        matches = np.array([c.startswith(prefix) for c in self.codes])
        return shapely.coverage_union_all(np.array(self.cells, dtype=object)[matches[self.village]])


def make_land(rng: np.random.Generator) -> Land:
    """Return the areas and water of the Yixiu demo; the same generator state gives the same land."""
    sites, inside = mosaic_sites(outline(AREA_M2, rng), rng)
    cells, sites, county = mosaic_cells(sites, inside), sites[inside], yixiu()
    codes, village, centre = divided(county, CITY, sites, _yixiu_townships, rng)
    river = _river(rng)
    lake = shapely.Point(9200, 3600).buffer(1500, 24)
    shore = shapely.transform(lake, lambda p: p * (1 + 0.05 * np.sin(p[:, :1] / 310) * np.cos(p[:, 1:] / 270)))
    water = shapely.union_all([river.buffer(110), shore])
    return Land(county, CITY, codes, sites, cells, village, centre, river, water)


def divided(
    county: County, city: Point, sites: Floats, townships: "Townships", rng: np.random.Generator
) -> tuple[tuple[str, ...], Ints, Floats]:
    """Return the codes of a county's villages, the row among them of the village of each cell, and their centres.

    ``townships`` returns the township of each of some village centres, in the numbers that the county has.
    """
    villages = county.areas.query("level == 'village'")
    centre = _centres(sites, city, len(villages), rng)
    label = _contiguous(np.asarray(cKDTree(centre).query(sites)[1], np.int64), sites)
    order = _village_rows(county, centre, villages["parent"], townships)
    return tuple(villages["code"]), order[label], centre[np.argsort(order)]


def outline(area_m2: float, rng: np.random.Generator) -> shapely.Polygon:
    """Return a wavy outline around the origin."""
    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    waves = sum(0.16 / k * np.cos(k * angle + rng.uniform(0, 2 * np.pi)) for k in range(2, 8))
    radius = 1 + waves
    shape = shapely.Polygon(np.column_stack([1.08 * radius * np.cos(angle), radius * np.sin(angle)]))
    factor = float(np.sqrt(area_m2 / shape.area))
    return shapely.transform(shape, lambda p: p * factor)


def mosaic_sites(around: shapely.Polygon, rng: np.random.Generator) -> tuple[Floats, Bools]:
    """Return the points of a jittered grid, and which of them are inside the outline."""
    west, south, east, north = around.buffer(3 * CELL_M).bounds
    x, y = np.meshgrid(np.arange(west, east, CELL_M), np.arange(south, north, CELL_M))
    sites = np.column_stack([x.ravel(), y.ravel()]) + rng.uniform(-0.42, 0.42, (x.size, 2)) * CELL_M
    return sites, np.asarray(shapely.contains_xy(around, sites[:, 0], sites[:, 1]), bool)


def mosaic_cells(sites: Floats, chosen: Bools) -> tuple[shapely.Polygon, ...]:
    """Return the cells of the chosen points among ``sites``; vertices are rounded to 1e-7 degree."""
    voronoi = shapely.voronoi_polygons(shapely.MultiPoint(sites), ordered=True)
    return tuple(shapely.transform(np.array(shapely.get_parts(voronoi), dtype=object)[chosen], to_degrees))


def to_degrees(xy: Floats) -> Floats:
    """Return degrees, rounded to 1e-7, of points in metres on ``PLANE``; shape ``(n, 2)``."""
    return np.asarray(np.round(np.column_stack(PLANE.inverse(xy[:, 0], xy[:, 1])), 7), float)


def _centres(sites: Floats, city: Point, n: int, rng: np.random.Generator) -> Floats:
    """Return village centres by weighted Lloyd relaxation: villages are small near the town and large in the hills."""
    weight = 1 + 9 * np.exp(-(np.hypot(*(sites - city).T) ** 2) / (2 * 3200**2))
    centre = sites[rng.choice(len(sites), n, replace=False, p=weight / weight.sum())]
    for _ in range(25):
        label = cKDTree(centre).query(sites)[1]
        mass = np.bincount(label, weight, n)
        centre = np.column_stack([np.bincount(label, weight * sites[:, i], n) / mass for i in (0, 1)])
    return centre


def _contiguous(label: Ints, sites: Floats) -> Ints:
    """Return labels in which each village is contiguous: detached cells go to a village beside them."""
    edges = np.vstack([Delaunay(sites).simplices[:, p] for p in ([0, 1], [1, 2], [0, 2])])
    edges = edges[np.hypot(*(sites[edges[:, 0]] - sites[edges[:, 1]]).T) < 1.8 * CELL_M]
    label = label.copy()
    for _ in range(20):
        same_village = edges[label[edges[:, 0]] == label[edges[:, 1]]]
        graph = coo_array((np.ones(len(same_village)), (same_village[:, 0], same_village[:, 1])), shape=(len(sites),) * 2)
        component = connected_components(graph, directed=False)[1]
        size = np.bincount(component)
        largest = pd.Series(size[component]).groupby(label).transform("max").to_numpy()
        detached = size[component] < largest
        if not detached.any():
            break
        directed = np.vstack([edges, edges[:, ::-1]])
        transfer = directed[detached[directed[:, 0]] & (label[directed[:, 0]] != label[directed[:, 1]])]
        label[transfer[:, 0]] = label[transfer[:, 1]]
    return label


Townships = Callable[[Floats, "pd.Series[int]"], Mapping[str, Ints]]
"""A function that returns the villages, by position, of each township: of the centres of villages, and the number in each."""


def _village_rows(county: County, centre: Floats, parents: "pd.Series[str]", townships: Townships) -> Ints:
    """Return the row of each centre's village in the table of facts.

    A village with its township's name lies in the middle of it.
    """
    names = county.names
    villages = [short_name(name) for code, name in names.items() if len(code) == 12]
    rows = np.empty(len(centre), int)
    for code, members in townships(centre, parents.value_counts()).items():
        town = short_name(names[code])
        ordered = members[np.argsort(-centre[members, 1], kind="stable")]
        rows[ordered] = np.flatnonzero(parents == code)
        middle = ordered[np.argmin(np.hypot(*(centre[ordered] - centre[ordered].mean(axis=0)).T))]
        for namesake in [i for i in ordered if town.startswith(villages[rows[i]])]:
            rows[[namesake, middle]] = rows[[middle, namesake]]
    return rows


def _yixiu_townships(centre: Floats, count: "pd.Series[int]") -> dict[str, Ints]:
    """Return the villages of each township, which lie roughly where the real ones do."""
    x, y = centre.T
    scores = {"340811001": np.hypot(x - CITY[0], y - CITY[1]), "340811101": x - 1.2 * y, "340811201": -x - y}
    scores |= {"340811102": -y, "340811100": x, "340811200": x}
    remaining, members = np.arange(len(centre)), dict[str, Ints]()
    for code, score in scores.items():
        members[code] = remaining[np.argsort(score[remaining], kind="stable")[: count[code]]]
        remaining = np.setdiff1d(remaining, members[code])
    return members


def _river(rng: np.random.Generator) -> shapely.LineString:
    x = np.linspace(-26e3, 26e3, 260)
    y = -1500 + 0.1 * x + 1300 * np.sin(x / 4300 + rng.uniform(0, 6)) + 420 * np.sin(x / 1500 + rng.uniform(0, 6))
    return shapely.LineString(np.column_stack([x, y]))
