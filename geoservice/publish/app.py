"""The application: a bare tile route beside FastAPI, inside one guard."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from anyio import to_thread
from fastapi import FastAPI, Request, Response
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from geoservice import __version__
from geoservice.publish import deps, errors, features, health, landing, manifest, site, styles, tilesets
from geoservice.publish.current import Current
from geoservice.publish.gate import Gate
from geoservice.publish.headers import Guard
from geoservice.publish.logs import route_is
from geoservice.publish.metrics import Metrics
from geoservice.publish.telemetry import Named, Telemetry
from geoservice.publish.tiles import Tiles, tile_key
from geoservice.release.base import ReleaseStore
from geoservice.settings import Settings

ROUTERS = (landing.router, features.router, tilesets.router, styles.router, manifest.router, health.router, site.router)
"""In the order of matching: the page's files come last, for they match everything."""

TILE_ROUTE = "/tiles/{layer_id}/{z}/{x}/{y}"
"""What figures and log lines call any tile."""

DESCRIPTION = (
    "Access to public services as maps and tables. Every number has passed a disclosure control; suppressed ones are null."
)


def create_api(settings: Settings, current: Current, running: health.Running) -> FastAPI:
    """Return the FastAPI part: everything but tiles."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await to_thread.run_sync(current.close)

    api = FastAPI(
        title="geoservice", version=__version__, description=DESCRIPTION, lifespan=lifespan,
        openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False,
    )  # fmt: skip
    api.state.geoservice, api.state.running = deps.state(settings, current), running
    errors.install(api)

    async def not_modified(_: Request, error: Exception) -> Response:
        assert isinstance(error, deps.NotModified)
        return Response(status_code=304, headers={"ETag": error.etag, "Cache-Control": "no-cache"})

    api.add_exception_handler(deps.NotModified, not_modified)
    for router in ROUTERS:
        api.include_router(router)
    return api


def lane_of(scope: Scope) -> str:
    """Return the gate's lane for a request; health and figures have none."""
    path: str = scope["path"]
    if path in health.PATHS:
        return ""
    return "tiles" if tile_key(path) is not None else "pages"


def create_app(settings: Settings, store: ReleaseStore, folder: Path | None = None) -> ASGIApp:
    """Return the ASGI application that serves the current release of a store, and each later one as soon as it is current.

    ``folder`` is what the workers of one service share; see :func:`geoservice.publish.serve.make_app`.
    """
    current, running = Current(store), health.Running(Metrics(folder), folder)
    tiles, api = (
        Tiles(current),
        Named(GZipMiddleware(create_api(settings, current, running), minimum_size=1000, compresslevel=5)),
    )

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        tile = scope["type"] == "http" and tile_key(scope["path"]) is not None
        if tile:
            route_is(TILE_ROUTE)
        await (tiles if tile else api)(scope, receive, send)

    return Telemetry(Guard(Gate(door, settings, running.metrics, lane_of)), running.metrics, current)
