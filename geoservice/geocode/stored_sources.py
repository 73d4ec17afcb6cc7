"""Tables that users added, in ``gazetteer/sources`` of the project: a Parquet file each, with what it is in its metadata.

They are files beside the network in projects of either store, and never part of a release.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from geoservice.durable import atomic_write, sync
from geoservice.errors import GazetteerError, InputError, NotFound
from geoservice.geocode.place_table import SCHEMAS, SOURCE_KINDS, SourceKind
from geoservice.vintages import digest

FOLDER = "sources"
_METADATA = b"geoservice"


@dataclass(frozen=True)
class GazetteerSource:
    """A table of a gazetteer: its name, what it holds, the code system of its codes, and the day it describes.

    A ``private`` source is in the gazetteer of the project, but in none of a release. ``digest`` is the SHA-256 of its rows.
    """

    name: str
    kind: SourceKind
    code_system: str
    private: bool = False
    day: date | None = None
    added: date | None = None
    rows: int = 0
    rejected: int = 0
    digest: str = ""

    def to_json(self) -> dict[str, object]:
        """Return the values that JSON can hold."""
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in asdict(self).items()}


def save_source(folder: Path, table: pa.Table, source: GazetteerSource) -> GazetteerSource:
    """Store a table under the name of its source, in place of a former one of this name; return the stored source.

    Parameters
    ----------
    folder
        The gazetteer folder of the project.
    table
        Columns as in :data:`geoservice.geocode.place_table.SCHEMAS`.
    source
        What it is; number of rows, digest and, unless it is set, the day of addition are filled in.

    Raises
    ------
    InputError
        The kind is unknown, or the table has other columns.
    """
    if source.kind not in SCHEMAS:
        raise InputError(f"gazetteer: kind {source.kind!r:.40}, allowed are {', '.join(SOURCE_KINDS)}")
    schema = SCHEMAS[source.kind]
    try:
        table = table.select(schema.names).cast(schema)
    except (KeyError, pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as e:
        raise InputError(f"{source.name}: columns are {table.schema.names}, expected {schema.names}") from e
    values = {**asdict(source), "rows": table.num_rows, "digest": digest(table)}
    stored = GazetteerSource(**{**values, "added": source.added or datetime.now(UTC).date()})
    path = _path(folder, source.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {_METADATA: json.dumps(stored.to_json(), ensure_ascii=False).encode()}
    with atomic_write(path) as aside:
        pq.write_table(table.replace_schema_metadata(metadata), aside, compression="zstd")
        sync(aside)
    sync(path.parent)
    return stored


def stored_sources(folder: Path) -> list[GazetteerSource]:
    """Return the stored sources in the order of their names; raises :class:`GazetteerError` if one is damaged."""
    return sorted((_read_source(path) for path in (folder / FOLDER).glob("*.parquet")), key=lambda s: s.name)


def source_rows(folder: Path, source: GazetteerSource) -> pa.Table:
    """Return the rows of a stored source; raises :class:`GazetteerError` if they are damaged."""
    try:
        table = pq.read_table(_path(folder, source.name)).replace_schema_metadata(None).cast(SCHEMAS[source.kind])
    except (OSError, pa.ArrowException) as e:
        raise _damaged(source.name) from e
    if digest(table) != source.digest:
        raise _damaged(source.name)
    return table


def remove_source(folder: Path, name: str) -> GazetteerSource:
    """Delete a source and return it; raises :class:`NotFound` with the names of those there are."""
    sources = {source.name: source for source in stored_sources(folder)}
    if name not in sources:
        raise NotFound(f"gazetteer: no source {name!r:.80}; there are {', '.join(sources) or 'none'}")
    _path(folder, name).unlink()
    sync(folder / FOLDER)
    return sources[name]


def _path(folder: Path, name: str) -> Path:
    return folder / FOLDER / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.parquet"


def _damaged(name: str) -> GazetteerError:
    return GazetteerError(f"gazetteer: the source {name} is damaged; add it again")


def _read_source(path: Path) -> GazetteerSource:
    try:
        metadata = pq.read_schema(path).metadata or {}
        values = json.loads(metadata[_METADATA])
        days = {key: None if values[key] is None else date.fromisoformat(values[key]) for key in ("day", "added")}
        return GazetteerSource(**{**values, **days})
    except (OSError, KeyError, ValueError, TypeError, pa.ArrowException) as e:
        raise _damaged(path.name) from e
