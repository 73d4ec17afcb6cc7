"""Where the jobs of a service are stored: beside the tokens and scenarios, or in a folder that ends with the service."""

import os
import weakref
from pathlib import Path

from geoservice.errors import GeoserviceError
from geoservice.scratch import scratch_folder
from geoservice.server.access.sqlite import SQLiteFile
from geoservice.server.processes.jobs.sql import JobStatements
from geoservice.server.processes.jobs.store import JobStore
from geoservice.settings import Settings

FILE = "jobs.db"
"""Not the file of the tokens: results are large, and a copy of the tokens needs none of them."""


def temporary_jobs(folder: Path | None, once: tuple[str, ...] = ()) -> JobStore:
    """Return jobs that end with the service.

    ``folder`` is for this user alone, and the same for all workers; None for a service of one process, which makes its own.
    ``once`` is as for :class:`JobStore`.
    """
    scratch = scratch_folder("geoservice-jobs") if folder is None else None
    place = Path(scratch.name) if scratch is not None else folder or Path()
    database = SQLiteFile(place / FILE, "jobs", durable=False)
    store = JobStore(database, JobStatements("sqlite"), folder=place, once=once)
    if scratch is not None:
        weakref.finalize(store, scratch.cleanup)
    return store


def kept_jobs(settings: Settings, once: tuple[str, ...] = (), folder: Path | None = None) -> JobStore:
    """Return jobs that outlive the service; nothing is opened before the first one. ``folder`` is for files of jobs."""
    place = folder or settings.home / "access"
    if settings.serve_dsn is None:
        return JobStore(SQLiteFile(_file(settings), "jobs"), JobStatements("sqlite"), folder=place, once=once)
    return jobs_on_postgresql(
        settings.serve_dsn.get_secret_value(), settings.schema_prefix, owner=False, folder=place, once=once
    )


def jobs_on_postgresql(dsn: str, prefix: str, *, owner: bool, folder: Path = Path(), once: tuple[str, ...] = ()) -> JobStore:
    """Return the jobs in the schema of the tokens; the ``owner`` may create their table."""
    from geoservice.server.access.postgresql import PostgreSQL

    database = PostgreSQL(dsn, serving=not owner, name="jobs")
    return JobStore(database, JobStatements("postgresql", prefix), owner=owner, folder=folder, once=once)


def can_keep_jobs(settings: Settings) -> bool:
    """Return whether jobs are to outlive the service and there is a place for them that it may write to.

    Those of a service that takes imports do not: their results name rows of private files.
    """
    if not settings.keep_jobs or settings.steward_project is not None:
        return False
    if settings.serve_dsn is None:
        file = _file(settings)
        path = next(path for path in (file, *file.parents) if path.exists())
        return os.access(path, os.W_OK)
    store = kept_jobs(settings)
    try:
        return store.is_writable()
    except GeoserviceError:
        return False
    finally:
        store.close()


def _file(settings: Settings) -> Path:
    return settings.home / "access" / FILE
