"""Every statement of stored jobs, for SQLite and for PostgreSQL. Values are bound."""
# ruff: noqa: S608 - one of the places for SQL text: values are bound, the schema's name is checked

from dataclasses import fields
from typing import Any

import orjson

from geoservice.server.access.sql import AccessStatements, quoted_role
from geoservice.server.processes.jobs.record import UNFINISHED, JobRecord

COLUMNS = tuple(field.name for field in fields(JobRecord))
_WHOLE_NUMBERS = {"listed", "progress", "code", "starts"}
_TIMES = {"created", "started", "finished", "updated"}
_UNFINISHED = "status IN ({})".format(", ".join(f"'{status}'" for status in UNFINISHED))


def to_row(record: JobRecord) -> tuple[Any, ...]:
    """Return the values of ``COLUMNS``."""
    values = {name: getattr(record, name) for name in COLUMNS}
    within = None if record.within is None else orjson.dumps(record.within).decode()
    return tuple({**values, "within": within, "listed": int(record.listed)}.values())


def from_row(row: tuple[Any, ...]) -> JobRecord:
    """Return the record in a row of ``COLUMNS``."""
    values = dict(zip(COLUMNS, row, strict=True))
    within = None if values["within"] is None else tuple(orjson.loads(values["within"]))
    return JobRecord(**{**values, "within": within, "listed": bool(values["listed"])})


