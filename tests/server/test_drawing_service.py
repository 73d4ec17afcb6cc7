"""Drawing processes of a real server: killed or stuck in the middle, too many pictures at once, and the server's own end."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from bigger import publish

MAP, OTHER, TILE = "/map?width=300&height=200", "/map?width=200&height=200", "/tiles/coverage/5/18/9.mvt"
QUICK = {"GEOSERVICE_NOTICE_SECONDS": "0", "GEOSERVICE_DRAWING_PROCESSES": "1"}


@pytest.fixture(scope="module")
def home(content: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("drawing"), content())


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def below(pid: int) -> Iterator[int]:
    """Yield a process' children, theirs, and so on."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            yield child
            yield from below(child)


def drawing(pid: int) -> list[int]:
    """Return the processes below a service that draw."""
    return [p for p in below(pid) if b"rendering.child" in Path(f"/proc/{p}/cmdline").read_bytes()]


def until(true: Callable[[], Any], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def get(served: Any, path: str) -> httpx.Response:
    return httpx.get(served.url + path, timeout=60)


def stuck(served: Any, threads: ThreadPoolExecutor, path: str = MAP) -> tuple[int, "Future[httpx.Response]"]:
    """Stop the process that draws and ask it for a map; return its id and the answer to come."""
    assert get(served, OTHER).status_code == 200
    (pid,) = drawing(served.process.pid)
    os.kill(pid, signal.SIGSTOP)
    answer = threads.submit(get, served, path)
    assert until(lambda: figure(served, "geoservice_drawing_pixels") > 0)
    return pid, answer


def figure(served: Any, name: str) -> float:
    return next(float(x.split()[-1]) for x in get(served, "/metrics").text.splitlines() if x.startswith(f"{name} "))


def is_busy(answer: httpx.Response, words: str) -> None:
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert words in answer.json()["detail"]


def worked(pid: int) -> int:
    """Return the hundredths of a second that a process has worked."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_process_killed_in_the_middle_is_replaced_and_others_go_on(
    home: Path, serve: Any, threads: ThreadPoolExecutor, number: signal.Signals
) -> None:
    with serve(home, **QUICK) as served:
        first = get(served, OTHER).content
        (pid,) = drawing(served.process.pid)
        before = worked(pid)
        large = threads.submit(get, served, "/map?width=4096&height=1953")
        assert until(lambda: worked(pid) > before + 5)
        os.kill(pid, signal.SIGSTOP)
        waiting = threads.submit(get, served, "/map/coverage/9/291/148.png")
        assert until(lambda: figure(served, "geoservice_waiting_drawings") == 1)
        assert get(served, TILE).status_code == 200, "tiles do not wait"
        assert not large.done(), "it is in the middle of it"
        os.kill(pid, number)
        os.kill(pid, signal.SIGCONT)
        is_busy(large.result(20), "the process that drew the picture has ended")
        assert waiting.result(20).status_code == 200
        assert drawing(served.process.pid) != [pid]
        assert get(served, OTHER).content == first
        assert figure(served, "geoservice_drawing_processes_lost_total") == 1
        assert "a drawing process has ended" in served.log.read_text()


def test_a_process_killed_before_it_begins_costs_nobody_a_picture(home: Path, serve: Any, threads: ThreadPoolExecutor) -> None:
    with serve(home, **QUICK) as served:
        pid, answer = stuck(served, threads)
        os.kill(pid, signal.SIGKILL)
        assert answer.result(20).status_code == 200
        assert figure(served, "geoservice_drawing_processes_lost_total") == 1


def test_a_drawing_that_takes_too_long_is_ended_and_its_process_replaced(
    home: Path, serve: Any, threads: ThreadPoolExecutor
) -> None:
    with serve(home, **QUICK, GEOSERVICE_DRAWING_SECONDS="1") as served:
        pid, answer = stuck(served, threads)
        is_busy(answer.result(20), "took longer to draw than it may")
        assert not Path(f"/proc/{pid}").exists()
        assert until(lambda: get(served, MAP).status_code == 200)
        assert figure(served, "geoservice_timeouts_total") == 1
        assert figure(served, "geoservice_drawing_processes_lost_total") == 1


def test_more_pixels_than_may_wait_are_refused_at_once(home: Path, serve: Any, threads: ThreadPoolExecutor) -> None:
    with serve(home, **QUICK, GEOSERVICE_DRAWING_PIXELS="125536") as served:
        pid, answer = stuck(served, threads)
        tile = threads.submit(get, served, "/map/coverage/9/291/148.png")
        assert until(lambda: figure(served, "geoservice_waiting_drawings") == 1)
        started = time.monotonic()
        is_busy(get(served, "/map?width=301&height=200"), "125536 are allowed at once")
        assert time.monotonic() - started < 1
        assert figure(served, "geoservice_drawing_pixels") == 60_000 + 65_536
        assert figure(served, "geoservice_drawing_refusals_total") == 1
        assert get(served, OTHER).status_code == 200, "what was drawn before needs no place"
        again = threads.submit(get, served, MAP)  # the same map needs none either
        os.kill(pid, signal.SIGCONT)
        assert [x.result(20).status_code for x in (answer, tile, again)] == [200, 200, 200]
        assert figure(served, "geoservice_drawn_pixels_total") == 40_000 + 60_000 + 65_536
        assert figure(served, "geoservice_drawing_seconds_count") == 3
        assert figure(served, "geoservice_drawing_pixels") == 0


def test_a_picture_in_work_is_finished_when_the_service_is_stopped(home: Path, serve: Any, threads: ThreadPoolExecutor) -> None:
    with serve(home, **QUICK) as served:
        pid, answer = stuck(served, threads)
        for process in (served.process.pid, *below(served.process.pid)):  # as a supervisor that tells all of them
            os.kill(process, signal.SIGTERM)
        threading.Timer(0.5, os.kill, (pid, signal.SIGCONT)).start()
        assert answer.result(20).status_code == 200
        assert served.process.wait(20) == 0
        assert until(lambda: not Path(f"/proc/{pid}").exists())


def test_a_worker_that_is_killed_takes_its_processes_along(home: Path, serve: Any) -> None:
    with serve(home, **QUICK) as served:
        assert get(served, MAP).status_code == 200
        (pid,) = drawing(served.process.pid)
        worker = next(p for p in below(served.process.pid) if pid in below(p))
        os.kill(worker, signal.SIGKILL)
        assert until(lambda: not Path(f"/proc/{pid}").exists())


def test_none_is_started_before_a_picture_is_asked_for(home: Path, serve: Any) -> None:
    with serve(home, **QUICK) as served:
        assert get(served, TILE).status_code == 200
        assert drawing(served.process.pid) == []
