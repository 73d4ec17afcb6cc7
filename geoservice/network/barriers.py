"""Barriers on the nodes of ways: who passes them."""

from typing import Literal

from geoservice.modes import MODES, Mode
from geoservice.network.access import Access, Statement, Tags, normal, stated_access
from geoservice.network.hazards import HAZARD_KEYS, hazards
from geoservice.network.speeds import Speeds

Passage = Literal["open", "last_mile", "closed"]
NODE_KEYS = (
    *("barrier", "highway", "locked", "bollard", *HAZARD_KEYS),
    *dict.fromkeys(key for mode in MODES.values() for key in mode.access),
    *dict.fromkeys(f"{key}:conditional" for mode in MODES.values() for key in mode.access),
)
"""Every key of a node that a rule uses."""

_EVERYONE, _NO_CARS, _FOOT, _NOBODY = (frozenset(names.split()) for names in ("foot bicycle car", "foot bicycle", "foot", ""))
_TYPES = {
    _EVERYONE: "gate lift_gate swing_gate sliding_gate hampshire_gate bump_gate entrance cattle_grid coupure kerb "
    "border_control checkpoint toll_booth sally_port height_restrictor width_restrictor speed_bump arch",
    _NO_CARS: "bollard block chain cycle_barrier motorcycle_barrier bus_trap sump_buster jersey_barrier planter log debris "
    "rope wicket_gate guard_rail barrier_board",
    _FOOT: "kissing_gate stile turnstile full-height_turnstile horse_stile squeezer",
    _NOBODY: "fence wire_fence wall city_wall retaining_wall hedge hedge_bank ditch",
}
_PASS = {barrier: travellers for travellers, names in _TYPES.items() for barrier in names.split()}
"""Who passes a barrier that has no tag of access (https://wiki.openstreetmap.org/wiki/Key:barrier); other types stop cars."""


def node_passage(tags: Tags, mode: str, speeds: Speeds) -> Passage:
    """Return whether a mode may pass a node of a way.

    A tag about the mode decides. ``access`` and ``vehicle`` can close a barrier, but do not take cars through bollards.
    A locked barrier stops everyone whom no tag about the mode lets through; who lives behind it has the key if it is private.

    >>> from geoservice.network.speeds import read_speeds
    >>> table = read_speeds()
    >>> [node_passage({"barrier": "bollard"}, mode, table) for mode in ("walk", "cycle", "drive")]
    ['open', 'open', 'closed']
    """
    rule = MODES[mode]
    if hazards(tags, rule) - speeds.open_hazards:
        return "closed"
    barrier = normal(tags.get("barrier"))
    if not barrier or barrier == "no":
        return "open"
    return _through(tags, barrier, rule, stated_access(tags, rule))


def _through(tags: Tags, barrier: str, rule: Mode, stated: Statement | None) -> Passage:
    access = stated.access if stated else Access.OPEN
    if access is Access.CLOSED:
        return "closed"
    physical = "open" if stated and stated.own else _physical(tags, barrier, rule)
    if physical == "closed":
        return "closed"
    if access is Access.LAST_MILE:
        return "last_mile"
    locked = normal(tags.get("locked")) in {"yes", "true", "1"}
    return "closed" if locked and not (stated and stated.own) else physical


def _physical(tags: Tags, barrier: str, rule: Mode) -> Passage:
    if rule.barriers in _PASS.get(barrier, _NO_CARS):
        return "open"
    rising = barrier == "bollard" and normal(tags.get("bollard")) in {"rising", "retractable"}
    return "last_mile" if rising else "closed"
