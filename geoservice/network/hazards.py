"""Ways that are open only in some seasons or tides: closed, unless the table of speeds opens them."""

from geoservice.modes import Hazard, Mode
from geoservice.network.access import Tags, normal

HAZARD_KEYS = ("ford", "tidal", "winter_road", "ice_road", "seasonal")
_ABSENT = frozenset({"", "no"})


def hazards(tags: Tags, mode: Mode) -> set[Hazard]:
    """Return what may close a way or a node to a mode for a part of the year or the day.

    >>> from geoservice.modes import MODES
    >>> hazards({"highway": "track", "ford": "yes"}, MODES["drive"]), hazards({"ford": "stepping_stones"}, MODES["walk"])
    ({'ford'}, set())
    """
    present: set[Hazard] = set()
    if normal(tags.get("ford")) not in _ABSENT | mode.fords or normal(tags.get("highway")) == "ford":
        present.add("ford")
    if normal(tags.get("tidal")) not in _ABSENT:
        present.add("tidal")
    winter = any(normal(tags.get(key)) not in _ABSENT for key in ("winter_road", "ice_road"))
    if winter or normal(tags.get("seasonal")) == "winter":
        present.add("winter_road")
    return present
