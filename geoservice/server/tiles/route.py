"""Vector tiles as a bare ASGI application: URL to packed bytes, with no framework between.

Bytes come as they were baked, gzip; what is cut on request is packed once. A client that wants zstd, or nothing packed, gets
the same tile under another ETag. An answer that is for everybody is handed to the hot layer, which gives it again by itself.
"""

import re
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from anyio import to_thread
from starlette.types import Receive, Scope, Send

from geoservice.errors import NotFound, ParameterError
from geoservice.geo import Tile
from geoservice.server.deps import etag_matches, principal_of
from geoservice.server.errors import PROBLEM, error_headers, log_error, problem
from geoservice.server.formats import MVT
from geoservice.server.headers import Headers, send_response
from geoservice.server.principal import note_for_audit
from geoservice.server.query_params import parameters, parse_query
from geoservice.server.release_pool import ReleasePool, version_of
from geoservice.server.single_flight import SingleFlight
from geoservice.server.tiles.composite import BASE, BASE_ZOOMS, Recipe, TilePlace, recipe_of
from geoservice.server.tiles.compression import GZIP, SUFFIX, choose_encoding, reencode
from geoservice.server.tiles.matrix_sets import MATRIX_SETS, MERCATOR

__all__ = ["BASE", "BASE_ZOOMS", "TileKey", "Tiles", "tile_key"]

SHORT = re.compile(r"/tiles/([^/]+)/([^/]+)/([^/]+)/([^/]+)\.mvt")
DATASET = re.compile(r"/tiles/([^/]+)/([^/]+)/([^/]+)/([^/.]+)")
OGC = re.compile(r"/collections/([^/]+)/tiles/([^/]+)/([^/]+)/([^/]+)/([^/.]+)")
NUMBER = re.compile(r"\d{1,9}", re.ASCII)
FOREVER = b"public, max-age=31536000, immutable"
PRIVATE = b"private, no-cache"
TILE_PARAMETERS = ("v", "f", "filter", "filter-lang", "filter-crs", "properties")


@dataclass(frozen=True)
class TileKey:
    """What a tile's path says, unchecked: ``layers`` with commas, None for the dataset's; ``x`` is column, ``y`` row."""

    layers: str | None
    matrix_set: str
    z: str
    x: str
    y: str

    def place(self) -> TilePlace:
        """Return the tile; raises :class:`NotFound` for a matrix set or an address that there is not."""
        if self.matrix_set not in MATRIX_SETS:
            raise NotFound(f"no tile matrix set {self.matrix_set!r:.60}; there are: {', '.join(MATRIX_SETS)}")
        for name, text in (("zoom", self.z), ("column", self.x), ("row", self.y)):
            if not NUMBER.fullmatch(text):
                raise NotFound(f"no tile of {name} {text!r:.60}, allowed are whole numbers from 0")
        return TilePlace(self.matrix_set, Tile(int(self.z), int(self.x), int(self.y)))


@lru_cache(maxsize=256)
def tile_key(path: str) -> TileKey | None:
    """Return the tile that a path names, or None when it is no tile's path. The gate, the routes and the tile itself ask.

    >>> tile_key("/tiles/coverage/10/582/296.mvt") == tile_key("/collections/coverage/tiles/WebMercatorQuad/10/296/582")
    True
    """
    if found := SHORT.fullmatch(path):
        layers, z, x, y = found.groups()
        return TileKey(layers, MERCATOR.id, z, x, y)
    if found := DATASET.fullmatch(path):
        matrix_set, z, y, x = found.groups()
        return TileKey(None, matrix_set, z, x, y)
    if found := OGC.fullmatch(path):
        layers, matrix_set, z, y, x = found.groups()
        return TileKey(layers, matrix_set, z, x, y)
    return None


def parse_tile_query(query: bytes, allowed: tuple[str, ...]) -> dict[str, str]:
    """Return the parameters of a query string, checked; raises :class:`ParameterError`."""
    given = parameters(parse_query(query), allowed)
    if given.get("f", "mvt") != "mvt":
        raise ParameterError(f"parameter f: got {given['f']!r:.60}, allowed is mvt")
    return given


