"""A live question as a task of a pool of processes."""

from dataclasses import dataclass

import orjson

from geoservice.live.engine import Engine
from geoservice.live.files import read_live
from geoservice.live.question import CoverageQuestion, Parameters
from geoservice.release.protocols import ReleaseReader
from geoservice.server.jobs.messages import ReleaseState

ENGINE = "engine"
"""Key of the engine in the state that a process keeps with an open release."""


@dataclass(frozen=True)
class CoverageTask:
    """Answers a question; ``within`` are the areas to which the caller's view is limited, None for no limits."""

    question: CoverageQuestion
    within: tuple[str, ...] | None = None

    @property
    def cost(self) -> int:
        """One question."""
        return 1

    def run(self, reader: ReleaseReader, state: ReleaseState) -> bytes:
        """Return the answer as JSON; raises the errors of :meth:`geoservice.live.engine.Engine.answer`."""
        engine: Engine = state.get(ENGINE) or state.setdefault(ENGINE, make_engine(reader))
        return orjson.dumps(engine.answer(self.question, self.within))


def make_engine(reader: ReleaseReader) -> Engine:
    """Return the engine of a release; raises :class:`geoservice.errors.NotFound` if the release has no arrays for it."""
    study, groups = reader.manifest.study, tuple(reader.manifest.parameters["coverage"]["groups"])
    return Engine(read_live(reader.live()), Parameters.of(study, groups))
