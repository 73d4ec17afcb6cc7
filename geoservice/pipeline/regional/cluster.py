"""Runs the tasks of a regional run on a Dask cluster: one that is started for the run, or one that is running already."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from geoservice.errors import Conflict, InputError, Unavailable
from geoservice.pipeline.regional.job import RegionalJob
from geoservice.pipeline.regional.tasks import COUNTY, TRAVEL, LayerTask, Outcome, Task, run_task

RETRIES = 2
"""Times that a task is tried again after an error that is not one of its inputs."""
CONNECT_SECONDS = 10.0
_ALLOCATION = {"distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None}
"""Dask lets workers return memory after each freed array, and glibc then fetches it again: tasks took twice as long."""


@dataclass(frozen=True)
class DaskWorkers:
    """Where tasks run: ``number`` processes of this machine, or the workers of the Dask scheduler at ``scheduler``."""

    number: int = 0
    scheduler: str = ""


@contextmanager
def cluster_client(workers: DaskWorkers) -> Iterator[Any]:
    """Yield a client of the cluster; one that was started for the run is stopped at the end of the block.

    Raises
    ------
    InputError
        If Dask is not installed.
    Unavailable
        If the scheduler cannot be reached, or has no workers.
    """
    dask = _distributed()
    if workers.scheduler:
        try:
            client = dask.Client(workers.scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as e:
            raise Unavailable(
                f"--scheduler: {workers.scheduler} cannot be reached; start one with: dask scheduler, and its workers with: "
                "dask worker"
            ) from e
        with client:
            try:
                client.wait_for_workers(1, timeout=CONNECT_SECONDS)
            except TimeoutError as e:
                raise Unavailable(
                    f"--scheduler: {workers.scheduler} has no workers; start them with: dask worker {workers.scheduler}"
                ) from e
            yield client
        return
    # Dask has an HTTP server even without a dashboard; by default on port 8787, which another run may have.
    options = {"n_workers": workers.number, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "memory_limit": 0}
    with (
        import_module("dask").config.set(_ALLOCATION),
        dask.LocalCluster(**options, silence_logs=40) as cluster,
        dask.Client(cluster, set_as_default=False) as client,
    ):
        yield client


def _distributed() -> Any:
    """Return the package of Dask, which is an extra."""
    try:
        return import_module("distributed")
    except ImportError as e:
        raise InputError(
            "--workers and --scheduler need Dask, which is not installed; install it with: pip install 'geoservice[scale]'"
        ) from e


class TaskRunner:
    """Submits tasks of a job and yields their outcomes as they come."""

    def __init__(self, client: Any, job: RegionalJob) -> None:
        self._client = client
        self._submitted: dict[str, Task] = {}
        self.job = job

    def run(self, tasks: Sequence[tuple[Task, LayerTask | None]], follow_ups: Any = lambda _outcome: ()) -> Iterator[Outcome]:
        """Yield the outcome of each task; those that ``follow_ups`` returns for an outcome are run as well.

        The first tasks have the highest priority. The error of a task that fails again and again is its outcome if it is of a
        county, since others can do without it, and is raised otherwise.
        """
        first = [self._submit(task, layer, -n) for n, (task, layer) in enumerate(tasks)]
        futures = _distributed().as_completed(first, loop=self._client.loop)
        for future in futures:
            outcome = outcome_of(future, self._submitted.pop(future.key))
            yield outcome
            for task in follow_ups(outcome):
                futures.add(self._submit(task, None, -len(tasks)))

    def _submit(self, task: Task, layer: LayerTask | None, priority: int) -> Any:
        future = self._client.submit(run_task, self.job, task, layer, retries=RETRIES, priority=priority, pure=False)
        self._submitted[future.key] = task
        return future


def outcome_of(future: Any, task: Task) -> Outcome:
    """Return the outcome of a finished task; a county's may be any error, since other counties can do without it."""
    try:
        outcome: Outcome = future.result()
    except (Conflict, Unavailable):  # concerns every task
        raise
    except Exception as e:  # for instance the worker was killed again and again, for want of memory
        if task.phase not in (TRAVEL, COUNTY):
            raise
        return Outcome(task, f"{type(e).__name__}: {e}", 0.0, 0.0)
    return outcome
