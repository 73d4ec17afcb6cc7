"""Directions in which a mode may travel along a way."""

from collections.abc import Iterable

from geoservice.modes import MODES, Mode
from geoservice.network.access import Access, Tags, normal, value_access
from geoservice.network.way_class import way_class

_FORWARD, _BACKWARD, _BOTH, _NEITHER = (True, False), (False, True), (True, True), (False, False)
_ONEWAY = {
    **dict.fromkeys(("yes", "true", "1", "forward"), _FORWARD),
    **dict.fromkeys(("-1", "reverse", "backward"), _BACKWARD),
    **dict.fromkeys(("no", "false", "0", "alternating"), _BOTH),
    "reversible": _NEITHER,  # the direction changes over the day, so neither is reliable
}
_CYCLEWAYS = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
_CONTRAFLOW = frozenset({"opposite", "opposite_lane", "opposite_track", "opposite_share_busway"})
_CYCLEWAY_ONEWAYS = ("cycleway:left:oneway", "cycleway:right:oneway", "cycleway:both:oneway")
_ONEWAY_CLASSES = frozenset({"motorway"})
DIRECTION_KEYS = (
    *("oneway", "junction", *_CYCLEWAYS, *_CYCLEWAY_ONEWAYS),
    *dict.fromkeys(key for mode in MODES.values() for key in mode.oneway),
)


def directions(tags: Tags, mode: str) -> tuple[bool, bool]:
    """Return whether a way may be travelled along and against the order of its nodes.

    A value that is not understood counts as none. On ferries ``oneway`` binds everyone. ``bicycle:backward=yes`` opens the
    direction against ``oneway`` to bicycles.

    >>> directions({"highway": "primary", "junction": "roundabout"}, "drive")
    (True, False)
    >>> directions({"highway": "primary", "junction": "roundabout"}, "walk")
    (True, True)
    """
    rule = MODES[mode]
    ahead, back = _by_oneway(tags, rule)
    return ahead or _is_opened(tags, rule, "forward"), back or _is_opened(tags, rule, "backward")


def _by_oneway(tags: Tags, rule: Mode) -> tuple[bool, bool]:
    own = _first_understood(tags, rule.oneway)
    if own is not None:
        return own
    if not rule.obeys_oneway and way_class(tags) != "ferry":
        return _BOTH
    if rule.contraflow and _has_contraflow(tags):
        return _BOTH
    implied = normal(tags.get("junction")) in {"roundabout", "circular"} or way_class(tags) in _ONEWAY_CLASSES
    return _first_understood(tags, ("oneway",)) or (_FORWARD if implied else _BOTH)


def _is_opened(tags: Tags, rule: Mode, side: str) -> bool:
    access = next((a for key in rule.opening if (a := value_access(tags.get(f"{key}:{side}"), rule))), Access.CLOSED)
    return access is not Access.CLOSED


def _first_understood(tags: Tags, keys: Iterable[str]) -> tuple[bool, bool] | None:
    return next((_ONEWAY[value] for key in keys if (value := normal(tags.get(key))) in _ONEWAY), None)


def _has_contraflow(tags: Tags) -> bool:
    return any(normal(tags.get(k)) in _CONTRAFLOW for k in _CYCLEWAYS) or any(
        normal(tags.get(k)) in {"no", "-1"} for k in _CYCLEWAY_ONEWAYS
    )
