"""Turn restrictions: what the tags of a relation say for a mode."""

from geoservice.modes import MODES
from geoservice.network.access import Tags, normal, values


def turn_restriction(tags: Tags, mode: str) -> str | None:
    """Return ``no`` if the turn is forbidden to a mode, ``only`` if it is the only one allowed, None if it does not bind it.

    ``except`` exempts the vehicles that it lists. Conditional restrictions do not count (:func:`has_conditional`).

    >>> turn_restriction({"restriction": "no_left_turn", "except": "psv;bicycle"}, "cycle") is None
    True
    >>> turn_restriction({"restriction:motorcar": "only_straight_on"}, "drive")
    'only'
    """
    rule = MODES[mode]
    vehicle = normal(tags.get("type")).partition(":")[2]
    if vehicle and vehicle not in rule.access:
        return None
    key = next((k for k in rule.restrictions if k in tags), None)
    if key is None or any(exempt in rule.access for exempt in values(tags.get("except"))):
        return None
    kind = normal(tags[key]).partition("_")[0] if "_" in tags[key] else ""
    return kind if kind in {"no", "only"} else None
