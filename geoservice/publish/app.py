"""The application: a bare tile route beside FastAPI, inside one guard."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI, Request, Response
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from geoservice import __version__
from geoservice.publish import deps, errors, features, health, landing, manifest, site, styles, tilesets
from geoservice.publish.current import Current
from geoservice.publish.headers import Guard
from geoservice.publish.tiles import Tiles, tile_key
from geoservice.release.base import ReleaseStore
from geoservice.settings import Settings

ROUTERS = (landing.router, features.router, tilesets.router, styles.router, manifest.router, health.router, site.router)
"""In the order of matching: the page's files come last, for they match everything."""

DESCRIPTION = (
    "Access to public services as maps and tables. Every number has passed a disclosure control; suppressed ones are null."
)


def create_api(settings: Settings, current: Current) -> FastAPI:
    """Return the FastAPI part: everything but tiles."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await to_thread.run_sync(current.close)

    api = FastAPI(
        title="geoservice", version=__version__, description=DESCRIPTION, lifespan=lifespan,
        openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False,
    )  # fmt: skip
    api.state.geoservice = deps.state(settings, current)
    errors.install(api)

    async def not_modified(_: Request, error: Exception) -> Response:
        assert isinstance(error, deps.NotModified)
        return Response(status_code=304, headers={"ETag": error.etag, "Cache-Control": "no-cache"})

    api.add_exception_handler(deps.NotModified, not_modified)
    for router in ROUTERS:
        api.include_router(router)
    return api


def create_app(settings: Settings, store: ReleaseStore) -> ASGIApp:
    """Return the ASGI application that serves the current release of a store, and each later one as soon as it is current."""
    current = Current(store)
    tiles, api = Tiles(current), GZipMiddleware(create_api(settings, current), minimum_size=1000, compresslevel=5)

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        tile = scope["type"] == "http" and tile_key(scope["path"]) is not None
        await (tiles if tile else api)(scope, receive, send)

    return Guard(door)
