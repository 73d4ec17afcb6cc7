"""The engine of an open release, for the processes that answer live questions.

The serving process does not import this module: the engine needs compiled code and some 200 MB.
"""

from geoservice.live.engine import Engine
from geoservice.live.files import read_live
from geoservice.live.question import Parameters
from geoservice.release.protocols import ReleaseReader
from geoservice.server.jobs.messages import ReleaseState

ENGINE = "engine"
"""Key of the engine in the state that a process keeps with an open release."""


def engine_of(reader: ReleaseReader, state: ReleaseState) -> Engine:
    """Return the engine of a release, made at first; raises :class:`geoservice.errors.NotFound` if it has no arrays for it."""
    if ENGINE not in state:
        study, groups = reader.manifest.study, tuple(reader.manifest.parameters["coverage"]["groups"])
        state[ENGINE] = Engine(read_live(reader.live()), Parameters.of(study, groups))
    engine: Engine = state[ENGINE]
    return engine
