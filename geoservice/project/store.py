"""The project on either database."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from geoservice.db import Database
from geoservice.errors import InputError, NotFound
from geoservice.schema import TableName
from geoservice.vintages import VintageStore

TABLES: tuple[TableName, ...] = ("areas", "stations", "uptake", "population", "pyramids")
_SURFACE: dict[str, pa.DataType] = {
    "number": pa.int32(),
    "digest": pa.string(),
    "name": pa.string(),
    "kind": pa.string(),
    "made_at": pa.string(),
    "description": pa.string(),
    "body": pa.binary(),
}
SURFACES = pa.schema(_SURFACE)
_INFO = pa.schema([f for f in SURFACES if f.name not in ("number", "body")])


@dataclass(frozen=True)
class SurfaceInfo:
    """Metadata of a demand surface: SHA-256 of its bytes, its origin, and how it was made (rho, caps, ...)."""

    digest: str
    name: str
    kind: Literal["register", "population"]
    made_at: str
    description: Mapping[str, Any]


def _describe_rows(areas: pa.Table, code: str) -> str:
    """Return a code with the code systems and periods of its rows, for messages."""
    rows = (r for r in areas.drop_columns(["geometry"]).to_pylist() if r["code"] == code)
    periods = (f"{r['code_system']} {r['valid_from'] or '...'} to {r['valid_to'] or '...'}" for r in rows)
    return f"{code} ({', '.join(periods)})"


class Project(VintageStore):
    """The public inputs of a study."""

    def __init__(self, folder: Path, database: Database, schema: str | None) -> None:
        super().__init__(folder, database, schema, TABLES, {"surfaces": SURFACES})

    @property
    def network(self) -> Path:
        """The folder of the street network and the base map."""
        return self.folder / "network"

    @property
    def terrain(self) -> Path:
        """The folder of the terrain."""
        return self.folder / "terrain"

    @property
    def gazetteer(self) -> Path:
        """The folder of the gazetteer and its added tables."""
        return self.folder / "gazetteer"

    def areas(self, as_of: date | None) -> pa.Table:
        """Return the areas of a date, see :meth:`read_as_of`.

        Raises
        ------
        InputError
            No area is valid on the date, or one code occurs twice.
        """
        areas = self.read_as_of("areas", as_of)
        counts = Counter(map(str, areas.column("code").to_pylist()))
        if repeated := sorted(code for code, n in counts.items() if n > 1):
            raise InputError(
                f"areas: {len(repeated)} codes occur more than once, the first is {_describe_rows(areas, repeated[0])}; "
                "a study identifies areas by code alone: load only one of them, or state the period of each with "
                "valid_from and valid_to"
            )
        return areas

    def add_surface(self, body: bytes, info: SurfaceInfo) -> None:
        """Store a surface; an existing digest changes nothing. Raises :class:`InputError` if the digest does not match."""
        if hashlib.sha256(body).hexdigest() != info.digest:
            raise InputError(f"surface {info.name}: its bytes do not match the digest {info.digest:.12}")
        description = json.dumps(dict(info.description), ensure_ascii=False, sort_keys=True)
        with self._writing() as session:
            digests = [row[0] for row in session.execute(self._sql.rows("surfaces", ["digest"], "number"))]
            if info.digest not in digests:
                row = [len(digests) + 1, info.digest, info.name, info.kind, info.made_at, description, body]
                session.execute(self._sql.insert("surfaces"), row)

    def surfaces(self) -> tuple[SurfaceInfo, ...]:
        """Return the metadata of each surface, oldest first."""
        with self._reading() as session:
            rows = session.fetch(self._sql.rows("surfaces", _INFO.names, "number"), _INFO).to_pylist() if session else []
        return tuple(SurfaceInfo(**{**row, "description": json.loads(row["description"])}) for row in rows)

    def surface(self, digest: str) -> bytes:
        """Return the bytes of a surface; raises :class:`NotFound` if it is unknown, :class:`InputError` if it is damaged."""
        body = self._body("surfaces", digest)
        if body is None:
            raise NotFound(f"surface {digest:.12}: the project has no surface of this digest")
        return body
