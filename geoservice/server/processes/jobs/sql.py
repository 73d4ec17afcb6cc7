"""SQL of the table of jobs."""
# ruff: noqa: S608 - a place for SQL text: values are bound, the names of columns are those of the record

from dataclasses import fields
from typing import Any

import orjson

from geoservice.server.processes.jobs.record import UNFINISHED, JobRecord

COLUMNS = ", ".join(field.name for field in fields(JobRecord))
_UNFINISHED = "status IN ({})".format(", ".join(f"'{status}'" for status in UNFINISHED))


def to_row(record: JobRecord) -> tuple[Any, ...]:
    """Return the values of a row."""
    values = {field.name: getattr(record, field.name) for field in fields(JobRecord)}
    return tuple({**values, "within": None if record.within is None else orjson.dumps(record.within).decode()}.values())


def from_row(row: tuple[Any, ...]) -> JobRecord:
    """Return the record of a row."""
    values = dict(zip((field.name for field in fields(JobRecord)), row, strict=False))
    within = None if values["within"] is None else tuple(orjson.loads(values["within"]))
    return JobRecord(**{**values, "within": within, "listed": bool(values["listed"])})


def create() -> str:
    """Create the table; ``number`` is the order in which jobs were accepted."""
    return (
        "CREATE TABLE IF NOT EXISTS jobs (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT, "
        "caller TEXT, process TEXT, version TEXT, question TEXT, response TEXT, within TEXT, listed INTEGER, status TEXT, "
        "progress INTEGER, stage TEXT, error TEXT, code INTEGER, created REAL, started REAL, finished REAL, updated REAL, "
        "worker TEXT, result BLOB) STRICT"
    )


def add() -> str:
    """Insert a record."""
    return f"INSERT INTO jobs ({COLUMNS}) VALUES ({', '.join('?' for _ in fields(JobRecord))})"


def by_id() -> str:
    """Read a record."""
    return f"SELECT {COLUMNS} FROM jobs WHERE id = ?"


def result() -> str:
    """Read the result of a job."""
    return "SELECT result FROM jobs WHERE id = ?"


def of_owner() -> str:
    """Read the listed jobs of an owner, the last first."""
    return f"SELECT {COLUMNS} FROM jobs WHERE owner = ? AND listed ORDER BY number DESC"


def counts() -> str:
    """Count the jobs that wait, those that run, and the unfinished ones of a caller."""
    return (
        "SELECT coalesce(sum(status = 'accepted'), 0), coalesce(sum(status = 'running'), 0), "
        f"coalesce(sum({_UNFINISHED} AND caller = ?), 0) FROM jobs"
    )


def next_accepted() -> str:
    """Read the job that has waited longest."""
    return f"SELECT {COLUMNS} FROM jobs WHERE status = 'accepted' ORDER BY number LIMIT 1"


def start() -> str:
    """Mark a job as running."""
    return "UPDATE jobs SET status = 'running', started = ?, updated = ?, worker = ? WHERE id = ?"


def report() -> str:
    """Write the progress of a running job, which never goes back."""
    return "UPDATE jobs SET stage = ?, progress = max(progress, ?), updated = ? WHERE id = ? AND status = 'running'"


def finish() -> str:
    """End an unfinished job."""
    return (
        "UPDATE jobs SET status = ?, progress = ?, error = ?, code = ?, result = ?, caller = '', finished = ?, updated = ? "
        f"WHERE id = ? AND {_UNFINISHED}"
    )


def dismiss() -> str:
    """Dismiss a job, finished or not, and drop its result."""
    return (
        "UPDATE jobs SET status = 'dismissed', result = NULL, caller = '', error = '', "
        f"finished = CASE WHEN {_UNFINISHED} THEN ? ELSE finished END, updated = ? WHERE id = ?"
    )


def running_workers() -> str:
    """Read the workers that run jobs."""
    return "SELECT DISTINCT worker FROM jobs WHERE status = 'running'"


def running_of() -> str:
    """Read the ids of the jobs that a worker runs."""
    return "SELECT id FROM jobs WHERE status = 'running' AND worker = ?"


def expire() -> str:
    """Delete jobs that ended before a time, and all but the last ones that ended."""
    finished = f"SELECT id FROM jobs WHERE NOT {_UNFINISHED}"
    others = f"{finished} ORDER BY finished DESC LIMIT -1 OFFSET ?"
    return f"DELETE FROM jobs WHERE id IN ({finished} AND finished < ?) OR id IN ({others})"


def delete() -> str:
    """Delete a job."""
    return "DELETE FROM jobs WHERE id = ?"
