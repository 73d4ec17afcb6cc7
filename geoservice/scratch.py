"""Temporary folders that are locked while they are in use, so that those of a killed process can be told and removed."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType


class ScratchFolder:
    """A temporary folder for this user alone, removed at the end of a ``with`` or by :meth:`close`.

    Making one removes those of the same purpose that no process uses any more.

    Parameters
    ----------
    purpose
        How its name begins.
    inside
        Where it is made; by default where the system keeps temporary files.
    """

    def __init__(self, purpose: str, inside: Path | None = None) -> None:
        parent = inside or Path(tempfile.gettempdir())
        with _locked(parent, fcntl.LOCK_EX):
            _sweep(purpose, parent)
            self.path = Path(tempfile.mkdtemp(prefix=f"{purpose}-", dir=parent))
            self._handle = _open(self.path)
            fcntl.flock(self._handle, fcntl.LOCK_EX)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder and what is in it."""
        if self._handle >= 0:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._handle)
            self._handle = -1


def sweep(purpose: str, inside: Path) -> list[Path]:
    """Remove the folders of a purpose that no process uses, and return those that one does."""
    with _locked(inside, fcntl.LOCK_EX):
        return _sweep(purpose, inside)


def _sweep(purpose: str, inside: Path) -> list[Path]:
    busy = []
    for folder in inside.glob(f"{purpose}-*"):
        try:
            with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(folder, ignore_errors=True)
        except (BlockingIOError, FileNotFoundError, NotADirectoryError):
            busy += [folder] * folder.is_dir()
        except PermissionError:  # another user's
            continue
    return busy


def _open(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    """Hold a folder locked. The kernel lets go of it with the process; a process id could be another's the next moment."""
    handle = _open(folder)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)
