"""How a mode uses a way: directions, speeds, ends of trips, and the time of a ferry, from its OSM tags."""

from typing import NamedTuple

from geoservice.modes import MODES
from geoservice.network.access import Access, Tags, has_conditional
from geoservice.network.barriers import NODE_KEYS, node_passage
from geoservice.network.directions import DIRECTION_KEYS, directions
from geoservice.network.ferries import duration_seconds
from geoservice.network.hazards import HAZARD_KEYS
from geoservice.network.limits import LIMIT_KEYS
from geoservice.network.restriction_tags import turn_restriction
from geoservice.network.speeds import CEILING_KEYS, Speeds
from geoservice.network.way_access import ACCESS_KEYS, way_access
from geoservice.network.way_class import CLASS_KEYS, has_doors, street_rank, way_class
from geoservice.network.way_speed import way_kmh

__all__ = ["CLASS_KEYS", "KEYS", "NODE_KEYS", "Passage", "WayUse", "has_conditional", "node_passage"]
__all__ += ["turn_restriction", "way_class", "way_use"]

_USED = (*CLASS_KEYS, *ACCESS_KEYS, *DIRECTION_KEYS, *LIMIT_KEYS, *CEILING_KEYS, *HAZARD_KEYS, "duration", "bridge", "tunnel")
_CONDITIONAL = (f"{key}:conditional" for key in (*(k for mode in MODES.values() for k in mode.access), "oneway"))
KEYS = tuple(dict.fromkeys((*_USED, *_CONDITIONAL)))
"""Every key of a way that a rule uses, and the conditional ones, which are counted."""


class Passage(NamedTuple):
    """Travel in one direction of a way: km/h (0: closed), and whether only at the start or the end of a trip."""

    kmh: float
    last_mile: bool = False


class WayUse(NamedTuple):
    """How a mode uses a way.

    Attributes
    ----------
    forward, backward
        Travel along the way and against it.
    entrance
        Whether a door may open to it: points snap only to such ways.
    seconds
        Time of the whole way with waiting, whatever its length, of a ferry with a duration; None: the speed counts.
    extra_seconds
        Time beside that of the speed, once for the whole way: waiting for a ferry without a duration.
    rank
        Its rank among the streets that meet at an intersection, 1 to 5; 0 if it does not count among them.
    """

    forward: Passage
    backward: Passage
    entrance: bool = True
    seconds: float | None = None
    extra_seconds: float = 0.0
    rank: int = 1


_SHUT = Passage(0.0)
_CLOSED = WayUse(_SHUT, _SHUT, entrance=False, rank=0)


def way_use(tags: Tags, mode: str, speeds: Speeds) -> WayUse:
    """Return how a mode uses a way.

    >>> from geoservice.network.speeds import read_speeds
    >>> use = way_use({"highway": "service", "access": "private"}, "walk", read_speeds())
    >>> use.forward, use.entrance
    (Passage(kmh=5.0, last_mile=True), True)
    >>> use = way_use({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, "cycle", read_speeds())
    >>> use.forward.kmh, use.backward.kmh
    (15.0, 15.0)
    >>> use = way_use({"highway": "residential", "oneway": "yes", "maxspeed": "20"}, "drive", read_speeds())
    >>> use.forward.kmh, use.backward.kmh
    (20.0, 0.0)
    """
    name = way_class(tags)
    if name is None:
        return _CLOSED
    ahead, back = directions(tags, mode)
    forward = _passage(tags, name, mode, speeds, "forward") if ahead else _SHUT
    backward = _passage(tags, name, mode, speeds, "backward") if back else _SHUT
    if not forward.kmh and not backward.kmh:
        return _CLOSED
    if name == "ferry":
        return _ferry_use(tags, forward, backward, speeds.ferry.wait_minutes * 60)
    return WayUse(forward, backward, has_doors(tags, name, MODES[mode]), rank=street_rank(name))


def _passage(tags: Tags, name: str, mode: str, speeds: Speeds, side: str) -> Passage:
    access = way_access(tags, name, mode, speeds, side)
    if access is Access.CLOSED:
        return _SHUT
    kmh = speeds.ferry.kmh if name == "ferry" else way_kmh(tags, name, mode, speeds, side, access)
    return Passage(kmh, access is Access.LAST_MILE) if kmh else _SHUT


def _ferry_use(tags: Tags, forward: Passage, backward: Passage, wait: float) -> WayUse:
    duration = duration_seconds(tags.get("duration"))
    if duration is None:
        return WayUse(forward, backward, entrance=False, extra_seconds=wait, rank=0)
    return WayUse(forward, backward, entrance=False, seconds=duration + wait, rank=0)
