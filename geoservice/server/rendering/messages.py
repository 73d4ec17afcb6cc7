"""Messages between the serving process and a rendering process."""

from typing import NamedTuple

from geoservice.errors import GeoserviceError
from geoservice.maps.drawings import Drawing
from geoservice.release.protocols import ReleaseStore
from geoservice.server.operations.logs import Level


class Setup(NamedTuple):
    """The first message: the store of releases, the cores to run on, and the log level."""

    store: ReleaseStore
    cores: frozenset[int]
    level: Level


READY = b"ready"
"""The reply to :class:`Setup`."""
STARTED = b"begun"
"""The first reply to :class:`DrawingJob`; the second is its result."""


class DrawingJob(NamedTuple):
    """A drawing, the version of its release, and its timeout in seconds."""

    version: str
    drawing: Drawing
    seconds: float


class Failure(NamedTuple):
    """The failure of a job: an error whose message is meant for clients, or the class and trace of any other error."""

    error: GeoserviceError | None
    kind: str = ""
    trace: tuple[str, ...] = ()


DrawingResult = bytes | Failure
"""A PNG file, or the failure."""
