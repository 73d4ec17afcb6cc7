"""Runs the jobs of a service: each worker takes the next one when none runs, in a process of its own."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol, runtime_checkable

import structlog
from anyio import to_thread

from geoservice.errors import GeoserviceError
from geoservice.release.protocols import ReleaseStore
from geoservice.server.errors import log_error
from geoservice.server.jobs.messages import AnyTask, JobCancelled, LongTask, Progress, ReleaseGone
from geoservice.server.jobs.options import JobLimits, JobTexts
from geoservice.server.jobs.pool import JobPool
from geoservice.server.processes.jobs.record import JobRecord
from geoservice.server.processes.jobs.stages import per_cent
from geoservice.server.processes.jobs.store import BEAT_S, JobStore
from geoservice.settings import Settings

POLL_S = 1.0
"""Seconds between two looks for jobs that other workers accepted, or left behind."""
SECONDS = 300.0
"""Time limit of a job."""
NICE = 10
"""Niceness relative to the serving processes: jobs take the time that nobody else needs."""
IDLE_S = 600.0
"""Seconds after which an idle process is ended: the next one has to read the streets again."""
TEXTS = JobTexts(
    name="job",
    failed="the job failed; the log of the service says why",
    lost="the process that ran the job has died; run the job again, perhaps with fewer candidates or a shorter time",
    timed_out=f"the job took longer than {SECONDS:.0f} s; run it with fewer candidates, or a shorter time limit of the solver",
    refused="{cost} jobs run or wait, and the limit is {limit}; try again in a moment",
)
Watch = Callable[[Progress | None], bool]
"""Called with the progress of a job; returns whether it was dismissed."""


@runtime_checkable
class CommandTask(Protocol):
    """A task that runs in a process of its own, and needs no release."""

    async def run_child(self, watch: Watch, /) -> bytes:
        """Return the result; raises :class:`JobCancelled` once ``watch`` says so."""
        ...


GONE = "release {version}, on which the job was to run, is no longer there; run the job again on the current one"
GONE_CODE = 410
TaskOf = Callable[[JobRecord], AnyTask | CommandTask]
"""Returns the task of a stored job."""


def job_pool(
    store: ReleaseStore, settings: Settings, modules: tuple[str, ...], observe: Callable[[float], None] = lambda _: None
) -> JobPool:
    """Return a worker's pool; ``observe`` is called with the seconds that each job took."""
    limits = JobLimits(
        processes=1, max_cost=2, cost_a_second=1, seconds=SECONDS, nice=NICE, open_releases=1, idle_s=IDLE_S, modules=modules
    )  # fmt: skip
    return JobPool(store, limits, TEXTS, settings.log_level, observe)


class JobRunner:
    """Runs stored jobs, one after the other.

    Parameters
    ----------
    store
        The jobs of the service.
    pool
        The process of this worker for long tasks.
    questions
        The processes of this worker for the other ones, which have the arrays of live questions in memory.
    tasks
        By process.
    """

    def __init__(self, store: JobStore, pool: JobPool, questions: JobPool, tasks: Mapping[str, TaskOf]) -> None:
        self.store, self.pool, self._questions, self._tasks = store, pool, questions, tasks
        self._added = asyncio.Event()

    def wake(self) -> None:
        """Look for a job now."""
        self._added.set()

    async def run(self) -> None:
        """Run jobs until cancelled."""
        while True:
            self._added.clear()
            record = None
            with suppress(GeoserviceError):  # a full disk; the next look may find room
                record = await to_thread.run_sync(self.store.claim)
            if record is not None:
                await self._run(record)
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._added.wait(), POLL_S)

    async def _run(self, record: JobRecord) -> None:
        stage = per_cent("", 0.0)

        def watch(progress: Progress | None) -> bool:
            nonlocal stage
            if progress is not None and (now := per_cent(*progress)) != stage:
                stage = now
                self.store.report(record.id, progress.stage, stage)
            return not self.store.is_running(record.id)

        beats = asyncio.create_task(self._beat(record.id))
        try:
            task = self._tasks[record.process](record)
            if isinstance(task, CommandTask):
                body = await task.run_child(watch)
            else:
                pool = self.pool if isinstance(task, LongTask) else self._questions
                body = await pool.run(record.version, task, watch)
            await to_thread.run_sync(self.store.succeed, record.id, body)
        except JobCancelled:
            structlog.get_logger().info("a job was dismissed", process=record.process)
        except ReleaseGone:
            with suppress(GeoserviceError):
                await to_thread.run_sync(self.store.fail, record.id, GONE.format(version=record.version), GONE_CODE)
        except Exception as error:  # noqa: BLE001 - logged, and told to whoever asks for the job; the next job may succeed
            code, text = log_error(error)
            with suppress(GeoserviceError):
                await to_thread.run_sync(self.store.fail, record.id, text, code)
        finally:
            beats.cancel()

    async def _beat(self, job: str) -> None:
        """Write signs of life until cancelled, also while a process starts and reports nothing."""
        while True:
            await asyncio.sleep(BEAT_S)
            with suppress(GeoserviceError):  # the database may be away for a moment
                await to_thread.run_sync(self.store.beat, job)
