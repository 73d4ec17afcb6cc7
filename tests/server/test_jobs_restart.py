"""Jobs outlive the service: it is killed or stopped during a job, started again, and ends the job with the same result."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from asking import given
from planner_home import planner_home

from geoservice.release import open_store
from geoservice.server.access import open_access
from geoservice.server.processes.jobs.databases import kept_jobs
from geoservice.server.processes.jobs.record import new_record
from geoservice.server.processes.jobs.runner import GONE
from geoservice.server.release_pool import version_of
from geoservice.settings import Settings

from .test_jobs import ASK, LONG, Service

ASK_LONGER = {**ASK, "sites": 20, "spacing": 50, "minutes": 20}
"""It takes some seconds, longer than another request, and has one answer."""
KEPT = {"workers": 2, "GEOSERVICE_KEEP_JOBS": "true"}
SCENARIO = "/processes/station-scenario/execution"
QUESTION = {"service": "primary_care", "mode": "walk", "areas": "all"}


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    return planner_home(demo_home, tmp_path / "home")[0]


def tokens(home: Path, *names: str) -> dict[str, dict[str, str]]:
    """Return headers with a planner's token for each name."""
    with closing(open_access(home, None, "x", owner=True)) as access:
        return {name: {"Authorization": f"Bearer {given(access, name, 'planner')}"} for name in names}


def processes_below(top: int) -> list[int]:
    """Return a process and all processes below it."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    below = [top]
    for process in below:
        below += [child for child, parent in parents.items() if parent == process]
    return below


def kill_all(service: Service) -> None:
    for process in processes_below(service.process.pid):
        os.kill(process, signal.SIGKILL)
    service.process.wait(10)


def running(service: Service, inputs: Any, **headers: str) -> str:
    """Return the path of a job that runs."""
    answer = service.call("POST", "/processes/siting/execution", {"inputs": inputs}, Prefer="respond-async", **headers)
    assert answer.status == 201, answer.body
    job = f"/jobs/{answer.body['jobID']}"
    until(service, job, lambda state: state["status"] == "running" and state["progress"] > 0, **headers)
    return job


def until(service: Service, job: str, done: Callable[[dict[str, Any]], bool], **headers: str) -> dict[str, Any]:
    """Return the state of a job of a token once it is what is waited for."""
    end = time.monotonic() + 120
    while not done(state := service.call("GET", job, **headers).body):
        assert time.monotonic() < end, state
        time.sleep(0.02)
    return state


def has_ended(state: dict[str, Any]) -> bool:
    return state["status"] not in {"accepted", "running"}


def test_a_killed_service_ends_its_jobs_when_it_starts_again(home: Path, serve: Any) -> None:
    with serve(home, **KEPT) as served:
        service = Service(served)
        keys = tokens(home, "a", "b")
        done = f"/jobs/{service.submit(ASK_LONGER).rpartition('/')[2]}"
        assert service.finished(service.url + done)["status"] == "successful"
        uninterrupted = service.call("GET", f"{done}/results").body
        cut_off = running(service, ASK_LONGER, **keys["a"])
        accepted = service.call("POST", SCENARIO, {"inputs": QUESTION}, Prefer="respond-async", **keys["b"])
        waiting = f"/jobs/{accepted.body['jobID']}"
        kill_all(service)
    with serve(home, **KEPT) as served:
        service = Service(served)
        assert service.call("GET", f"{done}/results").body == uninterrupted, "it has ended before"
        assert service.call("GET", cut_off).status == 404, "it is still that of its token"
        assert service.call("GET", cut_off, **keys["b"]).status == 404
        state = until(service, waiting, has_ended, **keys["b"])
        assert state["status"] == "successful", state
        assert service.call("GET", cut_off, **keys["a"]).body["status"] == "successful", "it was first"
        assert service.call("GET", f"{cut_off}/results", **keys["a"]).body == uninterrupted
        asked = service.call("POST", SCENARIO, {"inputs": QUESTION}, **keys["b"]).body
        assert service.call("GET", f"{waiting}/results", **keys["b"]).body == asked
        listed = service.call("GET", "/jobs", **keys["a"]).body["jobs"]
        assert [f"/jobs/{job['jobID']}" for job in listed] == [cut_off]
    with closing(kept_jobs(Settings(home=home))) as store:
        record = store.get(cut_off.removeprefix("/jobs/"))
        assert record is not None
        assert record.starts == 2, "it ran twice"


def test_a_stopped_service_leaves_its_job_to_the_next(home: Path, serve: Any) -> None:
    with serve(home, **KEPT) as served:
        job = running(Service(served), LONG)
    with closing(kept_jobs(Settings(home=home))) as store:
        record = store.get(job.removeprefix("/jobs/"))
        assert record is not None
        assert (record.status, record.starts) == ("accepted", 0)
    with serve(home, **KEPT) as served:
        service = Service(served)
        until(service, job, lambda state: state["status"] == "running")
        assert service.call("DELETE", job).body["status"] == "dismissed"


def test_a_job_whose_release_is_gone_fails_with_the_reason(home: Path, serve: Any) -> None:
    with closing(open_store(home / "releases", None, "x", read_only=True)) as releases, closing(releases.open()) as reader:
        current = version_of(reader)
    versions = ("99-aaaaaaaaaaaa", f"{current.partition('-')[0]}-aaaaaaaaaaaa")
    with closing(kept_jobs(Settings(home=home))) as store:
        records = [
            new_record("", "", "siting", v, '{"service": "primary_care", "mode": "walk"}', "raw", listed=True) for v in versions
        ]
        for record in records:
            store.add(record)
    with serve(home, **KEPT) as served:
        service = Service(served)
        for record, version in zip(records, versions, strict=True):
            state = service.finished(f"{service.url}/jobs/{record.id}")
            assert (state["status"], state["message"]) == ("failed", GONE.format(version=version))
            result = service.call("GET", f"/jobs/{record.id}/results")
            assert (result.status, result.body["detail"]) == (410, GONE.format(version=version))
