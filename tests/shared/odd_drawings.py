"""Drawings for tests that take long, die, fail, or report on their process."""

import json
import os
import time
from dataclasses import dataclass

from geoservice.errors import TooLarge
from geoservice.release.protocols import ReleaseReader


@dataclass(frozen=True)
class Report:
    """Where it is drawn: process id, niceness, cores and release, as JSON. ``name`` tells one from another."""

    name: str = ""
    pixels: int = 1

    def draw(self, reader: ReleaseReader) -> bytes:
        cores = sorted(os.sched_getaffinity(0))
        return json.dumps({"pid": os.getpid(), "nice": os.nice(0), "cores": cores, "release": reader.number}).encode()


@dataclass(frozen=True)
class Slow:
    """Takes its time."""

    seconds: float
    name: str = ""
    pixels: int = 1

    def draw(self, reader: ReleaseReader) -> bytes:
        time.sleep(self.seconds)
        return self.name.encode()


@dataclass(frozen=True)
class Deadly:
    """Ends its process by a signal."""

    signal: int
    pixels: int = 1

    def draw(self, reader: ReleaseReader) -> bytes:
        os.kill(os.getpid(), self.signal)
        time.sleep(60)
        return b""


@dataclass(frozen=True)
class Wrong:
    """Fails: on purpose with an error for clients, or not."""

    meant: bool
    pixels: int = 1

    def draw(self, reader: ReleaseReader) -> bytes:
        raise TooLarge("too much in this box") if self.meant else ValueError("张三")
