"""A live question as a task of a pool of processes."""

from dataclasses import dataclass

import orjson

from geoservice.live.question import CoverageQuestion
from geoservice.release.protocols import ReleaseReader
from geoservice.server.jobs.messages import ReleaseState


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
        from geoservice.server.processes.live_engine import engine_of  # only in the child process, which has imported it

        return orjson.dumps(engine_of(reader, state).answer(self.question, self.within))
