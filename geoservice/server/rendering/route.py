"""Map tiles: an ASGI route without FastAPI, like that of vector tiles, rendered by mapnik from the same styles."""

import hashlib
import re
from collections.abc import Mapping
from typing import NamedTuple, cast

from starlette.types import Receive, Scope, Send

from geoservice import __version__
from geoservice.errors import NotFound, ParameterError, check_choice
from geoservice.geo import Tile
from geoservice.maps.drawings import TileDrawing
from geoservice.maps.selection import colouring_properties
from geoservice.maps.symbology import VARIANTS, Variant
from geoservice.release.base import PublishedLayer
from geoservice.server.deps import etag_matches, principal_of
from geoservice.server.formats import PNG
from geoservice.server.headers import Headers
from geoservice.server.principal import note_for_audit
from geoservice.server.query_params import parameters, parse_query
from geoservice.server.release_pool import ReleasePool, version_of
from geoservice.server.rendering.renderer import Pictures
from geoservice.server.tiles.composite import layer_with_tiles
from geoservice.server.tiles.matrix_sets import MERCATOR
from geoservice.server.tiles.route import FOREVER, NUMBER, PRIVATE, CacheResponse, send_bare_response

SHORT = re.compile(r"/map/([^/]+)/([^/]+)/([^/]+)/([^/@]+?)(@2x)?\.png")
OGC = re.compile(r"/collections/([^/]+)/map/tiles/([^/]+)/([^/]+)/([^/]+)/([^/@]+?)(@2x)?\.png")
MAX_ZOOM = 20
"""The highest zoom; beyond a layer's own zooms its finest tiles are enlarged."""
ALLOWED = {"scale": ("1", "2"), "style": VARIANTS}


class MapKey(NamedTuple):
    """The parts of a map tile's path, not yet validated."""

    layer: str
    matrix_set: str
    z: str
    x: str
    y: str
    fine: bool


def map_key(path: str) -> MapKey | None:
    """Return the parts of a map tile's path, None for any other path.

    >>> map_key("/map/coverage/10/582/296@2x.png")
    MapKey(layer='coverage', matrix_set='WebMercatorQuad', z='10', x='582', y='296', fine=True)
    """
    if match := SHORT.fullmatch(path):
        layer, z, x, y, fine = match.groups()
        return MapKey(layer, MERCATOR.id, z, x, y, fine is not None)
    if match := OGC.fullmatch(path):
        layer, matrix_set, z, y, x, fine = match.groups()
        return MapKey(layer, matrix_set, z, x, y, fine is not None)
    return None


def parse_tile(key: MapKey) -> Tile:
    """Return the tile; raises :class:`NotFound` for a matrix set or tile that does not exist."""
    if key.matrix_set != MERCATOR.id:
        raise NotFound(f"map tiles: no tile matrix set {key.matrix_set!r:.60}, allowed is {MERCATOR.id}")
    if not all(NUMBER.fullmatch(v) for v in (key.z, key.x, key.y)):
        raise NotFound("no such map tile: zoom, column and row are whole numbers from 0")
    tile = Tile(int(key.z), int(key.x), int(key.y))
    if tile.z > MAX_ZOOM or max(tile.x, tile.y) >= 2**tile.z:
        raise NotFound(
            f"no map tile {tile.z}/{tile.x}/{tile.y}; allowed are zooms 0 to {MAX_ZOOM}, columns and rows below 2^zoom"
        )
    return tile


def map_parameters(query: bytes) -> dict[str, str]:
    """Return the validated parameters of a query string; raises :class:`ParameterError`."""
    query_parameters = parameters(parse_query(query), ("v", "property", *ALLOWED))
    for name, values in ALLOWED.items():
        if name in query_parameters:
            check_choice(f"parameter {name}", query_parameters[name], values)
    return query_parameters


def colouring_property(query: Mapping[str, str], layer: PublishedLayer) -> str | None:
    """Return the property that colours a layer, None for that of its style; raises :class:`ParameterError` for others."""
    name, allowed = query.get("property"), colouring_properties(layer)
    if name is not None and name not in allowed:
        raise ParameterError(f"parameter property: got {name!r:.60}, allowed for layer {layer.id} are {', '.join(allowed)}")
    return name


class MapTiles:
    """The ASGI application of map tiles; ``keep`` adds public responses to the response cache."""

    def __init__(self, current: ReleasePool, pictures: Pictures, keep: CacheResponse | None = None) -> None:
        self._current, self._pictures, self._keep = current, pictures, keep

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Serve a request whose path is one of a map tile, see :func:`map_key`."""
        await send_bare_response(send, self._answer(scope))

    async def _answer(self, scope: Scope) -> tuple[int, Headers, bytes]:
        key = map_key(scope["path"])
        if key is None:
            raise NotFound("no such map tile")
        query, tile, who = map_parameters(scope["query_string"]), parse_tile(key), principal_of(scope)
        async with self._current.borrow(query.get("v")) as reader:
            version, layer = version_of(reader), layer_with_tiles(reader, key.layer, who, self._current.layers)
            note_for_audit(layer)
            ratio, variant = 2 if key.fine else int(query.get("scale", 1)), cast("Variant", query.get("style", "day"))
            drawing = TileDrawing(layer.id, tile, ratio, variant, who.within(layer), colouring_property(query, layer))
            public = layer.role == "public"
            cache_control = PRIVATE if not public else FOREVER if query.get("v") == version else b"no-cache"
            answer = await self._picture(version, drawing, cache_control, dict(scope["headers"]))
        if self._keep and public and answer[0] == 200 and query.get("v") in {None, version}:
            self._keep(scope, version, *answer)
        return answer

    async def _picture(
        self, version: str, drawing: TileDrawing, cache_control: bytes, request_headers: dict[bytes, bytes]
    ) -> tuple[int, Headers, bytes]:
        digest = hashlib.sha256(repr((__version__, drawing)).encode()).hexdigest()[:20]
        etag, vary = f'"{version}-map-{digest}"', [(b"vary", b"Authorization")] if cache_control == PRIVATE else []
        common_headers = [(b"etag", etag.encode()), (b"cache-control", cache_control), *vary]
        if b"if-none-match" in request_headers and etag_matches(request_headers[b"if-none-match"].decode("latin-1"), etag):
            return 304, common_headers, b""
        body = await self._pictures.get(version, drawing)
        return 200, [*common_headers, (b"content-type", PNG.encode())], body
