"""A live question as a task of a pool of processes."""

from dataclasses import dataclass

import orjson
from pydantic import BaseModel

from geoservice.release.protocols import ReleaseReader
from geoservice.server.jobs.messages import ReleaseState
from geoservice.server.processes.jobs.record import JobRecord
from geoservice.server.processes.registry import process_of


@dataclass(frozen=True)
class LiveTask:
    """Answers a question of a process; ``within`` are the areas that the caller may see, None for no limits."""

    process_id: str
    question: BaseModel
    within: tuple[str, ...] | None = None

    @property
    def cost(self) -> int:
        """One question."""
        return 1

    def run(self, reader: ReleaseReader, state: ReleaseState) -> bytes:
        """Return the answer as JSON; raises the errors of the answer's function."""
        from geoservice.live.answers import ANSWERS  # in the child process only
        from geoservice.server.processes.live_engine import engine_of

        answer = ANSWERS[self.process_id](engine_of(reader, state), self.question, self.within)
        return orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)


def live_task(record: JobRecord) -> LiveTask:
    """Return the task of a stored job."""
    question = process_of(record.process).inputs.model_validate_json(record.question)
    return LiveTask(record.process, question, record.within)
