"""Temporary folders that are locked while they are used, so that those of a killed process are removed by the next one."""

import fcntl
import os
import shutil
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path


class ScratchFolder(tempfile.TemporaryDirectory[str]):
    """A temporary folder for this user alone.

    The kernel lets go of its lock with the process that holds it; a process id could be another's the next moment.
    """

    def __init__(self, purpose: str, parent: Path) -> None:
        super().__init__(prefix=f"{purpose}-{os.getpid()}-", dir=parent, ignore_cleanup_errors=True)
        self.held = (handle := _lock(Path(self.name))) is not None
        self._let_go = weakref.finalize(self, os.close, handle) if handle is not None else None

    def cleanup(self) -> None:
        """Remove the folder, then let go of it."""
        super().cleanup()
        if self._let_go is not None:
            self._let_go()


def scratch_folder(purpose: str, inside: Path | None = None) -> ScratchFolder:
    """Make a temporary folder, and remove those of the same purpose that no process holds any more.

    Parameters
    ----------
    purpose
        How its name begins.
    inside
        Where it is made; by default where the system keeps temporary files.
    """
    parent = inside or Path(tempfile.gettempdir())
    sweep(purpose, parent)
    while not (folder := ScratchFolder(purpose, parent)).held:  # another process swept before it was locked
        folder.cleanup()
    return folder


def sweep(purpose: str, inside: Path) -> list[Path]:
    """Remove this user's folders of a purpose that no process holds, and return those that one does."""
    busy = []
    for folder in inside.glob(f"{purpose}-*"):
        with suppress(FileNotFoundError):  # it went meanwhile
            if folder.stat().st_uid != os.getuid():
                continue
            if (handle := _lock(folder)) is None:
                busy.append(folder)
                continue
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)
    return [folder for folder in busy if folder.exists()]


def _lock(folder: Path) -> int | None:
    """Return the handle of a folder that is locked from now on; None where somebody else has it, or it is gone."""
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