def requested_layers(key: TileKey, asked: Mapping[str, str]) -> list[str] | None:
    """Return the layers asked for, None for all; raises :class:`ParameterError` for a list with an empty or a double name."""
    text = asked.get("collections") if key.layers is None else key.layers
    if text is None:
        return None
    names = text.split(",")
    if len(set(names)) < len(names) or not all(names):
        raise ParameterError(f"collections: got {text!r:.80}, allowed are names of layers with commas between, each once")
    return names


class KeepResponse(Protocol):
    """Takes a finished answer that is for everybody."""

    def __call__(self, scope: Scope, version: str, status: int, headers: Headers, body: bytes) -> None:
        """Keep it."""
        ...


class Tiles:
    """The application; ``current`` gives the release, ``keep`` takes what is for everybody, ``cache_bytes`` bounds memory."""

    def __init__(self, current: ReleasePool, keep: KeepResponse | None = None, cache_bytes: int = 64 * 2**20) -> None:
        self._current, self._keep, self.once = current, keep, SingleFlight(cache_bytes)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Serve a request whose path :func:`tile_key` knows."""
        await send_bare_response(send, self._answer(scope))

    async def _answer(self, scope: Scope) -> tuple[int, Headers, bytes]:
        key = tile_key(scope["path"])
        if key is None:
            raise NotFound("no such tile")
        asked = parse_tile_query(scope["query_string"], TILE_PARAMETERS if key.layers else (*TILE_PARAMETERS, "collections"))
        wanted, place, names = asked.get("v"), key.place(), requested_layers(key, asked)
        async with self._current.borrow(wanted) as reader:
            version = version_of(reader)
            made = recipe_of(reader, self._current.layers, principal_of(scope), place, names, asked)
            for layer in made.layers:
                note_for_audit(layer)
            control = PRIVATE if not made.public else FOREVER if wanted == version else b"no-cache"
            answer = await self._tile(version, made, control, dict(scope["headers"]), names is None)
        if self._keep and made.public and names is not None and wanted in {None, version} and answer[0] in {200, 204}:
            self._keep(scope, version, *answer)
        return answer

    async def _tile(
        self, version: str, made: Recipe, control: bytes, headers: dict[bytes, bytes], depends: bool
    ) -> tuple[int, Headers, bytes]:
        """Return the answer; ``depends`` says whether another caller may get other layers under the same URL."""
        encoding = choose_encoding(headers.get(b"accept-encoding", b""))
        etag = f'"{version}-{made.name}{SUFFIX[encoding]}"'
        vary = b"Accept-Encoding, Authorization" if depends or not made.public else b"Accept-Encoding"
        own = [(b"etag", etag.encode()), (b"cache-control", control), (b"vary", vary)]
        if b"if-none-match" in headers and etag_matches(headers[b"if-none-match"].decode("latin-1"), etag):
            return 304, own, b""
        body = await self._body(version, made, encoding)
        if not body:
            return 204, own, b""
        own.append((b"content-type", MVT.encode()))
        return 200, [*own, (b"content-encoding", encoding.encode())] if encoding else own, body

    async def _body(self, version: str, made: Recipe, encoding: str = GZIP) -> bytes:
        """Return the packed tile, from memory if it was asked for before; however many ask at once, it is made once."""

        def make() -> bytes:
            with self._current.lease(version) as reader:
                if version_of(reader) != version:
                    raise NotFound(f"release {version} is gone; ask again without v")
                return made.make(reader)

        async def baked() -> bytes:
            return await to_thread.run_sync(make)

        async def again() -> bytes:
            return await to_thread.run_sync(reencode, await self._body(version, made), encoding)

        return await self.once.get((version, made.digest, encoding), baked if encoding == GZIP else again)


async def send_bare_response(send: Send, answer: Awaitable[tuple[int, Headers, bytes]]) -> None:
    """Send a bare route's answer, or what the table of errors makes of its failure."""
    try:
        status, headers, body = await answer
    except Exception as error:  # noqa: BLE001 - the one table of errors knows every class, and says nothing of the others
        status, headers, body = error_response(error)
    await send_response(send, status, headers, body)


def error_response(error: Exception) -> tuple[int, Headers, bytes]:
    """Return an error as an answer."""
    status, detail = log_error(error)
    more = [(name.lower().encode(), value.encode()) for name, value in error_headers(error, status).items()]
    return status, [(b"content-type", PROBLEM.encode()), *more], problem(status, detail)
