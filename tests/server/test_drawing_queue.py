"""The queue of drawings: bounded by pixels, small pictures first, places passed on."""

import anyio
import pytest

from geoservice.errors import Unavailable
from geoservice.server.rendering.documents import MOST_PIXELS
from geoservice.server.rendering.queue import DrawingQueue
from geoservice.settings import Settings


async def hold(queue: DrawingQueue, pixels: int, order: list[int], done: anyio.Event) -> None:
    async with queue.place(pixels):
        order.append(pixels)
        await done.wait()


def test_more_pixels_than_may_wait_are_refused_at_once() -> None:
    async def go() -> None:
        queue, order, done = DrawingQueue(1, 100), list[int](), anyio.Event()
        async with anyio.create_task_group() as group:
            group.start_soon(hold, queue, 60, order, done)
            group.start_soon(hold, queue, 40, order, done)
            await anyio.wait_all_tasks_blocked()
            assert (queue.pixels, queue.waiting, queue.refused) == (100, 1, 0)
            with pytest.raises(Unavailable, match="of 100 pixels are being drawn and 1 more are too many: 100 are allowed"):
                await hold(queue, 1, order, done)
            done.set()
        assert (order, queue.pixels, queue.waiting, queue.refused) == ([60, 40], 0, 0, 1)

    anyio.run(go)


def test_a_picture_larger_than_the_bound_is_drawn_when_there_is_no_other() -> None:
    async def go() -> None:
        queue = DrawingQueue(1, 100)
        async with queue.place(101):
            pass
        assert queue.pixels == 0

    anyio.run(go)


def test_eight_of_the_largest_maps_may_be_asked_for_at_once() -> None:
    assert Settings().drawing_pixels >= 8 * MOST_PIXELS


def test_small_pictures_go_before_large_ones() -> None:
    async def go() -> None:
        queue, order, done = DrawingQueue(1, 10**9), list[int](), anyio.Event()
        async with anyio.create_task_group() as group:
            for pixels in (8_000_000, 7_000_000, 65_536, 262_144):
                group.start_soon(hold, queue, pixels, order, done)
                await anyio.wait_all_tasks_blocked()
            done.set()
        assert order == [8_000_000, 65_536, 262_144, 7_000_000]

    anyio.run(go)


def test_who_stops_waiting_gives_its_turn_to_the_next() -> None:
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
