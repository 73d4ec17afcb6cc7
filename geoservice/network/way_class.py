"""Class of a way: what it is, before its access tags are read."""

from geoservice.modes import Mode
from geoservice.network.access import Tags, normal, values

CLASS_KEYS = ("highway", "route", "man_made", "railway", "public_transport")
"""Keys of which one makes an OSM way a street, a path or a ferry."""
_WITHOUT_HIGHWAY = {
    ("man_made", "pier"): "pier",
    ("railway", "platform"): "platform",
    ("public_transport", "platform"): "platform",
}
_NO_CROSSING = frozenset({"service", "track", "motorway", "motorway_link", "ferry"})
_RANKS = {"trunk": 5, "primary": 4, "secondary": 3, "tertiary": 2}
_NO_DOORS = frozenset({"motorway", "motorway_link", "ferry"})


def way_class(tags: Tags) -> str | None:
    """Return the class of a way, a key of the tables in ``speeds.toml``, or ``ferry``; None if nobody travels on it.

    >>> way_class({"highway": "path"}), way_class({"route": "ferry"}), way_class({"barrier": "wall"})
    ('path', 'ferry', None)
    """
    if "ferry" in values(tags.get("route")):
        return "ferry"
    if highway := normal(tags.get("highway")):
        return highway
    return next((name for (key, value), name in _WITHOUT_HIGHWAY.items() if tags.get(key) == value), None)


def street_rank(name: str) -> int:
    """Return the rank of a class among the streets that meet at an intersection, 0 if it does not count among them.

    >>> [street_rank(name) for name in ("primary", "primary_link", "residential", "service")]
    [4, 4, 1, 0]
    """
    if name in _NO_CROSSING:
        return 0
    return _RANKS.get(name.removesuffix("_link"), 1)


def has_doors(tags: Tags, name: str, mode: Mode) -> bool:
    """Whether a door may open to a way: not to motorways and motorroads, in tunnels, on viaducts and ferries.

    A passage through a building is at street level, though OSM calls it a tunnel.
    """
    if name in _NO_DOORS or name in mode.without_doors or normal(tags.get("motorroad")) == "yes":
        return False
    return normal(tags.get("tunnel")) in {"", "no", "building_passage"} and normal(tags.get("bridge")) != "viaduct"
