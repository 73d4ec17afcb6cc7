"""The jobs of a service in one file, which all its workers read and write; it ends with the service."""

import time
import weakref
from functools import cached_property
from pathlib import Path

from geoservice.errors import TooManyRequests, Unavailable
from geoservice.scratch import scratch_folder
from geoservice.server.access.sqlite import SQLiteFile, SQLiteSession
from geoservice.server.processes.jobs import sql
from geoservice.server.processes.jobs.record import JobRecord
from geoservice.server.processes.jobs.worker_lock import WorkerLock, is_alive

RUNNING = 1
"""Jobs of a service that run at the same time: they take memory, and requests need the cores."""
MAX_WAITING = 16
"""Jobs of a service that wait."""
MAX_OF_CALLER = 4
"""Jobs of one caller that run or wait."""
KEPT_S = 3600.0
"""Seconds that a job is kept after its end."""
MAX_KEPT = 200
"""Jobs that are kept after their end."""
LOST = "the process that ran the job has ended; run the job again"


class JobStore:
    """The jobs of a service; its methods block.

    Parameters
    ----------
    folder
        A folder for this user alone, the same for all workers; None for a service of one process, which makes its own.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder or self._own_folder()
        self._file = SQLiteFile(self._folder / "jobs.db", "jobs", durable=False)

    @property
    def folder(self) -> Path:
        """The folder of the jobs, for what belongs to them."""
        return self._folder

    def _own_folder(self) -> Path:
        scratch = scratch_folder("geoservice-jobs")
        weakref.finalize(self, scratch.cleanup)
        return Path(scratch.name)

    @cached_property
    def _worker(self) -> WorkerLock:
        return WorkerLock(self._folder)

    def add(self, record: JobRecord, *, alone: bool = False) -> None:
        """Add a job; with ``alone`` only if no other one runs or waits.

        Raises
        ------
        Unavailable
            Too many jobs wait, or ``alone`` is not possible.
        TooManyRequests
            Too many jobs of the caller run or wait.
        """
        with self._file.session(write=True) as session:
            session.execute(sql.create())
            waiting, running, own = session.execute(sql.counts(), [record.caller])[0]
            if alone and waiting + running:
                raise Unavailable("another job is running; try again, or send Prefer: respond-async to wait in the queue")
            if waiting >= MAX_WAITING:
                raise Unavailable(f"{waiting} jobs wait already, and the limit is {MAX_WAITING}; try again in a minute")
            if record.caller and own >= MAX_OF_CALLER:
                raise TooManyRequests(f"{own} of your jobs run or wait, allowed are {MAX_OF_CALLER}; dismiss one, or wait", 10)
            session.execute(sql.add(), sql.to_row(record))

    def get(self, job: str) -> JobRecord | None:
        """Return a job, None if there is none of this id."""
        rows = self._rows(sql.by_id(), job)
        return rows[0] if rows else None

    def _rows(self, statement: str, value: str) -> list[JobRecord]:
        if not self._file.exists():
            return []
        with self._file.session() as session:
            return [sql.from_row(row) for row in session.execute(statement, [value])]

    def result(self, job: str) -> bytes:
        """Return the result of a successful job."""
        with self._file.session() as session:
            rows = session.execute(sql.result(), [job])
        return bytes(rows[0][0]) if rows and rows[0][0] is not None else b""

    def of_owner(self, owner: str) -> list[JobRecord]:
        """Return the jobs of a token, the last one first."""
        return self._rows(sql.of_owner(), owner)

    def claim(self) -> JobRecord | None:
        """Return the job that this worker is to run now, None for none; jobs of workers that have ended fail, old ones go."""
        if not self._file.exists():
            return None
        now = time.time()
        with self._file.session(write=True) as session:
            self._fail_lost(session, now)
            session.execute(sql.expire(), [now - KEPT_S, MAX_KEPT])
            _, running, _ = session.execute(sql.counts(), [""])[0]
            rows = session.execute(sql.next_accepted()) if running < RUNNING else []
            for row in rows:
                session.execute(sql.start(), [now, now, self._worker.name, sql.from_row(row).id])
        return sql.from_row(rows[0]) if rows else None

    def _fail_lost(self, session: SQLiteSession, now: float) -> None:
        for (worker,) in session.execute(sql.running_workers()):
            if worker != self._worker.name and not is_alive(self._folder, worker):
                for (job,) in session.execute(sql.running_of(), [worker]):
                    session.execute(sql.finish(), ["failed", 0, LOST, 503, None, now, now, job])

    def report(self, job: str, stage: str, progress: int) -> None:
        """Write the progress of a running job."""
        with self._file.session(write=True) as session:
            session.execute(sql.report(), [stage, progress, time.time(), job])

    def is_running(self, job: str) -> bool:
        """Return whether a job runs still: it may have been dismissed, by another worker too."""
        record = self.get(job)
        return record is not None and record.status == "running"

    def succeed(self, job: str, result: bytes) -> None:
        """Store the result of a job; one that was dismissed stays so."""
        self._finish(job, "successful", 100, "", 200, result)

    def fail(self, job: str, error: str, code: int) -> None:
        """Store why a job failed, and the HTTP status of that."""
        self._finish(job, "failed", 0, error, code, None)

    def _finish(self, job: str, status: str, progress: int, error: str, code: int, result: bytes | None) -> None:
        now = time.time()
        with self._file.session(write=True) as session:
            session.execute(sql.finish(), [status, progress, error, code, result, now, now, job])

    def dismiss(self, job: str) -> None:
        """Dismiss a job: if it runs, the worker that runs it stops it soon."""
        now = time.time()
        with self._file.session(write=True) as session:
            session.execute(sql.dismiss(), [now, now, job])

    def delete(self, job: str) -> None:
        """Delete a job."""
        with self._file.session(write=True) as session:
            session.execute(sql.delete(), [job])

    def close(self) -> None:
        """Close the file and release the lock of this worker."""
        self._file.close()
        if "_worker" in vars(self):
            self._worker.release()
