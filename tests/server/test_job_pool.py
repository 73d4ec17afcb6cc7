"""A pool of processes that run tasks, with real ones: priorities, and a process that dies, times out or is no longer needed."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from odd_tasks import Count, Deadly, Long, Report, Slow, Steps, Wrong

from geoservice.errors import Conflict, GeoserviceError, NotFound, ReleaseError, TimedOut, TooLarge, Unavailable
from geoservice.server.jobs.messages import JobCancelled, Progress, Task
from geoservice.server.jobs.options import JobLimits, JobTexts
from geoservice.server.jobs.pool import JobPool
from geoservice.server.release_pool import version_of

TEXTS = JobTexts(
    name="question",
    failed="the question could not be answered",
    lost="the process of the question has died",
    timed_out="the question timed out",
    refused="questions of cost {cost} wait, {more} more exceed {limit}",
)
LIMITS = JobLimits(processes=1, max_cost=100, cost_a_second=10, seconds=60)


class Pool:
    """A pool over a published release."""

    def __init__(self, published: Any, **limits: Any) -> None:
        self.store = published.open()
        reader = self.store.open()
        self.version, self.seconds = version_of(reader), list[float]()
        reader.close()
        self.pool = JobPool(self.store, replace(LIMITS, **limits), TEXTS, observe=self.seconds.append)

    def run(self, task: Task) -> bytes:
        return anyio.run(self.pool.run, self.version, task)

    def report(self, **values: Any) -> dict[str, Any]:
        return json.loads(self.run(Report(**values)))


@pytest.fixture
def make(published: Any) -> Iterator[Callable[..., Pool]]:
    created: list[Pool] = []

    def go(**limits: Any) -> Pool:
        created.append(Pool(published, **limits))
        return created[-1]

    yield go
    for pool in created:
        pool.pool.close()
        pool.store.close()


def ends(pid: int, seconds: float = 5) -> bool:
    """Whether a process ends within some seconds; a zombie that its parent has not yet waited for has ended too."""
    end = time.monotonic() + seconds
    while True:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(0.02)


def test_tasks_run_one_after_the_other_in_a_process_of_the_priority(make: Callable[..., Pool]) -> None:
    pool = make(nice=7)
    assert pool.pool.processes == set(), "none before it is needed"
    first, second = pool.report(), pool.report()
    assert first == second
    assert first["pid"] != os.getpid()
    assert first["nice"] == os.nice(0) + 7
    assert first["release"] == 1
    assert (len(pool.seconds), pool.pool.completed_cost, pool.pool.lost) == (2, 2, 0)


def test_it_may_use_cores_that_its_worker_is_not_pinned_to(make: Callable[..., Pool]) -> None:
    pool, cores = make(), os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        assert pool.report()["cores"] == sorted(cores)
    finally:
        os.sched_setaffinity(0, cores)


def test_tasks_run_concurrently_in_as_many_processes_as_allowed(make: Callable[..., Pool]) -> None:
    pool = make(processes=2)

    async def go() -> None:
        async with anyio.create_task_group() as group:
            for name in "abcd":
                group.start_soon(pool.pool.run, pool.version, Slow(0.5, name))

    anyio.run(go)
    assert len(pool.pool.processes) == 2


@pytest.mark.parametrize("modules", [(), ("wave",)])
def test_modules_of_tasks_are_imported_when_a_process_starts(make: Callable[..., Pool], modules: tuple[str, ...]) -> None:
    assert make(modules=modules).report(module="wave")["imported"] == bool(modules)


def test_the_arguments_of_a_process_name_its_kind_of_job(make: Callable[..., Pool]) -> None:
    arguments = Path(f"/proc/{make().report()['pid']}/cmdline").read_bytes().split(b"\0")
    assert (arguments[3], arguments[5]) == (b"geoservice.server.jobs.child", b"question")


def test_a_process_keeps_the_state_of_an_open_release(make: Callable[..., Pool]) -> None:
    pool = make()
    assert [pool.run(Count()) for _ in range(3)] == [b"1", b"2", b"3"]
    with pytest.raises(ReleaseError):
        pool.run(Count(damaged=True))
    assert pool.run(Count()) == b"1", "a damaged release is closed, and its state is dropped"
    assert pool.pool.lost == 0


def test_a_pickled_store_is_read_only(published: Any, content: Callable[..., Any]) -> None:
    store = published.open(read_only=False)
    other = pickle.loads(pickle.dumps(store))
    assert other.current() == store.current() == 1
    with pytest.raises(Conflict, match="the store is open read-only"):
        other.write(content())
    other.close()
    store.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_process_that_dies_is_replaced(
    make: Callable[..., Pool], number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    pool = make(processes=2)

    async def go() -> None:
        async def other() -> None:
            assert await pool.pool.run(pool.version, Slow(1, "another")) == b"another"

        async with anyio.create_task_group() as group:
            group.start_soon(other)
            with pytest.raises(Unavailable, match="the process of the question has died"):
                await pool.pool.run(pool.version, Deadly(number))

    anyio.run(go)
    assert pool.report()["pid"]
    assert pool.pool.lost == 1
    log = capsys.readouterr().out
    assert "a question process has ended" in log
    assert f"code=-{number.value}" in log


def test_a_process_that_died_while_idle_fails_no_task(make: Callable[..., Pool]) -> None:
    pool = make()
    first = pool.report()["pid"]
    os.kill(first, signal.SIGKILL)
    assert ends(first)
    assert pool.report()["pid"] != first
    assert len(pool.pool.processes) == 1


def test_a_task_that_times_out_is_ended(make: Callable[..., Pool]) -> None:
    pool = make(seconds=0.3, modules=("odd_tasks",))
    first = pool.report()["pid"]
    started = time.monotonic()
    with pytest.raises(TimedOut, match="the question timed out"):
        pool.run(Slow(60))
    assert time.monotonic() - started < 30
    assert ends(first, 0)
    assert pool.report()["pid"] != first
    assert pool.pool.lost == 1


def test_errors_of_a_task_are_raised_and_the_process_stays(
    make: Callable[..., Pool], capsys: pytest.CaptureFixture[str]
) -> None:
    pool = make()
    first = pool.report()["pid"]
    with pytest.raises(TooLarge, match="too much in this box"):
        pool.run(Wrong(meant=True))
    with pytest.raises(GeoserviceError, match=r"^the question could not be answered$"):
        pool.run(Wrong(meant=False))
    log = capsys.readouterr().out
    assert "a question failed" in log
    assert "odd_tasks.py" in log, "where it failed is in the log"
    assert "张三" not in log, "what the error says is not"
    assert (pool.report()["pid"], pool.pool.lost) == (first, 0)


def test_a_release_that_no_longer_exists_is_named(make: Callable[..., Pool]) -> None:
    pool = make()
    for version, words in (
        ("1-000000000000", "release 1-000000000000 no longer exists"),
        ("9-000000000000", "release 9 does not exist"),
    ):
        with pytest.raises(NotFound, match=words):
            anyio.run(pool.pool.run, version, Report())


@pytest.mark.parametrize(("idle_s", "stays"), [(1000, True), (0, False)])
def test_idle_processes_end_after_a_while(make: Callable[..., Pool], idle_s: float, stays: bool) -> None:
    pool = make(idle_s=idle_s)
    first = pool.report()["pid"]
    pool.pool.tidy()
    assert ends(first, 0) != stays
    assert len(pool.pool.processes) == stays
    assert (pool.report()["pid"] == first) == stays


def test_closing_ends_all_processes_also_those_that_run_jobs(make: Callable[..., Pool]) -> None:
    pool = make(processes=2)

    async def go() -> None:
        idle = json.loads(await pool.pool.run(pool.version, Report()))["pid"]
        async with anyio.create_task_group() as group:

            async def cut_short(name: str) -> None:
                with pytest.raises(Unavailable):
                    await pool.pool.run(pool.version, Slow(60, name))

            group.start_soon(cut_short, "a")
            group.start_soon(cut_short, "b")
            while len(pool.pool.processes) < 2:
                await anyio.sleep(0.05)
            await anyio.to_thread.run_sync(pool.pool.close)
        assert ends(idle, 0)
        with pytest.raises(Unavailable, match="being stopped"):
            await pool.pool.run(pool.version, Report())

    anyio.run(go)
    assert pool.pool.processes == set()


PARENT = """
import sys, anyio
from odd_tasks import Report, Slow
from geoservice.release import open_store
from geoservice.server.jobs.options import JobLimits, JobTexts
from geoservice.server.jobs.pool import JobPool
store = open_store(__import__("pathlib").Path(sys.argv[1]), None, "x")
pool = JobPool(store, JobLimits(1, 100, 10, 60), JobTexts("sum", "", "", "", ""))
print(anyio.run(pool.run, sys.argv[2], Report()).decode(), flush=True)
if sys.argv[3] == "busy":
    anyio.run(pool.run, sys.argv[2], Slow(60))
