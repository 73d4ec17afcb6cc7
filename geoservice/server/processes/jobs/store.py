"""The jobs of a service in a database, which all its workers read and write, and which outlives them.

A worker that runs a job writes a sign of life every few seconds. A job without one is taken up again from its beginning, by
whichever worker looks first, also after a restart of the service. Whoever lost a job can no longer write to it.
"""

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from geoservice.errors import GeoserviceError, TooManyRequests, Unavailable, for_operators
from geoservice.server.access.store import AccessDatabase, AccessSession
from geoservice.server.processes.jobs.record import JobRecord
from geoservice.server.processes.jobs.sql import JobStatements, from_row, to_row

RUNNING = 1
"""Jobs of a service that run at the same time: they take memory, and requests need the cores."""
MAX_WAITING = 16
"""Jobs of a service that wait."""
MAX_OF_CALLER = 4
"""Jobs of one caller that run or wait."""
KEPT_S = 24 * 3600.0
"""Seconds that a job is kept after its end."""
MAX_KEPT = 200
"""Jobs that are kept after their end."""
MAX_BYTES = 256_000_000
"""Bytes of the results that are kept; the last result is kept in any case."""
WAITED_S = 60.0
"""Seconds after which nobody waits for a job that is not listed: its request has ended."""
BEAT_S = 2.0
"""Seconds between two signs of life of a worker that runs a job."""
LEASE_S = 15.0
"""Seconds without a sign of life after which a job is lost; a worker whose event loop hangs is ended before that."""
MAX_STARTS = 3
"""How often a job is taken up: one that ends its worker each time would do so for ever."""
LOST = "the process that ran the job has ended; run the job again"
STOPPED = "the service was stopped during the job; run the job again"
NO_TABLE = "jobs cannot be stored: the serving role may not write them yet; run: geoservice grant ROLE"


