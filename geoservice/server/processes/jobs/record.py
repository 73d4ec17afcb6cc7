"""A job as it is stored."""

import secrets
import time
from dataclasses import dataclass
from typing import Literal, cast

Status = Literal["accepted", "running", "successful", "failed", "dismissed"]
Response = Literal["raw", "document"]
UNFINISHED = ("accepted", "running")


@dataclass(frozen=True)
class JobRecord:
    """An execution of a process on a release.

    Attributes
    ----------
    id
        What nobody can guess: whoever has it may see a job of an anonymous caller.
    owner
        The token of its caller, empty for an anonymous one. Nobody else sees the job.
    caller
        Whose jobs are counted together, empty for this machine and for a job that has ended.
    process, version, question, response
        The process, the version of the release, the inputs as JSON, and the form of the results.
    within
        The areas that its caller may see, None for no limits.
    listed
        Whether it is in the list of jobs: one that its caller waits for is not.
    status, progress, stage
        ``progress`` is per cent.
    error, code
        Why it failed, as a message for its caller, and the HTTP status of that.
    created, started, finished, updated
        Seconds since 1970, 0 for not yet.
    worker
        The worker that runs it.
    starts
        How often a worker took it up.
    """

    id: str
    owner: str
    caller: str
    process: str
    version: str
    question: str
    response: Response = "raw"
    within: tuple[str, ...] | None = None
    listed: bool = True
    status: Status = "accepted"
    progress: int = 0
    stage: str = ""
    error: str = ""
    code: int = 0
    created: float = 0.0
    started: float = 0.0
    finished: float = 0.0
    updated: float = 0.0
    worker: str = ""
    starts: int = 0

    @property
    def is_finished(self) -> bool:
        """Whether it has ended."""
        return self.status not in UNFINISHED


def new_record(
    owner: str,
    caller: str,
    process: str,
    version: str,
    question: str,
    response: str,
    within: tuple[str, ...] | None = None,
    *,
    listed: bool,
) -> JobRecord:
    """Return a job that has just been accepted."""
    now = time.time()
    form = cast("Response", response)
    name = secrets.token_urlsafe(24)
    return JobRecord(name, owner, caller, process, version, question, form, within, listed, created=now, updated=now)
