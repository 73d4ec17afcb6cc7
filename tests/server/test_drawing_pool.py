"""The pool of rendering processes: their number and priority, and what its messages say."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import pytest
from odd_tasks import Drawn, Report, Slow, Wrong

from geoservice.errors import GeoserviceError, TimedOut
from geoservice.geo import Tile
from geoservice.maps.drawings import Drawing, TileDrawing
from geoservice.server.release_pool import version_of
from geoservice.server.rendering.documents import MAX_PIXELS
from geoservice.server.rendering.draw_task import DrawTask
from geoservice.server.rendering.pool import TEXTS, drawing_limits, drawing_pool
from geoservice.server.rendering.renderer import Pictures
from geoservice.settings import Settings


class Pool:
    """The pictures of a published release."""

    def __init__(self, published: Any, **settings: Any) -> None:
        self.store = published.open()
        reader = self.store.open()
        self.version, self.seconds = version_of(reader), list[float]()
        reader.close()
        self.pool = drawing_pool(self.store, Settings(**{"drawing_processes": 1, **settings}), self.seconds.append)
        self.pictures = Pictures(self.pool)

    def draw(self, drawing: Drawing) -> bytes:
        return anyio.run(self.pictures.get, self.version, drawing)


@pytest.fixture
def make(published: Any) -> Iterator[Callable[..., Pool]]:
    created: list[Pool] = []

    def go(**settings: Any) -> Pool:
        created.append(Pool(published, **settings))
        return created[-1]

    yield go
    for pool in created:
        pool.pool.close()
        pool.store.close()


def test_a_task_costs_the_pixels_of_its_drawing() -> None:
    tile = TileDrawing("coverage", Tile(9, 291, 148), 2, "day")
    assert DrawTask(tile).cost == tile.pixels == 512 * 512
    assert DrawTask(tile) == DrawTask(tile)
    assert hash(DrawTask(tile)) == hash(DrawTask(tile))


def test_pictures_are_drawn_in_a_process_of_low_priority_that_has_the_renderer(make: Callable[..., Pool]) -> None:
    pool = make()
    report = json.loads(pool.draw(Drawn(Report(module="mapnik", cost=7))))
    assert report["pid"] != os.getpid()
    assert (report["nice"], report["imported"]) == (os.nice(0) + 10, True)
    assert (len(pool.seconds), pool.pool.completed_cost) == (1, 7)


@pytest.mark.parametrize(("workers", "processes"), [(1, len(os.sched_getaffinity(0))), (64, 1)])
def test_all_workers_together_have_a_process_for_each_core(workers: int, processes: int) -> None:
    assert drawing_limits(Settings(workers=workers)).processes == processes
    assert drawing_limits(Settings(workers=workers, drawing_processes=3)).processes == 3


def test_limits_are_those_of_the_settings() -> None:
    limits = drawing_limits(Settings(drawing_pixels=9, drawing_seconds=2.5))
    assert (limits.max_cost, limits.seconds) == (9, 2.5)


def test_eight_of_the_largest_maps_may_be_requested_concurrently() -> None:
    assert drawing_limits(Settings()).max_cost >= 8 * MAX_PIXELS


def test_messages_speak_of_pictures(make: Callable[..., Pool]) -> None:
    with pytest.raises(GeoserviceError, match=r"^the picture could not be drawn$"):
        make().draw(Drawn(Wrong(meant=False)))
    slow = make(drawing_seconds=1)
    slow.draw(Drawn(Report()))
    with pytest.raises(TimedOut, match="drawing the picture timed out; request a smaller one"):
        slow.draw(Drawn(Slow(60)))
    assert TEXTS.too_many(100, 1, 100) == (
        "pictures with 100 pixels are being drawn or wait, and 1 more would exceed the limit of 100; try again in a moment"
    )


def test_a_cancelled_request_does_not_cancel_the_picture_of_others(make: Callable[..., Pool]) -> None:
    """Of two requests for the same picture, the one that started it is cancelled."""
    pool = make()

    async def go() -> None:
        found: list[bytes] = []

        async def stay() -> None:
            found.append(await pool.pictures.get(pool.version, Drawn(Slow(0.5, "whole"))))

        async with anyio.create_task_group() as group, anyio.create_task_group() as leaving:
            leaving.start_soon(pool.pictures.get, pool.version, Drawn(Slow(0.5, "whole")))
            await anyio.sleep(0.1)
            group.start_soon(stay)
            await anyio.sleep(0.1)
            leaving.cancel_scope.cancel()
        assert found == [b"whole"]

    anyio.run(go)
    assert len(pool.seconds) == 1
