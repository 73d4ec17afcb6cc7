"""The route and the concurrency lane of a request, determined from its path, query and headers alone."""

import re

from starlette.types import Scope

from geoservice.server.formats import MEDIA
from geoservice.server.operations import health
from geoservice.server.query_params import parse_query
from geoservice.server.rendering.route import map_key
from geoservice.server.tiles.archives import archive_etag, archive_name, is_partial
from geoservice.server.tiles.route import tile_key

TILE_ROUTE, ARCHIVE_ROUTE = "/tiles/{layer_id}/{z}/{x}/{y}", "/tiles/{layer_id}.pmtiles"
"""Names of the bare routes in metrics and log lines: any vector tile, any PMTiles file."""
MAP_ROUTE = "/map/{layer_id}/{z}/{x}/{y}.png"
"""The same for any map tile."""

DOCUMENT_MAP = re.compile(r"(/collections/[^/]+)?/map/?")
"""Paths of maps for documents."""

FILE_FORMATS = ("csv", "parquet", "gpkg", "fgb", "ics")
"""Formats in which a whole layer is sent."""


def bare_route(path: str) -> str:
    """Return the template of the bare route that serves a path; empty for paths that FastAPI serves."""
    if tile_key(path) is not None:
        return TILE_ROUTE
    if map_key(path) is not None:
        return MAP_ROUTE
    return ARCHIVE_ROUTE if archive_name(path) is not None else ""


def lane_of(scope: Scope, version: str | None = None) -> str:
    """Return the concurrency lane of a request; empty for health checks and metrics.

    ``version`` is the version of the current release.
    """
    path: str = scope["path"]
    if path in health.PATHS:
        return ""
    if is_download(scope, version):
        return "bulk"
    route = bare_route(path)
    return "maps" if route == MAP_ROUTE or DOCUMENT_MAP.fullmatch(path) else "tiles" if route else "pages"


def is_download(scope: Scope, version: str | None = None) -> bool:
    """Whether the response may be a whole file: all tiles of a layer, or its features as CSV, GeoParquet and the like.

    A range with an ``If-Range`` of another release counts as a download, because it gets the whole file.
    """
    name = archive_name(scope["path"])
    if name is not None:
        return not is_partial(dict(scope["headers"]), archive_etag(version or "", name))
    if not scope["path"].endswith("/items"):
        return False
    accept = b",".join(v for k, v in scope["headers"] if k == b"accept").decode("latin-1").lower()
    query = parse_query(scope["query_string"])
    return any(MEDIA[kind] in accept for kind in FILE_FORMATS) or any(k == "f" and v in FILE_FORMATS for k, v in query)
