"""What a layer's features carry."""

from geoservice.cql2.queryables import Queryables
from geoservice.release.base import PublishedLayer

BASE = {"geography": "text", "unit": "text"}


def property_types(layer: PublishedLayer) -> dict[str, str]:
    """Names and types of what a layer's features carry beside ``fid`` and geometry, in order."""
    return {**BASE, **{c.name: c.type for c in layer.columns}}


def queryables_of(layer: PublishedLayer) -> Queryables:
    """What a filter on the layer may name."""
    return Queryables(layer.id, property_types(layer), layer.geometry != "none")
