"""Messages between the serving process and a process that runs jobs."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, runtime_checkable

from geoservice.errors import GeoserviceError, NotFound
from geoservice.release.protocols import ReleaseReader, ReleaseStore
from geoservice.server.operations.logs import Level

ReleaseState = dict[str, Any]
"""What tasks keep with an open release in their process, each under a name of its own; dropped when the release is closed."""


class Task(Protocol):
    """Work on a release: small enough to send to another process, so picklable, and hashable, as a cache key."""

    @property
    def cost(self) -> int:
        """Approximate cost, in units of its pool."""
        ...

    def run(self, reader: ReleaseReader, state: ReleaseState, /) -> bytes:
        """Return the result; ``state`` is the same dictionary for all tasks on this release in this process."""
        ...


class Progress(NamedTuple):
    """What a long task is doing: its stage, and the completed fraction of that."""

    stage: str
    fraction: float


@runtime_checkable
class LongTask(Protocol):
    """A task that reports its progress; an exception in the function that it calls for that cancels it."""

    @property
    def cost(self) -> int:
        """Approximate cost, in units of its pool."""
        ...

    def run_long(self, reader: ReleaseReader, state: ReleaseState, progress: Callable[[str, float], None], /) -> bytes:
        """Return the result, as :meth:`Task.run` does."""
        ...


AnyTask = Task | LongTask


class Setup(NamedTuple):
    """The first message: what a process needs to know once."""

    store: ReleaseStore
    cores: frozenset[int]
    """The cores to run on."""
    level: Level
    """The log level."""
    nice: int
    """Niceness relative to the serving process."""
    open_releases: int
    """The number of releases that stay open."""
    modules: tuple[str, ...]
    """Modules to import before the first job."""


READY = b"ready"
"""The reply to :class:`Setup`."""
STARTED = b"begun"
"""The first reply to :class:`Job`; those of a long task's :class:`Progress` follow, and its result is the last."""


CANCEL = b"cancel"
"""Asks the process to cancel its long task; a task that is not long goes on."""


class Job(NamedTuple):
    """A task, the version of its release, and its timeout in seconds."""

    version: str
    task: AnyTask
    seconds: float


class ReleaseGone(NotFound):
    """The release of the task no longer exists."""


class JobCancelled(Exception):
    """The task was cancelled."""


class Failure(NamedTuple):
    """The failure of a job: an error whose message is meant for clients, or the class and trace of any other error."""

    error: GeoserviceError | None
    kind: str = ""
    trace: tuple[str, ...] = ()


JobResult = bytes | Failure
"""The bytes that the task returned, or the failure."""
