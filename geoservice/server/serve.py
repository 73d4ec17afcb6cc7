"""The service: several worker processes, each with its own store, stopped without aborting running requests.

The application and the stores are imported where they are used: in a worker, not in the process that starts the workers.
"""

import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from geoservice.db.pool import check_reachable
from geoservice.errors import GeoserviceError, InputError
from geoservice.scratch import scratch_folder
from geoservice.server.http import worker, workers
from geoservice.server.http.config import Config
from geoservice.server.operations import logs
from geoservice.server.operations.drain import DRAINING
from geoservice.server.operations.metrics import claim_slot, reserve
from geoservice.settings import Settings

if TYPE_CHECKING:
    from geoservice.server.app import Application

PRIVATE = ("GEOSERVICE_DSN", "GEOSERVICE_REGISTER_DSN")
"""Environment variables that the worker processes must not see."""
STARTUP_S = 10
"""Seconds to wait for a database that starts at the same time as the service."""
GRACE_S = 5
"""Seconds for a worker to close its resources after the time for running requests; then it is killed."""

HANGING_S = 10
"""Seconds without progress of its event loop after which a worker is killed and replaced."""


def make_app(settings: Settings, folder: Path | None = None, *, keep_jobs: bool = False) -> "Application":
    """Return the application over the store of the settings; runs once in each worker.

    ``folder`` is shared by the workers of one service: it holds their metrics files, the file that tells of a shutdown, and
    jobs if these are not to outlive the service (``keep_jobs``).
    """
    from geoservice.release import open_store
    from geoservice.server.app import create_app

    logs.configure(settings.log_level)
    slot = None
    if folder is not None:
        worker.raise_file_limit()
        worker.dump_stacks_on_signal(folder)
        slot = claim_slot(folder)
    dsn = settings.serve_dsn.get_secret_value() if settings.serve_dsn else None
    store = open_store(settings.home / "releases", dsn, settings.schema_prefix, read_only=True, seconds=settings.query_seconds)
    app = create_app(settings, store, folder, keep_jobs=keep_jobs)
    if slot is not None and settings.keep_to_cores:
        worker.pin_to_core(slot, settings.workers)  # last: drawing processes of this worker may use any core
    return app


def without_private_data(settings: Settings) -> Settings:
    """Return the settings without the connection strings of private data."""
    return settings.model_copy(update={"dsn": None, "register_dsn": None})


def check_database(settings: Settings) -> None:
    """Raise an error, with the reason, if the releases cannot be read with the connection string."""
    if settings.serve_dsn is None:
        return
    from geoservice.release import check_served

    dsn, name = settings.serve_dsn.get_secret_value(), "GEOSERVICE_SERVE_DSN"
    check_reachable(dsn, name, STARTUP_S)
    try:
        check_served(dsn, settings.schema_prefix)
    except GeoserviceError as error:
        raise type(error)(f"{name}: {error}") from None


def check_steward_project(settings: Settings) -> None:
    """Raise :class:`InputError` for a project of stewards that imports would not find."""
    project = settings.steward_project
    if project is None:
        return
    if not (project / "study.toml").is_file():
        raise InputError(
            f"GEOSERVICE_STEWARD_PROJECT: {project} has no study.toml; allowed is a folder made by geoservice init"
        )
    if settings.serve_dsn is not None and settings.steward_secrets is None:
        raise InputError(
            "GEOSERVICE_STEWARD_SECRETS: not set, but releases are on PostGIS; allowed is a folder with the files "
            "geoservice_dsn and geoservice_register_dsn, with which imports reach the project there"
        )


def jobs_are_kept(settings: Settings) -> bool:
    """Return whether jobs outlive the service, decided once for all workers; if they cannot, say so in the log."""
    from geoservice.server.processes.jobs.databases import can_keep_jobs

    is_kept = can_keep_jobs(settings)
    if settings.keep_jobs and not is_kept:
        what = "run: geoservice grant ROLE" if settings.serve_dsn else "its folder cannot be written"
        what = "it takes imports" if settings.steward_project else what
        structlog.get_logger().info("jobs end with the service", reason=what)
    return is_kept


def serve(settings: Settings) -> None:
    """Serve until a stop signal; private connection strings are removed from the environment before a worker starts."""
    for name in PRIVATE:
        os.environ.pop(name, None)
    logs.configure(settings.log_level)
    check_database(settings)
    check_steward_project(settings)
    scratch = scratch_folder("geoservice-serve")
    folder = Path(scratch.name)
    for slot in range(settings.workers):  # a full disk is reported here, instead of by workers that cannot start
        reserve(folder, slot)

    def notice() -> None:
        (folder / DRAINING).touch()
        time.sleep(settings.notice_seconds)

    config = Config(
        partial(make_app, without_private_data(settings), folder, keep_jobs=jobs_are_kept(settings)),
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        backlog=workers.BACKLOG,
        log_config=logs.server_logging(settings.log_level),
        timeout_graceful_shutdown=settings.drain_seconds,
    )
    try:
        workers.run(config, folder, notice, settings.drain_seconds + GRACE_S, HANGING_S)
    finally:
        scratch.cleanup()
