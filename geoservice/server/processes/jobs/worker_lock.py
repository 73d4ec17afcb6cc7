"""Which workers of a service are alive: each holds the lock of a file of its own, which the kernel releases when it ends."""

import fcntl
import os
import secrets
from contextlib import suppress
from pathlib import Path


class WorkerLock:
    """The lock of one worker; ``name`` is its file."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.name = f"worker-{os.getpid()}-{secrets.token_hex(4)}.lock"
        self._handle = os.open(folder / self.name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._handle, fcntl.LOCK_EX)

    def release(self) -> None:
        """Release it, as the end of the process does."""
        os.close(self._handle)


def is_alive(folder: Path, name: str) -> bool:
    """Return whether the worker of a lock is alive; the file of one that is not is removed."""
    try:
        handle = os.open(folder / name, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        with suppress(FileNotFoundError):
            (folder / name).unlink()
        return False
    finally:
        os.close(handle)
