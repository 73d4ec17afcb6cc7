"""Who may use a way or pass a node: values of the access keys, and which of them decides for a mode.

The most specific key decides: ``motorcar`` over ``motor_vehicle`` over ``vehicle`` over ``access``, and of each key the one for
the direction of travel, ``vehicle:backward``, over the plain one (https://wiki.openstreetmap.org/wiki/Key:access).
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from geoservice.modes import MODES, Mode

Tags = Mapping[str, str]


class Access(StrEnum):
    """What a mode may do; ``last_mile``: only at the start or the end of a trip, not on the way through."""

    OPEN = "open"
    LAST_MILE = "last_mile"
    DISMOUNT = "dismount"
    CLOSED = "closed"


_VALUES = {
    Access.OPEN: "yes true 1 designated permissive official public allowed discouraged shared optional_sidepath use_sidepath",
    Access.LAST_MILE: "destination private permit residents resident customers delivery visitors employees",
    Access.DISMOUNT: "dismount",
    Access.CLOSED: "no false 0 none restricted variable agricultural agriculture forestry hunting military emergency "
    "maintenance bus psv taxi hov hgv moped mofa motorcycle horse tourist_bus",
}
_MEANING = {value: access for access, names in _VALUES.items() for value in names.split()}
"""Values of access keys. ``use_sidepath``: the parallel path, which is often not mapped or not joined, takes as long."""
_TRAVELLERS = frozenset(key for mode in MODES.values() for key in mode.opening) | {"vehicle"}
_BESIDE = "use_sidepath"  # speaks of another way, so it opens none that its class closes
_NOT_STATED = frozenset({"", "unknown"})
_RANK = (Access.OPEN, Access.DISMOUNT, Access.LAST_MILE, Access.CLOSED)


class Statement(NamedTuple):
    """What the tags state for a mode: the access, whether the key is about this mode, and the value of the key."""

    access: Access
    own: bool
    value: str


def normal(text: str | None) -> str:
    """Return a value in lower case without spaces around it; empty for none."""
    return text.strip().lower() if text else ""


def values(text: str | None) -> list[str]:
    """Return the values of a list.

    >>> values("Forestry; agricultural")
    ['forestry', 'agricultural']
    """
    return [normal(part) for part in text.split(";")] if text else []


def value_access(text: str | None, mode: Mode) -> Access | None:
    """Return the access that a value gives; None if it says nothing: it is missing or ``unknown``.

    A list names everyone who may pass, so the widest of its values counts, except beside ``no``. A value that is not in the
    table states some condition: no way through, but who lives there gets home.

    >>> [str(value_access(text, MODES["drive"])) for text in ("forestry;delivery", "yes;no", "who knows", "unknown")]
    ['last_mile', 'closed', 'last_mile', 'None']
    """
    stated = [v for v in values(text) if v not in _NOT_STATED]
    if not stated:
        return None
    if "no" in stated:
        return Access.CLOSED
    return min((_one_access(v, mode) for v in stated), key=_RANK.index)


def _one_access(value: str, mode: Mode) -> Access:
    if value in _TRAVELLERS:
        return Access.OPEN if value in mode.access else Access.CLOSED
    access = _MEANING.get(value, Access.LAST_MILE)
    return Access.CLOSED if access is Access.DISMOUNT and not mode.dismounts else access


def stated_access(tags: Tags, mode: Mode, side: str = "") -> Statement | None:
    """Return what the tags state for a mode in the direction ``side`` (forward, backward, or empty); None if nothing."""
    for key in mode.access:
        for sided in (f"{key}:{side}", key):
            access = value_access(tags.get(sided), mode)
            if access is not None:
                value = normal(tags[sided])
                return Statement(access, key in mode.opening and value != _BESIDE, value)
    return None


def has_conditional(keys: Iterable[str]) -> bool:
    """Whether the tags of a way, node or restriction have a condition that is not applied; their plain tags count.

    >>> has_conditional({"highway": "service", "access:conditional": "no @ winter"}), has_conditional({"access": "no"})
    (True, False)
    """
    return any(key.endswith(":conditional") for key in keys)
