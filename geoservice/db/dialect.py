"""The differences between the two engines."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from geoservice.errors import InputError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}\Z")


@dataclass(frozen=True)
class Dialect:
    """One engine: its placeholder, its column type for each Arrow type, and how it sorts text by bytes."""

    engine: Literal["duckdb", "postgis"]
    mark: str
    types: Mapping[str, str]
    bytewise: str
    """Appended to a text column in ORDER BY, so that both databases sort alike in every locale."""

    def quote(self, name: str) -> str:
        """Return the quoted identifier; raises :class:`InputError` unless it is an ASCII name of at most 63 characters.

        ``NAME`` and ``name`` are one column in DuckDB even in quotes, two in PostgreSQL: a table may have only one of them.

        >>> DUCKDB.quote("group"), DUCKDB.quote("POP_EST")
        ('"group"', '"POP_EST"')
        """
        if not _NAME.match(name):
            raise InputError(f"name {name!r:.80}: allowed are ASCII letters, digits and _, at most 63, no digit first")
        return f'"{name}"'

    def table(self, schema: str | None, name: str) -> str:
        """Return a table's quoted name, with its schema if it has one."""
        return self.quote(name) if schema is None else f"{self.quote(schema)}.{self.quote(name)}"

    def type_of(self, field: "pa.Field[Any]") -> str:
        """Return the column type for an Arrow field; one with the metadata ``geometry`` becomes a geometry column.

        The value of that metadata is ``geometry`` for degrees or ``mercator`` for Web-Mercator metres.
        """
        kind = (field.metadata or {}).get(b"geometry", b"").decode() or type_name(field.type)
        return self.types[kind] + ("" if field.nullable else " NOT NULL")


def type_name(kind: pa.DataType) -> str:
    """Return the key of :attr:`Dialect.types` for an Arrow type, regardless of the size of binary.

    >>> type_name(pa.binary(16)), type_name(pa.list_(pa.string()))
    ('binary', 'texts')
    """
    if pa.types.is_fixed_size_binary(kind) or pa.types.is_binary(kind):
        return "binary"
    return "texts" if pa.types.is_list(kind) else str(kind)


DUCKDB = Dialect(
    "duckdb",
    "?",
    {
        "string": "VARCHAR",
        "int32": "INTEGER",
        "int64": "BIGINT",
        "uint64": "UBIGINT",
        "double": "DOUBLE",
        "bool": "BOOLEAN",
        "date32[day]": "DATE",
        "timestamp[us]": "TIMESTAMP",
        "binary": "BLOB",
        "texts": "VARCHAR[]",
        "geometry": "GEOMETRY",
        "mercator": "GEOMETRY",
    },
    "",
)
POSTGIS = Dialect(
    "postgis",
    "%s",
    {
        "string": "text",
        "int32": "integer",
        "int64": "bigint",
        "uint64": "bigint",  # two's complement: the bits are stored, and nothing sorts by them
        "double": "double precision",
        "bool": "boolean",
        "date32[day]": "date",
        "timestamp[us]": "timestamp",
        "binary": "bytea",
        "texts": "jsonb",
        "geometry": "geometry(Geometry,4326)",
        "mercator": "geometry(Geometry,3857)",
    },
    ' COLLATE "C"',
)
