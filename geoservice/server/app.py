"""The ASGI application: FastAPI and the bare routes of tiles, wrapped in the middleware that all requests pass."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from anyio import to_thread
from fastapi import Depends, FastAPI, Request, Response
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from geoservice import __version__
from geoservice.errors import GeoserviceError
from geoservice.release.protocols import ReleaseStore
from geoservice.server import deps, errors, landing, manifest, static_files
from geoservice.server.access import route as access
from geoservice.server.access.auth_middleware import with_access_control
from geoservice.server.access.store import access_store
from geoservice.server.access.tokens import TokenVerifier
from geoservice.server.clients import routes as clients
from geoservice.server.features import routes as features
from geoservice.server.formats import PARQUET
from geoservice.server.forwarded import RequestHost, parse_networks
from geoservice.server.gazetteer import routes as places
from geoservice.server.gazetteer.searches import Searches
from geoservice.server.headers import HeadersMiddleware
from geoservice.server.http.unread_bodies import UnreadBodies
from geoservice.server.imports import routes as imports
from geoservice.server.imports.processes import IMPORT_PROCESSES
from geoservice.server.imports.tasks import import_tasks
from geoservice.server.imports.uploads import Uploads
from geoservice.server.jobs.pool import JobPool
from geoservice.server.lanes import ARCHIVE_ROUTE, MAP_ROUTE, TILE_ROUTE, bare_route, lane_of
from geoservice.server.lenient_urls import LenientUrls
from geoservice.server.operations import health
from geoservice.server.operations.concurrency import ConcurrencyLimiter
from geoservice.server.operations.drain import Drain
from geoservice.server.operations.logs import set_route
from geoservice.server.operations.metrics import Metrics
from geoservice.server.operations.telemetry import (
    RouteRecorder,
    Telemetry,
    add_drawing_metrics,
    add_response_cache_metrics,
    add_tile_metrics,
)
from geoservice.server.operations.work import WORK, WorkFile
from geoservice.server.processes import routes as processes
from geoservice.server.processes.jobs import routes as jobs
from geoservice.server.processes.jobs.databases import kept_jobs, temporary_jobs
from geoservice.server.processes.jobs.runner import JobRunner, job_pool
from geoservice.server.processes.jobs.store import JobStore
from geoservice.server.processes.live_task import live_task
from geoservice.server.processes.pool import question_pool
from geoservice.server.processes.registry import PROCESSES, SITING
from geoservice.server.processes.siting_task import siting_task
from geoservice.server.release_pool import TIDY_S, ReleasePool
from geoservice.server.rendering import documents
from geoservice.server.rendering.openapi_paths import with_maps
from geoservice.server.rendering.pool import drawing_pool
from geoservice.server.rendering.renderer import Pictures
from geoservice.server.rendering.route import MapTiles
from geoservice.server.response_cache import ResponseCache
from geoservice.server.responses import cache_headers
from geoservice.server.scenarios import routes as scenarios
from geoservice.server.scenarios import station_routes, station_writes
from geoservice.server.scenarios.baseline import Baselines
from geoservice.server.scenarios.requests import Scenarios
from geoservice.server.scenarios.store import ScenarioStore
from geoservice.server.styles import glyphs, legends, sprites
from geoservice.server.styles import routes as styles
from geoservice.server.tiles import tilesets
from geoservice.server.tiles.archives import Archives
from geoservice.server.tiles.openapi_paths import with_tiles
from geoservice.server.tiles.route import Tiles
from geoservice.settings import Settings

ROUTERS = (
    features.router, sprites.router, glyphs.router, legends.router, styles.router, documents.router,
    landing.router, clients.router, places.router, processes.router, jobs.router, scenarios.router, station_routes.router,
    station_writes.router, tilesets.router, manifest.router, health.router, access.router, static_files.router,
)  # fmt: skip
"""In the order of matching: features first, as matching the others takes some per cent of the time of a page, and static files
last, because their route matches every path."""

DESCRIPTION = (
    "Access to public services as maps and tables. Numbers of people are estimates, each with the half-width of its 90 % "
    "interval (<name>_margin); a value that cannot exist is null."
)


JOB_TASKS = {
    name: siting_task if process is SITING else live_task for name, process in PROCESSES.items() if not process.sync_only
}
JOB_MODULES = ("geoservice.server.processes.siting_task", "geoservice.server.processes.siting_arrays")
JOB_ONCE = tuple(IMPORT_PROCESSES)
"""Processes whose jobs have effects, so they are not run again after an interruption."""
JOBS, UPLOADS = "jobs", "uploads"
"""Folder of the jobs in the folder that the workers of a service share, and in it that of uploads."""
UPLOADS_TIDY_S = 60.0


def create_api(
    settings: Settings,
    releases: ReleasePool,
    running: health.Running,
    pictures: Pictures,
    questions: JobPool,
    runner: JobRunner,
    stored: ScenarioStore,
) -> FastAPI:
    """Return the FastAPI part: all routes except vector tiles, PMTiles files and map tiles."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pools, loop = (pictures.pool, questions, runner.pool), asyncio.get_running_loop()
        tasks = [loop.create_task(watch_releases(releases, pools)), loop.create_task(runner.run())]
        tasks.append(loop.create_task(tidy_uploads(api.state.uploads)))
        yield
        for task in tasks:
            task.cancel()
        for pool in pools:
            await to_thread.run_sync(pool.close)
        await to_thread.run_sync(runner.store.close)
        await to_thread.run_sync(releases.close)

    api = FastAPI(
        dependencies=[Depends(note_route)], title="geoservice", version=__version__, description=DESCRIPTION, lifespan=lifespan,
        openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False,
    )  # fmt: skip
    api.state.geoservice, api.state.running, api.state.pictures = deps.app_state(settings, releases), running, pictures
    api.state.questions, api.state.jobs = questions, runner
    api.state.uploads = uploads_beside(runner.store, settings)
    api.state.scenarios, api.state.searches = Scenarios(stored, Baselines()), Searches()
    errors.add_handlers(api)

    async def not_modified(request: Request, error: Exception) -> Response:
        assert isinstance(error, deps.NotModified)
        headers = cache_headers(deps.principal_of(request.scope), error.etag)
        headers["Vary"] += ", Accept-Encoding"  # as the gzip middleware sets it on a 200 that is long enough
        return Response(status_code=304, headers=headers)

    api.add_exception_handler(deps.NotModified, not_modified)
    for router in ROUTERS[:-1]:
        api.include_router(router)
    api.include_router(imports.router, include_in_schema=settings.steward_project is not None)
    api.include_router(ROUTERS[-1])
    fastapi_document = api.openapi
    api.openapi = lambda: with_maps(with_tiles(fastapi_document()))  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return api


