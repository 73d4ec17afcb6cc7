"""The properties of a layer's features."""

from geoservice.cql2.queryables import Queryables
from geoservice.release.base import PublishedLayer

BASE = {"geography": "text", "unit": "text"}


def property_types(layer: PublishedLayer) -> dict[str, str]:
    """Return the names and types of the properties of a layer's features, without ``fid`` and geometry, in order."""
    return {**BASE, **{c.name: c.type for c in layer.columns}}


def is_of_areas(layer: PublishedLayer) -> bool:
    """Whether a layer's features are administrative areas: these have names in both languages and an area above."""
    return {"name_zh", "name_en", "parent"} <= {c.name for c in layer.columns}


def queryables_of(layer: PublishedLayer) -> Queryables:
    """Return the queryables for filters on the layer."""
    return Queryables(layer.id, property_types(layer), layer.geometry != "none")
