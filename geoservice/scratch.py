"""Temporary folders, locked while in use, so that those of a killed process are removed by the next one."""

import fcntl
import os
import shutil
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path


class ScratchFolder(tempfile.TemporaryDirectory[str]):
    """A temporary folder for this user alone.

    The kernel releases the lock when the process ends; a process id alone could soon belong to another process.
    """

    def __init__(self, purpose: str, parent: Path) -> None:
        super().__init__(prefix=f"{purpose}-{os.getpid()}-", dir=parent, ignore_cleanup_errors=True)
        self.locked = (handle := _lock(Path(self.name))) is not None
        self._release = weakref.finalize(self, os.close, handle) if handle is not None else None

    def cleanup(self) -> None:
        """Remove the folder, then release its lock."""
        super().cleanup()
        if self._release is not None:
            self._release()


def scratch_folder(purpose: str, inside: Path | None = None) -> ScratchFolder:
    """Make and return a locked temporary folder; remove those of the same purpose that no process has locked.

    Parameters
    ----------
    purpose
        Prefix of its name.
    inside
        Parent folder; by default the system's folder for temporary files.
    """
    parent = inside or Path(tempfile.gettempdir())
    sweep(purpose, parent)
    while not (folder := ScratchFolder(purpose, parent)).locked:  # another process swept before it was locked
        folder.cleanup()
    return folder


def sweep(purpose: str, inside: Path) -> list[Path]:
    """Remove this user's folders of a purpose that no process has locked, and return the locked ones."""
    busy = []
    for folder in inside.glob(f"{purpose}-*"):
        with suppress(FileNotFoundError):  # removed meanwhile
            if folder.stat().st_uid != os.getuid():
                continue
            if (handle := _lock(folder)) is None:
                busy.append(folder)
                continue
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)
    return [folder for folder in busy if folder.exists()]


def _lock(folder: Path) -> int | None:
    """Lock a folder and return its handle; None if another process has locked it or it no longer exists."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder.stat()
    except (BlockingIOError, FileNotFoundError):
        os.close(handle)
        return None
    return handle
