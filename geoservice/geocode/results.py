"""The results of geocoding as a table: a row for each address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from geoservice.addresses.geocoded import Geocoded
from geoservice.addresses.precision import PRECISIONS
from geoservice.geo import Ints

_FIELDS: dict[str, pa.DataType] = {
    "status": pa.string(),
    "reason": pa.string(),
    "precision": pa.string(),
    "score": pa.int32(),
    "lon": pa.float64(),
    "lat": pa.float64(),
    "uncertainty_m": pa.float64(),
    "faults": pa.string(),
    "matched": pa.string(),
    "area_code": pa.string(),
    "level": pa.string(),
    "addr_type": pa.string(),
    "location_type": pa.string(),
    "candidates": pa.string(),
}
SCHEMA = pa.schema(_FIELDS)
"""``precision`` is that of the ladder, ``faults`` are codes separated by spaces, ``area_code`` and ``level`` are those of
the lowest area around the place, ``candidates`` JSON; there is no text of the address."""

_MADE = frozenset({"faults", "area_code", "level", "candidates"})


@dataclass(frozen=True)
class Results:
    """Results of addresses; ``table`` has the columns of :data:`SCHEMA`."""

    table: pa.Table

    @classmethod
    def of(cls, geocoded: Sequence[Geocoded]) -> "Results":
        """Return a table of results."""
        rows = [_row(one) for one in geocoded]
        return cls(pa.Table.from_pylist(rows, SCHEMA))

    def __len__(self) -> int:
        """Return the number of addresses."""
        return self.table.num_rows

    def take(self, rows: Ints) -> "Results":
        """Return the results of some rows."""
        return Results(self.table.take(rows))

    def column(self, name: str) -> list[Any]:
        """Return a column as a list."""
        return self.table.column(name).to_pylist()

    def counts(self) -> dict[str, int]:
        """Return the number of addresses by precision, in the order of the ladder."""
        precisions = self.column("precision")
        return {name: count for name in PRECISIONS if (count := precisions.count(name))}


def _row(one: Geocoded) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in SCHEMA.names if name not in _MADE},
        "faults": " ".join(one.faults),
        "area_code": one.areas[-1].code if one.areas else None,
        "level": one.areas[-1].level if one.areas else None,
        "candidates": orjson.dumps([candidate._asdict() for candidate in one.candidates]).decode(),
    }
