"""The application: a bare tile route beside FastAPI, inside one guard."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qsl

from anyio import to_thread
from fastapi import Depends, FastAPI, Request, Response
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from geoservice import __version__
from geoservice.errors import GeoserviceError
from geoservice.release.base import ReleaseStore
from geoservice.server import deps, errors, landing, manifest, static_files
from geoservice.server.access import route as access
from geoservice.server.access.entrance import access_store, entrance
from geoservice.server.access.tokens import Tokens
from geoservice.server.clients import routes as clients
from geoservice.server.features import routes as features
from geoservice.server.formats import MEDIA, PARQUET
from geoservice.server.forwarded import networks_of
from geoservice.server.headers import Guard
from geoservice.server.lenient_urls import LenientUrls
from geoservice.server.operations import health
from geoservice.server.operations.concurrency import ConcurrencyLimiter
from geoservice.server.operations.drain import Drain
from geoservice.server.operations.logs import route_is
from geoservice.server.operations.metrics import Metrics
from geoservice.server.operations.telemetry import Telemetry, WithRequestId, cached_response_seen, drawings_seen, tiles_seen
from geoservice.server.operations.work import WORK, WorkFile
from geoservice.server.release_pool import TIDY_S, ReleasePool
from geoservice.server.rendering import documents
from geoservice.server.rendering.openapi_paths import with_maps
from geoservice.server.rendering.pool import DrawingPool
from geoservice.server.rendering.renderer import Pictures
from geoservice.server.rendering.route import MapTiles, map_key
from geoservice.server.request_host import RequestHost
from geoservice.server.response_cache import ResponseCache
from geoservice.server.responses import kept
from geoservice.server.styles import glyphs, legends, sprites
from geoservice.server.styles import routes as styles
from geoservice.server.tiles import tilesets
from geoservice.server.tiles.archives import Archives, archive_of, is_part, tag_of
from geoservice.server.tiles.openapi_paths import with_tiles
from geoservice.server.tiles.route import Tiles, tile_key
from geoservice.settings import Settings

ROUTERS = (
    sprites.router, glyphs.router, legends.router, styles.router, documents.router,
    landing.router, clients.router, features.router, tilesets.router, manifest.router, health.router, access.router,
    static_files.router,
)  # fmt: skip
"""In the order of matching: the page's files come last, for they match everything."""

TILE_ROUTE, ARCHIVE_ROUTE = "/tiles/{layer_id}/{z}/{x}/{y}", "/tiles/{layer_id}.pmtiles"
"""What figures and log lines call any tile, and any file of tiles."""
MAP_ROUTE = "/map/{layer_id}/{z}/{x}/{y}.png"
"""What they call any map tile."""

DOCUMENT = re.compile(r"(/collections/[^/]+)?/map/?")
"""Paths of maps for documents."""

FILES = ("csv", "parquet", "gpkg", "fgb")
"""Formats in which a whole layer is sent."""

DESCRIPTION = (
    "Access to public services as maps and tables. Numbers of people are estimates, each with the half-width of its 90 % "
    "interval (<name>_margin); a value that cannot exist is null."
)


def create_api(settings: Settings, current: ReleasePool, running: health.Running, pictures: Pictures) -> FastAPI:
    """Return the FastAPI part: everything but tiles."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        looking = asyncio.get_running_loop().create_task(watch(current, pictures.pool))
        yield
        looking.cancel()
        await to_thread.run_sync(pictures.pool.close)
        await to_thread.run_sync(current.close)

    api = FastAPI(
        dependencies=[Depends(note_route)], title="geoservice", version=__version__, description=DESCRIPTION, lifespan=lifespan,
        openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False,
    )  # fmt: skip
    api.state.geoservice, api.state.running, api.state.pictures = deps.state(settings, current), running, pictures
    errors.install(api)

    async def not_modified(request: Request, error: Exception) -> Response:
        assert isinstance(error, deps.NotModified)
        headers = kept(deps.caller(request.scope), error.etag)
        headers["Vary"] += ", Accept-Encoding"  # said of the answer by what packs it, once it is long enough
        return Response(status_code=304, headers=headers)

    api.add_exception_handler(deps.NotModified, not_modified)
    for router in ROUTERS:
        api.include_router(router)
    described = api.openapi
    api.openapi = lambda: with_maps(with_tiles(described()))  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return api


async def watch(current: ReleasePool, pool: DrawingPool) -> None:
    """Look now and then for a new release, so that it is open before somebody asks, and for damaged files of the one served.

    Processes that have drawn nothing for long are ended.
    """
    while True:
        await to_thread.run_sync(pool.tidy)
        with suppress(GeoserviceError, OSError):
            await to_thread.run_sync(current.inspect)
        await asyncio.sleep(TIDY_S)


async def note_route(request: Request) -> None:
    """Note which route answers, before it does."""
    route_is(request.scope["route"].path_format)


def bare_route(path: str) -> str:
    """Return the template of the bare route that answers a path; empty where FastAPI does."""
    if tile_key(path) is not None:
        return TILE_ROUTE
    if map_key(path) is not None:
        return MAP_ROUTE
    return ARCHIVE_ROUTE if archive_of(path) is not None else ""


def lane_of(scope: Scope, version: str | None = None) -> str:
    """Return the gate's lane for a request; health and figures have none. ``version`` is that of the current release."""
    path: str = scope["path"]
    if path in health.PATHS:
        return ""
    if is_download(scope, version):
        return "bulk"
    route = bare_route(path)
    return "maps" if route == MAP_ROUTE or DOCUMENT.fullmatch(path) else "tiles" if route else "pages"


