"""Granian: several workers, each with a store of its own."""

import os
from functools import partial
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from starlette.types import ASGIApp

from geoservice.publish.app import create_app
from geoservice.release import open_store
from geoservice.settings import Settings

PRIVATE = ("GEOSERVICE_DSN",)
"""Variables that the serving processes must not even see."""


def make_app(settings: Settings) -> ASGIApp:
    """Return the application over the store that the settings name; runs once in each worker."""
    dsn = settings.publish_dsn.get_secret_value() if settings.publish_dsn else None
    return create_app(settings, open_store(settings.home / "releases", dsn, settings.schema_prefix, read_only=True))


def serving(settings: Settings) -> Settings:
    """Return the settings without anything that opens private data."""
    return settings.model_copy(update={"dsn": None})


def serve(settings: Settings) -> None:
    """Serve until told to stop; the private connection is taken out of the environment before a worker starts."""
    for name in PRIVATE:
        os.environ.pop(name, None)
    server: Any = Granian(
        "geoservice",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        websockets=False,
        backpressure=256,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels(settings.log_level),
    )
    server.serve(target_loader=partial(make_app, serving(settings)), wrap_loader=False)
