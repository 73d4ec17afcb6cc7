"""The engine of an open release, for the processes that answer live questions.

The serving process does not import this module: the engine needs compiled code and some 200 MB.
"""

from geoservice.live.answers import open_engine
from geoservice.live.engine import Engine
from geoservice.release.protocols import ReleaseReader
from geoservice.server.jobs.messages import ReleaseState

ENGINE = "engine"
"""Key of the engine in the state that a process keeps with an open release."""


def engine_of(reader: ReleaseReader, state: ReleaseState) -> Engine:
    """Return the engine of a release, made at first; raises :class:`geoservice.errors.NotFound` if it has no arrays for it."""
    if ENGINE not in state:
        state[ENGINE] = open_engine(reader.live(), reader.manifest.study, reader.manifest.parameters)
    engine: Engine = state[ENGINE]
    return engine
