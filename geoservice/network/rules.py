"""Access, direction and speed of a way for one mode, from its OSM tags.

The most specific tag for the mode decides: ``motorcar`` over ``motor_vehicle`` over ``vehicle`` over ``access``, and so on
(https://wiki.openstreetmap.org/wiki/Key:access, "transport mode hierarchy").
"""

from collections.abc import Mapping

from geoservice.network.speeds import ModeSpeeds, Speeds, limit_kmh

Tags = Mapping[str, str]

ACCESS = {
    "walk": ("foot", "access"),
    "cycle": ("bicycle", "vehicle", "access"),
    "drive": ("motorcar", "motor_vehicle", "vehicle", "access"),
}
OPENING = {"walk": ("foot",), "cycle": ("bicycle",), "drive": ("motorcar", "motor_vehicle")}
OPEN = frozenset({"yes", "designated", "permissive", "official", "destination", "customers"})
CLOSED = frozenset(
    {"no", "private", "agricultural", "forestry", "agricultural;forestry", "delivery", "emergency", "military", "psv", "bus"}
    | {"use_sidepath", "restricted", "discouraged;no"}
)
KEYS = (
    *("highway", "access", "vehicle", "motor_vehicle", "motorcar", "bicycle", "foot", "area", "route", "motorroad", "junction"),
    *("oneway", "oneway:bicycle", "oneway:foot", "cycleway", "cycleway:left", "cycleway:right", "cycleway:both"),
    *("maxspeed", "maxspeed:forward", "maxspeed:backward"),
)
"""Every key that a rule uses."""

_FORWARD, _BACKWARD, _BOTH, _NEITHER = (True, False), (False, True), (True, True), (False, False)
_ONEWAY = {
    **dict.fromkeys(("yes", "true", "1"), _FORWARD),
    **dict.fromkeys(("-1", "reverse"), _BACKWARD),
    **dict.fromkeys(("no", "false", "0", "alternating"), _BOTH),
    "reversible": _NEITHER,  # the direction changes over the day, so neither is reliable
}
_CONTRAFLOW = ("opposite", "opposite_lane", "opposite_track", "opposite_share_busway")


def travel_kmh(tags: Tags, mode: str, speeds: Speeds) -> tuple[float, float]:
    """Return the speed along a way and against it, in km/h; 0 where the mode may not go.

    >>> from geoservice.network.speeds import read_speeds
    >>> table = read_speeds()
    >>> travel_kmh({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, "cycle", table)
    (15.0, 15.0)
    >>> travel_kmh({"highway": "residential", "oneway": "yes", "maxspeed": "20"}, "drive", table)
    (17.0, 0.0)
    """
    table = speeds.of(mode)
    kmh = _class_kmh(tags, mode, table) if _is_street(tags, mode, speeds) else 0.0
    if not kmh:
        return 0.0, 0.0
    forward, backward = directions(tags, mode)
    along, against = _limited(tags, kmh, table, "forward"), _limited(tags, kmh, table, "backward")
    return along if forward else 0.0, against if backward else 0.0


def _is_street(tags: Tags, mode: str, speeds: Speeds) -> bool:
    highway = tags.get("highway", "")
    if not highway or highway in speeds.never or tags.get("area") == "yes" or tags.get("route") == "ferry":
        return False
    return highway != "steps" or mode == "walk"


def _class_kmh(tags: Tags, mode: str, table: ModeSpeeds) -> float:
    access = next((tags[key] for key in ACCESS[mode] if key in tags), None)
    if access == "dismount" and mode == "cycle":
        return table.dismount
    if access in CLOSED:
        return 0.0
    opened = any(tags.get(key) in OPEN for key in OPENING[mode])
    if tags.get("motorroad") == "yes" and mode != "drive" and not opened:
        return 0.0
    return table.highway.get(tags["highway"], table.opened if opened else 0.0)


def _limited(tags: Tags, kmh: float, table: ModeSpeeds, side: str) -> float:
    if not table.maxspeed_share:
        return kmh
    limit = limit_kmh(tags.get(f"maxspeed:{side}")) or limit_kmh(tags.get("maxspeed"))
    return limit * table.maxspeed_share if limit else kmh


def directions(tags: Tags, mode: str) -> tuple[bool, bool]:
    """Return whether a way may be travelled along and against the order of its nodes.

    >>> directions({"highway": "primary", "junction": "roundabout"}, "drive")
    (True, False)
    >>> directions({"highway": "primary", "junction": "roundabout"}, "walk")
    (True, True)
    """
    if mode == "walk":
        return _ONEWAY.get(tags.get("oneway:foot", ""), _BOTH)
    implied = tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"
    way = _ONEWAY.get(tags.get("oneway", ""), _FORWARD if implied else _BOTH)
    if mode != "cycle":
        return way
    if any(tags.get(k) in _CONTRAFLOW for k in ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")):
        way = _BOTH
    return _ONEWAY.get(tags.get("oneway:bicycle", ""), way)
