"""Ferries: the duration of a crossing, and the tags of routes that are mapped as relations."""

import re
from collections.abc import Iterable, Mapping

from geoservice.network.opl import Relation

_CLOCK = re.compile(r"^(\d+):([0-5]?\d)(?::([0-5]?\d))?$")
_MINUTES = re.compile(r"^(\d+(?:\.\d+)?)(?:\s*min(?:utes?|s)?)?$", re.IGNORECASE)
_ISO = re.compile(r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$", re.IGNORECASE)
_OF_RELATION = frozenset({"type", "name", "ref", "duration"})
"""Tags that are about the whole route. A way of it gets no ``duration``, since a route may have many ways."""


def duration_seconds(text: str | None) -> float | None:
    """Return an OSM ``duration`` in seconds: minutes, HH:MM, HH:MM:SS or ISO 8601; None for others and zero.

    >>> [duration_seconds(t) for t in ("20", "01:30", "00:20:30", "PT1H5M", "soon")]
    [1200.0, 5400.0, 1230.0, 3900.0, None]
    """
    text = text.strip() if text else ""
    if match := _CLOCK.match(text):
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        total = hours * 3600 + minutes * 60 + seconds
    elif match := _MINUTES.match(text):
        total = float(match[1]) * 60
    elif match := _ISO.match(text):
        days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
        total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    else:
        return None
    return total or None


def is_ferry_route(tags: Mapping[str, str]) -> bool:
    """Return whether a relation is the route of a ferry."""
    return (tags.get("type"), tags.get("route")) == ("route", "ferry")


def ferry_tags(relations: Iterable[Relation]) -> dict[int, dict[str, str]]:
    """Return the tags that each way gets from the ferry routes it is a member of; of several routes, the first by id counts.

    A route of one way passes its ``duration`` on as well.

    >>> from geoservice.network.opl import relation_of
    >>> ferry_tags([relation_of(b"r1 Ttype=route,route=ferry,duration=00:20,foot=yes Mw5@,n6@stop")])
    {5: {'route': 'ferry', 'duration': '00:20', 'foot': 'yes'}}
    """
    tags_by_way: dict[int, dict[str, str]] = {}
    for relation in sorted(relations, key=lambda r: r.id):
        ways = [way for way, role in relation.ways().items() if not role.startswith(("platform", "stop"))]
        left_out = _OF_RELATION - {"duration"} if len(ways) == 1 else _OF_RELATION
        for way in ways:
            tags_by_way.setdefault(way, {k: v for k, v in relation.tags.items() if k not in left_out})
    return tags_by_way
