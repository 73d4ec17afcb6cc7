"""Features read one by one, as from KML, GPX and TopoJSON: properties as text and a geometry each."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import shapely

from geoservice.ingest.headers import clean_headers
from geoservice.ingest.raw_table import Meta, Rows, text_schema

UNREADABLE = b""
"""Marks, in place of WKB, a geometry that cannot be read."""
_BATCH = 100_000


class Features:
    """Rows of a file, collected one by one and returned as a table; it has each column for which a feature has a value."""

    def __init__(self) -> None:
        self._rows: list[int] = []
        self._properties: list[Mapping[str, str | None]] = []
        self._geometry: list[bytes | None] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, number: int, properties: Mapping[str, str | None], geometry: bytes | None) -> None:
        """Append one feature; ``number`` is its position in the file, from 1. Its row is one higher: the header is row 1."""
        self._rows.append(number + 1)
        self._properties.append(properties)
        self._geometry.append(geometry)

    def table(self, meta: Meta) -> Rows:
        """Return schema, batches and metadata."""
        names = list(dict.fromkeys(k for p in self._properties for k, v in p.items() if v is not None))
        schema = text_schema(clean_headers(names, meta.notes), geometry=True)

        def batches() -> Iterator[pa.RecordBatch]:
            for start in range(0, len(self), _BATCH):
                part = slice(start, start + _BATCH)
                columns = [[p.get(n) or None for p in self._properties[part]] for n in names]
                yield pa.RecordBatch.from_arrays(
                    [
                        pa.array(self._rows[part], pa.int64()),
                        *(pa.array(c, pa.string()) for c in columns),
                        pa.array(self._geometry[part], pa.binary()),
                    ],
                    schema=schema,
                )

        return schema, batches(), meta


def add_property(properties: dict[str, str | None], name: str, value: str | None) -> None:
    """Add a property; a name that exists already gets a number.

    >>> properties = {"name": "A"}
    >>> add_property(properties, "name", "B")
    >>> properties
    {'name': 'A', 'name (2)': 'B'}
    """
    key, number = name, 2
    while key in properties:
        key, number = f"{name} ({number})", number + 1
    properties[key] = value


def json_text(value: Any) -> str | None:
    """Return a JSON value as text: structures as JSON, integers without a decimal point.

    >>> [json_text(v) for v in (340811.0, 1.5, True, None, "", [1, "安"])]
    ['340811', '1.5', 'true', None, None, '[1, "安"]']
    """
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def to_wkb_2d(shape: shapely.Geometry | None) -> bytes | None:
    """Return a shape as two-dimensional WKB, None if it is None or empty."""
    return None if shape is None or shape.is_empty else bytes(shapely.to_wkb(shapely.force_2d(shape)))


def combine(shapes: list[shapely.Geometry]) -> shapely.Geometry | None:
    """Return several shapes of one type as its multi type, shapes of several types as a collection, one shape unchanged.

    >>> combine([shapely.Point(1, 2), shapely.Point(3, 4)]).wkt
    'MULTIPOINT ((1 2), (3 4))'
    """
    if len(shapes) < 2:
        return shapes[0] if shapes else None
    types = {s.geom_type for s in shapes}
    constructor = {
        frozenset({"Point"}): shapely.multipoints,
        frozenset({"LineString"}): shapely.multilinestrings,
        frozenset({"Polygon"}): shapely.multipolygons,
    }.get(frozenset(types), shapely.geometrycollections)
    return constructor(shapes)
