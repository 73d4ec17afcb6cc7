"""What a layer's features carry."""

from geoservice.release.base import PublishedLayer

BASE = {"geography": "text", "unit": "text"}


def property_types(layer: PublishedLayer) -> dict[str, str]:
    """Names and types of what a layer's features carry beside ``fid`` and geometry, in order."""
    return {**BASE, **{c.name: c.type for c in layer.columns}}