class JobStore:
    """The jobs of a service; its methods block.

    Parameters
    ----------
    database
        Where the table is: with SQLite a file of its own.
    statements
        Those of its engine.
    owner
        Whether this process may create the table, which an office's server may not.
    folder
        A folder of the service for files that belong to jobs.
    once
        Processes whose jobs have effects: they are never run again, and fail when they are lost.
    """

    def __init__(
        self,
        database: AccessDatabase,
        statements: JobStatements,
        *,
        owner: bool = True,
        folder: Path = Path(),
        once: tuple[str, ...] = (),
    ) -> None:
        self._database, self._sql, self._owner = database, statements, owner
        self.folder, self._once = folder, (*once, "")  # SQL takes no empty list; no process has an empty name
        self.worker, self._has_table, self._has_claimed = secrets.token_hex(8), False, False

    def is_writable(self) -> bool:
        """Whether the table exists, and this process may write to it."""
        with self._database.session() as session:
            return self._find_table(session)

    def _find_table(self, session: AccessSession) -> bool:
        self._has_table = self._has_table or bool(session.execute(self._sql.exists())[0][0])
        return self._has_table

    @contextmanager
    def _writing(self) -> Iterator[AccessSession]:
        """Open a transaction that excludes others which count jobs; the first one creates the table."""
        with self._database.session(write=True) as session:
            if lock := self._sql.lock():
                session.execute(lock)
            if not self._find_table(session):
                if not self._owner:
                    raise for_operators(Unavailable(NO_TABLE), "this service cannot store jobs yet")
                for statement in self._sql.create():
                    session.execute(statement)
            yield session

    def _read(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        if not self._database.exists():
            return []
        with self._database.session() as session:
            return session.execute(statement, values) if self._find_table(session) else []

    def _write(self, statement: str, values: Sequence[Any]) -> None:
        with self._database.session(write=True) as session:
            session.execute(statement, values)

    def add(self, record: JobRecord, *, alone: bool = False) -> None:
        """Add a job; with ``alone`` only if no other one runs or waits.

        Raises
        ------
        Unavailable
            Too many jobs wait, or ``alone`` is not possible.
        TooManyRequests
            Too many jobs of the caller run or wait.
        """
        with self._writing() as session:
            waiting, running, own = session.execute(self._sql.counts(), [record.caller])[0]
            if alone and waiting + running:
                raise Unavailable("another job is running; try again, or send Prefer: respond-async to wait in the queue")
            if waiting >= MAX_WAITING:
                raise Unavailable(f"{waiting} jobs wait already, and the limit is {MAX_WAITING}; try again in a minute")
            if record.caller and own >= MAX_OF_CALLER:
                raise TooManyRequests(f"{own} of your jobs run or wait, allowed are {MAX_OF_CALLER}; dismiss one, or wait", 10)
            session.execute(self._sql.add_job(), to_row(record))

    def get(self, job: str) -> JobRecord | None:
        """Return a job, None if there is none of this id."""
        # an id with NUL is none, and PostgreSQL takes no text with NUL
        rows = self._read(self._sql.by_id(), [job]) if "\0" not in job else []
        return from_row(rows[0]) if rows else None

    def result(self, job: str) -> bytes:
        """Return the result of a successful job."""
        rows = self._read(self._sql.result(), [job])
        return bytes(rows[0][0]) if rows and rows[0][0] is not None else b""

    def of_owner(self, owner: str) -> list[JobRecord]:
        """Return the jobs of a token, the last one first."""
        return [from_row(row) for row in self._read(self._sql.of_owner(), [owner])]

    def claim(self) -> JobRecord | None:
        """Return the job that this worker is to run now, None for none.

        Jobs of workers that have ended wait again before that, and old ones are deleted.
        """
        now = time.time()
        due = self._read(self._sql.due(), [now - LEASE_S, now - WAITED_S, now - KEPT_S])
        if not due or not due[0][0]:
            return None
        with self._writing() as session:
            session.execute(self._sql.delete_abandoned(), [now - WAITED_S])
            values = [LOST, now, now, now - LEASE_S, MAX_STARTS, *self._once]
            session.execute(self._sql.fail_lost(len(self._once)), values)
            session.execute(self._sql.requeue_lost(), [now - LEASE_S])
            self._expire(session, now)
            _, running, _ = session.execute(self._sql.counts(), [""])[0]
            rows = session.execute(self._sql.next_accepted()) if running < RUNNING else []
            if not rows:
                return None
            record = from_row(rows[0])
            session.execute(self._sql.start(), [now, now, self.worker, record.id])
        self._has_claimed = True
        return record

    def _expire(self, session: AccessSession, now: float) -> None:
        session.execute(self._sql.expire(), [now - KEPT_S, MAX_KEPT, MAX_BYTES])

    def report(self, job: str, stage: str, progress: int) -> None:
        """Write the progress of a job that this worker runs."""
        self._write(self._sql.report(), [stage, time.time(), progress, progress, job, self.worker])

    def beat(self, job: str) -> None:
        """Write a sign of life of a job that this worker runs."""
        self._write(self._sql.beat(), [time.time(), job, self.worker])

    def is_running(self, job: str) -> bool:
        """Return whether this worker is to go on with a job: it may be dismissed, or taken up by another worker."""
        record = self.get(job)
        return record is not None and record.status == "running" and record.worker == self.worker

    def succeed(self, job: str, result: bytes) -> None:
        """Store the result of a job; one that was dismissed stays so."""
        self._finish(job, "successful", 100, "", 200, result)

    def fail(self, job: str, error: str, code: int) -> None:
        """Store why a job failed, and the HTTP status of that."""
        self._finish(job, "failed", 0, error, code, None)

    def _finish(self, job: str, status: str, progress: int, error: str, code: int, result: bytes | None) -> None:
        now = time.time()
        with self._writing() as session:
            session.execute(self._sql.finish(), [status, progress, error, code, result, now, now, job, self.worker])
            self._expire(session, now)

    def dismiss(self, job: str) -> None:
        """Dismiss a job: if it runs, the worker that runs it stops it soon."""
        now = time.time()
        self._write(self._sql.dismiss(), [now, now, job])

    def delete(self, job: str) -> None:
        """Delete a job."""
        self._write(self._sql.delete(), [job])

    def grant(self, role: str) -> None:
        """Allow a role of the database to read and write jobs."""
        with self._writing() as session:
            for statement in self._sql.grant(role):
                session.execute(statement)

    def close(self) -> None:
        """Let the job that this worker runs wait for another one, and close the database."""
        if self._has_claimed:
            with suppress(GeoserviceError):  # without it, another worker takes the job up somewhat later
                now = time.time()
                self._write(self._sql.fail_of(len(self._once)), [STOPPED, now, now, self.worker, *self._once])
                self._write(self._sql.requeue_of(), [self.worker])
        self._database.close()
