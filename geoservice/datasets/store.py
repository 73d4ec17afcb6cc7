"""Where datasets are stored: the protocol of a store, and folders."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.fs as pa_fs

from geoservice.durable import atomic_write, sync
from geoservice.errors import NotFound


class Store(ABC):
    """Files under a root, by their paths below it with ``/``; ``url`` is what :func:`~geoservice.datasets.open_store` opens."""

    def __init__(self, url: str, filesystem: pa_fs.FileSystem, root: str) -> None:
        self.url, self.filesystem, self.root = url, filesystem, root

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    @abstractmethod
    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to open the store in another process, without credentials."""

    @abstractmethod
    def write(self, path: str, data: bytes) -> None:
        """Write a whole file, which is then durable; readers see the former content or the new one, never a part."""

    @abstractmethod
    def errors(self, path: str) -> Any:
        """Return a context in which errors of the file system become errors of geoservice that name the path."""

    def absolute(self, path: str) -> str:
        """Return a path in the file system."""
        return f"{self.root}/{path}"

    def read(self, path: str) -> bytes:
        """Return the content of a file; raises :class:`NotFound`."""
        with self.errors(path), self.filesystem.open_input_file(self.absolute(path)) as file:
            return bytes(file.read())

    def open(self, path: str) -> pa.NativeFile:
        """Open a file for random access; raises :class:`NotFound`."""
        with self.errors(path):
            return self.filesystem.open_input_file(self.absolute(path))

    def files(self, folder: str) -> dict[str, int]:
        """Return the files in a folder and below it with their sizes in bytes, by path; none if the folder does not exist."""
        selector = pa_fs.FileSelector(self.absolute(folder), allow_not_found=True, recursive=True)
        with self.errors(folder):
            entries = self.filesystem.get_file_info(selector)
        prefix = len(self.root) + 1
        return {e.path[prefix:]: e.size for e in sorted(entries, key=lambda e: e.path) if e.type == pa_fs.FileType.File}

    def delete(self, path: str) -> None:
        """Delete a file."""
        with self.errors(path):
            self.filesystem.delete_file(self.absolute(path))


class FolderStore(Store):
    """Datasets in a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder), pa_fs.LocalFileSystem(), folder.absolute().as_posix().rstrip("/"))

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to open the folder in another process."""
        return FolderStore, (Path(self.root or "/"),)

    def write(self, path: str, data: bytes) -> None:
        """Write a file aside, sync it and move it into place."""
        target = Path(self.absolute(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(target) as aside:
            aside.write_bytes(data)
            sync(aside)
        sync(target.parent)

    def delete(self, path: str) -> None:
        """Delete a file, and the folders below the root that are empty then."""
        super().delete(path)
        for folder in Path(path).parents[:-1]:
            with suppress(OSError):  # it has other files
                Path(self.absolute(folder.as_posix())).rmdir()

    @contextmanager
    def errors(self, path: str) -> Iterator[None]:
        """Raise :class:`NotFound` for a missing file; other errors of the disk keep their class."""
        try:
            yield
        except FileNotFoundError as e:
            raise NotFound(f"{self.absolute(path)}: the file does not exist") from e
