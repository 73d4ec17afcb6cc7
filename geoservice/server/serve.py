"""Several workers, each with a store of its own, stopped without breaking off what they have in work."""

import os
import time
from functools import partial
from pathlib import Path

from geoservice.db.pool import reach
from geoservice.errors import GeoserviceError
from geoservice.release import check_served, open_store
from geoservice.scratch import scratch_folder
from geoservice.server.app import Application, create_app
from geoservice.server.http import workers
from geoservice.server.http.protocol import Config
from geoservice.server.operations import logs
from geoservice.server.operations.drain import DRAINING
from geoservice.server.operations.metrics import reserve, take_place
from geoservice.settings import Settings

PRIVATE = ("GEOSERVICE_DSN", "GEOSERVICE_REGISTER_DSN")
"""Variables that the serving processes must not even see."""
STARTING_S = 10
"""Seconds that a database has which is starting together with the service."""
GRACE_S = 5
"""Seconds beyond those for requests in work, for a worker to close what it has open; then it is killed."""

HANGING_S = 10
"""Seconds without a turn of its event loop after which a worker is killed and replaced."""


def make_app(settings: Settings, folder: Path | None = None) -> Application:
    """Return the application over the store that the settings name; runs once in each worker.

    ``folder`` is what the workers of one service share: the files of their figures, and the word that it is being stopped.
    """
    logs.configure(settings.log_level)
    place = None
    if folder is not None:
        workers.allow_connections()
        workers.show_stacks(folder)
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


def check_database(settings: Settings) -> None:
    """Stop here, with the reason, where the connection string leads to nothing that can be served."""
    if settings.serve_dsn is None:
        return
    dsn, name = settings.serve_dsn.get_secret_value(), "GEOSERVICE_SERVE_DSN"
    reach(dsn, name, STARTING_S)
    try:
        check_served(dsn, settings.schema_prefix)
    except GeoserviceError as error:
        raise type(error)(f"{name}: {error}") from None


def serve(settings: Settings) -> None:
    """Serve until told to stop; private connections are taken out of the environment before a worker starts."""
    for name in PRIVATE:
        os.environ.pop(name, None)
    logs.configure(settings.log_level)
    check_database(settings)
    own = scratch_folder("geoservice-serve")
    folder = Path(own.name)
    for place in range(settings.workers):  # a disk without room for them is told here, and not by workers that cannot start
        reserve(folder, place)

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
    )
    try:
        workers.run(config, folder, notice, settings.drain_seconds + GRACE_S, HANGING_S)
    finally:
        own.cleanup()
