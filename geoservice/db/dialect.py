"""What differs between the two engines, as one small table."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from geoservice.errors import InputError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}\Z")


@dataclass(frozen=True)
class Dialect:
    """One engine: its placeholder, its column types by kind of Arrow type, and how text is put in byte order."""

    engine: Literal["duckdb", "postgis"]
    mark: str
    types: Mapping[str, str]
    bytewise: str
    """Appended to a text column in ORDER BY: the databases must agree on the order, whatever the locale."""

    def quote(self, name: str) -> str:
        """Return the identifier in quotes; raises :class:`InputError` unless it is an ASCII word of at most 63.

        DuckDB takes ``NAME`` and ``name`` for one column even in quotes, PostgreSQL for two: a table may hold only one of them.

        >>> DUCKDB.quote("group"), DUCKDB.quote("POP_EST")
        ('"group"', '"POP_EST"')
        """
        if not _NAME.match(name):
            raise InputError(f"name {name!r:.80}: allowed are ASCII letters, digits and _, at most 63, no digit first")
        return f'"{name}"'

    def table(self, schema: str | None, name: str) -> str:
        """Return a table's quoted name, with its schema where there is one."""
        return self.quote(name) if schema is None else f"{self.quote(schema)}.{self.quote(name)}"

    def type_of(self, field: "pa.Field[Any]") -> str:
        """Return the column type that holds an Arrow field; the field's metadata ``geometry`` asks for a shape.

        Its value is ``geometry`` for degrees and ``mercator`` for Web-Mercator metres.
        """
        kind = (field.metadata or {}).get(b"geometry", b"").decode() or kind_of(field.type)
        return self.types[kind] + ("" if field.nullable else " NOT NULL")


def kind_of(kind: pa.DataType) -> str:
    """Return the house's word for an Arrow type; sizes of binary do not matter.

    >>> kind_of(pa.binary(16)), kind_of(pa.list_(pa.string()))
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
        "uint64": "bigint",  # two's complement: the bits are kept, their order is not asked for
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
