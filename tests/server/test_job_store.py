"""Jobs in their file: order, limits, expiry, workers that end, and what a dismissed job no longer is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from geoservice.errors import TooManyRequests, Unavailable
from geoservice.server.processes.jobs import store as jobs
from geoservice.server.processes.jobs.record import JobRecord, new_record
from geoservice.server.processes.jobs.store import JobStore


def record(owner: str = "", caller: str = "", *, listed: bool = True) -> JobRecord:
    return new_record(owner, caller, "siting", "1-aaaaaaaaaaaa", "{}", "raw", listed=listed)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    opened = JobStore(tmp_path / "jobs")
    yield opened
    opened.close()


def added(store: JobStore, **values: str) -> str:
    job = record(**values)
    store.add(job)
    return job.id


def test_nothing_is_there_before_the_first_job(store: JobStore) -> None:
    assert (store.claim(), store.get("x"), store.of_owner("x")) == (None, None, [])


def test_a_job_keeps_the_areas_that_its_caller_may_see(store: JobStore) -> None:
    for within in (None, (), ("t1", "区")):
        job = new_record("", "", "zone-summary", "1-aaaaaaaaaaaa", "{}", "raw", within, listed=True)
        store.add(job)
        assert store.get(job.id) == job


def test_ids_cannot_be_guessed() -> None:
    ids = {record().id for _ in range(100)}
    assert len(ids) == 100
    assert {len(job) for job in ids} == {32}


def test_jobs_run_one_after_the_other_in_their_order_whoever_takes_them(store: JobStore, tmp_path: Path) -> None:
    first, second = added(store), added(store)
    other = JobStore(tmp_path / "jobs")
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


def test_a_job_of_a_worker_that_has_ended_fails(store: JobStore, tmp_path: Path) -> None:
    job, other = added(store), JobStore(tmp_path / "jobs")
    assert other.claim() is not None
    assert store.claim() is None
    assert store.is_running(job), "its worker is alive"
    other.close()
    added(store)
    assert store.claim() is not None, "the next one"
    lost = store.get(job)
    assert lost is not None
    assert (lost.status, lost.code, lost.error) == ("failed", 503, jobs.LOST)


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


def test_jobs_are_kept_for_a_time_and_up_to_a_number(store: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []
    for _ in range(3):
        done.append(added(store))
        store.claim()
        store.succeed(done[-1], b"1")
    monkeypatch.setattr(jobs, "MAX_KEPT", 2)
    store.claim()
    assert [store.get(job) is not None for job in done] == [False, True, True]
    waiting = added(store)
    monkeypatch.setattr(jobs, "KEPT_S", -1.0)
    assert store.claim() is not None
    assert [store.get(job) is not None for job in (*done, waiting)] == [False, False, False, True]
