"""Conversion of Arrow tables of a release to GeoJSON."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import pyarrow as pa
import shapely

from geoservice.server.features.crs import STORAGE, Crs
from geoservice.server.features.writers import shapes_of
from geoservice.server.links import Link

KEYS = ("fid", "geometry")
TIME_OPTIONS = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z
"""Stored times are naive and in UTC; GeoJSON has them with a Z."""


EMPTY_GEOMETRY = {"type": "GeometryCollection", "geometries": []}
"""A missing geometry for OGC's feature schema, which does not allow null; RFC 7946 (3.1) lets readers treat it as null."""


def geometries(table: pa.Table, crs: Crs = STORAGE) -> list[Any]:
    """Return the geometries as GeoJSON fragments, ``None`` for missing ones."""
    if "geometry" not in table.column_names:
        return [None] * table.num_rows
    texts = shapely.to_geojson(crs.shapes(shapes_of(table)))
    return [None if text is None else orjson.Fragment(text) for text in texts]


def property_names(table: pa.Table) -> list[str]:
    """Return the names of the columns that are properties."""
    return [n for n in table.column_names if n not in KEYS]


def values(table: pa.Table) -> Iterable[tuple[Any, ...]]:
    """Return the properties of each row, in column order; converts whole columns, which is faster than rows."""
    columns = table.select(property_names(table)).to_pydict().values()
    return zip(*columns, strict=True) if columns else [()] * table.num_rows


def features(table: pa.Table, crs: Crs = STORAGE, null: Any = None) -> list[dict[str, Any]]:
    """Return the rows as GeoJSON features whose ``id`` is the ``fid``; ``null`` replaces a missing geometry."""
    names = property_names(table)
    parts = zip(table.column("fid").to_pylist(), geometries(table, crs), values(table), strict=True)
    return [
        {"type": "Feature", "id": fid, "geometry": shape or null, "properties": dict(zip(names, row, strict=True))}
        for fid, shape, row in parts
    ]


def collection(features: Sequence[dict[str, Any]], links: Sequence[Link], matched: int | None) -> bytes:
    """Return a GeoJSON feature collection with the current time; without ``numberMatched`` if that is unknown."""
    head: dict[str, Any] = {"type": "FeatureCollection", "timeStamp": datetime.now(UTC).replace(microsecond=0), "links": links}
    count = {} if matched is None else {"numberMatched": matched}
    return orjson.dumps({**head, **count, "numberReturned": len(features), "features": features}, option=TIME_OPTIONS)