sys.stdin.readline()
"""


@pytest.mark.parametrize("work", ["idle", "busy"])
@pytest.mark.parametrize("killed", [True, False])
def test_a_process_ends_with_its_parent(make: Callable[..., Pool], published: Any, work: str, killed: bool) -> None:
    if published.dsn is not None:
        pytest.skip("the store makes no difference")
    if work == "busy" and not killed:
        pytest.skip("a parent that waits for a result does not end by itself")
    arguments = [str(published.home / "releases"), make().version, work]
    paths = os.pathsep.join(p for p in sys.path if p)
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert parent.stdin is not None
    assert parent.stdout is not None
    child = json.loads(parent.stdout.readline())["pid"]
    time.sleep(0.2 if work == "busy" else 0)
    if killed:
        parent.kill()
    else:
        parent.stdin.close()
    parent.wait(60)
    parent.stdin.close()
    parent.stdout.close()
    assert ends(child)


def test_a_long_task_reports_its_stages(make: Callable[..., Pool]) -> None:
    pool, seen = make(), []
    assert anyio.run(pool.pool.run, pool.version, Steps(), lambda p: seen.append(p) or False) == b"done"
    assert [p for p in seen if p] == [Progress("one", 0.25), Progress("two", 0.25)], "the same stage again was too soon"


def test_a_cancelled_task_ends_and_its_process_is_used_again(make: Callable[..., Pool]) -> None:
    pool = make()
    for _ in range(2):
        with pytest.raises(JobCancelled):
            anyio.run(pool.pool.run, pool.version, Long(), lambda progress: progress is not None)
        assert pool.run(Report(name="after"))
    (process,) = pool.pool.processes
    assert (process.code, pool.pool.lost) == (None, 0)


def test_a_task_that_cannot_be_cancelled_is_killed(make: Callable[..., Pool]) -> None:
    pool = make()
    with pytest.raises(JobCancelled):
        anyio.run(pool.pool.run, pool.version, Long(deaf=True), lambda _: True)
    assert pool.pool.processes == set()
    assert pool.report()["release"] == 1


def test_a_long_task_times_out_although_it_reports(make: Callable[..., Pool]) -> None:
    pool = make(seconds=1)
    with pytest.raises(TimedOut, match="the question timed out"):
        anyio.run(pool.pool.run, pool.version, Long(), lambda _: False)


def test_a_process_whose_watcher_fails_is_not_used_again(make: Callable[..., Pool]) -> None:
    pool = make()

    def fail(_: Progress | None) -> bool:
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        anyio.run(pool.pool.run, pool.version, Long(), fail)
    assert pool.pool.processes == set()
