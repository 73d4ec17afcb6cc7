"""The server's documents without a server: its routes are called in this process."""

from collections.abc import AsyncIterator, Iterator, MutableMapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

import anyio
import orjson
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from geoservice.errors import ReleaseError
from geoservice.release.protocols import ReleaseReader
from geoservice.server import deps, landing, manifest
from geoservice.server.features import routes as features
from geoservice.server.principal import Principal
from geoservice.server.release_pool import ReleasePool
from geoservice.server.styles import legends, sprites
from geoservice.server.styles import routes as styles
from geoservice.server.tiles import tilesets
from geoservice.settings import Settings

BASE = "http://copy.invalid"
"""Links of documents begin with this, which no host can be called (RFC 6761), until they are made to point to files."""

ROUTERS = (features.router, sprites.router, legends.router, styles.router, landing.router, tilesets.router, manifest.router)
Message = MutableMapping[str, Any]


class OneRelease:
    """Stands in for :class:`~geoservice.server.release_pool.ReleasePool` where one release is open and stays so."""

    def __init__(self, reader: ReleaseReader) -> None:
        self._reader = reader

    @asynccontextmanager
    async def borrow(self, _version: str | None = None) -> AsyncIterator[ReleaseReader]:
        """Yield the reader."""
        yield self._reader


class Documents:
    """What the server would answer to GET requests of a reader with some role; made by :func:`open_documents`."""

    def __init__(self, reader: ReleaseReader, role: str, portal: BlockingPortal) -> None:
        self._app, self._role, self._portal = FastAPI(openapi_url=None, redirect_slashes=False), role, portal
        releases = cast("ReleasePool", OneRelease(reader))
        self._app.state.geoservice = deps.app_state(Settings(url=BASE), releases)
        for router in ROUTERS:
            self._app.include_router(router)

    def get(self, path: str, query: str = "") -> bytes:
        """Return the body of an answer; raises the error of the route, :class:`ReleaseError` for any status but 200."""
        status, body = self._portal.call(self._call, path, query)
        if status != 200:
            raise ReleaseError(f"{path}: the server code answered {status}, not 200")
        return body

    def json(self, path: str, query: str = "f=json") -> Any:
        """Return the content of a JSON document."""
        return orjson.loads(self.get(path, query))

    async def _call(self, path: str, query: str) -> tuple[int, bytes]:
        sent: list[Message] = []
        requests = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> Message:
            if (message := next(requests, None)) is None:
                await anyio.sleep_forever()  # the client stays until it has the answer
            return cast("Message", message)

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(self._scope(path, query), receive, send)
        return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])

    def _scope(self, path: str, query: str) -> dict[str, Any]:
        return {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": path, "raw_path": path.encode(), "root_path": "", "query_string": query.encode(), "headers": [],
            "client": None, "server": None, "state": {"principal": Principal("export", self._role)},
        }  # fmt: skip


@contextmanager
def open_documents(reader: ReleaseReader, role: str) -> Iterator[Documents]:
    """Yield the documents of a release as a reader with a role would get them.

    The routes run in an event loop of a thread of their own: a notebook has one running already.
    """
    with start_blocking_portal() as portal:
        yield Documents(reader, role, portal)
