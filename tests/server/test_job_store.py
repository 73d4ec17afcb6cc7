"""One suite over both kinds of job store: order, limits, expiry, workers that end, and what a dismissed job no longer is."""

import itertools
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from geoservice.errors import TooManyRequests, Unavailable
from geoservice.server.access import open_access
from geoservice.server.processes.jobs import store as jobs
from geoservice.server.processes.jobs.databases import (
    can_keep_jobs,
    jobs_on_postgresql,
    kept_jobs,
    temporary_jobs,
)
from geoservice.server.processes.jobs.record import JobRecord, new_record
from geoservice.server.processes.jobs.store import JobStore
from geoservice.settings import Settings

_count = itertools.count()
LONG_AGO = -1.0
"""As ``LEASE_S``: every sign of life is too old."""


class Location(NamedTuple):
    """The place of a service's jobs: a folder for one service, a project folder, or a database."""

    kind: str
    folder: Path
    dsn: str | None
    prefix: str

    def open(self) -> JobStore:
        """Return the store as a worker opens it; the table on PostgreSQL is made by its owner."""
        if self.kind == "temporary":
            return temporary_jobs(self.folder / "jobs")
        if self.dsn is None:
            return kept_jobs(Settings(home=self.folder))
        return jobs_on_postgresql(self.dsn, self.prefix, owner=True)


@pytest.fixture(params=["temporary", "kept", pytest.param("postgresql", marks=pytest.mark.postgis)])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    dsn = request.getfixturevalue("postgis") if request.param == "postgresql" else None
    place = Location(request.param, tmp_path, dsn, f"jo{os.getpid()}_{next(_count)}")
    if dsn is not None:
        access = open_access(tmp_path, dsn, place.prefix, owner=True)
        with access.transaction(write=True):
            pass  # which makes the schema
        access.close()
    return place


def record(owner: str = "", caller: str = "", *, listed: bool = True) -> JobRecord:
    return new_record(owner, caller, "siting", "1-aaaaaaaaaaaa", "{}", "raw", listed=listed)


@pytest.fixture
def store(location: Location) -> Iterator[JobStore]:
    opened = location.open()
    yield opened
    opened.close()


def added(store: JobStore, owner: str = "", caller: str = "", *, listed: bool = True) -> str:
    job = record(owner, caller, listed=listed)
    store.add(job)
    return job.id


def test_nothing_is_there_before_the_first_job(location: Location, store: JobStore) -> None:
    assert (store.claim(), store.get("x"), store.get("\0"), store.of_owner("x")) == (None, None, None, [])
    assert not list(location.folder.iterdir()), "looking made a file"


def test_a_job_keeps_the_areas_that_its_caller_may_see(store: JobStore) -> None:
    for within in (None, (), ("t1", "区")):
        job = new_record("", "", "zone-summary", "1-aaaaaaaaaaaa", "{}", "raw", within, listed=True)
        store.add(job)
        assert store.get(job.id) == job


def test_ids_cannot_be_guessed() -> None:
    ids = {record().id for _ in range(100)}
    assert len(ids) == 100
    assert {len(job) for job in ids} == {32}


def test_jobs_run_one_after_the_other_in_their_order_whoever_takes_them(location: Location, store: JobStore) -> None:
    first, second = added(store), added(store)
    other = location.open()
    claimed = store.claim()
    assert claimed is not None
    assert claimed.id == first
    assert (other.claim(), store.claim()) == (None, None), "one runs"
    assert store.get(first) == other.get(first)
    store.succeed(first, b"1")
    assert (store.result(first), other.result(first)) == (b"1", b"1")
    later = other.claim()
    assert later is not None
    assert later.id == second
    other.close()


