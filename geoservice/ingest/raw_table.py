"""A file as it was read, before interpretation: text columns, perhaps geometry, and metadata."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from geoservice.ingest.arrow_compute import Column

ROW = "__row__"
GEOMETRY = "__geometry__"


def text_schema(headers: Sequence[str], *, geometry: bool = False) -> pa.Schema:
    """Return the schema of rows from the reader process: row number, text columns, perhaps WKB."""
    fields: list[pa.Field[Any]] = [pa.field(ROW, pa.int64()), *(pa.field(h, pa.string()) for h in headers)]
    return pa.schema([*fields, pa.field(GEOMETRY, pa.binary())] if geometry else fields)


@dataclass
class Meta:
    """How a file was read.

    ``crs`` is what the file itself states, ``format`` its format or that of the archive member; ``titles`` are texts above the
    header of a table, ``broken`` are lines with a wrong number of cells: row number, text and reason. ``files`` are those of a
    dataset: the number of their first row, and their path.
    """

    encoding: str = ""
    delimiter: str = ""
    crs: str = ""
    layer: str = ""
    format: str = ""
    notes: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    broken: list[tuple[int, str, str]] = field(default_factory=list)
    files: list[tuple[int, str]] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        """Return JSON values to pass between the two processes."""
        return asdict(self)


Rows = tuple[pa.Schema, Iterator[pa.RecordBatch], Meta]
"""Result of the reader of a format."""


@dataclass(frozen=True)
class RawTable:
    """Text columns under the file's own headers, row numbers, and WKB geometries of vector files.

    ``rows`` has shape ``(n,)`` and counts from 1 with the header; ``geometry`` is a binary array or None.
    """

    columns: pa.Table
    rows: Column
    geometry: Column | None
    meta: Meta

    @classmethod
    def of(cls, table: pa.Table, meta: Meta) -> "RawTable":
        """Return the raw table of what the reader process wrote; row number and geometry are separated from the columns."""
        geometry = table.column(GEOMETRY) if GEOMETRY in table.column_names else None
        names = [n for n in table.column_names if n not in {ROW, GEOMETRY}]
        return cls(table.select(names), table.column(ROW), geometry, meta)

    def without(self, names: tuple[str, ...]) -> "RawTable":
        """Return the same rows without some columns."""
        return RawTable(self.columns.drop_columns(list(names)), self.rows, self.geometry, self.meta)
