"""The requests a worker is processing and the heartbeat of its event loop, in memory that its parent process reads.

A worker that hangs can report nothing any more, so it writes this in advance: methods and route templates, no address, location
or query.
"""

import mmap
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

WORK = "work"
"""Prefix of the file name of a worker, before its process id."""
SLOTS, TEXT = 64, 112
"""Maximum number of requests written, and bytes for each."""
_BEAT, _SLOT = struct.Struct("d"), struct.Struct(f"d{TEXT}s")
SIZE = _BEAT.size + SLOTS * _SLOT.size


class Task(NamedTuple):
    """A request in progress: its age in seconds, and its method and route."""

    seconds: float
    text: str


class Work(NamedTuple):
    """The last state of a worker: the time of its heartbeat, 0 before the first one, and its requests, oldest first."""

    beat: float
    tasks: tuple[Task, ...]

    @property
    def lines(self) -> list[str]:
        """Return the requests as lines for a log."""
        return [f"{text}, {seconds:.1f} s" for seconds, text in self.tasks]


class WorkFile:
    """The memory that one worker writes; the blocks of its file are allocated at the start, as the disk may be full later."""

    def __init__(self, path: Path) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(handle, 0, SIZE)
            self._memory = mmap.mmap(handle, SIZE)
        finally:
            os.close(handle)
        self._free = list(range(SLOTS))

    def beat(self) -> None:
        """Write a heartbeat of the event loop."""
        _BEAT.pack_into(self._memory, 0, time.monotonic())

    def begin(self, text: str) -> Callable[[str], None] | None:
        """Write a request; return the function that updates its text, empty to end it. None without a free slot."""
        if not self._free:
            return None
        slot, start = self._free.pop(), time.monotonic()

        def write(text: str) -> None:
            _SLOT.pack_into(self._memory, _BEAT.size + slot * _SLOT.size, start, text.encode("ascii", "replace"))
            if not text:
                self._free.append(slot)

        write(text)
        return write


def read_work(path: Path) -> Work:
    """Return the state that a worker wrote, an empty one if it wrote nothing yet."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raw = b""
    if len(raw) < SIZE:
        return Work(0.0, ())
    now = time.monotonic()
    slots = (_SLOT.unpack_from(raw, _BEAT.size + n * _SLOT.size) for n in range(SLOTS))
    tasks = sorted(
        (Task(now - start, text.rstrip(b"\0").decode()) for start, text in slots if text.rstrip(b"\0")), reverse=True
    )
    return Work(_BEAT.unpack_from(raw)[0], tuple(tasks))
