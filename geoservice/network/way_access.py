"""Whether a mode may use a way in a direction: the access tags, the class of the way, motorroads, sidewalks and cycle lanes."""

from geoservice.modes import MODES, Mode
from geoservice.network.access import Access, Tags, normal, stated_access, values
from geoservice.network.hazards import hazards
from geoservice.network.speeds import Speeds

_OWN_LANE = frozenset(
    {"yes", "both", "left", "right", "lane", "track", "shared", "shared_lane", "share_busway"}
    | {"opposite_lane", "opposite_track", "opposite_share_busway"}
)
_NO_SIDEWALK = frozenset({"no", "none"})
_MODE_KEYS = dict.fromkeys(key for mode in MODES.values() for key in mode.access)
ACCESS_KEYS = (
    *(f"{key}{side}" for key in _MODE_KEYS for side in ("", ":forward", ":backward")),
    *("area", "motorroad"),
    *dict.fromkeys(key for mode in MODES.values() for key in (*mode.lanes, *mode.ramps)),
)


def way_access(tags: Tags, name: str, mode: str, speeds: Speeds, side: str) -> Access:
    """Return the access of a mode to a way of the class ``name`` in the direction ``side`` (forward, backward)."""
    rule = MODES[mode]
    if name in speeds.never or normal(tags.get("area")) == "yes" or hazards(tags, rule) - speeds.open_hazards:
        return Access.CLOSED
    stated, lane = stated_access(tags, rule, side), has_lane(tags, rule)
    access = stated.access if stated else Access.OPEN
    if access is Access.CLOSED or (name == "steps" and not rule.steps and not has_ramp(tags, rule)):
        return Access.CLOSED
    if not (stated and stated.own) and not lane and _is_barred(tags, name, rule, speeds, mode):
        return Access.CLOSED
    return access


def _is_barred(tags: Tags, name: str, rule: Mode, speeds: Speeds, mode: str) -> bool:
    """Whether the kind of the way closes it to a mode that no tag mentions."""
    if name == "ferry":
        return not rule.ferries
    if normal(tags.get("motorroad")) == "yes" and not rule.motorroads:
        return True
    if rule.needs_sidewalk and name in speeds.no_sidewalk and _states_no_sidewalk(tags):
        return True
    return name not in speeds.of(mode).highway and not (name == "steps" and bool(rule.ramps))


def has_lane(tags: Tags, rule: Mode) -> bool:
    """Whether a part of the way is made for the mode: a sidewalk, a cycle lane or track.

    >>> has_lane({"sidewalk": "right"}, MODES["walk"]), has_lane({"sidewalk": "separate"}, MODES["walk"])
    (True, False)
    """
    return any(value in _OWN_LANE for key in rule.lanes for value in values(tags.get(key)))


def has_ramp(tags: Tags, rule: Mode) -> bool:
    """Whether steps have a ramp for the wheels of the mode."""
    return any(normal(tags.get(key)) in {"yes", "designated", "both", "left", "right"} for key in rule.ramps)


def _states_no_sidewalk(tags: Tags) -> bool:
    if any(normal(tags.get(key)) in _NO_SIDEWALK for key in ("sidewalk", "sidewalk:both")):
        return True
    return all(normal(tags.get(f"sidewalk:{side}")) in _NO_SIDEWALK for side in ("left", "right"))
