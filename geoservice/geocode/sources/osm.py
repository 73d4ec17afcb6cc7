"""Named places, roads and door plates of an OSM extract."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import osmium
import shapely

from geoservice.geo import Objects
from geoservice.geocode.area_tree import ALIAS, ENGLISH, HISTORIC, SHORT
from geoservice.network.extract import readable_extract
from geoservice.progress import Progress

STAGE = "reading names of the extract"
ROAD, COMPOUND, POI, BUILDING, GROUP, SETTLEMENT = "road", "compound", "poi", "building", "group", "settlement"
"""Kinds of places; a settlement is an area of the project if that has one of its name, else a group."""
_PLACES = {
    **dict.fromkeys(["hamlet", "isolated_dwelling", "farm", "allotments"], GROUP),
    **dict.fromkeys(["neighbourhood", "quarter", "city_block"], COMPOUND),
    **dict.fromkeys(["city", "town", "village", "suburb", "borough", "municipality"], SETTLEMENT),
    "square": ROAD,
}
_POI_KEYS = (
    "amenity",
    "shop",
    "office",
    "healthcare",
    "tourism",
    "leisure",
    "historic",
    "craft",
    "club",
    "emergency",
    "aeroway",
)
_STATIONS = {"railway": {"station", "halt"}, "public_transport": {"station"}}
_POI_LANDUSE = frozenset(
    ["industrial", "commercial", "retail", "cemetery", "education", "institutional", "military", "religious"]
)
_HOMES = frozenset(["apartments", "residential", "dormitory"])
_NUMBERED = re.compile(r"(?:\d|[一二三四五六七八九十])\s*(?:号?院?楼|公寓|幢|栋|座|#|号)?$")
"""Names of buildings that are parts of a compound."""
_LANGUAGE = re.compile(r"name:([a-z]{2,3}(?:-H.n[st])?)")
_EVERY = 20_000
_KEYS = ("name", "addr:housenumber")


class OsmPlace(NamedTuple):
    """A named object: OSM id such as ``w12``, kind, name, English name, and further names with their kinds."""

    id: str
    kind: str
    name: str
    name_en: str | None
    names: tuple[tuple[str, int], ...]


class OsmPlate(NamedTuple):
    """A door plate: the name of its street or place, and its number as written."""

    id: str
    street: str
    number: str


@dataclass
class OsmNames:
    """What an extract names; ``shapes`` and ``plate_shapes`` are the geometries in degrees, one each."""

    places: list[OsmPlace] = field(default_factory=list)
    shapes: Objects = field(default_factory=lambda: np.empty(0, object))
    plates: list[OsmPlate] = field(default_factory=list)
    plate_shapes: Objects = field(default_factory=lambda: np.empty(0, object))
    incomplete: int = 0


def read_osm_names(path: Path, progress: Progress) -> OsmNames:
    """Return the named places, roads and door plates of an extract; objects that its edge cuts are counted, not returned.

    A road that the edge cuts is returned as far as it is in the extract.

    Raises
    ------
    UnreadableFile
        If the file does not exist or is not OSM.
    """
    found, factory = OsmNames(), osmium.geom.WKBFactory()
    shapes, plate_shapes = list[str](), list[str]()
    progress(STAGE, 0.0)
    with readable_extract(path):
        objects: Any = osmium.FileProcessor(str(path)).with_areas(osmium.filter.KeyFilter(*_KEYS))
        for number, osm_object in enumerate(objects.with_filter(osmium.filter.KeyFilter(*_KEYS))):
            if number % _EVERY == 0:
                progress(STAGE, 0.5)
            tags = osm_object.tags
            kind = None if "name" not in tags else _kind(osm_object)
            plated = "addr:housenumber" in tags and _has_place(osm_object)
            if kind is None and not plated:
                continue
            wkb = _geometry(factory, osm_object)
            if wkb is None:
                found.incomplete += 1
                continue
            if kind is not None:
                found.places.append(_place(osm_object, kind))
                shapes.append(wkb)
            if plated and (street := tags.get("addr:street") or tags.get("addr:place")):
                found.plates.append(OsmPlate(_id(osm_object), street, tags["addr:housenumber"]))
                plate_shapes.append(wkb)
    found.shapes, found.plate_shapes = (shapely.from_wkb(np.array(s, object)) for s in (shapes, plate_shapes))
    progress(STAGE, 1.0)
    return found


def _has_place(osm_object: Any) -> bool:
    """Whether the place of an object is its node or its area; a closed way is read as an area."""
    return bool(osm_object.is_node() or osm_object.is_area() or (osm_object.is_way() and not osm_object.is_closed()))


def _id(osm_object: Any) -> str:
    if osm_object.is_area():
        return f"{'w' if osm_object.from_way() else 'r'}{osm_object.orig_id()}"
    return f"{'n' if osm_object.is_node() else 'w'}{osm_object.id}"


def _kind(osm_object: Any) -> str | None:
    """Return the kind of a named object, None if it is none of a gazetteer or is read in another form."""
    tags = osm_object.tags
    if osm_object.is_relation():
        return None
    if "highway" in tags or tags.get("place") == "square":
        is_line = osm_object.is_way() and (not osm_object.is_closed() or tags.get("area") != "yes")
        is_area = osm_object.is_area() and (tags.get("area") == "yes" or "highway" not in tags or not osm_object.from_way())
        return ROAD if is_line or is_area else None
    return kind_of_tags(tags) if _has_place(osm_object) else None


def kind_of_tags(tags: Mapping[str, str]) -> str | None:
    """Return the kind of a named object that is no road by its tags, None if a gazetteer does not have it.

    >>> kind_of_tags({"place": "hamlet"}), kind_of_tags({"building": "apartments", "name": "阳光花园"})
    ('group', 'compound')
    >>> kind_of_tags({"building": "apartments", "name": "3号楼"}), kind_of_tags({"waterway": "river"})
    ('building', None)
    """
    if kind := _PLACES.get(tags.get("place", "")):
        return kind
    if any(key in tags for key in _POI_KEYS) or any(tags.get(key) in values for key, values in _STATIONS.items()):
        return POI
    if tags.get("building", "no") != "no":
        return COMPOUND if tags["building"] in _HOMES and not _NUMBERED.search(tags.get("name", "")) else BUILDING
    landuse = tags.get("landuse")
    return COMPOUND if landuse == "residential" else POI if landuse in _POI_LANDUSE else None


def _geometry(factory: Any, osm_object: Any) -> str | None:
    try:
        if osm_object.is_node():
            return str(factory.create_point(osm_object))
        if osm_object.is_area():
            return str(factory.create_multipolygon(osm_object))
        return str(factory.create_linestring(osm_object))
    except (RuntimeError, osmium.InvalidLocationError):
        return _inside_extract(osm_object) if osm_object.is_way() else None


def _inside_extract(way: Any) -> str | None:
    """Return the nodes of a way that are in the extract, as a line."""
    corners = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
    return None if len(set(corners)) < 2 else str(shapely.to_wkb(shapely.LineString(corners), hex=True))


def _place(osm_object: Any, kind: str) -> OsmPlace:
    tags = osm_object.tags
    english = tags.get("name:en")
    names = dict.fromkeys(_further_names(tags, kind))
    return OsmPlace(_id(osm_object), kind, tags["name"], english, tuple(n for n in names if n[0] != tags["name"]))


def _further_names(tags: Any, kind: str) -> Iterator[tuple[str, int]]:
    """Yield further names with their kinds; of roads also those in other languages, since signs have them."""
    for key, name_kind in _NAME_KEYS.items():
        yield from ((name.strip(), name_kind) for name in tags.get(key, "").split(";") if name.strip())
    if kind in {ROAD, SETTLEMENT, GROUP}:
        for tag in tags:
            if _LANGUAGE.fullmatch(tag.k) and tag.k not in _NAME_KEYS and tag.v:
                yield tag.v, ALIAS


_NAME_KEYS = {
    "name:en": ENGLISH,
    "name:zh": ALIAS,
    "alt_name": ALIAS,
    "official_name": ALIAS,
    "loc_name": ALIAS,
    "short_name": SHORT,
    "old_name": HISTORIC,
}