async def watch_releases(releases: ReleasePool, pools: Iterable[JobPool]) -> None:
    """Check every few seconds for a new release, so that it is open before the first request, and for damaged files.

    Processes of pools that have been idle for long are ended.
    """
    while True:
        for pool in pools:
            await to_thread.run_sync(pool.tidy)
        with suppress(GeoserviceError, OSError):
            await to_thread.run_sync(releases.inspect)
        await asyncio.sleep(TIDY_S)


async def tidy_uploads(uploads: Uploads) -> None:
    """Delete uploads whose time has passed, every minute."""
    while True:
        with suppress(OSError):
            await to_thread.run_sync(uploads.tidy)
        await asyncio.sleep(UPLOADS_TIDY_S)


def uploads_beside(jobs: JobStore, settings: Settings) -> Uploads:
    """Return the uploads in the folder of the jobs, which ends with the service."""
    return Uploads(jobs.folder / UPLOADS, settings.upload_bytes)


async def note_route(request: Request) -> None:
    """Record the template of the route before its endpoint runs."""
    set_route(request.scope["route"].path_format)


def build_routes(
    settings: Settings,
    releases: ReleasePool,
    running: health.Running,
    cache: ResponseCache,
    pictures: Pictures,
    questions: JobPool,
    runner: JobRunner,
    stored: ScenarioStore,
) -> ASGIApp:
    """Return the application behind authentication: FastAPI and the bare routes of tiles."""
    tiles = Tiles(releases, cache.put)
    add_tile_metrics(running.metrics, tiles.single_flight.cache)
    maps = MapTiles(releases, pictures, cache.put)
    bare: dict[str, ASGIApp] = {TILE_ROUTE: tiles, ARCHIVE_ROUTE: Archives(releases), MAP_ROUTE: maps}
    api = RouteRecorder(
        GZipMiddleware(
            create_api(settings, releases, running, pictures, questions, runner, stored), minimum_size=1000, compresslevel=5,
            exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, PARQUET),
        )
    )  # fmt: skip

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        template = bare_route(scope["path"]) if scope["type"] == "http" else ""
        if template:
            set_route(template)
        await bare.get(template, api)(scope, receive, send)

    return LenientUrls(route)


