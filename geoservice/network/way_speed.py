"""Speed of a mode on a way that is open to it."""

from geoservice.network.access import Access, Tags, values
from geoservice.network.limits import posted_kmh
from geoservice.network.speeds import CEILING_KEYS, CeilingKey, ModeSpeeds, Speeds


def way_kmh(tags: Tags, name: str, mode: str, speeds: Speeds, side: str, access: Access) -> float:
    """Return the speed in km/h on a way of the class ``name`` in the direction ``side``: the lowest of all that bounds it.

    These are the class, the posted limit, the surface, its smoothness, the grade of a track and the kind of a service way.
    """
    table = speeds.of(mode)
    kmh = _class_kmh(name, table, access)
    if table.maxspeed_share:
        kmh = min(kmh, posted_kmh(tags, side, speeds) * table.maxspeed_share)
    return min(kmh, *(_ceiling(tags, key, table) for key in CEILING_KEYS))


def _class_kmh(name: str, table: ModeSpeeds, access: Access) -> float:
    kmh = table.highway.get(name, table.ramp if name == "steps" else table.opened)
    return min(kmh, table.dismount) if access is Access.DISMOUNT else kmh


def _ceiling(tags: Tags, key: CeilingKey, table: ModeSpeeds) -> float:
    ceilings = table.ceilings.get(key, {})
    return min((ceilings[v] for v in values(tags.get(key)) if v in ceilings), default=float("inf"))
