"""A lock on a file between processes, and between threads of one process."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geoservice.errors import Conflict


@contextmanager
def file_lock(path: Path, exclusive: bool, wait_s: float) -> Iterator[None]:
    """Lock ``path`` during the block; raises :class:`Conflict` if it is still locked elsewhere after ``wait_s`` seconds.

    The kernel releases the lock when the process ends, so a killed writer leaves nothing to clean up.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait(handle, path, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH, time.monotonic() + wait_s)
        yield
    finally:
        os.close(handle)


def _wait(handle: int, path: Path, kind: int, deadline: float) -> None:
    while True:
        try:
            return fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise Conflict(f"{path.parent.name}: another process is using it; try again when it has finished") from None
            time.sleep(0.02)