class JobStatements(AccessStatements):
    """The statements of the table ``jobs``: in a file of its own, or on PostgreSQL in the schema of the tokens."""

    @property
    def _table(self) -> str:
        return self._name("jobs")

    @property
    def _columns(self) -> str:
        return ", ".join(COLUMNS)

    def lock(self) -> str | None:
        """Take the lock of the jobs until the end of the transaction; SQLite takes it when the transaction begins."""
        if self.engine == "sqlite":
            return None
        return f"SELECT pg_advisory_xact_lock(hashtextextended('geoservice {self.schema} jobs', 0))"

    def exists(self) -> str:
        """Query whether the table exists, and on PostgreSQL whether this role may write to it."""
        if self.engine == "sqlite":
            return "SELECT count(*) FROM sqlite_master WHERE name = 'jobs'"
        return (
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            f"WHERE n.nspname = '{self.schema}' AND c.relname = 'jobs' AND has_table_privilege(c.oid, 'INSERT')"
        )

    def create(self) -> list[str]:
        """Create the table; ``number`` is the order in which jobs were accepted."""
        is_sqlite = self.engine == "sqlite"
        number = "INTEGER PRIMARY KEY AUTOINCREMENT" if is_sqlite else "bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY"
        kinds = {**dict.fromkeys(_WHOLE_NUMBERS, "bigint"), **dict.fromkeys(_TIMES, "double precision")}
        columns = ", ".join(f"{c} {kinds.get(c, 'text')}{'' if c == 'within' else ' NOT NULL'}" for c in COLUMNS[1:])
        blob = "blob" if is_sqlite else "bytea"
        return [f"CREATE TABLE {self._table} (number {number}, id text NOT NULL UNIQUE, {columns}, result {blob})"]

    def add_job(self) -> str:
        """Insert a record."""
        return f"INSERT INTO {self._table} ({self._columns}) VALUES ({', '.join([self._mark] * len(COLUMNS))})"

    def by_id(self) -> str:
        """Read a record."""
        return f"SELECT {self._columns} FROM {self._table} WHERE id = {self._mark}"

    def result(self) -> str:
        """Read the result of a job."""
        return f"SELECT result FROM {self._table} WHERE id = {self._mark}"

    def of_owner(self) -> str:
        """Read the listed jobs of an owner, the last first."""
        return f"SELECT {self._columns} FROM {self._table} WHERE owner = {self._mark} AND listed = 1 ORDER BY number DESC"

    def counts(self) -> str:
        """Count the jobs that wait, those that run, and the unfinished ones of a caller."""
        return (
            "SELECT count(CASE WHEN status = 'accepted' THEN 1 END), count(CASE WHEN status = 'running' THEN 1 END), "
            f"count(CASE WHEN {_UNFINISHED} AND caller = {self._mark} THEN 1 END) FROM {self._table}"
        )

    def due(self) -> str:
        """Count the jobs that wait, that are lost, that nobody waits for any longer, and that are too old: three times."""
        return (
            f"SELECT count(*) FROM {self._table} WHERE status = 'accepted' OR (status = 'running' AND updated < {self._mark}) "
            f"OR (listed = 0 AND created < {self._mark}) OR (NOT {_UNFINISHED} AND finished < {self._mark})"
        )

    def next_accepted(self) -> str:
        """Read the job that was accepted first of those that wait."""
        return f"SELECT {self._columns} FROM {self._table} WHERE status = 'accepted' ORDER BY number LIMIT 1"

    def start(self) -> str:
        """Mark a job as running, from its beginning."""
        return (
            f"UPDATE {self._table} SET status = 'running', progress = 0, stage = '', starts = starts + 1, "
            f"started = {self._mark}, updated = {self._mark}, worker = {self._mark} WHERE id = {self._mark}"
        )

    def _of_worker(self) -> str:
        return f"id = {self._mark} AND status = 'running' AND worker = {self._mark}"

    def report(self) -> str:
        """Write the progress of a job of a worker, which never goes back."""
        return (
            f"UPDATE {self._table} SET stage = {self._mark}, updated = {self._mark}, "
            f"progress = CASE WHEN progress < {self._mark} THEN {self._mark} ELSE progress END WHERE {self._of_worker()}"
        )

    def beat(self) -> str:
        """Write that a worker still runs a job."""
        return f"UPDATE {self._table} SET updated = {self._mark} WHERE {self._of_worker()}"

    def finish(self) -> str:
        """End a job of a worker."""
        columns = ("status", "progress", "error", "code", "result", "finished", "updated")
        values = ", ".join(f"{c} = {self._mark}" for c in columns)
        return f"UPDATE {self._table} SET {values}, caller = '' WHERE {self._of_worker()}"

    def dismiss(self) -> str:
        """Dismiss a job, finished or not, and drop its result."""
        return (
            f"UPDATE {self._table} SET status = 'dismissed', result = NULL, caller = '', error = '', "
            f"finished = CASE WHEN {_UNFINISHED} THEN {self._mark} ELSE finished END, updated = {self._mark} "
            f"WHERE id = {self._mark}"
        )

    def fail_lost(self, once: int) -> str:
        """End the running jobs without a sign of life that were taken up too often, or are of one of ``once`` processes."""
        return (
            f"UPDATE {self._table} SET status = 'failed', code = 503, error = {self._mark}, caller = '', progress = 0, "
            f"finished = {self._mark}, updated = {self._mark} WHERE status = 'running' AND updated < {self._mark} "
            f"AND (starts >= {self._mark} OR process IN ({', '.join([self._mark] * once)}))"
        )

    def fail_of(self, once: int) -> str:
        """End the running jobs of a worker that stops, of one of ``once`` processes."""
        return (
            f"UPDATE {self._table} SET status = 'failed', code = 503, error = {self._mark}, caller = '', progress = 0, "
            f"finished = {self._mark}, updated = {self._mark} WHERE status = 'running' AND worker = {self._mark} "
            f"AND process IN ({', '.join([self._mark] * once)})"
        )

    def requeue_lost(self) -> str:
        """Let the other running jobs without a sign of life since a time wait again."""
        return f"UPDATE {self._table} SET status = 'accepted', worker = '' WHERE status = 'running' AND updated < {self._mark}"

    def requeue_of(self) -> str:
        """Let the running jobs of a worker that stops wait again, as if it had not taken them up."""
        return (
            f"UPDATE {self._table} SET status = 'accepted', worker = '', starts = starts - 1 "
            f"WHERE status = 'running' AND worker = {self._mark}"
        )

    def expire(self) -> str:
        """Delete jobs that ended before a time, and the older ones beyond a number of jobs and of bytes of results."""
        return (
            f"DELETE FROM {self._table} WHERE id IN (SELECT id FROM (SELECT id, finished, row_number() OVER latest AS place, "
            f"sum(coalesce(length(result), 0)) OVER latest AS bytes FROM {self._table} WHERE NOT {_UNFINISHED} "
            "WINDOW latest AS (ORDER BY finished DESC, number DESC)) AS ended "
            f"WHERE finished < {self._mark} OR place > {self._mark} OR (bytes > {self._mark} AND place > 1))"
        )

    def delete_abandoned(self) -> str:
        """Delete the jobs that a caller waited for and that were accepted before a time."""
        return f"DELETE FROM {self._table} WHERE listed = 0 AND created < {self._mark}"

    def delete(self) -> str:
        """Delete a job."""
        return f"DELETE FROM {self._table} WHERE id = {self._mark}"

    def grant(self, role: str) -> list[str]:
        """Allow a role to read, write and delete jobs."""
        return [f"GRANT SELECT, INSERT, UPDATE, DELETE ON {self._table} TO {quoted_role(role)}"]
