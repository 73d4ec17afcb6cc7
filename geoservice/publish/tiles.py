"""Vector tiles as a bare ASGI application: URL to gzip bytes, with no framework between.

A warm tile costs a regular expression, a dictionary and two sends. Bytes come as they were baked, gzip; a client that does
not take gzip gets them unpacked under another ETag.
"""

import gzip
import re
from typing import NamedTuple
from urllib.parse import parse_qsl

from anyio import to_thread
from starlette.types import Receive, Scope, Send

from geoservice.errors import NotFound, ParameterError
from geoservice.geo import Tile
from geoservice.publish.cache import ByteCache
from geoservice.publish.current import Current
from geoservice.publish.deps import caller, layer_for, matches, version_of
from geoservice.publish.errors import PROBLEM, problem, settle
from geoservice.publish.formats import MVT
from geoservice.publish.headers import send_whole
from geoservice.publish.who import Principal
from geoservice.release.base import ReleaseReader

BASE = "base"
BASE_ZOOMS = (0, 14)
SHORT = re.compile(r"/tiles/([a-z][a-z0-9_]{0,40})/(\d{1,2})/(\d{1,8})/(\d{1,8})\.mvt", re.ASCII)
OGC = re.compile(r"/collections/([a-z][a-z0-9_]{0,40})/tiles/WebMercatorQuad/(\d{1,2})/(\d{1,8})/(\d{1,8})", re.ASCII)
FOREVER = b"public, max-age=31536000, immutable"

Headers = list[tuple[bytes, bytes]]


class TileKey(NamedTuple):
    """A layer's tile."""

    layer: str
    tile: Tile


def tile_key(path: str) -> TileKey | None:
    """Return the tile that a path names, or None when it is no tile's path.

    >>> tile_key("/tiles/coverage/10/582/296.mvt") == tile_key("/collections/coverage/tiles/WebMercatorQuad/10/296/582")
    True
    """
    if found := SHORT.fullmatch(path):
        layer, z, x, y = found.groups()
    elif found := OGC.fullmatch(path):
        layer, z, y, x = found.groups()
    else:
        return None
    return TileKey(layer, Tile(int(z), int(x), int(y)))


def zooms(reader: ReleaseReader, layer: str, who: Principal) -> tuple[int, int]:
    """Return the zooms that a layer has tiles of; raises :class:`NotFound` for a layer that there is not."""
    if layer == BASE:
        if not reader.manifest.base_map:
            raise NotFound("this release has no base map")
        return BASE_ZOOMS
    found = layer_for(reader, layer, who)
    if found.geometry == "none":
        raise NotFound(f"layer {layer} is a table without tiles; its rows are at /collections/{layer}/items")
    return found.minzoom, found.maxzoom


def check(reader: ReleaseReader, key: TileKey, who: Principal) -> None:
    """Raise :class:`NotFound` for a tile outside the layer's zooms or the matrix."""
    low, high = zooms(reader, key.layer, who)
    z, x, y = key.tile
    if not low <= z <= high:
        raise NotFound(f"layer {key.layer} has no tiles of zoom {z}, allowed are {low} to {high}")
    if max(x, y) >= 2**z:
        raise NotFound(f"tile {z}/{x}/{y} is outside the matrix, allowed are columns and rows 0 to {2**z - 1}")


def version(query: bytes) -> str | None:
    """Return ``v`` of a query string; raises :class:`ParameterError` for anything else in it."""
    found = None
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name not in {"v", "f"} or (name == "f" and value != "mvt"):
            raise ParameterError(f"parameter {name!r:.60}: got {value!r:.60}, allowed are v (version of the release) and f=mvt")
        found = value if name == "v" else found
    return found


class Tiles:
    """The application; ``current`` gives the release, ``cache_bytes`` bounds what is kept in memory."""

    def __init__(self, current: Current, cache_bytes: int = 64 * 2**20) -> None:
        self._current, self._cache = current, ByteCache(cache_bytes)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Serve a request whose path :func:`tile_key` knows."""
        try:
            status, headers, body = await self._answer(scope)
        except Exception as error:  # noqa: BLE001 - the one table of errors knows every class, and says nothing of the others
            status, detail = settle(error)
            headers, body = [(b"content-type", PROBLEM.encode()), (b"cache-control", b"no-store")], problem(status, detail)
        await send_whole(send, status, headers, body)

    async def _answer(self, scope: Scope) -> tuple[int, Headers, bytes]:
        key = tile_key(scope["path"])
        if key is None:
            raise NotFound("no such tile")
        wanted = version(scope["query_string"])
        if not self._current.fresh:
            await to_thread.run_sync(self._current.refresh)
        with self._current.lease() as reader:
            check(reader, key, caller(scope))
            return await self._tile(reader, key, wanted, dict(scope["headers"]))

    async def _tile(
        self, reader: ReleaseReader, key: TileKey, wanted: str | None, asked: dict[bytes, bytes]
    ) -> tuple[int, Headers, bytes]:
        packed = takes_gzip(asked.get(b"accept-encoding", b""))
        z, x, y = key.tile
        etag = f'"{version_of(reader)}-{key.layer}-{z}-{x}-{y}{"" if packed else "-plain"}"'
        fixed = wanted == version_of(reader)
        headers: Headers = [
            (b"etag", etag.encode()),
            (b"cache-control", FOREVER if fixed else b"no-cache"),
            (b"vary", b"Accept-Encoding"),
        ]
        if b"if-none-match" in asked and matches(asked[b"if-none-match"].decode("latin-1"), etag):
            return 304, headers, b""
        body = await self._body(reader, key)
        if not body:
            return 204, headers, b""
        headers.append((b"content-type", MVT.encode()))
        if packed:
            return 200, [*headers, (b"content-encoding", b"gzip")], body
        return 200, headers, await to_thread.run_sync(gzip.decompress, body)

    async def _body(self, reader: ReleaseReader, key: TileKey) -> bytes:
        """Return the baked tile, from memory if it was asked for before in this release."""
        name = (reader.number, reader.manifest.hash, key)
        body = self._cache.get(name)
        if body is None:
            body = await to_thread.run_sync(reader.tile, key.layer, key.tile)
            self._cache.put(name, body)
        return body


def takes_gzip(accept_encoding: bytes) -> bool:
    """Whether a client takes gzip.

    >>> takes_gzip(b"gzip, deflate, br"), takes_gzip(b""), takes_gzip(b"gzip;q=0, *")
    (True, False, False)
    """
    for part in accept_encoding.lower().split(b","):
        name, _, quality = part.strip().partition(b";")
        if name.strip() == b"gzip":
            return quality.replace(b" ", b"") not in {b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"}
    return False
