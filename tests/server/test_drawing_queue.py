"""The queue of drawings: limited by pixels, small pictures first, slots passed on."""

import anyio
import pytest

from geoservice.errors import Unavailable
from geoservice.server.rendering.documents import MAX_PIXELS
from geoservice.server.rendering.queue import DrawingQueue
from geoservice.settings import Settings


async def hold(queue: DrawingQueue, pixels: int, order: list[int], done: anyio.Event) -> None:
    async with queue.slot(pixels):
        order.append(pixels)
        await done.wait()


def test_too_many_pixels_are_refused_immediately() -> None:
    async def go() -> None:
        queue, order, done = DrawingQueue(1, 100), list[int](), anyio.Event()
        async with anyio.create_task_group() as group:
            group.start_soon(hold, queue, 60, order, done)
            group.start_soon(hold, queue, 40, order, done)
            await anyio.wait_all_tasks_blocked()
            assert (queue.pixels, queue.waiting, queue.refused) == (100, 1, 0)
            with pytest.raises(
                Unavailable, match="with 100 pixels are being drawn or wait, and 1 more would exceed the limit of 100"
            ):
                await hold(queue, 1, order, done)
            done.set()
        assert (order, queue.pixels, queue.waiting, queue.refused) == ([60, 40], 0, 0, 1)

    anyio.run(go)


def test_a_picture_larger_than_the_limit_is_drawn_if_there_is_no_other() -> None:
    async def go() -> None:
        queue = DrawingQueue(1, 100)
        async with queue.slot(101):
            pass
        assert queue.pixels == 0

    anyio.run(go)


def test_eight_of_the_largest_maps_may_be_requested_concurrently() -> None:
    assert Settings().drawing_pixels >= 8 * MAX_PIXELS


def test_small_pictures_are_drawn_before_large_ones() -> None:
    async def go() -> None:
        queue, order, done = DrawingQueue(1, 10**9), list[int](), anyio.Event()
        async with anyio.create_task_group() as group:
            for pixels in (8_000_000, 7_000_000, 65_536, 262_144):
                group.start_soon(hold, queue, pixels, order, done)
                await anyio.wait_all_tasks_blocked()
            done.set()
        assert order == [8_000_000, 65_536, 262_144, 7_000_000]

    anyio.run(go)


def test_a_cancelled_waiter_passes_its_slot_on() -> None:
    async def go() -> None:
        queue, order, done = DrawingQueue(1, 100), list[int](), anyio.Event()
        async with anyio.create_task_group() as group:
            group.start_soon(hold, queue, 1, order, done)
            await anyio.wait_all_tasks_blocked()
            async with anyio.create_task_group() as impatient:
                impatient.start_soon(hold, queue, 2, order, done)
                await anyio.wait_all_tasks_blocked()
                impatient.cancel_scope.cancel()
            group.start_soon(hold, queue, 3, order, done)
            await anyio.wait_all_tasks_blocked()
            assert (queue.pixels, queue.waiting) == (4, 1)
            done.set()
        assert (order, queue.pixels) == ([1, 3], 0)

    anyio.run(go)
