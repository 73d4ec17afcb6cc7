"""Siting as a long task of a pool of processes."""

from collections.abc import Callable
from dataclasses import dataclass

import orjson

from geoservice.release.protocols import ReleaseReader
from geoservice.server.jobs.messages import ReleaseState
from geoservice.server.processes.jobs.record import JobRecord
from geoservice.siting.question import SitingQuestion


@dataclass(frozen=True)
class SitingTask:
    """Chooses sites."""

    question: SitingQuestion

    @property
    def cost(self) -> int:
        """One job."""
        return 1

    def run_long(self, reader: ReleaseReader, state: ReleaseState, progress: Callable[[str, float], None]) -> bytes:
        """Return the answer as JSON; raises the errors of :func:`geoservice.siting.answer.answer`."""
        from geoservice.server.processes.siting_arrays import siting_answer  # in the child process only

        return orjson.dumps(siting_answer(reader, state, self.question, progress), option=orjson.OPT_SERIALIZE_NUMPY)


def siting_task(record: JobRecord) -> SitingTask:
    """Return the task of a stored job."""
    return SitingTask(SitingQuestion.model_validate_json(record.question))
