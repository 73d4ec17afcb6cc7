"""Vector tiles as a bare ASGI application: from the URL to compressed bytes, without a framework.

Precomputed tiles are sent as stored, as gzip; tiles made on request are compressed once. A client that prefers zstd or no
compression gets the same tile under another ETag. Public responses are passed to the response cache.
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
from geoservice.server.formats import MVT
from geoservice.server.headers import Headers, send_problem, send_response
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
TILE_PARAMETERS = ("v", "f", "filter", "filter-lang", "filter-crs", "properties", "within")


@dataclass(frozen=True)
class TileKey:
    """The unvalidated parts of a tile's path: ``layers`` with commas, None for all layers; ``x`` is column, ``y`` row."""

    layers: str | None
    matrix_set: str
    z: str
    x: str
    y: str

    def place(self) -> TilePlace:
        """Return the tile; raises :class:`NotFound` for a matrix set or an address that does not exist."""
        if self.matrix_set not in MATRIX_SETS:
            raise NotFound(f"no tile matrix set {self.matrix_set!r:.60}; there are: {', '.join(MATRIX_SETS)}")
        for name, text in (("zoom", self.z), ("column", self.x), ("row", self.y)):
            if not NUMBER.fullmatch(text):
                raise NotFound(f"no tile of {name} {text!r:.60}, allowed are whole numbers from 0")
        return TilePlace(self.matrix_set, Tile(int(self.z), int(self.x), int(self.y)))


@lru_cache(maxsize=256)
def tile_key(path: str) -> TileKey | None:
    """Return the tile of a path, None for other paths; cached, because it is needed several times for a request.

    >>> tile_key("/tiles/coverage/10/582/296.mvt") == tile_key("/collections/coverage/tiles/WebMercatorQuad/10/296/582")
    True
    """
    if match := SHORT.fullmatch(path):
        layers, z, x, y = match.groups()
        return TileKey(layers, MERCATOR.id, z, x, y)
    if match := DATASET.fullmatch(path):
        matrix_set, z, y, x = match.groups()
        return TileKey(None, matrix_set, z, x, y)
    if match := OGC.fullmatch(path):
        layers, matrix_set, z, y, x = match.groups()
        return TileKey(layers, matrix_set, z, x, y)
    return None


def parse_tile_query(query: bytes, allowed: tuple[str, ...]) -> dict[str, str]:
    """Return the validated parameters of a query string; raises :class:`ParameterError`."""
    values = parameters(parse_query(query), allowed)
    if values.get("f", "mvt") != "mvt":
        raise ParameterError(f"parameter f: got {values['f']!r:.60}, allowed is mvt")
    return values


def requested_layers(key: TileKey, query: Mapping[str, str]) -> list[str] | None:
    """Return the requested layer ids, None for all; raises :class:`ParameterError` for an empty or a repeated id."""
    text = query.get("collections") if key.layers is None else key.layers
    if text is None:
        return None
    names = text.split(",")
    if len(set(names)) < len(names) or not all(names):
        raise ParameterError(f"collections: got {text!r:.80}, allowed are layer ids separated by commas, each once")
    return names


class CacheResponse(Protocol):
    """Stores a public response in a cache."""

    def __call__(self, scope: Scope, version: str, status: int, headers: Headers, body: bytes) -> None:
        """Store the response."""
        ...


class Tiles:
    """The ASGI application; ``cache_response`` stores public responses, ``cache_bytes`` limits the memory for tiles."""

    def __init__(
        self, releases: ReleasePool, cache_response: CacheResponse | None = None, cache_bytes: int = 64 * 2**20
    ) -> None:
        self._releases, self._cache_response, self.single_flight = releases, cache_response, SingleFlight(cache_bytes)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Serve a request whose path :func:`tile_key` matches."""
        await send_bare_response(send, self._respond(scope))

    async def _respond(self, scope: Scope) -> tuple[int, Headers, bytes]:
        key = tile_key(scope["path"])
        if key is None:
            raise NotFound("no such tile")
        query = parse_tile_query(scope["query_string"], TILE_PARAMETERS if key.layers else (*TILE_PARAMETERS, "collections"))
        url_version, place, names = query.get("v"), key.place(), requested_layers(key, query)
        async with self._releases.borrow(url_version) as reader:
            version = version_of(reader)
            recipe = recipe_of(reader, self._releases.layers, principal_of(scope), place, names, query)
            for layer in recipe.layers:
                note_for_audit(layer)
            control = PRIVATE if not recipe.public else FOREVER if url_version == version else b"no-cache"
            response = await self._tile(version, recipe, control, dict(scope["headers"]), names is None)
        is_cacheable = recipe.public and names is not None and url_version in {None, version} and response[0] in {200, 204}
        if self._cache_response and is_cacheable:
            self._cache_response(scope, version, *response)
        return response

    async def _tile(
        self, version: str, recipe: Recipe, control: bytes, headers: dict[bytes, bytes], varies_by_caller: bool
    ) -> tuple[int, Headers, bytes]:
        """Return the response; with ``varies_by_caller`` the layers under this URL depend on the caller."""
        encoding = choose_encoding(headers.get(b"accept-encoding", b""))
        etag = f'"{version}-{recipe.name}{SUFFIX[encoding]}"'
        vary = b"Accept-Encoding, Authorization" if varies_by_caller or not recipe.public else b"Accept-Encoding"
        common = [(b"etag", etag.encode()), (b"cache-control", control), (b"vary", vary)]
        if b"if-none-match" in headers and etag_matches(headers[b"if-none-match"].decode("latin-1"), etag):
            return 304, common, b""
        body = await self._body(version, recipe, encoding)
        if not body:
            return 204, common, b""
        common.append((b"content-type", MVT.encode()))
        return 200, [*common, (b"content-encoding", encoding.encode())] if encoding else common, body

    async def _body(self, version: str, recipe: Recipe, encoding: str = GZIP) -> bytes:
        """Return the compressed tile, from memory if it is cached; concurrent requests make it once."""

        def make() -> bytes:
            with self._releases.lease(version) as reader:
                if version_of(reader) != version:
                    raise NotFound(f"release {version} no longer exists; request the tile without v")
                return recipe.make(reader)

        async def make_in_thread() -> bytes:
            return await to_thread.run_sync(make)

        async def convert_encoding() -> bytes:
            return await to_thread.run_sync(reencode, await self._body(version, recipe), encoding)

        return await self.single_flight.get(
            (version, recipe.digest, encoding), make_in_thread if encoding == GZIP else convert_encoding
        )


async def send_bare_response(send: Send, response: Awaitable[tuple[int, Headers, bytes]]) -> None:
    """Send the response of a bare route, or the error response if it fails."""
    try:
        status, headers, body = await response
    except Exception as error:  # noqa: BLE001 - the error table maps every class, and hides unknown ones
        await send_problem(send, error)
    else:
        await send_response(send, status, headers, body)
