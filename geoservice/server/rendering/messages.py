"""What the serving process and a process that draws say to each other over their pipe."""

from typing import NamedTuple

from geoservice.errors import GeoserviceError
from geoservice.maps.drawings import Drawing
from geoservice.release.base import ReleaseStore
from geoservice.server.operations.logs import Level


class Setup(NamedTuple):
    """The first message: where releases are, on which cores to run, and what to log."""

    store: ReleaseStore
    cores: frozenset[int]
    level: Level


READY = b"ready"
"""The answer to :class:`Setup`."""
BEGUN = b"begun"
"""The first answer to :class:`Order`; the second is the picture."""


class Order(NamedTuple):
    """What to draw of which release, and how many seconds it may take."""

    version: str
    drawing: Drawing
    seconds: float


class Failure(NamedTuple):
    """Why there is no picture: an error whose message is meant for clients, or else the class of another and its trace."""

    error: GeoserviceError | None
    kind: str = ""
    trace: tuple[str, ...] = ()


Answer = bytes | Failure
"""A PNG file, or why there is none."""
