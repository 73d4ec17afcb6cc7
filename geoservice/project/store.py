"""The project on either database."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

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


SIGNATURE = "signature"
"""Key of the signature in the stored description; a description has no entry of this name itself."""


@dataclass(frozen=True)
class SurfaceSignature:
    """Who signed a surface from elsewhere: a public key, the signed header and the signature; keys and bytes as text in hex."""

    key: str
    header: str
    signature: str


@dataclass(frozen=True)
class SurfaceInfo:
    """Metadata of a demand surface: SHA-256 of its bytes, its origin, and how it was made (rho, caps, ...).

    ``signature`` is None for surfaces of the project's own register and population.
    """

    digest: str
    name: str
    kind: Literal["register", "population"]
    made_at: str
    description: Mapping[str, Any]
    signature: SurfaceSignature | None = None

    @property
    def areas(self) -> tuple[str, ...]:
        """The sorted codes of the areas of a register's surface; empty for one of an earlier version."""
        return tuple(sorted(map(str, self.description.get("areas", ()))))


def _stored_description(info: SurfaceInfo) -> str:
    """Return the description and the signature as one JSON object."""
    signature = {} if info.signature is None else {SIGNATURE: asdict(info.signature)}
    return json.dumps({**info.description, **signature}, ensure_ascii=False, sort_keys=True)


def _surface_info(row: Mapping[str, Any]) -> SurfaceInfo:
    description = json.loads(row["description"])
    signature = description.pop(SIGNATURE, None)
    return SurfaceInfo(**{**row, "description": description, "signature": signature and SurfaceSignature(**signature)})


def _describe_rows(areas: pa.Table, code: str) -> str:
    """Return a code with the code systems and periods of its rows, for messages."""
    rows = (r for r in areas.drop_columns(["geometry"]).to_pylist() if r["code"] == code)
    periods = (f"{r['code_system']} {r['valid_from'] or '...'} to {r['valid_to'] or '...'}" for r in rows)
    return f"{code} ({', '.join(periods)})"


def systems_of(areas: pa.Table) -> list[str]:
    """Return the sorted names of the code systems of areas."""
    return sorted(map(str, set(areas.column("code_system").to_pylist())))


def _unknown_surface(digest: str) -> NotFound:
    return NotFound(f"surface {digest:.12}: the project has no surface of this digest")


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

    def code_systems(self) -> list[str]:
        """Return the sorted names of the code systems of the loaded areas."""
        return systems_of(self.read("areas"))

    def areas_of(self, code_system: str) -> pa.Table:
        """Return the areas of a code system, of all dates; all areas if none are of it: the study may not name its system."""
        areas = self.read("areas")
        of_system = areas.filter(pc.equal(areas.column("code_system"), pa.scalar(code_system)))
        return of_system if of_system.num_rows else areas

    def areas(self, as_of: date | None, code_system: str) -> pa.Table:
        """Return the areas of a code system, see :meth:`areas_of`, on a date, see :meth:`read_as_of`.

        Raises
        ------
        InputError
            No area is valid on the date, one code occurs twice, or there are several systems, none of which is this one.
        """
        areas = self._valid("areas", self.areas_of(code_system), as_of)
        if len(systems := systems_of(areas)) > 1:
            raise InputError(
                f"areas: several code systems are loaded, {', '.join(systems)}, and code_system in study.toml is "
                f"{code_system!r}; allowed is one of them, whose areas are those of the study"
            )
        counts = Counter(map(str, areas.column("code").to_pylist()))
        if repeated := sorted(code for code, n in counts.items() if n > 1):
            raise InputError(
                f"areas: {len(repeated)} codes occur more than once, the first is {_describe_rows(areas, repeated[0])}; "
                "a study identifies areas by code alone: load only one of them, or state the period of each with "
                "valid_from and valid_to"
            )
        return areas

    def system_areas(self, as_of: date | None, code_system: str) -> pa.Table:
        """Return the areas of a code system on a date; raises :class:`InputError` also if none of it are loaded."""
        if code_system not in (systems := self.code_systems()):
            raise InputError(
                f"areas: none of the code system {code_system!r} are loaded, loaded are {', '.join(systems) or 'none'}; load "
                f"them with: geoservice import areas FILE --code-system {code_system}"
            )
        return self.areas(as_of, code_system)

    def add_surface(self, body: bytes, info: SurfaceInfo) -> None:
        """Store a surface; an existing digest changes nothing. Raises :class:`InputError` if the digest does not match."""
        if hashlib.sha256(body).hexdigest() != info.digest:
            raise InputError(f"surface {info.name}: its bytes do not match the digest {info.digest:.12}")
        with self._writing() as session:
            stored = session.execute(self._sql.rows("surfaces", ["number", "digest"], "number"))
            if info.digest not in {digest for _, digest in stored}:
                number, description = max((n for n, _ in stored), default=0) + 1, _stored_description(info)
                row = [number, info.digest, info.name, info.kind, info.made_at, description, body]
                session.execute(self._sql.insert("surfaces"), row)

    def surfaces(self) -> tuple[SurfaceInfo, ...]:
        """Return the metadata of each surface, oldest first."""
        with self._reading() as session:
            rows = session.fetch(self._sql.rows("surfaces", _INFO.names, "number"), _INFO).to_pylist() if session else []
        return tuple(map(_surface_info, rows))

    def surface(self, digest: str) -> bytes:
        """Return the bytes of a surface; raises :class:`NotFound` if it is unknown, :class:`InputError` if it is damaged."""
        body = self._body("surfaces", digest)
        if body is None:
            raise _unknown_surface(digest)
        return body

    def remove_surface(self, digest: str) -> None:
        """Remove a surface; raises :class:`NotFound` if it is unknown."""
        if digest not in {s.digest for s in self.surfaces()}:
            raise _unknown_surface(digest)
        with self._writing() as session:
            session.execute(self._sql.delete("surfaces", "digest"), [digest])