def is_download(scope: Scope, version: str | None = None) -> bool:
    """Whether a whole file may be the answer: all tiles of a layer, or its features as CSV, GeoParquet and the like.

    Told from the request alone. A range that holds for another release only (``If-Range``) brings the whole file.
    """
    name = archive_of(scope["path"])
    if name is not None:
        return not is_part(dict(scope["headers"]), tag_of(version or "", name))
    if not scope["path"].endswith("/items"):
        return False
    accept = b",".join(v for k, v in scope["headers"] if k == b"accept").decode("latin-1").lower()
    asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return any(MEDIA[kind] in accept for kind in FILES) or any(k == "f" and v in FILES for k, v in asked)


def routes(
    settings: Settings, current: ReleasePool, running: health.Running, answers: ResponseCache, pictures: Pictures
) -> ASGIApp:
    """Return what answers, once it is known who asks: the bare routes of tiles beside FastAPI."""
    tiles = Tiles(current, answers.keep)
    tiles_seen(running.metrics, tiles.once.kept)
    maps = MapTiles(current, pictures, answers.keep)
    bare: dict[str, ASGIApp] = {TILE_ROUTE: tiles, ARCHIVE_ROUTE: Archives(current), MAP_ROUTE: maps}
    api = WithRequestId(
        GZipMiddleware(
            create_api(settings, current, running, pictures), minimum_size=1000, compresslevel=5,
            exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, PARQUET),
        )
    )  # fmt: skip

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        template = bare_route(scope["path"]) if scope["type"] == "http" else ""
        if template:
            route_is(template)
        await bare.get(template, api)(scope, receive, send)

    return LenientUrls(route)


class Application:
    """The ASGI application; ``answers`` are those that are ready, for a server that looks there first.

    ``drain`` is that the service is being stopped: there are no ready answers then, for each has to say so.
    """

    def __init__(self, app: ASGIApp, answers: ResponseCache, drain: Drain) -> None:
        self._app, self.answers, self.drain = app, answers, drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        await self._app(scope, receive, send)


def create_app(settings: Settings, store: ReleaseStore, folder: Path | None = None) -> Application:
    """Return the ASGI application that serves the current release of a store, and each later one as soon as it is current.

    ``folder`` is what the workers of one service share; see :func:`geoservice.server.serve.make_app`. From the outside in:
    telemetry, the headers of every answer, the host, the gate, the door, the routes.
    """
    current, accesses = ReleasePool(store), access_store(settings)
    tokens = Tokens(accesses)
    drain, work = Drain(folder), WorkFile(folder / f"{WORK}-{os.getpid()}") if folder else None
    running = health.Running(Metrics(folder), drain, tokens.outage)
    answers = ResponseCache(current, settings.cors_origins, frames=settings.frame_ancestors)
    pool = DrawingPool(store, settings, running.metrics.histogram("drawing", "Seconds to draw a picture"))
    drawings_seen(running.metrics, pool)
    app = routes(settings, current, running, answers, Pictures(pool))
    app = entrance(app, settings, running.metrics, accesses, tokens)
    app = ConcurrencyLimiter(app, settings, running.metrics, lambda scope: lane_of(scope, current.version))
    app = RequestHost(app, networks_of(settings.proxies) if settings.proxy_headers else ())
    app = Guard(app, settings.cors_origins, settings.frame_ancestors)
    app = Telemetry(app, running.metrics, current, drain, work)
    cached_response_seen(running.metrics, answers)
    return Application(app, answers, drain)
