"""What a worker has in work, and that its event loop turns: in memory that its parent reads when it does not.

A worker that hangs can tell nothing any more. What it writes here beforehand is a method and the template of a route, no
address, no place and no query.
"""

import mmap
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

WORK = "work"
"""How the file of a worker begins; its process id follows."""
SLOTS, TEXT = 64, 112
"""Requests that are noted at once, and bytes for what each is."""
_BEAT, _SLOT = struct.Struct("d"), struct.Struct(f"d{TEXT}s")
SIZE = _BEAT.size + SLOTS * _SLOT.size


class Task(NamedTuple):
    """A request in work: for how many seconds, and what it is."""

    seconds: float
    text: str


class Work(NamedTuple):
    """What a worker wrote last: when its event loop turned, 0 before the first time, and its requests, the oldest first."""

    beat: float
    tasks: tuple[Task, ...]

    @property
    def lines(self) -> list[str]:
        """Return the requests as a log says them."""
        return [f"{text}, {seconds:.1f} s" for seconds, text in self.tasks]


class WorkFile:
    """The memory that one worker writes; the file's blocks are there from the start, for a disk may be full later."""

    def __init__(self, path: Path) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(handle, 0, SIZE)
            self._memory = mmap.mmap(handle, SIZE)
        finally:
            os.close(handle)
        self._free = list(range(SLOTS))

    def beat(self) -> None:
        """Say that the event loop turns."""
        _BEAT.pack_into(self._memory, 0, time.monotonic())

    def begin(self, text: str) -> Callable[[str], None] | None:
        """Note a request; returns what notes more about it, and that it has ended by an empty text. None where all is taken."""
        if not self._free:
            return None
        slot, began = self._free.pop(), time.monotonic()

        def note(text: str) -> None:
            _SLOT.pack_into(self._memory, _BEAT.size + slot * _SLOT.size, began, text.encode("ascii", "replace"))
            if not text:
                self._free.append(slot)

        note(text)
        return note


def read_work(path: Path) -> Work:
    """Return what a worker wrote; nothing where it wrote nothing yet."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raw = b""
    if len(raw) < SIZE:
        return Work(0.0, ())
    now = time.monotonic()
    slots = (_SLOT.unpack_from(raw, _BEAT.size + n * _SLOT.size) for n in range(SLOTS))
    tasks = sorted(
        (Task(now - began, text.rstrip(b"\0").decode()) for began, text in slots if text.rstrip(b"\0")), reverse=True
    )
    return Work(_BEAT.unpack_from(raw)[0], tuple(tasks))
