"""Tasks for tests that take long, die, fail, count, or report on their process, and drawings made of them."""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from geoservice.errors import DamagedFile, TooLarge
from geoservice.release.protocols import ReleaseReader
from geoservice.server.jobs.messages import ReleaseState, Task


@dataclass(frozen=True)
class Report:
    """Where it runs, and whether a module is imported there, as JSON. ``name`` tells one from another."""

    name: str = ""
    module: str = "json"
    cost: int = 1

    def run(self, reader: ReleaseReader, state: ReleaseState) -> bytes:
        report = {"pid": os.getpid(), "nice": os.nice(0), "cores": sorted(os.sched_getaffinity(0)), "release": reader.number}
        return json.dumps({**report, "imported": self.module in sys.modules}).encode()


@dataclass(frozen=True)
class Slow:
    """Takes its time."""

    seconds: float
    name: str = ""
    cost: int = 1

    def run(self, reader: ReleaseReader, state: ReleaseState) -> bytes:
        time.sleep(self.seconds)
        return self.name.encode()


@dataclass(frozen=True)
class Deadly:
    """Ends its process by a signal."""

    signal: int
    cost: int = 1

    def run(self, reader: ReleaseReader, state: ReleaseState) -> bytes:
        os.kill(os.getpid(), self.signal)
        time.sleep(60)
        return b""


@dataclass(frozen=True)
class Wrong:
    """Fails: on purpose with an error for clients, or not."""

    meant: bool
    cost: int = 1

    def run(self, reader: ReleaseReader, state: ReleaseState) -> bytes:
        raise TooLarge("too much in this box") if self.meant else ValueError("张三")


@dataclass(frozen=True)
class Count:
    """Counts the tasks of its kind on a release for which its process kept the state."""

    damaged: bool = False
    cost: int = 1

    def run(self, reader: ReleaseReader, state: ReleaseState) -> bytes:
        if self.damaged:
            raise DamagedFile("the release is damaged", "streets.bin", "too short")
        state["count"] = state.get("count", 0) + 1
        return str(state["count"]).encode()


@dataclass(frozen=True)
class Long:
    """Reports that it is half done, until it is cancelled; ``deaf`` does not let itself be cancelled."""

    deaf: bool = False
    cost: int = 1

    def run_long(self, reader: ReleaseReader, state: ReleaseState, progress: Callable[[str, float], None]) -> bytes:
        state["long"] = state.get("long", 0) + 1
        while True:
            progress("half", 0.5)
            time.sleep(600 if self.deaf else 0.01)


@dataclass(frozen=True)
class Steps:
    """Reports a few stages, and returns."""

    cost: int = 1

    def run_long(self, reader: ReleaseReader, state: ReleaseState, progress: Callable[[str, float], None]) -> bytes:
        for stage in ("one", "two", "two"):
            progress(stage, 0.25)
        return b"done"


@dataclass(frozen=True)
class Drawn:
    """A drawing whose picture is the result of a task."""

    task: Task

    @property
    def pixels(self) -> int:
        return self.task.cost

    def draw(self, reader: ReleaseReader) -> bytes:
        return self.task.run(reader, {})
