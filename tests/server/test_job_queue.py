"""The queue of tasks: limited by cost, cheap tasks first, slots passed on."""

import anyio
import pytest

from geoservice.errors import Unavailable
from geoservice.server.jobs.options import JobLimits, JobTexts
from geoservice.server.jobs.queue import JobQueue

TEXTS = JobTexts("sum", "", "", "", refused="sums of {cost} wait, {more} more exceed {limit}")


def queue_of(max_cost: int, cost_a_second: float = 1e6) -> JobQueue:
    return JobQueue(JobLimits(1, max_cost, cost_a_second, 60), TEXTS)


async def hold(queue: JobQueue, cost: int, order: list[int], done: anyio.Event) -> None:
    async with queue.slot(cost):
        order.append(cost)
        await done.wait()


def test_too_high_a_cost_is_refused_immediately() -> None:
    async def go() -> None:
        queue, order, done = queue_of(100), list[int](), anyio.Event()
        async with anyio.create_task_group() as group:
            group.start_soon(hold, queue, 60, order, done)
            group.start_soon(hold, queue, 40, order, done)
            await anyio.wait_all_tasks_blocked()
            assert (queue.cost, queue.waiting, queue.refused) == (100, 1, 0)
            with pytest.raises(Unavailable, match="sums of 100 wait, 1 more exceed 100"):
                await hold(queue, 1, order, done)
            done.set()
        assert (order, queue.cost, queue.waiting, queue.refused) == ([60, 40], 0, 0, 1)

    anyio.run(go)


def test_a_task_above_the_limit_is_admitted_if_there_is_no_other() -> None:
    async def go() -> None:
        queue = queue_of(100)
        async with queue.slot(101):
            pass
        assert queue.cost == 0

    anyio.run(go)


def test_cheap_tasks_are_run_before_expensive_ones() -> None:
    async def go() -> None:
        queue, order, done = queue_of(10**9, 4_000_000), list[int](), anyio.Event()
        async with anyio.create_task_group() as group:
            for cost in (8_000_000, 7_000_000, 65_536, 262_144):
                group.start_soon(hold, queue, cost, order, done)
                await anyio.wait_all_tasks_blocked()
            done.set()
        assert order == [8_000_000, 65_536, 262_144, 7_000_000]

    anyio.run(go)


def test_a_cancelled_waiter_passes_its_slot_on() -> None:
    async def go() -> None:
        queue, order, done = queue_of(100), list[int](), anyio.Event()
        async with anyio.create_task_group() as group:
            group.start_soon(hold, queue, 1, order, done)
            await anyio.wait_all_tasks_blocked()
            async with anyio.create_task_group() as impatient:
                impatient.start_soon(hold, queue, 2, order, done)
                await anyio.wait_all_tasks_blocked()
                impatient.cancel_scope.cancel()
            group.start_soon(hold, queue, 3, order, done)
            await anyio.wait_all_tasks_blocked()
            assert (queue.cost, queue.waiting) == (4, 1)
            done.set()
        assert (order, queue.cost) == ([1, 3], 0)

    anyio.run(go)
