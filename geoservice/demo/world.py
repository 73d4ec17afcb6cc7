"""An invented county: land, settlements and roads; and files of areas and streets."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
import pandas as pd
import shapely
from osmium.osm import mutable
from scipy.spatial import cKDTree

from geoservice.demo.land import PLANE, Land, make_land, to_degrees
from geoservice.demo.roads import Roads, Way, make_roads
from geoservice.demo.settlements import KINDS, Settlements, make_lanes, make_settlements
from geoservice.geo import Floats

WOOD_M = 650
ADMIN_LEVEL = {"city": "5", "county": "6", "township": "8"}
PLACE = {"city": "city", "town": "town", "village": "village", "hamlet": "hamlet"}


@dataclass(frozen=True)
class World:
    """Land, settlements and roads."""

    land: Land
    places: Settlements
    roads: Roads


def make_world(seed: int) -> World:
    """Return the county of the Yixiu demo of a seed; it does not depend on the number of households."""
    rng = np.random.default_rng([seed, 0])
    land = make_land(rng)
    places = make_settlements(land, rng)
    return World(land, places, make_roads(land, places, make_lanes(places, land, rng), rng))


def write_areas(facts: pd.DataFrame, polygon: Callable[[str], shapely.Geometry], path: Path) -> None:
    """Write areas, with their polygons in degrees by code, as GeoJSON, WGS 84: real names and codes, invented borders."""
    features = []
    for row in facts.to_dict("records"):
        shape = shapely.normalize(polygon(row["code"]))
        properties = {**row, "parent": row["parent"] or None}
        features.append({"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(shape))})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8")


def write_streets(
    worlds: Sequence[World],
    roads: Roads,
    facts: pd.DataFrame,
    polygon: Callable[[str], shapely.Geometry],
    path: Path,
) -> None:
    """Write roads, water, woods, residential land, boundaries and place names of counties as an OSM extract.

    The counties share their water; ``roads`` are those of all of them.
    """
    lon, lat = PLANE.inverse(*roads.xy.T)
    other = _OtherFeatures([np.column_stack([lon, lat])], len(lon))
    ways: list[Way] = list(roads.ways)
    ways += [other.ring(r, {"natural": "water"}) for r in _rings(_degrees(worlds[0].land.water))]
    ways.append(other.line(_degrees(worlds[0].land.river), {"waterway": "river", "name": "示例河"}))
    for code, name, level in facts.query("level != 'village'")[["code", "name_zh", "level"]].itertuples(index=False):
        tags = {"boundary": "administrative", "admin_level": ADMIN_LEVEL[level], "name": name}
        ways += [other.ring(r, tags) for r in _rings(polygon(code))]
    ways += [other.ring(r, {"landuse": "residential"}) for world in worlds for r in _residential_land(world)]
    ways += [other.ring(r, {"natural": "wood"}) for world in worlds for r in _woods(world)]
    node_tags = {other.point(xy): tags for world in worlds for xy, tags in _place_names(world)}
    nodes = np.vstack(other.nodes)
    _write_pbf(path, nodes[:, 0], nodes[:, 1], ways, node_tags)


def _write_pbf(path: Path, lon: Floats, lat: Floats, ways: Iterable[Way], node_tags: dict[int, dict[str, str]]) -> None:
    """Write nodes 1..n and ways 1..m; ``node_tags`` are the tags of some nodes, by position from 0.

    The same arguments write the same bytes: there is no timestamp, no user, and a fixed generator.
    """
    header = osmium.io.Header()
    header.set("generator", "geoservice demo")
    header.add_box(osmium.osm.Box(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())))
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for i, location in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
            writer.add_node(mutable.Node(id=i + 1, location=location, tags=node_tags.get(i, {}), version=1, visible=True))
        for number, (nodes, tags) in enumerate(ways, 1):
            writer.add_way(mutable.Way(id=number, nodes=[n + 1 for n in nodes], tags=tags, version=1, visible=True))


class _OtherFeatures:
    """Nodes of features other than roads, numbered after those of the roads."""

    def __init__(self, nodes: list[Floats], count: int) -> None:
        self.nodes, self.count = nodes, count

    def line(self, shape: shapely.Geometry, tags: dict[str, str]) -> Way:
        return self._way(shapely.get_coordinates(shape), tags, closed=False)

    def ring(self, shape: shapely.Geometry, tags: dict[str, str]) -> Way:
        return self._way(shapely.get_coordinates(shape)[:-1], tags, closed=True)

    def point(self, xy: Floats) -> int:
        self.nodes.append(xy[None])
        self.count += 1
        return self.count - 1

    def _way(self, xy: Floats, tags: dict[str, str], *, closed: bool) -> Way:
        numbers = list(range(self.count, self.count + len(xy)))
        self.nodes.append(xy)
        self.count += len(xy)
        return numbers + numbers[:1] * closed, tags


def _degrees(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, to_degrees)


def _rings(shape: shapely.Geometry) -> list[shapely.Geometry]:
    return [shapely.get_exterior_ring(p) for p in shapely.get_parts(shape)]


def _residential_land(world: World) -> list[shapely.Geometry]:
    lanes = world.roads.ways[: len(world.roads.owner)]
    nodes = np.concatenate([run for run, _ in lanes])
    owner = np.repeat(world.roads.owner, [len(run) for run, _ in lanes])
    hulls = [shapely.MultiPoint(world.roads.xy[nodes[owner == i]]).convex_hull.buffer(45, 2) for i in np.unique(owner)]
    return [r for hull in hulls for r in _rings(_degrees(hull))]


def _woods(world: World) -> list[shapely.Geometry]:
    """Return the land far from every settlement and from the water."""
    land = world.land
    wooded = (cKDTree(world.places.xy).query(land.sites)[0] > WOOD_M) & land.dry(land.sites, WOOD_M)
    woods = shapely.coverage_union_all(np.array(land.cells, dtype=object)[wooded])
    return [r for r in _rings(woods) if len(shapely.get_coordinates(r)) > 20]


def _place_names(world: World) -> list[tuple[Floats, dict[str, str]]]:
    places = world.places
    lon, lat = PLANE.inverse(*places.xy.T)
    tags = [{"place": PLACE[KINDS[k]], "name": str(n)} for k, n in zip(places.kind, places.name, strict=True)]
    return list(zip(np.column_stack([lon, lat]), tags, strict=True))
