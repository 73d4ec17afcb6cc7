"""Map tiles as pictures: a bare ASGI route beside that of vector tiles, drawn by mapnik from the same styles."""

import hashlib
import re
from typing import NamedTuple, cast

from starlette.types import Receive, Scope, Send

from geoservice import __version__
from geoservice.errors import NotFound, ParameterError
from geoservice.geo import Tile
from geoservice.maps.drawings import TileDrawing
from geoservice.maps.symbology import VARIANTS, Variant
from geoservice.server.deps import caller, matches
from geoservice.server.formats import PNG
from geoservice.server.headers import Headers
from geoservice.server.principal import audited
from geoservice.server.query_params import pairs_of, parameters
from geoservice.server.release_pool import ReleasePool, version_of
from geoservice.server.rendering.renderer import Pictures
from geoservice.server.tiles.composite import mapped
from geoservice.server.tiles.matrix_sets import MERCATOR
from geoservice.server.tiles.route import FOREVER, NUMBER, PRIVATE, Keep, send_answer

SHORT = re.compile(r"/map/([^/]+)/([^/]+)/([^/]+)/([^/@]+?)(@2x)?\.png")
OGC = re.compile(r"/collections/([^/]+)/map/tiles/([^/]+)/([^/]+)/([^/]+)/([^/@]+?)(@2x)?\.png")
LAST = 20
"""The last zoom that is drawn: above a layer's own zooms its finest tiles are drawn larger."""
ALLOWED = {"scale": ("1", "2"), "style": VARIANTS}


class MapKey(NamedTuple):
    """What a map tile's path says, unchecked."""

    layer: str
    matrix_set: str
    z: str
    x: str
    y: str
    fine: bool


def map_key(path: str) -> MapKey | None:
    """Return the map tile that a path names, or None when it is no map tile's path.

    >>> map_key("/map/coverage/10/582/296@2x.png")
    MapKey(layer='coverage', matrix_set='WebMercatorQuad', z='10', x='582', y='296', fine=True)
    """
    if found := SHORT.fullmatch(path):
        layer, z, x, y, fine = found.groups()
        return MapKey(layer, MERCATOR.id, z, x, y, fine is not None)
    if found := OGC.fullmatch(path):
        layer, matrix_set, z, y, x, fine = found.groups()
        return MapKey(layer, matrix_set, z, x, y, fine is not None)
    return None


def place_of(key: MapKey) -> Tile:
    """Return the tile; raises :class:`NotFound` for a matrix set or an address that there is not."""
    if key.matrix_set != MERCATOR.id:
        raise NotFound(f"map tiles: no tile matrix set {key.matrix_set!r:.60}; there is: {MERCATOR.id}")
    if not all(NUMBER.fullmatch(v) for v in (key.z, key.x, key.y)):
        raise NotFound("no such map tile: zoom, column and row are whole numbers from 0")
    tile = Tile(int(key.z), int(key.x), int(key.y))
    if tile.z > LAST or max(tile.x, tile.y) >= 2**tile.z:
        raise NotFound(f"no map tile {tile.z}/{tile.x}/{tile.y}; allowed are zooms 0 to {LAST}, columns and rows below 2^zoom")
    return tile


def map_parameters(query: bytes) -> dict[str, str]:
    """Return the parameters of a query string, checked; raises :class:`ParameterError`."""
    given = parameters(pairs_of(query), ("v", *ALLOWED))
    for name, values in ALLOWED.items():
        if name in given and given[name] not in values:
            raise ParameterError(f"parameter {name}: got {given[name]!r:.60}, allowed are {', '.join(values)}")
    return given


class MapTiles:
    """The application; ``keep`` takes answers that are for everybody."""

    def __init__(self, current: ReleasePool, pictures: Pictures, keep: Keep | None = None) -> None:
        self._current, self._pictures, self._keep = current, pictures, keep

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Serve a request whose path :func:`map_key` knows."""
        await send_answer(send, self._answer(scope))

    async def _answer(self, scope: Scope) -> tuple[int, Headers, bytes]:
        key = map_key(scope["path"])
        if key is None:
            raise NotFound("no such map tile")
        given, tile, who = map_parameters(scope["query_string"]), place_of(key), caller(scope)
        async with self._current.borrow(given.get("v")) as reader:
            version, layer = version_of(reader), mapped(reader, key.layer, who, self._current.layers)
            audited(layer)
            ratio, variant = 2 if key.fine else int(given.get("scale", 1)), cast("Variant", given.get("style", "day"))
            drawing, public = TileDrawing(layer.id, tile, ratio, variant, who.within(layer)), layer.role == "public"
            control = PRIVATE if not public else FOREVER if given.get("v") == version else b"no-cache"
            answer = await self._picture(version, drawing, control, dict(scope["headers"]))
        if self._keep and public and answer[0] == 200 and given.get("v") in {None, version}:
            self._keep(scope, version, *answer)
        return answer

    async def _picture(
        self, version: str, drawing: TileDrawing, control: bytes, headers: dict[bytes, bytes]
    ) -> tuple[int, Headers, bytes]:
        name = hashlib.sha256(repr((__version__, drawing)).encode()).hexdigest()[:20]
        etag, vary = f'"{version}-map-{name}"', [(b"vary", b"Authorization")] if control == PRIVATE else []
        own = [(b"etag", etag.encode()), (b"cache-control", control), *vary]
        if b"if-none-match" in headers and matches(headers[b"if-none-match"].decode("latin-1"), etag):
            return 304, own, b""
        body = await self._pictures.get(version, drawing)
        return 200, [*own, (b"content-type", PNG.encode())], body
