"""Several workers, each with a store of its own, stopped without breaking off what they have in work."""

import os
import time
from functools import partial
from pathlib import Path

from geoservice.release import open_store
from geoservice.scratch import scratch_folder
from geoservice.server.app import Application, create_app
from geoservice.server.http import workers
from geoservice.server.http.protocol import Config
from geoservice.server.operations import logs
from geoservice.server.operations.health import DRAINING
from geoservice.server.operations.metrics import take_place
from geoservice.settings import Settings

PRIVATE = ("GEOSERVICE_DSN", "GEOSERVICE_REGISTER_DSN")
"""Variables that the serving processes must not even see."""
GRACE_S = 5
"""Seconds beyond those for requests in work, for a worker to close what it has open; then it is killed."""

HANGING_S = 10
"""Seconds without a sign of life after which a worker is killed and replaced."""


def make_app(settings: Settings, folder: Path | None = None) -> Application:
    """Return the application over the store that the settings name; runs once in each worker.

    ``folder`` is what the workers of one service share: the files of their figures, and the word that it is being stopped.
    """
    logs.configure(settings.log_level)
    place = None
    if folder is not None:
        workers.allow_connections()
        place = take_place(folder)
    dsn = settings.serve_dsn.get_secret_value() if settings.serve_dsn else None
    store = open_store(settings.home / "releases", dsn, settings.schema_prefix, read_only=True, seconds=settings.query_seconds)
    app = create_app(settings, store, folder)
    if place is not None and settings.keep_to_cores:
        workers.keep_to_core(place, settings.workers)  # last: the processes that draw for this worker may use any core
    return app


def serving(settings: Settings) -> Settings:
    """Return the settings without anything that opens private data."""
    return settings.model_copy(update={"dsn": None, "register_dsn": None})


def serve(settings: Settings) -> None:
    """Serve until told to stop; private connections are taken out of the environment before a worker starts."""
    for name in PRIVATE:
        os.environ.pop(name, None)
    logs.configure(settings.log_level)
    own = scratch_folder("geoservice-serve")
    folder = Path(own.name)

    def notice() -> None:
        (folder / DRAINING).touch()
        time.sleep(settings.notice_seconds)

    config = Config(
        partial(make_app, serving(settings), folder),
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        backlog=workers.BACKLOG,
        log_config=logs.of_server(settings.log_level),
        timeout_graceful_shutdown=settings.drain_seconds,
        timeout_worker_healthcheck=HANGING_S,
    )
    try:
        workers.run(config, notice, settings.drain_seconds + GRACE_S)
    finally:
        own.cleanup()
