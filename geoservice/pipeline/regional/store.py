"""Files of a regional run, in a folder or an object store: the inputs and results of its tasks."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import fs

from geoservice.datasets import Store, open_store
from geoservice.datasets.store import FolderStore
from geoservice.durable import atomic_write
from geoservice.scratch import ScratchFolder, scratch_folder

SUFFIX = ".arrow"


@dataclass(frozen=True)
class RunStore:
    """A place for files, by name: a folder, or ``s3://bucket/prefix``. A file appears whole or not at all."""

    url: str

    @property
    def _store(self) -> Store:
        return opened(self.url)

    @property
    def _folder(self) -> Path | None:
        """The folder, None for an object store."""
        return Path(self._store.root) if isinstance(self._store, FolderStore) else None

    def has(self, name: str) -> bool:
        """Return whether there is a file or folder of this name."""
        store = self._store
        with store.errors(name):
            return bool(store.filesystem.get_file_info(store.absolute(name)).type != fs.FileType.NotFound)

    @contextmanager
    def _writing(self, name: str) -> Iterator[pa.NativeFile]:
        if self._folder is None:  # a stream to the object would be completed even if the block raises
            buffer = pa.BufferOutputStream()
            yield buffer
            self._store.write(name, buffer.getvalue().to_pybytes())
            return
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as aside, pa.OSFile(str(aside), "wb") as sink:
            yield sink

    def write(self, name: str, body: bytes) -> None:
        """Write a file."""
        with self._writing(name) as sink:
            sink.write(body)

    def read(self, name: str) -> bytes:
        """Return a file's bytes; raises :class:`NotFound` if there is none."""
        return self._store.read(name)

    def write_json(self, name: str, value: Any) -> None:
        """Write a value as JSON."""
        self.write(name, json.dumps(value, ensure_ascii=False, sort_keys=True).encode())

    def read_json(self, name: str) -> Any:
        """Return the value of a JSON file."""
        return json.loads(self.read(name))

    def write_table(self, name: str, table: pa.Table) -> None:
        """Write a table as an Arrow file; each column that is dictionary-encoded has one dictionary then."""
        options = pa.ipc.IpcWriteOptions(unify_dictionaries=True)
        with self._writing(name + SUFFIX) as sink, pa.ipc.new_file(sink, table.schema, options=options) as writer:
            writer.write_table(table)

    def read_table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return a table, or some of its columns, mapped to memory: it is read when it is used."""
        with pa.memory_map(str(self._local_file(name + SUFFIX))) as source:
            fields = pa.ipc.open_file(source).schema
            chosen = None if columns is None else [fields.get_field_index(c) for c in columns]
            options = pa.ipc.IpcReadOptions(included_fields=chosen)
            table = pa.ipc.open_file(source, options=options).read_all()
        return table if columns is None else table.select(list(columns))

    def read_mapped(self, name: str) -> pa.Buffer:
        """Return a file's bytes, mapped to memory."""
        with pa.memory_map(str(self._local_file(name))) as source:
            return source.read_buffer()

    def _local_file(self, name: str) -> Path:
        """Return a file, or its copy on this machine: it is read several times, each time in part."""
        if self._folder is not None:
            return self._folder / name
        path = copies(self.url) / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(path) as aside:
                aside.write_bytes(self._store.read(name))
        return path

    def put_folder(self, name: str, folder: Path) -> None:
        """Copy a folder's files."""
        store = self._store
        with store.errors(name):
            fs.copy_files(str(folder), store.absolute(name), fs.LocalFileSystem(), store.filesystem)

    @contextmanager
    def local_output(self, name: str) -> Iterator[Path]:
        """Yield a folder on this machine; the files in it at the end of the block are stored under ``name``."""
        if self._folder is not None:
            yield self._folder / name
            return
        with scratch_folder("regional-output") as scratch:
            yield Path(scratch)
            self.put_folder(name, Path(scratch))

    def local_folder(self, name: str, scratch: Path) -> Path:
        """Return a folder on this machine with the files of a stored one: the folder itself, or a copy in ``scratch``."""
        if self._folder is not None:
            return self._folder / name
        store, target = self._store, scratch / name
        if not target.exists():
            target.mkdir(parents=True)
            with store.errors(name):
                fs.copy_files(store.absolute(name), str(target), store.filesystem, fs.LocalFileSystem())
        return target

    def remove(self) -> None:
        """Remove all files."""
        store = self._store
        with store.errors(""):
            store.filesystem.delete_dir(store.root)


@lru_cache(maxsize=8)
def opened(url: str) -> Store:
    """Return the store of a URL, opened once in a process."""
    return open_store(url)


@lru_cache(maxsize=8)
def _scratch(url: str) -> ScratchFolder:
    return scratch_folder(f"regional-{hashlib.sha256(url.encode()).hexdigest()[:12]}")


def copies(url: str) -> Path:
    """Return the folder of this process for copies of an object store's files, which is removed when the process ends."""
    return Path(_scratch(url).name)