def test_a_job_without_a_sign_of_life_is_taken_up_from_its_beginning(
    location: Location, store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, other = added(store), location.open()
    later = added(store)
    assert other.claim() is not None
    other.report(job, "bound", 60)
    assert store.claim() is None, "its worker is alive"
    monkeypatch.setattr(jobs, "LEASE_S", LONG_AGO)
    claimed = store.claim()
    assert claimed is not None
    assert claimed.id == job, "it keeps its turn"
    again = store.get(job)
    assert again is not None
    assert (again.status, again.progress, again.stage, again.starts) == ("running", 0, "", 2)
    assert (other.is_running(job), store.is_running(job)) == (False, True)
    other.report(job, "curve", 99)
    other.succeed(job, b"late")
    other.fail(job, "late", 500)
    current = store.get(job)
    assert current is not None
    assert (current.status, current.progress) == ("running", 0), "whoever lost it writes nothing"
    store.succeed(job, b"1")
    assert other.result(job) == b"1"
    assert other.get(later) is not None
    other.close()


def test_a_sign_of_life_keeps_a_job(location: Location, store: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    job, other = added(store), location.open()
    store.claim()
    started = store.get(job)
    assert started is not None
    other.beat(job)
    assert store.get(job) == started, "another worker's counts for nothing"
    store.beat(job)
    beaten = store.get(job)
    assert beaten is not None
    assert beaten.updated > started.updated
    monkeypatch.setattr(jobs, "LEASE_S", 30.0)
    assert other.claim() is None
    other.close()


def test_a_job_that_ends_its_worker_each_time_fails(store: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    job = added(store, caller="203.0.113.7")
    monkeypatch.setattr(jobs, "LEASE_S", LONG_AGO)
    for _ in range(jobs.MAX_STARTS):
        claimed = store.claim()
        assert claimed is not None
        assert claimed.id == job
    assert store.claim() is None
    lost = store.get(job)
    assert lost is not None
    assert (lost.status, lost.code, lost.error, lost.caller) == ("failed", 503, jobs.LOST, "")
    assert lost.finished > 0


def test_a_worker_that_stops_leaves_its_job_to_the_next(location: Location, store: JobStore) -> None:
    job = added(store)
    for _ in range(jobs.MAX_STARTS + 1):
        worker = location.open()
        assert worker.claim() is not None
        worker.close()
    claimed = store.claim()
    assert claimed is not None
    assert (claimed.id, claimed.starts) == (job, 0), "that it was stopped does not count as a start"


def test_a_job_with_effects_is_never_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (temporary_jobs(tmp_path, ("import-stations",)) for _ in range(2))
    lost, stopped = (new_record("", "", "import-stations", "1-a", "{}", "raw", listed=True) for _ in range(2))
    first.add(lost)
    assert first.claim() is not None
    monkeypatch.setattr(jobs, "LEASE_S", LONG_AGO)
    assert second.claim() is None
    first.add(stopped)
    assert first.claim() is not None
    first.close()
    assert second.claim() is None
    states = [second.get(job.id) for job in (lost, stopped)]
    assert [(s.status, s.code, s.error) for s in states if s] == [("failed", 503, jobs.LOST), ("failed", 503, jobs.STOPPED)]
    second.close()


def test_jobs_outlive_the_service(location: Location) -> None:
    before = location.open()
    done, waiting = (added(before, owner="t1 planner") for _ in range(2))
    before.claim()
    before.succeed(done, b"{}")
    before.dismiss(waiting)
    running = new_record("t1 planner", "t1", "zone-summary", "1-aaaaaaaaaaaa", "{}", "raw", ("t1", "区"), listed=True)
    before.add(running)
    before.claim()
    records = [before.get(job) for job in (done, waiting)]
    before.close()
    after = location.open()
    assert [after.get(job) for job in (done, waiting)] == records
    assert after.result(done) == b"{}"
    assert [job.id for job in after.of_owner("t1 planner")] == [running.id, waiting, done]
    claimed = after.claim()
    assert claimed is not None
    assert replace(claimed, started=0.0, updated=running.updated) == running, "with question, release, owner and areas"
    after.close()


def test_nobody_runs_a_job_whose_caller_has_gone_with_the_service(store: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    waited = added(store, listed=False)
    monkeypatch.setattr(jobs, "WAITED_S", LONG_AGO)
    assert store.claim() is None
    assert store.get(waited) is None


def test_progress_never_goes_back_and_ends_with_the_job(store: JobStore) -> None:
    job = added(store)
    store.claim()
    for stage, progress in (("bound", 60), ("greedy", 40)):
        store.report(job, stage, progress)
    current = store.get(job)
    assert current is not None
    assert (current.stage, current.progress) == ("greedy", 60)
    store.fail(job, "no", 400)
    store.report(job, "curve", 99)
    failed = store.get(job)
    assert failed is not None
    assert (failed.status, failed.stage, failed.error, failed.code) == ("failed", "greedy", "no", 400)


def test_a_dismissed_job_stays_so_and_has_no_result(store: JobStore) -> None:
    waiting, running = added(store), added(store)
    store.dismiss(waiting)
    claimed = store.claim()
    assert claimed is not None
    assert claimed.id == running, "a dismissed job is not run"
    store.dismiss(running)
    assert not store.is_running(running)
    store.succeed(running, b"late")
    current = store.get(running)
    assert current is not None
    assert (current.status, store.result(running)) == ("dismissed", b"")
    done = added(store)
    store.claim()
    store.succeed(done, b"1")
    store.dismiss(done)
    assert store.result(done) == b""


def test_too_many_waiting_jobs_are_refused(store: JobStore) -> None:
    added(store)
    store.claim()
    for _ in range(jobs.MAX_WAITING):
        added(store)
    with pytest.raises(Unavailable, match=f"{jobs.MAX_WAITING} jobs wait already"):
        added(store)


def test_a_caller_may_have_a_few_jobs_at_a_time(store: JobStore) -> None:
    own = [added(store, caller="203.0.113.7") for _ in range(jobs.MAX_OF_CALLER)]
    with pytest.raises(TooManyRequests, match="of your jobs run or wait, allowed are 4"):
        added(store, caller="203.0.113.7")
    added(store, caller="203.0.113.8")
    store.dismiss(own[0])
    added(store, caller="203.0.113.7")
    dismissed = store.get(own[0])
    assert dismissed is not None
    assert dismissed.caller == "", "who it was is forgotten with the job"


def test_a_caller_that_waits_needs_an_empty_queue(store: JobStore) -> None:
    store.add(record(), alone=True)
    with pytest.raises(Unavailable, match="send Prefer: respond-async"):
        store.add(record(), alone=True)


def test_the_list_has_the_jobs_of_one_token_without_those_that_were_waited_for(store: JobStore) -> None:
    own = [added(store, owner="t1 planner") for _ in range(2)]
    added(store, owner="t2 planner")
    store.add(record("t1 planner", listed=False))
    assert [job.id for job in store.of_owner("t1 planner")] == own[::-1]


def finished(store: JobStore, result: bytes) -> str:
    job = added(store)
    store.claim()
    store.succeed(job, result)
    return job


def test_jobs_are_kept_for_a_time_and_up_to_a_number(store: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MAX_KEPT", 2)
    done = [finished(store, b"1") for _ in range(3)]
    assert [store.get(job) is not None for job in done] == [False, True, True]
    waiting = added(store)
    monkeypatch.setattr(jobs, "KEPT_S", LONG_AGO)
    assert store.claim() is not None
    assert [store.get(job) is not None for job in (*done, waiting)] == [False, False, False, True]


def test_results_are_kept_up_to_a_number_of_bytes(store: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MAX_BYTES", 100)
    done = [finished(store, b"x" * size) for size in (40, 40, 40)]
    assert [store.get(job) is not None for job in done] == [False, True, True]
    large = finished(store, b"x" * 101)
    assert [store.get(job) is not None for job in (*done, large)] == [False, False, False, True]
    assert store.result(large) == b"x" * 101, "the last one is there for its caller in any case"


def test_a_folder_that_cannot_be_written_keeps_no_jobs(tmp_path: Path) -> None:
    assert can_keep_jobs(Settings(home=tmp_path))
    assert not can_keep_jobs(Settings(home=tmp_path, keep_jobs=False))
    assert not can_keep_jobs(Settings(home=tmp_path, steward_project=tmp_path)), "results of imports name private rows"
    assert not list(tmp_path.iterdir()), "asking made a file"
    if os.geteuid() == 0:
        assert not can_keep_jobs(Settings(home=Path("/proc/self")))
        return
    tmp_path.chmod(0o500)
    assert not can_keep_jobs(Settings(home=tmp_path))


@pytest.mark.postgis
def test_the_serving_role_keeps_jobs_once_it_is_granted(postgis: str, tmp_path: Path) -> None:
    prefix = f"jo{os.getpid()}_{next(_count)}"
    role, access = f"{prefix}_http", open_access(tmp_path, postgis, prefix, owner=True)
    with psycopg.connect(postgis, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN".encode())
    access.grant(role)
    access.close()
    serving = Settings(home=tmp_path, serve_dsn=postgis.replace("user=postgres", f"user={role}"), schema_prefix=prefix)
    assert not can_keep_jobs(serving), "the owner has made no table"
    server = kept_jobs(serving)
    with pytest.raises(Unavailable, match="geoservice grant") as caught:
        server.add(record())
    assert caught.value.public == "this service cannot store jobs yet"
    owner = jobs_on_postgresql(postgis, prefix, owner=True)
    owner.grant(role)
    assert can_keep_jobs(serving)
    job = finished(server, b"1")
    assert owner.result(job) == b"1"
    server.dismiss(job)
    server.delete(job)
    assert owner.get(job) is None
    for store in (server, owner):
        store.close()
