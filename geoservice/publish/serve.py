"""Granian: several workers, each with a store of its own, stopped without breaking off what they have in work."""

import os
import shutil
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from starlette.types import ASGIApp

from geoservice.publish import shortcut
from geoservice.publish.app import create_app
from geoservice.publish.operations import logs
from geoservice.publish.operations.health import DRAINING
from geoservice.publish.operations.metrics import take_place
from geoservice.release import open_store
from geoservice.settings import Settings

PRIVATE = ("GEOSERVICE_DSN",)
"""Variables that the serving processes must not even see."""

CONNECTIONS = 2048
"""Connections that a worker keeps open. Granian's ``backpressure`` counts idle ones as well: a few hundred browsers that keep
theirs would shut everybody else out at 256. How much is in work at once is for the gate to say; an idle one is some KiB."""

BACKLOG = 1024
"""Connections the kernel holds while a worker takes no more, or is being replaced."""

HTTP = HTTP1Settings(header_read_timeout=15_000, max_buffer_size=64 * 1024)
"""Idle connections are closed after 15 s. A request has 64 KiB for its first line and headers; what is buffered of an answer
that a client does not fetch has as much: 400 KiB, the default, would be 800 MiB for 2048 slow clients."""


def make_app(settings: Settings, folder: Path | None = None) -> ASGIApp:
    """Return the application over the store that the settings name; runs once in each worker.

    ``folder`` is what the workers of one service share: the files of their figures, and the word that it is being stopped.
    """
    logs.configure(settings.log_level)
    if folder is not None:
        take_place(folder)
    dsn = settings.publish_dsn.get_secret_value() if settings.publish_dsn else None
    app = create_app(
        settings,
        open_store(settings.home / "releases", dsn, settings.schema_prefix, read_only=True, seconds=settings.query_seconds),
        folder,
    )
    shortcut.install(app.answer)
    return app


def serving(settings: Settings) -> Settings:
    """Return the settings without anything that opens private data."""
    return settings.model_copy(update={"dsn": None})


class Server(Granian):  # type: ignore[misc,valid-type]  # what Granian is depends on the platform
    """Granian that says it is going before it goes: who asks whether it is ready sends its clients elsewhere."""

    def __init__(self, folder: Path, notice_seconds: float, **how: Any) -> None:
        super().__init__("geoservice", **how)
        self._folder, self._notice_seconds = folder, notice_seconds

    def shutdown(self, exit_code: int = 0) -> None:
        """Say so, wait, then stop: listening at once, requests in work when they are done or their time is up."""
        (self._folder / DRAINING).touch()
        time.sleep(self._notice_seconds)
        super().shutdown(exit_code)


def serve(settings: Settings) -> None:
    """Serve until told to stop; the private connection is taken out of the environment before a worker starts."""
    for name in PRIVATE:
        os.environ.pop(name, None)
    logs.configure(settings.log_level)
    folder = Path(tempfile.mkdtemp(prefix="geoservice-"))
    server = Server(
        folder,
        settings.notice_seconds,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=settings.workers,
        websockets=False,
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        http1_settings=HTTP,
        respawn_failed_workers=True,
        workers_kill_timeout=settings.drain_seconds,
        log_level=LogLevels(settings.log_level),
        log_dictconfig=dict(logs.for_granian()),
    )
    try:
        server.serve(target_loader=partial(make_app, serving(settings), folder), wrap_loader=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
