"""The pool of rendering processes, with real ones: priorities, and a process that dies, times out or is no longer needed."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from odd_drawings import Deadly, Report, Slow, Wrong

from geoservice.errors import Conflict, GeoserviceError, NotFound, TimedOut, TooLarge, Unavailable
from geoservice.maps.drawings import Drawing
from geoservice.server.release_pool import version_of
from geoservice.server.rendering import pool as pools
from geoservice.server.rendering.pool import DrawingPool
from geoservice.server.rendering.renderer import Pictures
from geoservice.settings import Settings


class Pool:
    """A pool over a published release."""

    def __init__(self, published: Any, **settings: Any) -> None:
        self.store = published.open()
        reader = self.store.open()
        self.version, self.seconds = version_of(reader), list[float]()
        reader.close()
        self.pool = DrawingPool(self.store, Settings(**{"drawing_processes": 1, **settings}), self.seconds.append)

    def draw(self, drawing: Drawing) -> bytes:
        return anyio.run(self.pool.draw, self.version, drawing)

    def report(self) -> dict[str, Any]:
        return json.loads(self.draw(Report()))


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


def test_pictures_are_drawn_one_after_the_other_in_a_process_of_low_priority(make: Callable[..., Pool]) -> None:
    pool = make()
    assert pool.pool.processes == set(), "none before it is needed"
    first, second = pool.report(), pool.report()
    assert first == second
    assert first["pid"] != os.getpid()
    assert first["nice"] == os.nice(0) + 10
    assert first["release"] == 1
    assert (len(pool.seconds), pool.pool.pixels, pool.pool.lost) == (2, 2, 0)


def test_it_may_use_cores_that_its_worker_is_not_pinned_to(make: Callable[..., Pool]) -> None:
    pool, cores = make(), os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        assert pool.report()["cores"] == sorted(cores)
    finally:
        os.sched_setaffinity(0, cores)


@pytest.mark.parametrize(("workers", "processes"), [(1, len(os.sched_getaffinity(0))), (64, 1)])
def test_all_workers_together_have_a_process_for_each_core(make: Callable[..., Pool], workers: int, processes: int) -> None:
    pool = make(drawing_processes=None, workers=workers)

    async def go() -> None:
        async with anyio.create_task_group() as group:
            for name in "abcd":
                group.start_soon(pool.pool.draw, pool.version, Slow(0.5, name))

    anyio.run(go)
    assert len(pool.pool.processes) == min(processes, 4)


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
    pool = make(drawing_processes=2)

    async def go() -> None:
        async def other() -> None:
            assert await pool.pool.draw(pool.version, Slow(1, "another")) == b"another"

        async with anyio.create_task_group() as group:
            group.start_soon(other)
            with pytest.raises(Unavailable, match="the process that drew the picture has died; try again"):
                await pool.pool.draw(pool.version, Deadly(number))

    anyio.run(go)
    assert pool.report()["pid"]
    assert pool.pool.lost == 1
    assert f"code=-{number.value}" in capsys.readouterr().out


def test_a_process_that_died_while_idle_fails_no_picture(make: Callable[..., Pool]) -> None:
    pool = make()
    first = pool.report()["pid"]
    os.kill(first, signal.SIGKILL)
    assert ends(first)
    assert pool.report()["pid"] != first
    assert len(pool.pool.processes) == 1


def test_a_drawing_that_times_out_is_ended(make: Callable[..., Pool]) -> None:
    pool = make(drawing_seconds=0.3)
    first = pool.report()["pid"]
    started = time.monotonic()
    with pytest.raises(TimedOut, match="drawing the picture timed out; request a smaller one"):
        pool.draw(Slow(60))
    assert time.monotonic() - started < 30
    assert ends(first, 0)
    assert pool.report()["pid"] != first
    assert pool.pool.lost == 1


def test_errors_of_a_drawing_are_raised_and_the_process_stays(
    make: Callable[..., Pool], capsys: pytest.CaptureFixture[str]
) -> None:
    pool = make()
    first = pool.report()["pid"]
    with pytest.raises(TooLarge, match="too much in this box"):
        pool.draw(Wrong(meant=True))
    with pytest.raises(GeoserviceError, match=r"^the picture could not be drawn$"):
        pool.draw(Wrong(meant=False))
    log = capsys.readouterr().out
    assert "odd_drawings.py" in log, "where it failed is in the log"
    assert "张三" not in log, "what the error says is not"
    assert (pool.report()["pid"], pool.pool.lost) == (first, 0)


def test_a_release_that_no_longer_exists_is_named(make: Callable[..., Pool]) -> None:
    pool = make()
    for version, words in (
        ("1-000000000000", "release 1-000000000000 no longer exists"),
        ("9-000000000000", "release 9 does not exist"),
    ):
        with pytest.raises(NotFound, match=words):
            anyio.run(pool.pool.draw, version, Report())


def test_a_cancelled_request_does_not_cancel_the_picture_of_others(make: Callable[..., Pool]) -> None:
    """Of two requests for the same picture, the one that started it is cancelled."""
    pool = make()
    pictures = Pictures(pool.pool)

    async def go() -> None:
        found: list[bytes] = []

        async def stay() -> None:
            found.append(await pictures.get(pool.version, Slow(0.5, "whole")))

        async with anyio.create_task_group() as group, anyio.create_task_group() as leaving:
            leaving.start_soon(pictures.get, pool.version, Slow(0.5, "whole"))
            await anyio.sleep(0.1)
            group.start_soon(stay)
            await anyio.sleep(0.1)
            leaving.cancel_scope.cancel()
        assert found == [b"whole"]

    anyio.run(go)
    assert len(pool.seconds) == 1


def test_idle_processes_end_after_a_while(make: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch) -> None:
    pool = make()
    first = pool.report()["pid"]
    pool.pool.tidy()
    assert pool.report()["pid"] == first
    monkeypatch.setattr(pools, "IDLE_S", 0)
    pool.pool.tidy()
    assert ends(first, 0)
    assert pool.pool.processes == set()
    assert pool.report()["pid"] != first


def test_closing_ends_all_processes_also_those_that_are_drawing(make: Callable[..., Pool]) -> None:
    pool = make(drawing_processes=2)

    async def go() -> None:
        idle = json.loads(await pool.pool.draw(pool.version, Report()))["pid"]
        async with anyio.create_task_group() as group:

            async def cut_short(name: str) -> None:
                with pytest.raises(Unavailable):
                    await pool.pool.draw(pool.version, Slow(60, name))

            group.start_soon(cut_short, "a")
            group.start_soon(cut_short, "b")
            while len(pool.pool.processes) < 2:
                await anyio.sleep(0.05)
            await anyio.to_thread.run_sync(pool.pool.close)
        assert ends(idle, 0)
        with pytest.raises(Unavailable, match="being stopped"):
            await pool.pool.draw(pool.version, Report())

    anyio.run(go)
    assert pool.pool.processes == set()


PARENT = """
import sys, anyio
from odd_drawings import Report, Slow
from geoservice.release import open_store
from geoservice.server.rendering.pool import DrawingPool
from geoservice.settings import Settings
pool = DrawingPool(open_store(__import__("pathlib").Path(sys.argv[1]), None, "x"), Settings(drawing_processes=1))
print(anyio.run(pool.draw, sys.argv[2], Report()).decode(), flush=True)
if sys.argv[3] == "busy":
    anyio.run(pool.draw, sys.argv[2], Slow(60))
sys.stdin.readline()
"""


@pytest.mark.parametrize("work", ["idle", "busy"])
@pytest.mark.parametrize("killed", [True, False])
def test_a_process_ends_with_its_parent(make: Callable[..., Pool], published: Any, work: str, killed: bool) -> None:
    if published.dsn is not None:
        pytest.skip("the store makes no difference")
    if work == "busy" and not killed:
        pytest.skip("a parent that waits for a picture does not end by itself")
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
