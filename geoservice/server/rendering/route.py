"""Map tiles as pictures: a bare ASGI route beside that of vector tiles, drawn by mapnik from the same styles."""

import hashlib
import re
from typing import Any, NamedTuple, cast

from starlette.types import Receive, Scope, Send

from geoservice import __version__
from geoservice.errors import NotFound, ParameterError
from geoservice.geo import Tile
from geoservice.maps.map_features import frame_of, tile_features
from geoservice.maps.mapnik_map import Picture, to_png
from geoservice.maps.mapnik_rules import lay_layer
from geoservice.maps.symbology import VARIANTS, Variant
from geoservice.release.base import PublishedLayer, ReleaseReader
from geoservice.server.deps import caller, matches
from geoservice.server.formats import PNG
from geoservice.server.headers import Headers
from geoservice.server.principal import audited
from geoservice.server.query_params import pairs_of, parameters
from geoservice.server.release_pool import version_of
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


class MapRequest(NamedTuple):
    """A map tile, checked: what is drawn, in which look, as far as who may see it."""

    layer: PublishedLayer
    tile: Tile
    ratio: int
    variant: Variant
    within: tuple[str, ...] | None

    @property
    def key(self) -> tuple[Any, ...]:
        """Return what tells this picture from every other of the release."""
        return ("tile", self.layer.id, self.tile, self.ratio, self.variant, self.within)

    def draw(self, reader: ReleaseReader) -> bytes:
        """Return the tile as a PNG file, clear where there is nothing."""
        picture = Picture(frame_of(self.tile, self.ratio))
        lay_layer(picture, self.layer, tile_features(reader, self.layer, self.tile, self.within), self.variant)
        return to_png(picture.draw())


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

    def __init__(self, pictures: Pictures, keep: Keep | None = None) -> None:
        self._pictures, self._keep = pictures, keep

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Serve a request whose path :func:`map_key` knows."""
        await send_answer(send, self._answer(scope))

    async def _answer(self, scope: Scope) -> tuple[int, Headers, bytes]:
        key = map_key(scope["path"])
        if key is None:
            raise NotFound("no such map tile")
        given, tile, who = map_parameters(scope["query_string"]), place_of(key), caller(scope)
        async with self._pictures.current.borrow(given.get("v")) as reader:
            version, layer = version_of(reader), mapped(reader, key.layer, who, self._pictures.current.layers)
            audited(layer)
        ratio = 2 if key.fine else int(given.get("scale", 1))
        asked = MapRequest(layer, tile, ratio, cast("Variant", given.get("style", "day")), who.within(layer))
        answer = await self._picture(version, asked, given.get("v") == version, dict(scope["headers"]))
        if self._keep and layer.role == "public" and answer[0] == 200 and given.get("v") in {None, version}:
            self._keep(scope, version, *answer)
        return answer

    async def _picture(
        self, version: str, asked: MapRequest, fixed: bool, headers: dict[bytes, bytes]
    ) -> tuple[int, Headers, bytes]:
        name = hashlib.sha256(repr((__version__, asked.key)).encode()).hexdigest()[:20]
        etag, public = f'"{version}-map-{name}"', asked.layer.role == "public"
        control = PRIVATE if not public else FOREVER if fixed else b"no-cache"
        own = [(b"etag", etag.encode()), (b"cache-control", control), *([] if public else [(b"vary", b"Authorization")])]
        if b"if-none-match" in headers and matches(headers[b"if-none-match"].decode("latin-1"), etag):
            return 304, own, b""
        body = await self._pictures.get(version, asked.key, asked.draw)
        return 200, [*own, (b"content-type", PNG.encode())], body
