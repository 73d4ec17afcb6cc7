"""What distinguishes one pool of processes from another: its limits, and what clients and operators read about its jobs."""

import os
from dataclasses import dataclass

IDLE_S = 120.0
"""Seconds after which an idle process is ended."""


def processes_of_worker(workers: int, spare: int = 0) -> int:
    """Return the processes of one of ``workers``, so that those of all together are one for each core but ``spare`` ones."""
    return max((len(os.sched_getaffinity(0)) - spare) // workers, 1)


@dataclass(frozen=True)
class JobLimits:
    """Limits of a pool.

    Parameters
    ----------
    processes
        The number of jobs that run concurrently, each in a process of its own.
    max_cost
        The cost of all tasks that run or wait, in units of the pool. A task of higher cost is admitted if there is no other.
    cost_a_second
        Approximate speed of a process. A cheap task is run before an expensive one, unless the expensive one arrived earlier by
        at least the extra time that it takes.
    seconds
        Seconds that a task may take before its process is killed. Waiting does not count.
    nice
        Niceness of the processes relative to the serving processes.
    open_releases
        The number of releases that stay open in a process.
    idle_s
        Seconds after which an idle process is ended.
    modules
        Modules of the tasks, which a process imports when it starts: otherwise the time would count as that of its first task.
    """

    processes: int
    max_cost: int
    cost_a_second: float
    seconds: float
    nice: int = 0
    open_releases: int = 2
    idle_s: float = IDLE_S
    modules: tuple[str, ...] = ()


@dataclass(frozen=True)
class JobTexts:
    """Texts about the jobs of a pool: ``name`` is for operators, the others are messages to clients.

    >>> JobTexts("sum", "", "", "", "sums of {cost} numbers wait, {more} more exceed the limit of {limit}").too_many(9, 2, 10)
    'sums of 9 numbers wait, 2 more exceed the limit of 10'
    """

    name: str
    """The kind of job in log lines and in the arguments of a process, such as drawing."""
    failed: str
    """An error that is not meant for clients."""
    lost: str
    """The process died during the job."""
    timed_out: str
    """The task took too long."""
    refused: str
    """Too many wait: a format with ``cost``, that of all tasks that run or wait, ``more``, that of this task, and ``limit``."""

    def too_many(self, cost: int, more: int, limit: int) -> str:
        """Return the message of a refused task."""
        return self.refused.format(cost=cost, more=more, limit=limit)
