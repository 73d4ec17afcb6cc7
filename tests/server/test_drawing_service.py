"""Rendering processes of a real server: killed or stuck during a job, too many pictures, and the server's own end."""

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


def descendants(pid: int) -> Iterator[int]:
    """Yield the descendants of a process."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            yield child
            yield from descendants(child)


def drawing(pid: int) -> list[int]:
    """Return the rendering processes of a service."""
    arguments = {p: Path(f"/proc/{p}/cmdline").read_bytes().split(b"\0") for p in descendants(pid)}
    return [p for p, words in arguments.items() if b"geoservice.server.jobs.child" in words and b"drawing" in words]


def until(true: Callable[[], Any], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def get(served: Any, path: str) -> httpx.Response:
    return httpx.get(served.url + path, timeout=60)


def stuck(served: Any, threads: ThreadPoolExecutor, path: str = MAP) -> tuple[int, "Future[httpx.Response]"]:
    """Stop the rendering process and request a map from it; return its id and the future response."""
    # the first picture waits for its process to start, which on a busy machine takes longer than a drawing may
    assert until(lambda: get(served, OTHER).status_code == 200)
    (pid,) = drawing(served.process.pid)
    os.kill(pid, signal.SIGSTOP)
    answer = threads.submit(get, served, path)
    assert until(lambda: metric(served, "geoservice_drawing_pixels") > 0)
    return pid, answer


def metric(served: Any, name: str) -> float:
    return next(float(x.split()[-1]) for x in get(served, "/metrics").text.splitlines() if x.startswith(f"{name} "))


def is_busy(answer: httpx.Response, detail: str) -> None:
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert detail in answer.json()["detail"]


def cpu_time(pid: int) -> int:
    """Return the CPU time of a process in hundredths of a second."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_process_killed_during_a_job_is_replaced_and_others_continue(
    home: Path, serve: Any, threads: ThreadPoolExecutor, number: signal.Signals
) -> None:
    with serve(home, **QUICK) as served:
        first = get(served, OTHER).content
        (pid,) = drawing(served.process.pid)
        before = cpu_time(pid)
        large = threads.submit(get, served, "/map?width=4096&height=1953")
        assert until(lambda: cpu_time(pid) > before + 5)
        os.kill(pid, signal.SIGSTOP)
        waiting = threads.submit(get, served, "/map/coverage/9/291/148.png")
        assert until(lambda: metric(served, "geoservice_waiting_drawings") == 1)
        assert get(served, TILE).status_code == 200, "tiles do not wait"
        assert not large.done(), "it is in the middle of it"
        os.kill(pid, number)
        os.kill(pid, signal.SIGCONT)
        is_busy(large.result(60), "the process that drew the picture has died")
        assert waiting.result(60).status_code == 200
        assert drawing(served.process.pid) != [pid]
        assert get(served, OTHER).content == first
        assert metric(served, "geoservice_drawing_processes_lost_total") == 1
        assert "a drawing process has ended" in served.log.read_text()


def test_a_process_killed_before_a_job_fails_no_picture(home: Path, serve: Any, threads: ThreadPoolExecutor) -> None:
    with serve(home, **QUICK) as served:
        pid, answer = stuck(served, threads)
        os.kill(pid, signal.SIGKILL)
        assert answer.result(60).status_code == 200
        assert metric(served, "geoservice_drawing_processes_lost_total") == 1


def test_a_drawing_that_times_out_is_ended_and_its_process_replaced(
    home: Path, serve: Any, threads: ThreadPoolExecutor
) -> None:
    with serve(home, **QUICK, GEOSERVICE_DRAWING_SECONDS="1") as served:
        pid, answer = stuck(served, threads)
        is_busy(answer.result(60), "drawing the picture timed out")
        assert not Path(f"/proc/{pid}").exists()
        assert until(lambda: get(served, MAP).status_code == 200)
        assert metric(served, "geoservice_timeouts_total") == 1
        assert metric(served, "geoservice_drawing_processes_lost_total") == 1


def test_too_many_pixels_are_refused_immediately(home: Path, serve: Any, threads: ThreadPoolExecutor) -> None:
    with serve(home, **QUICK, GEOSERVICE_DRAWING_PIXELS="125536") as served:
        pid, answer = stuck(served, threads)
        tile = threads.submit(get, served, "/map/coverage/9/291/148.png")
        assert until(lambda: metric(served, "geoservice_waiting_drawings") == 1)
        started = time.monotonic()
        is_busy(get(served, "/map?width=301&height=200"), "would exceed the limit of 125536")
        assert time.monotonic() - started < 5
        assert metric(served, "geoservice_drawing_pixels") == 60_000 + 65_536
        assert metric(served, "geoservice_drawing_refusals_total") == 1
        assert get(served, OTHER).status_code == 200, "a cached picture needs no slot"
        again = threads.submit(get, served, MAP)  # neither does the same map
        os.kill(pid, signal.SIGCONT)
        assert [x.result(60).status_code for x in (answer, tile, again)] == [200, 200, 200]
        assert metric(served, "geoservice_drawn_pixels_total") == 40_000 + 60_000 + 65_536
        assert metric(served, "geoservice_drawing_seconds_count") == 3
        assert metric(served, "geoservice_drawing_pixels") == 0


def test_a_picture_in_progress_is_finished_when_the_service_is_stopped(
    home: Path, serve: Any, threads: ThreadPoolExecutor
) -> None:
    with serve(home, **QUICK) as served:
        pid, answer = stuck(served, threads)
        for process in (served.process.pid, *descendants(served.process.pid)):  # as a supervisor that tells all of them
            os.kill(process, signal.SIGTERM)
        threading.Timer(0.5, os.kill, (pid, signal.SIGCONT)).start()
        assert answer.result(60).status_code == 200
        assert served.process.wait(60) == 0
        assert until(lambda: not Path(f"/proc/{pid}").exists())


def test_the_processes_of_a_killed_worker_end(home: Path, serve: Any) -> None:
    with serve(home, **QUICK) as served:
        assert get(served, MAP).status_code == 200
        (pid,) = drawing(served.process.pid)
        worker = next(p for p in descendants(served.process.pid) if pid in descendants(p))
        os.kill(worker, signal.SIGKILL)
        assert until(lambda: not Path(f"/proc/{pid}").exists())


def test_no_process_is_started_before_the_first_picture(home: Path, serve: Any) -> None:
    with serve(home, **QUICK) as served:
        assert get(served, TILE).status_code == 200
        assert drawing(served.process.pid) == []
