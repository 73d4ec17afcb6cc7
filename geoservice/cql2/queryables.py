"""What a filter may name: the properties of one layer, and whether it has a geometry."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Queryables:
    """Properties of layer ``layer`` by name, each with its type, as ``layers/<id>.toml`` names types."""

    layer: str
    types: Mapping[str, str]
    has_geometry: bool