class Application:
    """The ASGI application, with ``response_cache`` for a server that looks there before it calls the application.

    ``drain`` tells whether the service is being stopped. No response comes from the cache then, because each must carry
    ``Connection: close``.
    """

    def __init__(self, app: ASGIApp, response_cache: ResponseCache, drain: Drain) -> None:
        self._app, self.response_cache, self.drain = app, response_cache, drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        await self._app(scope, receive, send)


def create_app(settings: Settings, store: ReleaseStore, folder: Path | None = None, *, keep_jobs: bool = False) -> Application:
    """Return the ASGI application that serves the current release of a store, and each later one as soon as it is current.

    ``folder`` is shared by the workers of one service; see :func:`geoservice.server.serve.make_app`. With ``keep_jobs``, jobs
    are stored beside the tokens, otherwise in this folder. The layers from the outside in: unread request bodies, telemetry,
    common headers, host check, concurrency limit, access control, routes.
    """
    releases, accesses = ReleasePool(store), access_store(settings)
    tokens = TokenVerifier(accesses)
    drain, work = Drain(folder), WorkFile(folder / f"{WORK}-{os.getpid()}") if folder else None
    running = health.Running(Metrics(folder), drain, tokens.outage)
    cache = ResponseCache(releases, settings.cors_origins, frames=settings.frame_ancestors)
    pool = drawing_pool(store, settings, running.metrics.histogram("drawing", "Seconds to draw a picture"))
    add_drawing_metrics(running.metrics, pool)
    questions = question_pool(store, settings, running.metrics.histogram("question", "Seconds to answer a live question"))
    jobs_pool = job_pool(store, settings, JOB_MODULES, running.metrics.histogram("job", "Seconds of a job"))
    if keep_jobs:
        job_store = kept_jobs(settings, JOB_ONCE, folder and folder / JOBS)
    else:
        job_store = temporary_jobs(folder and folder / JOBS, JOB_ONCE)
    tasks = {**JOB_TASKS, **import_tasks(settings, uploads_beside(job_store, settings))}
    runner = JobRunner(job_store, jobs_pool, questions, tasks)
    stored = ScenarioStore(accesses)
    app = build_routes(settings, releases, running, cache, Pictures(pool), questions, runner, stored)
    app = with_access_control(app, settings, running.metrics, accesses, tokens)
    app = ConcurrencyLimiter(app, settings, running.metrics, lambda scope: lane_of(scope, releases.version))
    app = RequestHost(app, parse_networks(settings.proxies) if settings.proxy_headers else ())
    app = HeadersMiddleware(app, settings.cors_origins, settings.frame_ancestors)
    app = Telemetry(app, running.metrics, releases, drain, work)
    add_response_cache_metrics(running.metrics, cache)
    return Application(UnreadBodies(app), cache, drain)
