"""The queryables of one layer: its properties and whether it has a geometry."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Queryables:
    """Types of the properties of layer ``layer`` by name, in the terms of ``layers/<id>.toml``."""

    layer: str
    types: Mapping[str, str]
    has_geometry: bool
