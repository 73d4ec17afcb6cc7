"""Tables that users add to a gazetteer, in the form in which they are kept."""

from typing import Literal

import pyarrow as pa

from geoservice.addresses.gazetteer import KINDS
from geoservice.schema import TABLES

SourceKind = Literal["divisions", "changes", "aliases", "places"]
SOURCE_KINDS: tuple[SourceKind, ...] = ("divisions", "changes", "aliases", "places")
DOOR = "door"
PLACE_KINDS = (*KINDS[1:], DOOR)
"""Kinds of places in a user's file; areas come from tables of codes."""
_PLACES: dict[str, pa.DataType] = {
    "name": pa.string(),
    "alias": pa.list_(pa.string()),
    "kind": pa.string(),
    "lon": pa.float64(),
    "lat": pa.float64(),
    "area": pa.string(),
    "parent": pa.string(),
    "number": pa.string(),
    "valid_from": pa.date32(),
    "valid_to": pa.date32(),
}
PLACES = pa.schema(_PLACES)
"""``kind`` is one of :data:`PLACE_KINDS`. ``area`` is the code of the area around a place or a path of names; ``parent`` is
the name of the compound that a building belongs to. A door plate has the ``name`` of its road or place and a ``number``."""
_CHANGES: dict[str, pa.DataType] = {
    "old_code": pa.string(),
    "old_name": pa.string(),
    "new_code": pa.string(),
    "new_name": pa.string(),
    "day": pa.date32(),
    "kind": pa.string(),
}
CHANGES = pa.schema(_CHANGES)
"""``day`` is the last one on which the old code or name was in use."""
_ALIASES: dict[str, pa.DataType] = {"alias": pa.string(), "area": pa.string(), "code": pa.string(), "day": pa.date32()}
ALIASES = pa.schema(_ALIASES)
"""``area`` is a path of names such as 安徽省黄山市; ``day`` is null for a name that is still in use."""
DIVISIONS = pa.schema([f for f in TABLES["areas"].arrow() if f.name != "geometry"])
SCHEMAS: dict[SourceKind, pa.Schema] = {"divisions": DIVISIONS, "changes": CHANGES, "aliases": ALIASES, "places": PLACES}
