"""Streets with homes along them and named places, read from an OSM extract."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import osmium

from geoservice.demand import Places
from geoservice.geo import Floats, Ints
from geoservice.network.extract import Extract
from geoservice.network.named_places import NAMED, NamedPlace
from geoservice.network.opl import tag_pairs, tags_of
from geoservice.network.way_table import NodeRefs, TagSets, WayTable

STREETS = {
    "residential": 1.0,
    "living_street": 1.0,
    "unclassified": 0.7,
    "tertiary": 0.7,
    "pedestrian": 0.7,
    "service": 0.4,
    "secondary": 0.4,
    "primary": 0.3,
    "track": 0.3,
}
"""Streets with homes along them, and their homes per metre relative to a residential street."""
_STREET_KEYS = ("highway", "area", "tunnel", "bridge", "service", "tracktype")
SERVICE_WITHOUT_HOMES = frozenset({"parking_aisle", "drive-through", "emergency_access"})
FIRM_TRACKS = frozenset({"grade1", "grade2"})
PLACE_NODES = frozenset({"village", "hamlet", "isolated_dwelling", "farm", "neighbourhood"})
PLACE_METRES = 50.0
"""Weight of a named place, in metres of residential street."""


def street_weight(tags: Mapping[str, str]) -> float:
    """Return the homes per metre of a way relative to a residential street; 0 if it has none.

    >>> street_weight({"highway": "residential"}), street_weight({"highway": "service", "service": "parking_aisle"})
    (1.0, 0.0)
    """
    weight = STREETS.get(tags.get("highway", ""), 0.0)
    if not weight or tags.get("area") == "yes":
        return 0.0
    if tags.get("tunnel", "no") != "no" or tags.get("bridge", "no") != "no":
        return 0.0
    if tags.get("highway") == "service" and tags.get("service") in SERVICE_WITHOUT_HOMES:
        return 0.0
    return 0.0 if tags.get("highway") == "track" and tags.get("tracktype") not in FIRM_TRACKS else weight


class Lines(NamedTuple):
    """Streets with homes: degrees of the vertices, where those of each street start, and its weight per metre."""

    lon: Floats
    lat: Floats
    start: Ints
    weight: Floats


def read_streets_and_names(extract: Extract) -> tuple[Lines, Places, list[NamedPlace]]:
    """Return the streets with homes that are whole in the extract, places where people may live, and the names of places."""
    named, ways, kinds = list[bytes](), WayTable(), TagSets(_STREET_KEYS)
    labelled, names = list[bytes](), list[tuple[str, str]]()
    weight: list[float] = []
    for line in extract.lines(n=osmium.filter.KeyFilter("place"), w=osmium.filter.KeyFilter("highway")):
        head, tags, rest = line.rstrip(b"\n").split(b" ", 2)
        if head.startswith(b"n"):
            node, place = head + rest.replace(b" ", b""), tags_of(tag_pairs(tags))
            if place.get("place") in PLACE_NODES:
                named.append(node)
            if place.get("place") in NAMED and place.get("name"):
                labelled.append(node)
                names.append((place.get("name:zh") or place["name"], place.get("name:en") or place["name"]))
            continue
        kind = kinds.of_field(tags)
        weight += map(street_weight, kinds.sets[len(weight) :])
        if weight[kind] and b"," in rest and b"xy" not in rest:
            ways.add(int(head[1:]), kind, rest[1:])
    _, kind_of_way, start, nodes = ways.arrays()
    points, at = (NodeRefs.parse(b",".join(found)) if found else NodeRefs.joined([]) for found in (named, labelled))
    metres = np.full(len(points.ref), PLACE_METRES)
    places = Places(points.lon, points.lat, metres, np.zeros(len(metres), np.bool_))
    labels = [NamedPlace(lon, lat, *n) for lon, lat, n in zip(at.lon.tolist(), at.lat.tolist(), names, strict=True)]
    return _in_order(Lines(nodes.lon, nodes.lat, start, np.array(weight, float)[kind_of_way])), places, labels


def _in_order(lines: Lines) -> Lines:
    """Return the streets in an order independent of the file's, since it decides the last digits of sums of lengths."""
    corners, size = np.column_stack(lines[:2]).tobytes(), 16
    offset = (size * lines.start).tolist()
    order = np.array(sorted(range(len(lines.weight)), key=lambda i: (corners[offset[i] : offset[i + 1]], lines.weight[i])), int)
    length = np.diff(lines.start)[order]
    end = np.cumsum(length)
    index = np.repeat(lines.start[order] - (end - length), length) + np.arange(length.sum())
    return Lines(lines.lon[index], lines.lat[index], np.concatenate([[0], end]), lines.weight[order])
