"""Releases in PostgreSQL: one schema per release, written and made current in one transaction."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

import pyarrow as pa

from geoservice.db import POSTGIS, Session
from geoservice.db.postgis import PostGIS
from geoservice.errors import Conflict, NotFound, Unavailable
from geoservice.geo import Tile
from geoservice.release import sql
from geoservice.release.base import TABLE, FileFault, LayerContent, Manifest, ReleaseContent, StoredFile
from geoservice.release.content import check_stored, checked
from geoservice.release.files import (
    MISSING,
    PARTS,
    archive_name,
    archives_in,
    check_size,
    difference,
    part_folders,
    stored_file,
)
from geoservice.release.manifest import complete, read_manifest
from geoservice.release.pmtiles import Archive
from geoservice.release.protocols import ReleaseReader
from geoservice.release.reader import BASE_MAP, Reader
from geoservice.release.release_numbers import check_removable, older
from geoservice.release.sql.catalogue import ARCHIVES, CATALOGUE, TILES, Catalogue
from geoservice.release.storage_schema import GEOMETRIES, stored, stored_schema
from geoservice.release.vector_tiles import sql as mvt
from geoservice.release.vector_tiles.archives import archives_of
from geoservice.release.vector_tiles.row_blocks import TABLE as BLOCKS
from geoservice.scratch import ScratchFolder, scratch_folder

BATCH = 256
"""Tiles sent at a time."""
PART = 2**20
"""Bytes of a part of an archive."""


class SchemaReader(Reader):
    """A release in a schema, with connections of the store's pool."""

    def __init__(self, number: int, manifest: Manifest, database: PostGIS, catalogue: Catalogue) -> None:
        super().__init__(number, manifest, POSTGIS, catalogue.release(number))
        self._database, self._catalogue = database, catalogue
        self._fetched: dict[str, ScratchFolder] = {}

    @contextmanager
    def _session(self) -> Iterator[Session]:
        try:
            with self._database.quick() as session:
                yield session
        except NotFound:  # the manifest has the layer, so its table existed
            raise NotFound(f"release {self.number} was removed meanwhile; request the current one") from None

    def _tile(self, layer_id: str, tile: Tile) -> bytes:
        with self._session() as session:
            rows = session.execute(self._catalogue.tile(self.number), [layer_id, *tile])
        return bytes(rows[0][0]) if rows else b""

    def _archive_size(self, layer_id: str) -> int:
        with self._session() as session:
            return int(session.execute(self._catalogue.archive_size(self.number), [layer_id])[0][0])

    def _archive_part(self, layer_id: str, offset: int, length: int) -> bytes:
        parts = []
        with self._session() as session:
            for part in range(offset // PART, (offset + length - 1) // PART + 1):
                start, stop = max(offset - part * PART, 0), min(offset + length - part * PART, PART)
                values = [start + 1, stop - start, layer_id, part]
                parts.append(bytes(session.execute(self._catalogue.archive_part(self.number), values)[0][0]))
        return b"".join(parts)

    def archive_fault(self, layer_id: str, expected: StoredFile) -> str:
        """Return how a layer's archive differs from the manifest; empty if it does not."""
        size, digest = self._archive_size(layer_id), hashlib.sha256()
        for at in range(0, size, PART):
            digest.update(self._archive_part(layer_id, at, min(PART, size - at)))
        return difference(StoredFile(bytes=size, sha256=digest.hexdigest()), expected) if size else MISSING

    def _part_folder(self, part: str, names: Sequence[str]) -> Path:
        """Fetch the files at first; they are kept until the reader is closed."""
        if part not in self._fetched:
            folder = scratch_folder(f"geoservice-{part}")
            for name in names:
                self._fetch(f"{part}/{name}", Path(folder.name) / name)
            self._fetched[part] = folder
        return Path(self._fetched[part].name)

    def _fetch(self, name: str, target: Path) -> None:
        size = self._archive_size(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            for at in range(0, size, PART):
                file.write(self._archive_part(name, at, min(PART, size - at)))
        check_size(name, target, self.manifest.files[name])

    def close(self) -> None:
        """Remove fetched files."""
        super().close()
        for folder in self._fetched.values():
            folder.cleanup()

    def tiles(self, layer_id: str) -> Iterator[tuple[Tile, bytes]]:
        """Yield all tiles of a layer."""
        with self._session() as session:
            for z, x, y, data in session.execute(self._catalogue.tiles(self.number), [layer_id]):
                yield Tile(z, x, y), bytes(data)


class PostGISStore:
    """See :class:`geoservice.release.protocols.ReleaseStore`."""

    def __init__(self, dsn: str, prefix: str, read_only: bool, seconds: float | None = None) -> None:
        POSTGIS.quote(prefix)
        self._database, self._read_only = PostGIS(dsn, read_only, seconds=seconds), read_only
        self._sql, self._place = Catalogue(prefix), (dsn, prefix, True, seconds)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how another process opens the same store, read-only, with its own connections."""
        return PostGISStore, self._place

    @contextmanager
    def _alone(self) -> Iterator[Session]:
        if self._read_only:
            raise Conflict("releases: the store is open read-only")
        with self._database.session(write=True) as session:
            if not session.execute(*self._sql.lock())[0][0]:
                raise Conflict("releases: another process is publishing; try again when it has finished")
            make_catalogue(session, self._sql)
            yield session

    def write(self, content: ReleaseContent, keep: int = 5) -> int:
        """Write a release, check it and make it current in one transaction; return its number."""
        manifest, table = checked(content)
        with self._alone() as session:
            number: int = max([*(r[0] for r in session.execute(self._sql.numbers())), 0]) + 1
            schema = self._sql.release(number)
            session.execute(self._sql.make_schema(schema))
            manifest = complete(manifest, self._fill(session, schema, content, manifest, table))
            check_stored(session, schema, manifest, table)
            for (role,) in session.execute(self._sql.readers()):
                for statement in self._sql.grant(schema, role):
                    session.execute(statement)
            row = {"number": number, "manifest": manifest.model_dump_json()}
            session.append(self._sql.catalogue, pa.Table.from_pylist([row], CATALOGUE))
            self._point(session, number)
        self._prune(keep)
        return number

    def _fill(
        self, session: Session, schema: str, content: ReleaseContent, manifest: Manifest, table: pa.Table
    ) -> dict[str, StoredFile]:
        """Write everything but the catalogue's row; return the archives."""
        files: dict[str, StoredFile] = {}
        for name, columns in ((sql.RELEASE_TABLE, TABLE), ("blocks", BLOCKS), ("tiles", TILES), ("archives", ARCHIVES)):
            session.execute(sql.create(POSTGIS, POSTGIS.table(schema, name), columns))
        session.append(POSTGIS.table(schema, sql.RELEASE_TABLE), table)
        for layer in content.layers:
            _fill_layer(session, schema, layer)
        session.execute(self._sql.unpacked(schema))
        for layer_id, archive in _archives(content, manifest):
            files[archive_name(layer_id)] = archive.stored_file()
            for tiles in _in_batches(layer_id, archive):
                session.append(POSTGIS.table(schema, "tiles"), tiles)
            for part in _in_parts(layer_id, archive):
                session.append(POSTGIS.table(schema, "archives"), part)
        for name, path in _part_files(content):
            files[name] = stored_file(path)
            for part in _file_parts(name, path):
                session.append(POSTGIS.table(schema, "archives"), part)
        ids = [c.layer.id for c in content.layers]
        for statement in [*self._sql.indexes(schema, [c.layer for c in content.layers]), *self._sql.analyze(schema, ids)]:
            session.execute(statement)
        return files

    def _point(self, session: Session, number: int) -> None:
        session.execute(self._sql.unset())
        session.execute(self._sql.set(), [number])

    def _prune(self, keep: int) -> None:
        for number in self.numbers()[: -max(keep, 1)]:
            with suppress(Conflict, NotFound):  # the current one; one that is being read at this moment is removed next time
                self.remove(number)

    def remove(self, number: int) -> None:
        """Remove a release that is not the current one; raises :class:`Conflict` immediately if it is being read.

        To wait for the readers there are would keep out those that come meanwhile.
        """
        with self._alone() as session:
            numbers = [r[0] for r in session.execute(self._sql.numbers())]
            rows = session.execute(self._sql.current())
            check_removable(number, numbers, rows[0][0] if rows else None)
            tables = [r[0] for r in session.execute(*self._sql.tables(number))]
            session.execute(self._sql.alone(number, tables))
            session.execute(self._sql.drop_schema(number))
            session.execute(self._sql.forget(), [number])

    def numbers(self) -> list[int]:
        """Return the complete releases, oldest first."""
        try:
            with self._database.quick() as session:
                return [r[0] for r in session.execute(self._sql.numbers())]
        except NotFound:
            return []

    def current(self) -> int | None:
        """Return the number of the current release: one small query."""
        try:
            with self._database.quick() as session:
                rows = session.execute(self._sql.current())
        except NotFound:
            return None
        return int(rows[0][0]) if rows else None

    def open(self, number: int | None = None) -> ReleaseReader:
        """Open a release, the current one by default."""
        wanted = self.current() if number is None else number
        if wanted is None:
            raise Unavailable("no release yet; create one with: geoservice publish")
        numbers = self.numbers()
        if wanted not in numbers:
            raise NotFound(f"release {wanted} does not exist; there are {numbers}")
        with self._database.quick() as session:
            text = session.execute(self._sql.manifest(), [wanted])[0][0]
        return SchemaReader(wanted, read_manifest(wanted, text), self._database, self._sql)

    def rollback(self, number: int | None = None) -> int:
        """Make an older release current and return its number."""
        with self._alone() as session:
            numbers = [r[0] for r in session.execute(self._sql.numbers())]
            rows = session.execute(self._sql.current())
            target = older(numbers, rows[0][0] if rows else None, number)
            self._point(session, target)
        return target

    def tiles(self, reader: ReleaseReader, layer_id: str) -> Iterator[tuple[Tile, bytes]]:
        """Yield all baked tiles of a layer."""
        assert isinstance(reader, SchemaReader)
        return reader.tiles(layer_id)

    def file_faults(self, number: int) -> list[FileFault]:
        """Read every archive of a release and return those that differ from the manifest; PostgreSQL checks its tables."""
        reader = self.open(number)
        assert isinstance(reader, SchemaReader)
        files = reader.manifest.files
        others = {name: name for name in files if name.partition("/")[0] in PARTS}
        keys = {name: layer for layer, name in archives_in(files).items()} | others
        reasons = {name: reader.archive_fault(key, files[name]) for name, key in keys.items()}
        return [FileFault(name, reason) for name, reason in reasons.items() if reason]

    def close(self) -> None:
        """Close the connections."""
        self._database.close()


def make_catalogue(session: Session, statements: Catalogue) -> None:
    """Create the catalogue if it does not exist; the caller holds its lock."""
    if not session.execute(*statements.exists())[0][0]:
        for statement in statements.make():
            session.execute(statement)


def _fill_layer(session: Session, schema: str, content: LayerContent) -> None:
    name = POSTGIS.table(schema, sql.layer_table(content.layer.id))
    session.execute(sql.create(POSTGIS, name, stored_schema(content)))
    rows = stored(content)
    for shape in GEOMETRIES:  # PostGIS parses WKB as hexadecimal digits and assigns the column's SRID
        digits = pa.array([None if v is None else v.hex() for v in rows[shape].to_pylist()], pa.string())
        rows = rows.set_column(rows.column_names.index(shape), shape, digits)
    session.append(name, rows)
    session.execute(mvt.fill_blocks(POSTGIS, schema, name), [content.layer.id])


def _archives(content: ReleaseContent, manifest: Manifest) -> Iterator[tuple[str, Archive]]:
    """Yield the archives of the layers and the base map, one after the other."""
    with archives_of(content, manifest) as archives:
        for layer in content.layers:
            if drawn := archives.path(layer.layer.id):
                with closing(Archive(drawn)) as archive:
                    yield layer.layer.id, archive
    if content.base_map is not None:
        with closing(Archive(content.base_map)) as archive:
            yield BASE_MAP, archive


def _in_batches(layer_id: str, tiles: Archive) -> Iterator[pa.Table]:
    rows: list[dict[str, object]] = []
    for tile, data in tiles:
        rows.append({"layer": layer_id, **tile._asdict(), "data": data})
        if len(rows) == BATCH:
            yield pa.Table.from_pylist(rows, TILES)
            rows = []
    if rows:
        yield pa.Table.from_pylist(rows, TILES)


def _part_files(content: ReleaseContent) -> Iterator[tuple[str, Path]]:
    for part, folder in part_folders(content).items():
        yield from ((f"{part}/{p.relative_to(folder)}", p) for p in sorted(folder.rglob("*")) if p.is_file())


def _file_parts(name: str, path: Path) -> Iterator[pa.Table]:
    with path.open("rb") as file:
        for part, data in enumerate(iter(partial(file.read, PART), b"")):
            yield pa.Table.from_pylist([{"layer": name, "part": part, "data": data}], ARCHIVES)


def _in_parts(layer_id: str, archive: Archive) -> Iterator[pa.Table]:
    for part in range(ceil(len(archive) / PART)):
        row = {"layer": layer_id, "part": part, "data": archive.read(part * PART, PART)}
        yield pa.Table.from_pylist([row], ARCHIVES)
