"""For each queryable a filter that works, to copy and change."""

from collections.abc import Mapping
from typing import Any

from geoservice.cql2.operators import CANONICAL_NAMES
from geoservice.release.base import PublishedLayer

KEYWORDS = frozenset(CANONICAL_NAMES) | {"true", "false", "null", "is", "date", "timestamp", "interval", "bbox"}
EXAMPLES: Mapping[str, str] = {
    "date": ">= DATE('2024-01-01')",
    "date-time": ">= TIMESTAMP('2024-01-01T00:00:00Z')",
    "string": "LIKE '%a%'",
    "boolean": "= TRUE",
    "number": "> 0",
    "integer": "> 0",
}
"""What follows the name of a property, by its format or type."""


def filter_example(name: str, schema: Mapping[str, Any], layer: PublishedLayer) -> str:
    """Return a filter in CQL2 text; the first value of a property that lists them, its box for the geometry.

    >>> filter_example("mode", {"type": "string", "enum": ["", "walk"]}, None)
    "mode = 'walk'"
    """
    if "type" not in schema:
        west, south, east, north = layer.bbox or (-180.0, -90.0, 180.0, 90.0)
        return f"S_INTERSECTS({name}, BBOX({west:.5f}, {south:.5f}, {east:.5f}, {north:.5f}))"
    named = f'"{name}"' if name in KEYWORDS else name
    if values := [value for value in schema.get("enum", ()) if value] or schema.get("enum"):
        return f"{named} = {literal(values[0])}"
    return f"{named} {EXAMPLES[schema.get('format', schema['type'])]}"


def literal(value: str | int) -> str:
    """Return a value as CQL2 writes it.

    >>> literal("county's"), literal(15)
    ("'county''s'", '15')
    """
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
